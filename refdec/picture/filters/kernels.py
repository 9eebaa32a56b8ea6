"""Compiled loops of the enhancement filters (6.4.9 to 6.4.12).

In and out: C-contiguous int32 planes [rows, columns]; inputs may be read-only.  Import only where a filter runs:
loading this module loads Numba.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refdec.arithmetic.types import Int32Array, Int64Array, UInt8Array
from refdec.clauses import clause
from refdec.jit import kernel

__all__ = [
    "add_correction",
    "add_saturated",
    "efe_linear_rectangle",
    "efe_nonlinear_tile",
    "haar_analysis",
    "lef_plane",
    "switch_plane",
]

PLANE = "Array(int32, 2, 'C', readonly=True)"
CUBE = "Array(int32, 3, 'C', readonly=True)"
VECTOR = "Array(int64, 1, 'C', readonly=True)"
TABLE = "Array(int64, 2, 'C', readonly=True)"
INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1
WHITE = 255 << 18


@clause("6.4.9")
@kernel(f"void(int32[:, ::1], {PLANE}, {PLANE}, int64, {TABLE}, {TABLE}, {VECTOR})")
def efe_linear_rectangle(
    out: Int32Array,
    chroma: Int32Array,
    luma: Int32Array,
    mean: int,
    chroma_taps: Int64Array,
    luma_taps: Int64Array,
    rectangle: Int64Array,
) -> None:
    """(6.4.9) Filter one rectangle (top, bottom, left, right) of one phase plane.

    `chroma` and `luma` carry one more sample above and left, two more below and right.  A tap is (row, column, weight)
    with offsets counted from that corner; the base term is among the chroma taps.  Bounds: any int32 samples, 0 <= mean
    < 2^27, so |D| < 2^32; at most 32 weights of at most 98303 and a base of at most 3200 in sum: |total| < 2^53.
    """
    top, bottom, left, right = rectangle[0], rectangle[1], rectangle[2], rectangle[3]
    total = np.empty(right - left, np.int64)
    for y in range(top, bottom):
        total[:] = 1 << 10
        for t in range(chroma_taps.shape[0]):
            row = y + chroma_taps[t, 0]
            start = left + chroma_taps[t, 1]
            w = chroma_taps[t, 2]
            for x in range(right - left):
                total[x] += w * (np.int64(chroma[row, start + x]) - mean)
        for t in range(luma_taps.shape[0]):
            row = y + luma_taps[t, 0]
            start = left + luma_taps[t, 1]
            w = luma_taps[t, 2]
            for x in range(right - left):
                total[x] += w * np.int64(luma[row, start + x])
        for x in range(right - left):
            out[y, left + x] = min(max(mean + (total[x] >> 11), INT32_MIN), INT32_MAX)


@clause("6.4.11")
@kernel(f"void(int32[:, ::1], {PLANE}, {PLANE}, {VECTOR}, {VECTOR}, {VECTOR})")
def efe_nonlinear_tile(
    out: Int32Array,
    chroma: Int32Array,
    luma: Int32Array,
    weight: Int64Array,
    threshold: Int64Array,
    rectangle: Int64Array,
) -> None:
    """(6.4.11) Add the offset curve of one tile (top, bottom, left, right); `luma` has the size of the chroma plane.

    Bounds: any int32 samples, 0 <= threshold < 2^28, |weight| <= 98303, so each product < 2^48 and |total| < 2^51.
    """
    w0, thr0 = weight[0], threshold[0]
    for y in range(rectangle[0], rectangle[1]):
        for x in range(rectangle[2], rectangle[3]):
            light = np.int64(luma[y, x])
            total = max(np.int64(0), (np.int64(chroma[y, x]) << 11) + w0 * (light - thr0))
            for k in range(1, 8):
                total += weight[k] * max(np.int64(0), light - threshold[k])
            out[y, x] = min(max((total + (1 << 10)) >> 11, INT32_MIN), INT32_MAX)


@clause("6.4.11")
@kernel(f"void(int32[:, ::1], {PLANE}, {PLANE}, Array(uint8, 2, 'C', readonly=True), int64)")
def switch_plane(
    out: Int32Array, filtered: Int32Array, alternative: Int32Array, mask: UInt8Array, block_edge: int
) -> None:
    """(6.4.11) Per block of the mask: 0 the filtered plane, 1 the mean, 2 the alternative.

    Any int32 planes, mask 0..2: |sum| <= 2^32, and half of it never leaves int32.
    """
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            g = np.int64(mask[y // block_edge, x // block_edge])
            out[y, x] = (np.int64(alternative[y, x]) * g + (2 - g) * np.int64(filtered[y, x]) + 1) >> 1


@clause("6.4.12")
@kernel(f"void(int32[:, ::1], {PLANE}, {TABLE}, {VECTOR}, {VECTOR})")
def lef_plane(out: Int32Array, luma: Int32Array, factor: Int64Array, rows: Int64Array, columns: Int64Array) -> None:
    """(6.4.12) Sharpen: factor[rows[y], columns[x]] in hundredths, 100..116, any int32 luma.

    Bounds: |T| <= 64 * 2^31 = 2^37, so |total| + 3200 <= 2^37 * (16 + 116) + 3200 < 2^45.
    """
    height, width = luma.shape
    for y in range(height):
        for x in range(width):
            h = factor[rows[y], columns[x]]
            centre = np.int64(luma[y, x])
            total = 64 * centre
            if h != 100 and 0 < y < height - 1 and 0 < x < width - 1:
                around = np.int64(luma[y, x - 1]) + np.int64(luma[y, x + 1])
                for dx in range(-1, 2):
                    around += np.int64(luma[y - 1, x + dx]) + np.int64(luma[y + 1, x + dx])
                total = 5 * around + 24 * centre
            total = total * (100 - h) + 64 * h * centre
            quotient = (total + 3200) // 6400 if total >= 0 else -((3200 - total) // 6400)
            out[y, x] = min(max(quotient, 0), WHITE)


@clause("6.4.10")
@kernel(f"void(int32[:, :, ::1], int64, {PLANE}, {TABLE})")
def haar_analysis(out: Int32Array, first: int, plane: Int32Array, sign: Int64Array) -> None:
    """(6.4.10) Channels first..first+15 of `out` [h, w, C] from a plane [4h, 4w]; sign [16 samples, 16 channels].

    Any int32 samples, signs +1 and -1: |total| <= 16 * 2^31 + 2 < 2^36.
    """
    total = np.empty(16, np.int64)
    for r in range(out.shape[0]):
        for q in range(out.shape[1]):
            total[:] = 2
            for sample in range(16):
                value = np.int64(plane[4 * r + (sample >> 2), 4 * q + (sample & 3)])
                for channel in range(16):
                    total[channel] += sign[sample, channel] * value
            for channel in range(16):
                out[r, q, first + channel] = min(max(total[channel] >> 2, INT32_MIN), INT32_MAX)


@clause("6.4.10")
@kernel(f"void(int32[:, ::1], {CUBE}, {TABLE})")
def add_correction(plane: Int32Array, correction: Int32Array, sign: Int64Array) -> None:
    """(6.4.10) Add the correction [h, w, 16] to a plane [4h, 4w], in place; sign [16 channels, 16 samples].

    Any int32 values, signs +1 and -1: |total| <= 16 * 2^31 + 2 < 2^36, and the sum before sat32 < 2^34.
    """
    total = np.empty(16, np.int64)
    for r in range(correction.shape[0]):
        for q in range(correction.shape[1]):
            total[:] = 2
            for channel in range(16):
                value = np.int64(correction[r, q, channel])
                for sample in range(16):
                    total[sample] += sign[channel, sample] * value
            for sample in range(16):
                y, x = 4 * r + (sample >> 2), 4 * q + (sample & 3)
                plane[y, x] = min(max(np.int64(plane[y, x]) + (total[sample] >> 2), INT32_MIN), INT32_MAX)


@clause("6.3.1")
@kernel(f"void(int32[:, :, ::1], {CUBE})")
def add_saturated(features: Int32Array, more: Int32Array) -> None:
    """(6.3.1) features = sat32(features + more), in place; any int32 maps, |total| <= 2^32."""
    for y in range(features.shape[0]):
        for x in range(features.shape[1]):
            for c in range(features.shape[2]):
                total: Any = np.int64(features[y, x, c]) + np.int64(more[y, x, c])
                features[y, x, c] = min(max(total, INT32_MIN), INT32_MAX)
