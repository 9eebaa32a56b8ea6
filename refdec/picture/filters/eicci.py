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
from refdec.bitstream.transforms import Synthesis
from refdec.clauses import clause
from refdec.picture.errors import IcciNeedsChroma
from refdec.picture.filters.eicci_network import EicciNetwork, analysed, correct
from refdec.picture.planes import PictureFormat, Planes, even_window, is_420, shown_rect
from refdec.picture.resample import bicubic_ac, bilinear_ac
from refdec.tables import eicci_models
from refdec.tiling.geometry import Rect
from refdec.tiling.tiles import FilterTile, icci_tiles
from refdec.tiling.windows import bounding

if TYPE_CHECKING:
    from refdec.bitstream.tools import Icci, IcciTile

__all__ = ["LoadIcci", "Selection", "eicci", "eicci_reach", "eicci_tiles_needed", "model_kind", "selected"]

LoadIcci: TypeAlias = Callable[[str], EicciNetwork]
"""Gives the network of a kind such as "eICCI/bop_mse012"; called only for models that are used."""
NAMES = tuple(f"{loss}{rate}" for loss in ("mse", "mss") for rate in ("012", "025", "050", "075", "100"))
LUMA, CHROMA = 0, 1
EDGE = 4


@clause("5.7.3")
def model_kind(transform: int, long_index: int) -> str:
    """(5.7.3) The pack's name of a model: family of the running transform (SOP has those of BOP), long index 0..9."""
    return f"eICCI/{'hop' if transform == Synthesis.HOP else 'bop'}_{NAMES[long_index]}"


@clause("5.7.3")
def _long_index(tile: IcciTile, branch: int, transform: int, model_id: int) -> int:
    """(5.7.3) The model of a branch inside its family."""
    signalled = tile.model_signalled_idx[branch]
    if not tile.use_shortList:
        return signalled
    short = eicci_models()["short_list_uv" if branch == CHROMA else "short_list_y"]
    return int(short[Synthesis(transform).name.lower()][model_id][signalled])


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


@clause("5.7.4")
def _tiles(header: PictureFormat, parameters: Icci) -> tuple[FilterTile, ...]:
    """(5.7.4) The tiles of the coded size, cut to the display size; those that keep nothing are left out."""
    shown = header.display_height, header.display_width
    size = header.img_height, header.img_width
    tiles = icci_tiles(*size, parameters.tile_size, parameters.tile_overlap, display_hw=shown)
    return tuple(tile for tile in tiles if not tile.core.empty)


@clause("5.7.1", kind="interop", reason="I-5 (b): tiles are read and written in place")
def eicci_tiles_needed(wanted: Rect, header: PictureFormat, parameters: Icci) -> tuple[FilterTile, ...]:
    """(5.7.1) The tiles that a window of the filtered planes (luma samples) follows from, in their order.

    A tile reads what earlier tiles have written into its rectangle, so every tile that is needed needs, before it,
    those whose core it overlaps.
    """
    needed: list[FilterTile] = []
    read = [wanted]
    for tile in reversed(_tiles(header, parameters)):
        if any(not tile.core.intersection(rect).empty for rect in read):
            needed.append(tile)
            read.append(tile.rect)
    return tuple(reversed(needed))


@clause("5.7")
def eicci_reach(wanted: Rect, header: PictureFormat, parameters: Icci) -> Rect:
    """(5.7) The window of the planes that a window of the filtered planes follows from.

    With 4:2:2 that is the whole picture: its chroma is interpolated before and after (VM writers never send this).
    """
    if header.s_hor != 1:
        return shown_rect(header)
    tiles = eicci_tiles_needed(wanted, header, parameters)
    return even_window(bounding([wanted, *(tile.rect for tile in tiles)]), header)


@clause("5.7.1", kind="interop", reason="I-5 (b): tiles are read and written in place")
def _filter_tiles(planes: list[Int32Array], tiles: tuple[FilterTile, ...], held: Rect, filter_tile: _Filter) -> None:
    """(5.7.1, 5.7.4) Filter tiles of planes that are windows `held` of the picture, one after the other, in place."""
    for tile in tiles:
        place, core, inside = tile.rect.seen_from(held), tile.core.seen_from(held), tile.core_in_tile
        filtered = filter_tile([plane[place.rows, place.columns] for plane in planes])
        for plane, new in zip(planes, filtered, strict=True):
            if new is not None:
                plane[core.rows, core.columns] = new[inside.rows, inside.columns]


@clause("5.7")
@clause("6.4.10")
def eicci(
    planes: Planes,
    header: PictureFormat,
    parameters: Icci,
    transform: int,
    load_icci: LoadIcci,
    *,
    held: Rect | None = None,
    wanted: Rect | None = None,
) -> Planes:
    """(5.7, 6.4.10) Filter all planes; all three end clamped to 0..255, also those that no branch touches.

    `transform` is the synthesis transform that runs (0 SOP, 1 BOP, 2 HOP).  `planes` may be the windows of `held`, of
    which only `wanted` is right afterwards; it must hold the reach.  Raises IcciNeedsChroma for 4:2:0.
    """
    if is_420(header):
        raise IcciNeedsChroma
    held = held or shown_rect(header)
    chosen = selected(parameters, transform, header.model_id)
    network = {kind: load_icci(kind) for kind in dict.fromkeys((chosen.luma, chosen.chroma)) if kind is not None}
    luma = None if chosen.luma is None else network[chosen.luma]
    chroma = None if chosen.chroma is None else network[chosen.chroma]
    full = [planes.y.copy(), *(_own(plane, planes) for plane in (planes.u, planes.v))]
    if luma is not None or chroma is not None:
        tiles = eicci_tiles_needed(wanted or held, header, parameters)
        _filter_tiles(full, tiles, held, _Filter(chosen.use, luma, chroma))
    for plane in full:
        np.clip(plane, 0, WHITE_Q18, out=plane)
    return Planes(full[0], bilinear_ac(full[1], *planes.u.shape), bilinear_ac(full[2], *planes.v.shape))


def _own(plane: Int32Array, planes: Planes) -> Int32Array:
    """Return a chroma plane of the luma size that may be written to (5.7: 4:2:2 is interpolated)."""
    full = bicubic_ac(plane, *planes.size)
    return full.copy() if full is plane else full
