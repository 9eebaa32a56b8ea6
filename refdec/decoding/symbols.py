"""Entropy decoding of the residual (3.2 steps 4 to 6, 2.6): levels and mask live for one slice, symbols stay.

In: a codestream, and the hyper side.  Out: `Symbols`, int16.  No array of 32-bit integers has the size of the picture:
a run is decoded in slices of channels, whose scale indices are computed band by band of rows.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import BoolArray, Int16Array, UInt8Array
from refdec.bitstream.framing import Codestream
from refdec.bitstream.headers import Headers
from refdec.bitstream.payloads import RegionUnit, residual_units
from refdec.bitstream.picture_header import COMPONENT_CHANNELS
from refdec.clauses import clause
from refdec.decoding.hyper import HyperSide, HyperWindows
from refdec.decoding.models import COMPONENT_NAMES
from refdec.entropy.residual import ResidualRun, start_residual
from refdec.errors import RefdecError
from refdec.latent.sigma import levels
from refdec.latent.skip import skip_mask
from refdec.observation import UNWATCHED, Watch
from refdec.tiling.bands import channel_slices, row_bands
from refdec.tiling.geometry import Rect
from refdec.tiling.regions import Region, RegionGrid

__all__ = [
    "SLICE_POSITIONS",
    "GrowingRegion",
    "Symbols",
    "decode_component_residual",
    "decode_symbols",
    "region_units",
    "run_of_channels",
    "show_scales",
]

BAND_ROWS = 16
SLICE_POSITIONS = 1 << 19
"""Symbols whose scale indices are there at once while the residual is decoded: about 20 MB of them."""
ALL = slice(None)


@clause("3.2")
@dataclass(frozen=True, slots=True, eq=False)
class Symbols:
    """(3.2) What the entropy coder carries: the hyper side, and residual symbols int16 [num_chs,h,w] per component.

    Symbols are 0 where not coded, beyond the channels asked for, and in regions that are absent or were not asked for.
    `absent_regions` lists (component, region_idx) of regions that were asked for and are not in the codestream (1.4.4).
    """

    hyper: HyperSide
    values: tuple[Int16Array, Int16Array]
    absent_regions: tuple[tuple[int, int], ...] = ()


@clause("2.6")
@clause("2.6.5")
def run_of_channels(
    hyper: HyperWindows, component: int, core: Rect, channels: slice, *, watch: Watch = UNWATCHED
) -> tuple[UInt8Array, BoolArray]:
    """(2.6, 2.6.5) Levels and mask of some channels of a region, from scale indices that live for one band of rows."""
    picture = hyper.picture
    count = channels.stop - channels.start
    run_levels = np.empty((count, core.h, core.w), np.uint8)
    run_coded = np.empty(run_levels.shape, np.bool_)
    cubes = picture.cube_flags[component]
    for rows in row_bands(core.h, max(BAND_ROWS, SLICE_POSITIONS // (count * core.w))):
        band = Rect(core.x, core.y + rows.start, core.w, rows.stop - rows.start)
        sigma = hyper.sigma(component, band, channels=channels)
        inside = band.seen_from(sigma.rect)
        part = (ALL, inside.rows, inside.columns)
        run_levels[:, rows] = levels(np.ascontiguousarray(sigma.maps.final[part]))
        run_coded[:, rows] = skip_mask(sigma.maps.base[part], cubes, origin=(band.y, band.x))
        if watch.active:
            seen = {"scale_index_base": sigma.maps.base[part], "scale_index": sigma.maps.final[part]}
            for stage, array in {**seen, "mask": run_coded[:, rows]}.items():
                name, frame = f"{stage}.{COMPONENT_NAMES[component]}", (picture.lat_h, picture.lat_w)
                watch.window(name, array, band, frame, first=channels.start, count=COMPONENT_CHANNELS[component])
    return run_levels, run_coded


def show_scales(hyper: HyperSide, component: int, watch: Watch) -> None:
    """Show a watch the scale indices and masks of all channels, also of those that no run needs."""
    if watch.active:
        channels = slice(0, COMPONENT_CHANNELS[component])
        run_of_channels(hyper, component, hyper.picture.latent_frame, channels, watch=watch)


@clause("2.6.8")
class GrowingRegion:
    """(2.6.8) The residual of one region, decoded as far as it was asked for; `core` is its place in the latent frame.

    It is the one stage that keeps something between calls: the entropy coder's state.  Not for several threads at once.
    """

    __slots__ = ("_component", "_count", "_failure", "_held", "_hyper", "_next", "_run", "_slices", "_watch", "core")

    def __init__(
        self,
        hyper: HyperSide,
        component: int,
        unit: RegionUnit,
        core: Rect,
        *,
        at_once: int | None = None,
        watch: Watch = UNWATCHED,
    ) -> None:
        """`at_once`: channels that are decoded in one go at most, None: as memory allows."""
        picture = hyper.picture
        self._hyper, self._component, self._watch, self.core = hyper, component, watch, core
        self._count, plane = picture.num_chs_coded[component], core.h * core.w
        threads = picture.num_threads_r[component]
        self._run: ResidualRun = start_residual(unit.data, self._count * plane, threads, at=unit.at)
        self._slices = channel_slices(self._count, min(max(1, SLICE_POSITIONS // plane), at_once or self._count))
        self._held, self._next = np.zeros(0, np.int16), 0
        self._failure: RefdecError | None = None

    def write(self, symbols: Int16Array, wanted: int) -> None:
        """Write channels `_next` .. wanted - 1 into symbols [num_chs,h,w] of the component; earlier ones are there.

        Raises as the entropy decoder does; with all channels its end is checked (2.10).  Damage is final: whoever asks
        again for channels behind it is told the same.
        """
        core, plane = self.core, self.core.h * self.core.w
        while self._next < wanted:
            if self._held.size < plane:
                self._held = np.concatenate([self._held, self._next_slice()])
            whole = min(self._held.size // plane, wanted - self._next)
            made = self._held[: whole * plane].reshape(-1, core.h, core.w)
            symbols[self._next : self._next + whole, core.rows, core.columns] = made
            self._held, self._next = self._held[whole * plane :], self._next + whole
        if wanted == self._count:
            self._run.finish()

    def _next_slice(self) -> Int16Array:
        """Return the symbols of the next slice of channels."""
        if self._failure is not None:
            raise self._failure
        channels = next(self._slices)
        try:
            parts = run_of_channels(self._hyper, self._component, self.core, channels, watch=self._watch)
            self._run, values = self._run.advance(*parts)
        except RefdecError as problem:
            self._failure = problem
            raise
        return values


@clause("1.4.4")
def region_units(codestream: Codestream, headers: Headers, component: int) -> list[tuple[Region, RegionUnit | None]]:
    """(1.4.4) Return the regions of a component with their units, None where absent.  Raises as residual_units."""
    regions = RegionGrid.of(headers.picture, component).regions
    return list(zip(regions, residual_units(codestream, headers, component), strict=True))


@clause("3.2")
def decode_component_residual(
    codestream: Codestream,
    headers: Headers,
    hyper: HyperSide,
    component: int,
    symbols: Int16Array,
    channels: tuple[int, int] | None = None,
    *,
    regions: Container[int] | None = None,
    watch: Watch = UNWATCHED,
) -> tuple[int, ...]:
    """(3.2) Decode the residual of one component into `symbols` int16 [num_chs,h,w], zero before; return absences.

    `channels` limits the channels of luma and chroma (2.6.8), `regions` (region_idx; None: all) what is read at all.
    """
    picture = headers.picture
    coded = picture.num_chs_coded[component]
    wanted = coded if channels is None else min(channels[component], coded)
    absent: list[int] = []
    for region, unit in region_units(codestream, headers, component):
        if regions is not None and region.index not in regions:
            continue
        if unit is None:
            absent.append(region.index)
            continue
        GrowingRegion(hyper, component, unit, region.y_core, watch=watch).write(symbols, wanted)
    show_scales(hyper, component, watch)
    if watch.active:
        count = COMPONENT_CHANNELS[component]
        whole = np.zeros((count, *symbols.shape[1:]), np.int16)
        whole[: len(symbols)] = symbols
        watch.whole(f"symbols.{COMPONENT_NAMES[component]}", whole)
    return tuple(absent)


@clause("3.2")
def decode_symbols(
    codestream: Codestream,
    headers: Headers,
    hyper: HyperSide,
    channels: tuple[int, int] | None = None,
    *,
    regions: Container[int] | None = None,
    watch: Watch = UNWATCHED,
) -> Symbols:
    """(3.2) Decode the residual of both components; of it only `regions` (region_idx; None: all).

    Substreams of other independent regions are not read.  Raises as decode_component_residual.
    """
    picture = headers.picture
    absent: list[tuple[int, int]] = []
    made: list[Int16Array] = []
    for c in (0, 1):
        symbols = np.zeros((picture.num_chs_coded[c], picture.lat_h, picture.lat_w), np.int16)
        missing = decode_component_residual(
            codestream, headers, hyper, c, symbols, channels, regions=regions, watch=watch
        )
        absent += [(c, region) for region in missing]
        made.append(symbols)
    return Symbols(hyper, (made[0], made[1]), tuple(absent))
