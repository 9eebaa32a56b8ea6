"""Peak signal-to-noise ratio in dB, peak 255: of any planes, of luma, of RGB.

In: two pictures of one shape.  Out: dB; infinity for equal pictures.
"""

from __future__ import annotations

import math
from typing import Any

import numpy.typing as npt

from refdec.metrics.errors import NotRgb
from refdec.metrics.luma import luma_of_rgb
from refdec.metrics.sse import mean_squared_error

__all__ = ["psnr", "psnr_luma", "psnr_rgb"]

AnyArray = npt.NDArray[Any]


def psnr(first: AnyArray, second: AnyArray, peak: float = 255.0) -> float:
    """Return 10 log10(peak^2 / mean squared error) of two arrays of one shape.  Raises ShapesDiffer."""
    error = mean_squared_error(first, second)
    return math.inf if error == 0 else 10 * math.log10(peak * peak / error)


def psnr_luma(first: AnyArray, second: AnyArray, bit_depth: int = 8) -> float:
    """Return the PSNR of BT.709 luma of two RGB pictures [rows, columns, 3].  Raises NotRgb, ShapesDiffer."""
    return psnr(luma_of_rgb(first, bit_depth), luma_of_rgb(second, bit_depth))


def psnr_rgb(first: AnyArray, second: AnyArray, bit_depth: int = 8) -> float:
    """Return the PSNR over all samples of R, G and B together: one mean over the three planes.

    Raises NotRgb, ShapesDiffer.
    """
    for picture in (first, second):
        if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype.kind not in "iu":
            raise NotRgb(picture.shape, str(picture.dtype))
    return psnr(first, second, float((1 << bit_depth) - 1))
