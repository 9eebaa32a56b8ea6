"""Compiled loops of the picture stages: resampling, colour, codes (6.4.8, 6.4.13, 6.4.14).

In and out: C-contiguous int32 planes [rows, columns]; inputs may be read-only.  Import only where a picture is
computed: loading this module loads Numba.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refdec.arithmetic.types import Int32Array, Int64Array, UInt16Array
from refdec.clauses import clause
from refdec.jit import kernel

__all__ = ["codes_of_plane", "custom_colour", "resample_columns", "resample_rows", "rgb_from_ycc", "weighted_sum"]

PLANE = "Array(int32, 2, 'C', readonly=True)"
TABLE = "Array(int64, 2, 'C', readonly=True)"
INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1
WHITE = 255 << 18
MIDDLE = WHITE >> 1


@clause("6.4.8")
@kernel(f"void({PLANE}, {TABLE}, {TABLE}, int64, int32[:, ::1])")
def resample_rows(source: Int32Array, index: Int64Array, weight: Int64Array, shift: int, out: Int32Array) -> None:
    """(6.4.8) out[i] = sat32(rshift(sum_j weight[i, j] * source[index[i, j]], shift)), all columns.

    Any int32 samples; shift 30 with sum_j |weight| <= 1.375 * 2^30 (cubic) or 18 with 2^18 (linear): |total| < 2^62.
    """
    half = np.int64(1) << (shift - 1)
    width = source.shape[1]
    total = np.empty(width, np.int64)
    for i in range(out.shape[0]):
        total[:] = half
        for j in range(index.shape[1]):
            row = index[i, j]
            w = weight[i, j]
            for x in range(width):
                total[x] += w * np.int64(source[row, x])
        for x in range(width):
            out[i, x] = min(max(total[x] >> shift, INT32_MIN), INT32_MAX)


@clause("6.4.8")
@kernel(f"void({PLANE}, {TABLE}, {TABLE}, int64, int32[:, ::1])")
def resample_columns(source: Int32Array, index: Int64Array, weight: Int64Array, shift: int, out: Int32Array) -> None:
    """(6.4.8) As resample_rows, in the other direction; the same ranges, |total| < 2^62."""
    half: Any = np.int64(1) << (shift - 1)
    for y in range(out.shape[0]):
        for i in range(out.shape[1]):
            total = half
            for j in range(index.shape[1]):
                total += weight[i, j] * np.int64(source[y, index[i, j]])
            out[y, i] = min(max(total >> shift, INT32_MIN), INT32_MAX)


@clause("6.4.13")
@kernel(f"void({PLANE}, {PLANE}, {PLANE}, int32[:, ::1], int32[:, ::1], int32[:, ::1])")
def rgb_from_ycc(
    y_plane: Int32Array, u_plane: Int32Array, v_plane: Int32Array, red: Int32Array, green: Int32Array, blue: Int32Array
) -> None:
    """(6.4.13) Y'CbCr to R'G'B', clamped to 0..255.

    Any int32 samples: |u|, |v| <= 2^31 + 2^25 and coefficients of a sum <= 1992435329 in magnitude: |product| < 2^62.
    """
    half = np.int64(1) << 29
    for i in range(y_plane.shape[0]):
        for j in range(y_plane.shape[1]):
            y: Any = np.int64(y_plane[i, j])
            u: Any = np.int64(u_plane[i, j]) - MIDDLE
            v: Any = np.int64(v_plane[i, j]) - MIDDLE
            red[i, j] = min(max(y + ((1690928624 * v + half) >> 30), 0), WHITE)
            green[i, j] = min(max(y + ((-201137906 * u - 502644611 * v + half) >> 30), 0), WHITE)
            blue[i, j] = min(max(y + ((1992435329 * u + half) >> 30), 0), WHITE)


@clause("6.7")
@kernel(f"void({PLANE}, {PLANE}, {PLANE}, Array(int64, 1, 'C', readonly=True), int64, int64, int32[:, ::1])")
def weighted_sum(
    a: Int32Array, b: Int32Array, c: Int32Array, weight: Int64Array, divisor: int, offset: int, out: Int32Array
) -> None:
    """(6.7) out = sat32(rdiv(w0*a + w1*b + w2*c, divisor) + offset).

    Any int32 planes and |weights| <= 2^30 in sum, or codes of at most 16 bits and 255 times such weights: |total| <=
    2^61; 0 < divisor < 2^31, 0 <= offset < 2^25.
    """
    half = divisor >> 1
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            total = weight[0] * np.int64(a[i, j]) + weight[1] * np.int64(b[i, j]) + weight[2] * np.int64(c[i, j])
            quotient = (total + half) // divisor if total >= 0 else -((half - total) // divisor)
            out[i, j] = min(max(quotient + offset, INT32_MIN), INT32_MAX)


@clause("5.10", kind="inferred", reason="colour_transform_idx 2 has no interoperable definition; the recommended one")
@kernel(f"void({PLANE}, {PLANE}, {PLANE}, Array(int64, 1, 'C', readonly=True), int64, int64, int32[:, ::1])")
def custom_colour(
    a: Int32Array, b: Int32Array, c: Int32Array, weight: Int64Array, offset: int, top: int, out: Int32Array
) -> None:
    """(5.10) clip((w.planes + offset)/255, 0, 1) rounded half to even to a multiple of 1/top, on the 0..255 scale.

    Planes are clamped to 0..255, weights and offset are 0..255, top < 2^16: total + offset * WHITE < 2^36, so product <
    2^52, and the sample before its division < 2^43.
    """
    unit = np.int64(255) * WHITE
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            total = weight[0] * np.int64(a[i, j]) + weight[1] * np.int64(b[i, j]) + weight[2] * np.int64(c[i, j])
            product = (total + offset * WHITE) * top
            code = product // unit
            twice = 2 * (product - code * unit)
            if twice > unit or (twice == unit and (code & 1) == 1):
                code += 1
            out[i, j] = (min(code, top) * WHITE + (top >> 1)) // top


@clause("6.4.14")
@kernel(f"void({PLANE}, int64, uint16[:, ::1])")
def codes_of_plane(plane: Int32Array, top: int, out: UInt16Array) -> None:
    """(6.4.14) rhe(v * top, 255 * 2^18) of the clamped samples v: 0 <= v < 2^26, 0 < top < 2^16, so product < 2^42.

    For 8 bits (top = 255) that is rhe(v, 2^18): half of it less one, and one more where the code before is odd; in
    int32, v + 2^17 < 2^27.
    """
    if top == 255:
        for i in range(plane.shape[0]):
            row, goal = plane[i], out[i]
            for j in range(plane.shape[1]):
                v = min(max(row[j], np.int32(0)), np.int32(WHITE))
                goal[j] = (v + np.int32(131071) + ((v >> 18) & 1)) >> 18
        return
    for i in range(plane.shape[0]):
        for j in range(plane.shape[1]):
            product = np.int64(min(max(plane[i, j], 0), WHITE)) * top
            code = product // WHITE
            twice = 2 * (product - code * WHITE)
            if twice > WHITE or (twice == WHITE and (code & 1) == 1):
                code += 1
            out[i, j] = code
