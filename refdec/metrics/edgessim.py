"""Edge SSIM: how well edges survive, which is what makes text and drawings legible; no text is recognised for it.

SSIM (Wang, Bovik, Sheikh, Simoncelli: Image quality assessment: from error visibility to structural similarity, 2004)
with the window of `msssim` (11 x 11, Gaussian, sigma 1.5, whole windows only), averaged over those windows whose middle
sample lies on a strong edge of the original.  An edge is strong where the Sobel gradient of luma is at least 16 codes
a sample; letters on paper have 30 to 120, grass and clouds below 10.  Where no gradient is as large, the largest one
counts, so a flat picture is measured everywhere.

In: two planes [rows, columns] on the 0..255 scale, the original first: it alone says where the edges are.  Out: -1..1,
1 for equal planes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from refdec.metrics.errors import PictureTooSmall, ShapesDiffer
from refdec.metrics.luma import FloatArray, luma_of_rgb
from refdec.metrics.msssim import WINDOW, ssim_maps

__all__ = ["STRONG_GRADIENT", "edge_ssim", "edge_ssim_luma", "gradient"]

STRONG_GRADIENT = 16.0
"""Codes a sample, on the 0..255 scale."""


def gradient(plane: FloatArray) -> FloatArray:
    """Return the length of the Sobel gradient of a plane [h, w], codes a sample: [h - 2, w - 2], no borders.

    A ramp that grows by one code a sample has the gradient 1.
    """
    down, across = plane[2:] - plane[:-2], plane[:, 2:] - plane[:, :-2]
    rows = (down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]) / 8
    columns = (across[:-2] + 2 * across[1:-1] + across[2:]) / 8
    length: FloatArray = np.hypot(rows, columns)
    return length


def edge_ssim(original: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    """Return the mean SSIM of the windows around strong edges of `original`, both [rows, columns] on 0..255.

    Raises ShapesDiffer, and PictureTooSmall below 11 rows or columns.
    """
    if original.shape != other.shape:
        raise ShapesDiffer(original.shape, other.shape)
    if min(original.shape) < WINDOW:
        raise PictureTooSmall(original.shape[0], original.shape[1], WINDOW)
    first, second = original.astype(np.float64), other.astype(np.float64)
    whole, _ = ssim_maps(first, second)
    margin = WINDOW // 2 - 1
    slopes = gradient(first)[margin : margin + whole.shape[0], margin : margin + whole.shape[1]]
    return float(whole[slopes >= min(STRONG_GRADIENT, float(slopes.max()))].mean())


def edge_ssim_luma(original: npt.NDArray[Any], other: npt.NDArray[Any], bit_depth: int = 8) -> float:
    """Return the edge SSIM of BT.709 luma of two RGB pictures [rows, columns, 3].

    Raises NotRgb, ShapesDiffer, PictureTooSmall.
    """
    return edge_ssim(luma_of_rgb(original, bit_depth), luma_of_rgb(other, bit_depth))
