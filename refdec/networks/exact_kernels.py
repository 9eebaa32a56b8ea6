"""Loops of `exact_blas` around its matrix products: transforms, gathering and rounding, on float64 that carry integers.

In: int32 maps [h, w, C] or products.  Out: written into arrays that the caller made.  Every value is a whole number
below 2^53 in magnitude (`winograd` proves it), so that each addition here is exact; scaling is by powers of two.
Sums are written in the order in which the proof takes them.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.jit import kernel

__all__ = ["FloatArray", "from_points", "from_products", "from_taps", "gather_taps", "load_window", "to_points"]

FloatArray: TypeAlias = npt.NDArray[np.float64]


@kernel("int64(int32[:,:,::1], int64, int64, int64, int64, float64[:,:,:,::1])")
def load_window(x: Int32Array, top: int, left: int, low: int, high: int, strip: FloatArray) -> int:
    """Copy clamped samples into strip [rows, pace, columns / pace, C], 0 outside the map; return max|sample|.

    Columns lie by their remainder modulo the pace.  Any int32 x, `low` and `high`; the result <= 2^31.
    """
    height, width, channels = x.shape
    least: Any = np.int32(0)
    most: Any = np.int32(0)
    floor, ceiling = np.int32(low), np.int32(high)
    pace = strip.shape[1]
    for r in range(strip.shape[0]):
        y = top + r
        for rest in range(pace):
            for k in range(strip.shape[2]):
                c = left + pace * k + rest
                row = strip[r, rest, k]
                if y < 0 or y >= height or c < 0 or c >= width:
                    for i in range(channels):
                        row[i] = 0.0
                else:
                    sample = x[y, c]
                    for i in range(channels):
                        v = min(max(sample[i], floor), ceiling)
                        least = min(least, v)
                        most = max(most, v)
                        row[i] = v
    above: Any = np.int64(most)
    below: Any = -np.int64(least)
    largest: int = max(above, below)
    return largest


@kernel("void(float64[:,:,:,::1], int64[:,::1], float64[::1], int64, int64, float64[:,:,:,::1], float64[:,:,:,::1])")
def to_points(
    strip: FloatArray, points: Int64Array, signs: FloatArray, rows: int, columns: int, half: FloatArray, v: FloatArray
) -> None:
    """Transform rows x columns tiles of a strip: v [points_v, points_h, tile, C]; half [points_v, pace, columns, C] is
    scratch.

    Bounds: |strip| <= 2^31, signs -1, 0 or 1; |half| <= 2^32 and |v| <= 2^33 < 2^53: exact.
    """
    n_points, pace, channels = points.shape[0], strip.shape[1], strip.shape[3]
    run = columns * channels
    for i in range(rows):
        for a in range(n_points):
            first = strip[pace * i + points[a, 0]].reshape(-1)
            second = strip[pace * i + points[a, 1]].reshape(-1)
            target = half[a].reshape(-1)
            sign = signs[a]
            for k in range(first.size):
                target[k] = first[k] + sign * second[k]
        for a in range(n_points):
            for b in range(n_points):
                p, q = points[b, 0], points[b, 1]
                left = half[a, p % pace, p // pace :].reshape(-1)
                right = half[a, q % pace, q // pace :].reshape(-1)
                goal = v[a, b, i * columns : (i + 1) * columns].reshape(-1)
                sign = signs[b]
                for k in range(run):
                    goal[k] = left[k] + sign * right[k]


@kernel(
    "void(float64[:,:,:,::1], int64[:,::1], float64[:,::1], int64[:,::1], float64[:,::1], float64[::1], float64[::1],"
    "int64[::1], int64, int64[::1], float64[:,:,::1], int32[:,:,::1])"
)
def from_points(
    m: FloatArray,
    terms_v: Int64Array,
    signs_v: FloatArray,
    terms_h: Int64Array,
    signs_h: FloatArray,
    start: FloatArray,
    factor: FloatArray,
    block: Int64Array,
    step: int,
    corner: Int64Array,
    half: FloatArray,
    out: Int32Array,
) -> None:
    """Sum the products m [points_v, points_h, tile, O] of one phase, round, and write the block's part of the map.

    The result is sat32(floor((sum + start) * factor)), factor a power of two.  `block`: first row, rows, first column,
    columns, in tiles of 2 x 2 positions; `half` [2, points_h, O] is scratch.  Bounds: the caller has compared its
    samples with `winograd.fast_limit` or `channel_bounds`, so |half|, the sum and every partial sum < 2^53.
    """
    n_points, outputs = m.shape[1], m.shape[3]
    for tile in range(block[1] * block[3]):
        top = 2 * (block[0] + tile // block[3])
        left = 2 * (block[2] + tile % block[3])
        for j in range(2):
            s0, s1, s2 = signs_v[j, 0], signs_v[j, 1], signs_v[j, 2]
            for b in range(n_points):
                m0, m1, m2 = m[terms_v[j, 0], b, tile], m[terms_v[j, 1], b, tile], m[terms_v[j, 2], b, tile]
                target = half[j, b]
                for o in range(outputs):
                    target[o] = s0 * m0[o] + s1 * m1[o] + s2 * m2[o]
        for j in range(2):
            y = step * (top + j) + corner[0]
            if y >= out.shape[0]:
                continue
            for k in range(2):
                c = step * (left + k) + corner[1]
                if c >= out.shape[1]:
                    continue
                s0, s1, s2 = signs_h[k, 0], signs_h[k, 1], signs_h[k, 2]
                h0, h1, h2 = half[j, terms_h[k, 0]], half[j, terms_h[k, 1]], half[j, terms_h[k, 2]]
                goal = out[y, c]
                for o in range(outputs):
                    total = np.floor((s0 * h0[o] + s1 * h1[o] + s2 * h2[o] + start[o]) * factor[o])
                    goal[o] = np.int32(min(max(total, -2147483648.0), 2147483647.0))


@kernel("int64(int32[:,:,::1], int64[:,::1], int64, int64, int64, int64, int64[::1], float64[:,::1])")
def gather_taps(
    x: Int32Array,
    offsets: Int64Array,
    stride_y: int,
    stride_x: int,
    low: int,
    high: int,
    block: Int64Array,
    v: FloatArray,
) -> int:
    """Copy the clamped samples of all taps of a block of positions into v [position, taps * C]; return max|sample|.

    Any int32 x, `low` and `high`; samples outside the map are 0; the result <= 2^31.
    """
    height, width, channels = x.shape
    least: Any = np.int32(0)
    most: Any = np.int32(0)
    floor, ceiling = np.int32(low), np.int32(high)
    for n in range(block[1] * block[3]):
        r = block[0] + n // block[3]
        q = block[2] + n % block[3]
        for t in range(offsets.shape[0]):
            y = stride_y * r + offsets[t, 0]
            c = stride_x * q + offsets[t, 1]
            row = v[n, t * channels : (t + 1) * channels]
            if y < 0 or y >= height or c < 0 or c >= width:
                for i in range(channels):
                    row[i] = 0.0
            else:
                sample = x[y, c]
                for i in range(channels):
                    value = min(max(sample[i], floor), ceiling)
                    least = min(least, value)
                    most = max(most, value)
                    row[i] = value
    above: Any = np.int64(most)
    below: Any = -np.int64(least)
    largest: int = max(above, below)
    return largest


@kernel("void(float64[:,::1], float64[::1], float64[::1], int64[::1], int64, int64[::1], int32[:,:,::1])")
def from_products(
    m: FloatArray,
    start: FloatArray,
    factor: FloatArray,
    block: Int64Array,
    step: int,
    corner: Int64Array,
    out: Int32Array,
) -> None:
    """Round the sums m [position, O] of one phase as `from_points` does, and write the block's part of the map.

    Bounds: the caller has compared its samples with `winograd.direct_limit`, so |m| and |m + start| < 2^53.
    """
    for n in range(block[1] * block[3]):
        y = step * (block[0] + n // block[3]) + corner[0]
        c = step * (block[2] + n % block[3]) + corner[1]
        if y >= out.shape[0] or c >= out.shape[1]:
            continue
        row, goal = m[n], out[y, c]
        for o in range(row.size):
            total = np.floor((row[o] + start[o]) * factor[o])
            goal[o] = np.int32(min(max(total, -2147483648.0), 2147483647.0))


@kernel(
    "void(float64[:,:,::1], int64[:,::1], int64[::1], float64[::1], float64[::1], int64[::1], int64, int64[::1],"
    "int32[:,:,::1])"
)
def from_taps(
    m: FloatArray,
    offsets: Int64Array,
    which: Int64Array,
    start: FloatArray,
    factor: FloatArray,
    block: Int64Array,
    step: int,
    corner: Int64Array,
    out: Int32Array,
) -> None:
    """Sum the products m [row, column, tap * O] of all taps of a phase, round, and write the block's part of the map.

    `m` begins one row above and one column left of the block; tap t lies in columns which[t] * O and on, and belongs
    to the sample at offsets[t].  Bounds: samples within `winograd.direct_limit`, so every partial sum of acc < 2^53.
    """
    outputs = start.size
    acc = np.empty(outputs, dtype=np.float64)
    for r in range(block[1]):
        y = step * (block[0] + r) + corner[0]
        if y >= out.shape[0]:
            continue
        for q in range(block[3]):
            c = step * (block[2] + q) + corner[1]
            if c >= out.shape[1]:
                continue
            for o in range(outputs):
                acc[o] = start[o]
            for t in range(which.size):
                first = which[t] * outputs
                row = m[r + 1 + offsets[t, 0], q + 1 + offsets[t, 1], first : first + outputs]
                for o in range(outputs):
                    acc[o] += row[o]
            goal = out[y, c]
            for o in range(outputs):
                total = np.floor(acc[o] * factor[o])
                goal[o] = np.int32(min(max(total, -2147483648.0), 2147483647.0))
