"""Loops of `exact_products` before its matrix products: gathering and transforms, on float64 that carry integers.

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

__all__ = ["FloatArray", "from_taps", "gather_taps", "load_window", "points_within", "to_points"]

FloatArray: TypeAlias = npt.NDArray[np.float64]
_MAGNITUDE = (1 << 63) - 1


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


@kernel("void(float64[:,:,:,::1], int64[:,::1], float64[:,::1], int64, int64, float64[:,:,:,::1], float64[:,:,:,::1])")
def to_points(
    strip: FloatArray,
    samples: Int64Array,
    factors: FloatArray,
    rows: int,
    columns: int,
    half: FloatArray,
    v: FloatArray,
) -> None:
    """Transform rows x columns tiles of a strip: v [points_v, points_h, tile, C]; half [points_v, pace, columns, C] is
    scratch.

    A point is the sum of two or of four samples [point, n] times `factors`.  Bounds: |strip| <= 2^31 and the factors of
    a point sum up to at most 10 in magnitude, so |half| < 2^35 and |v| < 2^38 < 2^53: exact.
    """
    n_points, pace, channels = samples.shape[0], strip.shape[1], strip.shape[3]
    run = columns * channels
    for i in range(rows):
        for a in range(n_points):
            first = strip[pace * i + samples[a, 0]].reshape(-1)
            second = strip[pace * i + samples[a, 1]].reshape(-1)
            target = half[a].reshape(-1)
            f0, f1 = factors[a, 0], factors[a, 1]
            if samples.shape[1] == 2:
                for k in range(first.size):
                    target[k] = f0 * first[k] + f1 * second[k]
            else:
                third = strip[pace * i + samples[a, 2]].reshape(-1)
                fourth = strip[pace * i + samples[a, 3]].reshape(-1)
                f2, f3 = factors[a, 2], factors[a, 3]
                for k in range(first.size):
                    target[k] = f0 * first[k] + f1 * second[k] + f2 * third[k] + f3 * fourth[k]
        for a in range(n_points):
            for b in range(n_points):
                p, q = samples[b, 0], samples[b, 1]
                first = half[a, p % pace, p // pace :].reshape(-1)
                second = half[a, q % pace, q // pace :].reshape(-1)
                target = v[a, b, i * columns : (i + 1) * columns].reshape(-1)
                f0, f1 = factors[b, 0], factors[b, 1]
                if samples.shape[1] == 2:
                    for k in range(run):
                        target[k] = f0 * first[k] + f1 * second[k]
                else:
                    p, q = samples[b, 2], samples[b, 3]
                    third = half[a, p % pace, p // pace :].reshape(-1)
                    fourth = half[a, q % pace, q // pace :].reshape(-1)
                    f2, f3 = factors[b, 2], factors[b, 3]
                    for k in range(run):
                        target[k] = f0 * first[k] + f1 * second[k] + f2 * third[k] + f3 * fourth[k]


@kernel("boolean(float64[:,:,::1], int64, int64[:,::1])")
def points_within(v: FloatArray, count: int, most: Int64Array) -> bool:
    """Tell whether the first `count` values of every point v [points_v, points_h, :] are at most `most`, given as bits.

    Bounds: |v| < 2^38.  The bits of float64 without their sign, taken for an int64, are in the order of the magnitudes.
    """
    for a in range(v.shape[0]):
        for b in range(v.shape[1]):
            bits = v[a, b, :count].view(np.int64)
            largest: Any = np.int64(0)
            for k in range(bits.size):
                largest = max(largest, bits[k] & _MAGNITUDE)
            if largest > most[a, b]:
                return False
    return True


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
