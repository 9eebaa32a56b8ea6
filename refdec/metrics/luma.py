"""Luma of RGB codes for metrics (5.14.1 step 1), as floats on the 0..255 scale.

In: integer R, G, B codes [rows, columns, 3] of a bit depth.  Out: float64 luma [rows, columns], not rounded.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from refdec.metrics.errors import NotRgb

__all__ = ["BT709", "FloatArray", "luma_of_rgb", "on_255_scale"]

FloatArray = npt.NDArray[np.float64]
BT709 = (0.2126, 0.7152, 0.0722)


def on_255_scale(codes: npt.NDArray[Any], bit_depth: int) -> FloatArray:
    """Return codes 0..2^bit_depth - 1 as float64 on the 0..255 scale, any shape."""
    scale = 255 / ((1 << bit_depth) - 1)
    return codes.astype(np.float64) * scale


def luma_of_rgb(rgb: npt.NDArray[Any], bit_depth: int = 8) -> FloatArray:
    """(5.14.1 step 1) Y = .2126 R + .7152 G + .0722 B, times 255, in float64.

    Raises NotRgb unless `rgb` holds integers [rows, columns, 3].
    """
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype.kind not in "iu":
        raise NotRgb(rgb.shape, str(rgb.dtype))
    red, green, blue = (on_255_scale(rgb[..., i], bit_depth) for i in range(3))
    luma: FloatArray = BT709[0] * red + BT709[1] * green + BT709[2] * blue
    return luma
