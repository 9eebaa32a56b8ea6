"""eICCI, the network filter of the decoded planes (5.7, 6.4.10): model choice, tiles, cores.

In: planes in the output format, Q18, and the parameters of TON.  Out: new planes, clamped to 0..255.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from refdec.arithmetic.fixed import WHITE_Q18
from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.picture.errors import IcciNeedsChroma
from refdec.picture.filters.eicci_network import EicciNetwork, analysed, correct
from refdec.picture.planes import PictureFormat, Planes, is_420
from refdec.picture.resample import bicubic_ac, bilinear_ac
from refdec.tables import eicci_models
from refdec.tiling.tiles import icci_tiles

if TYPE_CHECKING:
    from refdec.bitstream.tools import Icci, IcciTile

__all__ = ["LoadIcci", "Selection", "eicci", "model_kind", "selected"]

LoadIcci: TypeAlias = Callable[[str], EicciNetwork]
"""Gives the network of a kind such as "eICCI/bop_mse012"; called only for models that are used."""
TRANSFORMS = ("sop", "bop", "hop")
NAMES = tuple(f"{loss}{rate}" for loss in ("mse", "mss") for rate in ("012", "025", "050", "075", "100"))
LUMA, CHROMA = 0, 1
EDGE = 4


@clause("5.7.3")
def model_kind(transform: int, long_index: int) -> str:
    """(5.7.3) The pack's name of a model: family of the running transform (SOP has those of BOP), long index 0..9."""
    return f"eICCI/{'hop' if TRANSFORMS[transform] == 'hop' else 'bop'}_{NAMES[long_index]}"


@clause("5.7.3")
def _long_index(tile: IcciTile, branch: int, transform: int, model_id: int) -> int:
    """(5.7.3) The model of a branch inside its family."""
    signalled = tile.model_signalled_idx[branch]
    if not tile.use_shortList:
        return signalled
    short = eicci_models()["short_list_uv" if branch == CHROMA else "short_list_y"]
    return int(short[TRANSFORMS[transform]][model_id][signalled])


@dataclass(frozen=True, slots=True)
class Selection:
    """Which planes are filtered (Y, U, V), and the kinds of the models of both branches; None where one is not run."""

    use: tuple[bool, bool, bool]
    luma: str | None
    chroma: str | None


@clause("5.7.1", kind="interop", reason="I-5 (a): every tile uses the selection of tile 0, the others are parsed only")
def selected(parameters: Icci, transform: int, model_id: int) -> Selection:
    """(5.7.1, 5.7.3) The selection in force, for the synthesis transform that runs (0 SOP, 1 BOP, 2 HOP)."""
    tile = parameters.tiles[0]
    use = (bool(tile.use[0]), bool(tile.use[1]), bool(tile.use[2]))
    luma = model_kind(transform, _long_index(tile, LUMA, transform, model_id)) if use[0] else None
    chroma = model_kind(transform, _long_index(tile, CHROMA, transform, model_id)) if use[1] or use[2] else None
    return Selection(use, luma, chroma)


@dataclass(frozen=True, slots=True)
class _Filter:
    """The branches in force, loaded once for all tiles."""

    use: tuple[bool, bool, bool]
    luma: EicciNetwork | None
    chroma: EicciNetwork | None

    @clause("5.7.2")
    def __call__(self, tile: list[Int32Array]) -> list[Int32Array | None]:
        """(5.7.2) New planes of a tile [h, w], None for a plane that keeps its samples; both branches read `tile`."""
        height, width = tile[0].shape
        missing = [(0, -height % EDGE), (0, -width % EDGE)]
        padded = [np.pad(plane, missing, mode="edge") for plane in tile]
        bands = analysed(*padded)
        corrections: list[Int32Array | None] = [None, None, None]
        if self.luma is not None:
            corrections[0] = self.luma.luma(bands)[0]
        if self.chroma is not None:
            corrections[1:] = self.chroma.chroma(bands)
        return [
            correct(plane, correction)[:height, :width] if used and correction is not None else None
            for plane, correction, used in zip(padded, corrections, self.use, strict=True)
        ]


@clause("5.7.1", kind="interop", reason="I-5 (b): tiles are read and written in place")
def _filter_tiles(planes: list[Int32Array], header: PictureFormat, parameters: Icci, filter_tile: _Filter) -> None:
    """(5.7.1, 5.7.4) Filter the tiles of the coded size, cut to the display size, one after the other, in place."""
    shown = planes[0].shape[0], planes[0].shape[1]
    size = header.img_height, header.img_width
    for tile in icci_tiles(*size, parameters.tile_size, parameters.tile_overlap, display_hw=shown):
        if tile.core.empty:
            continue
        filtered = filter_tile([plane[tile.rect.rows, tile.rect.columns] for plane in planes])
        inside = tile.core_in_tile
        for plane, new in zip(planes, filtered, strict=True):
            if new is not None:
                plane[tile.core.rows, tile.core.columns] = new[inside.rows, inside.columns]


@clause("5.7")
@clause("6.4.10")
def eicci(planes: Planes, header: PictureFormat, parameters: Icci, transform: int, load_icci: LoadIcci) -> Planes:
    """(5.7, 6.4.10) Filter all planes; all three end clamped to 0..255, also those that no branch touches.

    `transform` is the synthesis transform that runs (0 SOP, 1 BOP, 2 HOP).  Raises IcciNeedsChroma for 4:2:0.
    """
    if is_420(header):
        raise IcciNeedsChroma
    chosen = selected(parameters, transform, header.model_id)
    network = {kind: load_icci(kind) for kind in dict.fromkeys((chosen.luma, chosen.chroma)) if kind is not None}
    luma = None if chosen.luma is None else network[chosen.luma]
    chroma = None if chosen.chroma is None else network[chosen.chroma]
    full = [planes.y.copy(), *(_own(plane, planes) for plane in (planes.u, planes.v))]
    if luma is not None or chroma is not None:
        _filter_tiles(full, header, parameters, _Filter(chosen.use, luma, chroma))
    for plane in full:
        np.clip(plane, 0, WHITE_Q18, out=plane)
    return Planes(full[0], bilinear_ac(full[1], *planes.u.shape), bilinear_ac(full[2], *planes.v.shape))


def _own(plane: Int32Array, planes: Planes) -> Int32Array:
    """Return a chroma plane of the luma size that may be written to (5.7: 4:2:2 is interpolated)."""
    full = bicubic_ac(plane, *planes.size)
    return full.copy() if full is plane else full
