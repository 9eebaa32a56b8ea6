"""MS-SSIM (Wang, Simoncelli, Bovik: Multiscale structural similarity for image quality assessment, 2003).

Five scales with the exponents of that paper, Gaussian window of 11 x 11 with sigma 1.5 (only whole windows count),
K1 = 0.01, K2 = 0.03, halving by the mean of 2 x 2 samples (an odd last row or column counts twice).  A negative mean of
the contrast-structure term counts as 0.

In: two planes [rows, columns] on one scale.  Out: 0..1, 1 for equal planes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from refdec.metrics.errors import PictureTooSmall, ShapesDiffer
from refdec.metrics.luma import FloatArray, luma_of_rgb

__all__ = ["EXPONENTS", "LEAST_SIDE", "WINDOW", "ms_ssim", "ms_ssim_luma", "ssim_maps", "ssim_terms"]

EXPONENTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
WINDOW, SIGMA = 11, 1.5
LEAST_SIDE = WINDOW << (len(EXPONENTS) - 1)


def _window() -> FloatArray:
    """Return the one-dimensional Gaussian; the window is its outer product with itself."""
    offset = np.arange(WINDOW) - WINDOW // 2
    weight = np.exp(-(offset**2) / (2 * SIGMA**2))
    normalised: FloatArray = weight / weight.sum()
    return normalised


def _blurred(plane: FloatArray) -> FloatArray:
    """Filter with the Gaussian window, whole windows only: [h, w] -> [h - 10, w - 10]."""
    window = _window()
    height, width = plane.shape[0] - WINDOW + 1, plane.shape[1] - WINDOW + 1
    rows = np.zeros((height, plane.shape[1]))
    for k in range(WINDOW):
        rows += window[k] * plane[k : k + height]
    result = np.zeros((height, width))
    for k in range(WINDOW):
        result += window[k] * rows[:, k : k + width]
    return result


def _halved(plane: FloatArray) -> FloatArray:
    """Return the means of 2 x 2 samples; an odd last row or column is repeated."""
    padded = np.pad(plane, [(0, plane.shape[0] % 2), (0, plane.shape[1] % 2)], mode="edge")
    means: FloatArray = padded.reshape(padded.shape[0] // 2, 2, padded.shape[1] // 2, 2).mean(axis=(1, 3))
    return means


def ssim_maps(first: FloatArray, second: FloatArray, peak: float = 255.0) -> tuple[FloatArray, FloatArray]:
    """Return SSIM and its contrast-structure factor for all whole windows of planes [h, w]: two of [h - 10, w - 10].

    Value [r, c] belongs to the window around sample [r + 5, c + 5].
    """
    c1, c2 = (0.01 * peak) ** 2, (0.03 * peak) ** 2
    mean_1, mean_2 = _blurred(first), _blurred(second)
    variance_1 = _blurred(first * first) - mean_1 * mean_1
    variance_2 = _blurred(second * second) - mean_2 * mean_2
    covariance = _blurred(first * second) - mean_1 * mean_2
    structure = (2 * covariance + c2) / (variance_1 + variance_2 + c2)
    luminance = (2 * mean_1 * mean_2 + c1) / (mean_1 * mean_1 + mean_2 * mean_2 + c1)
    return luminance * structure, structure


def ssim_terms(first: FloatArray, second: FloatArray, peak: float = 255.0) -> tuple[float, float]:
    """Return the means of SSIM and of its contrast-structure factor over all whole windows of one scale."""
    whole, structure = ssim_maps(first, second, peak)
    return float(whole.mean()), float(structure.mean())


def ms_ssim(first: npt.NDArray[Any], second: npt.NDArray[Any], peak: float = 255.0) -> float:
    """Return the MS-SSIM of two planes [rows, columns]; `peak` is the range of the data.

    Raises ShapesDiffer, and PictureTooSmall below 176 rows or columns.
    """
    if first.shape != second.shape:
        raise ShapesDiffer(first.shape, second.shape)
    if min(first.shape) < LEAST_SIDE:
        raise PictureTooSmall(first.shape[0], first.shape[1], LEAST_SIDE)
    one, two = first.astype(np.float64), second.astype(np.float64)
    value = 1.0
    for scale, exponent in enumerate(EXPONENTS):
        whole, structure = ssim_terms(one, two, peak)
        last = scale == len(EXPONENTS) - 1
        value *= max(whole if last else structure, 0.0) ** exponent
        if not last:
            one, two = _halved(one), _halved(two)
    return value


def ms_ssim_luma(first: npt.NDArray[Any], second: npt.NDArray[Any], bit_depth: int = 8) -> float:
    """Return the MS-SSIM of BT.709 luma of two RGB pictures [rows, columns, 3], range 255.

    Raises NotRgb, ShapesDiffer, PictureTooSmall.
    """
    return ms_ssim(luma_of_rgb(first, bit_depth), luma_of_rgb(second, bit_depth))
