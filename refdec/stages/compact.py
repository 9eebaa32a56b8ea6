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
from refdec.bitstream.payloads import residual_units
from refdec.bitstream.picture_header import COMPONENT_CHANNELS, PictureHeader
from refdec.clauses import clause
from refdec.entropy.residual import decode_residual
from refdec.latent.qualitysteps import QualitySteps, quality_steps
from refdec.latent.sigma import SigmaMaps, levels, scale_maps
from refdec.latent.skip import skip_mask
from refdec.models import Models
from refdec.stages.symbols import decode_hyper_latents, decode_quality
from refdec.tiling.bands import row_bands
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.regions import RegionGrid
from refdec.tiling.windows import blocks_around

__all__ = ["CompactComponent", "CompactSymbols", "SigmaWindow", "decode_compact", "scale_window"]

BAND_ROWS = 16
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


@clause("2.6", kind="added", reason=REASON)
def _run_of_region(
    picture: PictureHeader,
    models: Models,
    component: int,
    trunk: Int16Array,
    steps: QualitySteps | None,
    core: Rect,
) -> tuple[UInt8Array, BoolArray]:
    """(2.6) Levels and mask of a region's run, [num_chs, h, w], from scale indices that live for one band of rows."""
    count = picture.num_chs_coded[component]
    run_levels = np.empty((count, core.h, core.w), np.uint8)
    run_coded = np.empty(run_levels.shape, np.bool_)
    for rows in row_bands(core.h, BAND_ROWS):
        band = Rect(core.x, core.y + rows.start, core.w, rows.stop - rows.start)
        sigma = scale_window(picture, models, component, trunk, steps, band, channels=slice(0, count))
        inside = band.seen_from(sigma.rect)
        part = (ALL, inside.rows, inside.columns)
        run_levels[:, rows] = levels(np.ascontiguousarray(sigma.maps.final[part]))
        run_coded[:, rows] = skip_mask(sigma.maps.base[part], picture.cube_flags[component], origin=(band.y, band.x))
    return run_levels, run_coded


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
    quality_map = decode_quality(codestream, headers)
    steps = None if quality_map is None else quality_steps(quality_map)
    parts: list[CompactComponent] = []
    absent: list[tuple[int, int]] = []
    for c, z_hat in enumerate(decode_hyper_latents(codestream, picture, models)):
        trunk = models.hyper_scale(c).trunk(z_hat)
        symbols = np.zeros((picture.num_chs_coded[c], picture.lat_h, picture.lat_w), np.int16)
        limit = None if channels is None else min(channels[c], COMPONENT_CHANNELS[c])
        units = residual_units(codestream, headers, c)
        for region, unit in zip(RegionGrid.of(picture, c).regions, units, strict=True):
            if regions is not None and region.index not in regions:
                continue
            if unit is None:
                absent.append((c, region.index))
                continue
            core = region.y_core
            run_levels, run_coded = _run_of_region(picture, models, c, trunk, steps, core)
            threads = picture.num_threads_r[c]
            values = decode_residual(unit.data, run_levels, run_coded, threads, channels=limit, at=unit.at)
            symbols[:, core.rows, core.columns] = values
        parts.append(CompactComponent(z_hat, trunk, symbols))
    return CompactSymbols((parts[0], parts[1]), steps, tuple(absent))
