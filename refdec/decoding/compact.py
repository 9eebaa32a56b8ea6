"""Entropy decoding for decoders that work window by window (3.2): symbols whole, everything wide by bands.

In: a codestream with its headers.  Out: `CompactSymbols`: z_hat, the last small layer of the hyper-scale decoder, and
symbols int16.  No array of 32-bit integers has the size of the picture: scale indices are recomputed where they are
needed, by `scale_window`.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import BoolArray, Int8Array, Int16Array, Int32Array, UInt8Array
from refdec.bitstream.framing import Codestream
from refdec.bitstream.headers import Headers
from refdec.bitstream.payloads import RegionUnit, residual_units
from refdec.bitstream.picture_header import PictureHeader
from refdec.clauses import clause
from refdec.decoding.models import Models
from refdec.decoding.symbols_old import decode_hyper_latents, decode_quality
from refdec.entropy.residual import start_residual
from refdec.latent.qualitysteps import QualitySteps, quality_steps
from refdec.latent.sigma import SigmaMaps, levels, scale_maps
from refdec.latent.skip import skip_mask
from refdec.tiling.bands import channel_slices, row_bands
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.regions import RegionGrid
from refdec.tiling.windows import blocks_around

__all__ = [
    "CompactComponent",
    "CompactSymbols",
    "HyperLatents",
    "HyperParts",
    "SigmaWindow",
    "decode_compact",
    "decode_component",
    "decode_hyper",
    "decode_hyper_parts",
    "run_of_channels",
    "scale_window",
]

BAND_ROWS = 16
SLICE_POSITIONS = 1 << 19
"""Symbols whose scale indices are there at once while the residual is decoded: about 20 MB of them."""
REASON = "bounded memory: a decoder is free to recompute what it needs, when it needs it"
ALL = slice(None)


@dataclass(frozen=True, slots=True, eq=False)
class CompactComponent:
    """One component: `z_hat` int8 [C,hz,wz]; `trunk` int16 [hz,wz,C] of the hyper-scale decoder (3.3.3).

    `symbols` int16 [num_chs,h,w]: 0 where not coded, beyond the channels asked for, and in regions that are absent or
    were not asked for.
    """

    z_hat: Int8Array
    trunk: Int16Array
    symbols: Int16Array


@dataclass(frozen=True, slots=True, eq=False)
class CompactSymbols:
    """Both components, the steps of the quality map (None where there is none), and what is missing.

    `absent_regions` lists (component, region_idx) of regions that were asked for and are not in the codestream (1.4.4).
    """

    components: tuple[CompactComponent, CompactComponent]
    quality_steps: QualitySteps | None
    absent_regions: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class SigmaWindow:
    """Scale indices of `rect` of the latent, whose sides are multiples of 8 or the end of the picture."""

    rect: Rect
    maps: SigmaMaps


@clause("3.2", kind="added", reason=REASON)
def scale_window(
    picture: PictureHeader,
    models: Models,
    component: int,
    trunk: Int16Array,
    steps: QualitySteps | None,
    window: Rect,
    *,
    channels: slice = ALL,
) -> SigmaWindow:
    """(3.2) Steps 1 to 4 for a window of the latent, grown to whole blocks: equal to the same window of the whole.

    `channels` limits the work to some channels.  `trunk` and `steps` are those of the whole component.
    """
    rect = blocks_around(window, (picture.lat_h, picture.lat_w))
    flags = picture.grfs_flags[component] if picture.grfs_enable_flag[component] else None
    maps = scale_maps(
        _s0_window(models, component, trunk, (picture.lat_h, picture.lat_w), rect, channels),
        models.gain(component)[channels],
        picture.beta_log[component],
        None if steps is None else steps.window(rect.rows, rect.columns),
        bool(picture.rvs_enable_flag[component]),
        None if flags is None else flags[channels],
        picture.model_id,
    )
    return SigmaWindow(rect, maps)


@clause("3.3.3")
def _s0_window(
    models: Models, component: int, trunk: Int16Array, frame_hw: tuple[int, int], rect: Rect, channels: slice
) -> Int32Array:
    """(3.3.3) s0 int32 [c, h, w] of a window: the last layer is 1x1 and makes 4x4 samples of one position of z."""
    top, left = rect.y >> 2, rect.x >> 2
    bottom, right = ceil_div(rect.bottom, 4), ceil_div(rect.right, 4)
    height = min(4 * bottom, frame_hw[0]) - 4 * top
    width = min(4 * right, frame_hw[1]) - 4 * left
    rows = slice(rect.y - 4 * top, rect.bottom - 4 * top)
    part = trunk[top:bottom, left:right]
    s0 = models.hyper_scale(component).scale(part, height, width, channels=channels, rows=rows)
    first = rect.x - 4 * left
    return np.ascontiguousarray(s0[:, :, first : first + rect.w])


@clause("3.3.3")
@dataclass(frozen=True, slots=True, eq=False)
class HyperParts:
    """(3.3.3) What is known of both components before their residual: z_hat, trunk, and the quality steps of both."""

    z_hat: tuple[Int8Array, Int8Array]
    trunk: tuple[Int16Array, Int16Array]
    quality_steps: QualitySteps | None

    def with_symbols(
        self, symbols: tuple[Int16Array, Int16Array], absent: tuple[tuple[int, int], ...]
    ) -> CompactSymbols:
        """Return the whole, symbols [num_chs,h,w] of both components and (component, region_idx) of absent regions."""
        luma, chroma = (CompactComponent(self.z_hat[c], self.trunk[c], symbols[c]) for c in (0, 1))
        return CompactSymbols((luma, chroma), self.quality_steps, absent)


@clause("3.3.3")
@dataclass(frozen=True, slots=True, eq=False)
class HyperLatents:
    """(3.3.3) What the codestream says of both components before their residual: z_hat, and the quality steps."""

    z_hat: tuple[Int8Array, Int8Array]
    quality_steps: QualitySteps | None

    def with_trunks(self, trunks: tuple[Int16Array, Int16Array]) -> HyperParts:
        """Return the parts, given what the small layers of the hyper-scale decoders make of z_hat."""
        return HyperParts(self.z_hat, trunks, self.quality_steps)


@clause("3.2", kind="added", reason=REASON)
def decode_hyper(codestream: Codestream, headers: Headers, models: Models) -> HyperLatents:
    """(3.2) Decode quality map and hyper latents.  Raises what decode_symbols raises for them."""
    quality_map = decode_quality(codestream, headers)
    z_hat = decode_hyper_latents(codestream, headers.picture, models)
    return HyperLatents(z_hat, None if quality_map is None else quality_steps(quality_map))


@clause("3.2", kind="added", reason=REASON)
def decode_hyper_parts(codestream: Codestream, headers: Headers, models: Models) -> HyperParts:
    """(3.2) Decode quality map and hyper latents, and run the small layers on them; raises what decode_hyper raises."""
    hyper = decode_hyper(codestream, headers, models)
    luma, chroma = hyper.z_hat
    return hyper.with_trunks((models.hyper_scale(0).trunk(luma), models.hyper_scale(1).trunk(chroma)))


@clause("2.6", kind="added", reason=REASON)
def run_of_channels(
    picture: PictureHeader, models: Models, component: int, hyper: HyperParts, core: Rect, channels: slice
) -> tuple[UInt8Array, BoolArray]:
    """(2.6) Levels and mask of some channels of a region's run, from scale indices that live for one band of rows."""
    count = channels.stop - channels.start
    run_levels = np.empty((count, core.h, core.w), np.uint8)
    run_coded = np.empty(run_levels.shape, np.bool_)
    trunk, steps, cubes = hyper.trunk[component], hyper.quality_steps, picture.cube_flags[component]
    for rows in row_bands(core.h, max(BAND_ROWS, SLICE_POSITIONS // (count * core.w))):
        band = Rect(core.x, core.y + rows.start, core.w, rows.stop - rows.start)
        sigma = scale_window(picture, models, component, trunk, steps, band, channels=channels)
        inside = band.seen_from(sigma.rect)
        part = (ALL, inside.rows, inside.columns)
        run_levels[:, rows] = levels(np.ascontiguousarray(sigma.maps.final[part]))
        run_coded[:, rows] = skip_mask(sigma.maps.base[part], cubes, origin=(band.y, band.x))
    return run_levels, run_coded


@clause("2.6.8", kind="added", reason=REASON)
def _decode_region(
    picture: PictureHeader,
    models: Models,
    component: int,
    hyper: HyperParts,
    unit: RegionUnit,
    core: Rect,
    symbols: Int16Array,
    wanted: int,
) -> None:
    """(2.6.8) Write the symbols of the first `wanted` channels of a region, decoded in slices of channels."""
    count, plane = picture.num_chs_coded[component], core.h * core.w
    run = start_residual(unit.data, count * plane, picture.num_threads_r[component], at=unit.at)
    held, written = np.zeros(0, np.int16), 0
    for channels in channel_slices(count, max(1, SLICE_POSITIONS // plane)):
        if written >= wanted:
            return
        run, values = run.advance(*run_of_channels(picture, models, component, hyper, core, channels))
        held = np.concatenate([held, values])
        whole = min(held.size // plane, wanted - written)
        symbols[written : written + whole, core.rows, core.columns] = held[: whole * plane].reshape(-1, core.h, core.w)
        held, written = held[whole * plane :], written + whole
    if wanted == count:
        run.finish()


@clause("3.2", kind="added", reason=REASON)
def decode_component(
    codestream: Codestream,
    headers: Headers,
    models: Models,
    component: int,
    hyper: HyperParts,
    symbols: Int16Array,
    channels: tuple[int, int] | None = None,
    *,
    regions: Container[int] | None = None,
) -> tuple[int, ...]:
    """(3.2) Decode the residual of one component into `symbols` int16 [num_chs,h,w], zero before; return absences.

    See decode_compact for the rest.
    """
    picture = headers.picture
    coded = picture.num_chs_coded[component]
    wanted = coded if channels is None else min(channels[component], coded)
    absent: list[int] = []
    units = residual_units(codestream, headers, component)
    for region, unit in zip(RegionGrid.of(picture, component).regions, units, strict=True):
        if regions is not None and region.index not in regions:
            continue
        if unit is None:
            absent.append(region.index)
            continue
        _decode_region(picture, models, component, hyper, unit, region.y_core, symbols, wanted)
    return tuple(absent)


@clause("3.2", kind="added", reason=REASON)
def decode_compact(
    codestream: Codestream,
    headers: Headers,
    models: Models,
    channels: tuple[int, int] | None = None,
    *,
    regions: Container[int] | None = None,
) -> CompactSymbols:
    """(3.2) Decode what the entropy coder carries; of the residual only `regions` (region_idx; None: all).

    `channels` limits the residual channels of luma and chroma (2.6.8).  Substreams of other independent regions are not
    read.  Raises what decode_symbols raises.
    """
    picture = headers.picture
    hyper = decode_hyper_parts(codestream, headers, models)
    absent: list[tuple[int, int]] = []
    made: list[Int16Array] = []
    for c in (0, 1):
        symbols = np.zeros((picture.num_chs_coded[c], picture.lat_h, picture.lat_w), np.int16)
        missing = decode_component(codestream, headers, models, c, hyper, symbols, channels, regions=regions)
        absent += [(c, region) for region in missing]
        made.append(symbols)
    return hyper.with_symbols((made[0], made[1]), tuple(absent))
