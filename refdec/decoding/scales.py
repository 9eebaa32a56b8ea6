"""Scale indices of any window of the latent (3.2 steps 1 to 4), recomputed from small things wherever they are needed.

In: the hyper latents' trunk, 16 values of int16 for 16 latent positions and channel.  Out: `SigmaWindow`, equal to the
same window of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import Int16Array, Int32Array
from refdec.bitstream.picture_header import PictureHeader
from refdec.clauses import clause
from refdec.decoding.models import Models
from refdec.latent.qualitysteps import QualitySteps
from refdec.latent.sigma import SigmaMaps, scale_maps
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.windows import blocks_around

__all__ = ["SigmaWindow", "scale_window", "window_from_s0"]

ALL = slice(None)


@dataclass(frozen=True, slots=True, eq=False)
class SigmaWindow:
    """Scale indices of `rect` of the latent, whose sides are multiples of 8 or the end of the picture."""

    rect: Rect
    maps: SigmaMaps


@clause("3.2")
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
    s0 = _s0_window(models, component, trunk, (picture.lat_h, picture.lat_w), rect, channels)
    return window_from_s0(picture, models, component, s0, steps, rect, channels=channels)


@clause("3.2")
def window_from_s0(
    picture: PictureHeader,
    models: Models,
    component: int,
    s0: Int32Array,
    steps: QualitySteps | None,
    rect: Rect,
    *,
    channels: slice = ALL,
) -> SigmaWindow:
    """(3.2) Steps 2 to 4 for s0 int32 [c, h, w] of a window of whole blocks; `steps` are those of the component."""
    flags = picture.grfs_flags[component] if picture.grfs_enable_flag[component] else None
    maps = scale_maps(
        s0,
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
