"""Integer loops of the hyper-scale decoder (3.3.2, 3.3.3).

In: activations int16 [row, column, channel] within -128..127, weights int16 or int32.  Out: written into arrays that
the caller made.  `IntegerLayer.of` has proven that every accumulator, and every partial sum that begins with the bias,
fits int32; so the sums stay in int32.  Four positions share each weight: the caller pads rows to a multiple of four.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int16Array, Int32Array, IntArray
from refdec.clauses import clause
from refdec.jit import kernel

__all__ = ["convolve", "scale_rows"]

_LARGEST = 3967


@clause("3.3.2")
@kernel(
    [
        f"void(int16[:,:,::1], {weight}[:,:,:,::1], int32[::1], int32[::1], int32[:,:,::1])"
        for weight in ("int16", "int32")
    ]
)
def convolve(x: Int16Array, weight: IntArray, bias: Int32Array, shift: Int32Array, out: Int32Array) -> None:
    """(3.3.2) Write a layer's output [row, column, o] before ReLU; its columns are a multiple of four.

    `x` is padded with zeros on all sides; `weight` [o, kernel row, kernel column, channel].  Bounds: -128 <= x <= 127,
    0 <= shift <= 31, and bias plus any of the products within int32 (`IntegerLayer.of`), so |acc| <= 2^31.
    """
    rows, columns, outputs = out.shape
    size, channels = weight.shape[1], weight.shape[3]
    for i in range(rows):
        for o in range(outputs):
            t = np.int64(shift[o])
            for j in range(0, columns, 4):
                a0 = bias[o]
                a1 = bias[o]
                a2 = bias[o]
                a3 = bias[o]
                for u in range(size):
                    for v in range(size):
                        for k in range(channels):
                            w = np.int64(weight[o, u, v, k])
                            a0 = np.int32(np.int64(a0) + w * np.int64(x[i + u, j + v, k]))
                            a1 = np.int32(np.int64(a1) + w * np.int64(x[i + u, j + v + 1, k]))
                            a2 = np.int32(np.int64(a2) + w * np.int64(x[i + u, j + v + 2, k]))
                            a3 = np.int32(np.int64(a3) + w * np.int64(x[i + u, j + v + 3, k]))
                out[i, j, o] = np.int64(a0) >> t
                out[i, j + 1, o] = np.int64(a1) >> t
                out[i, j + 2, o] = np.int64(a2) >> t
                out[i, j + 3, o] = np.int64(a3) >> t


@clause("3.3.3")
@kernel(
    [
        f"void(int16[:,:,::1], {weight}[:,:,:,::1], int32[::1], int32[::1], int64, int64, int32[:,:,::1])"
        for weight in ("int16", "int32")
    ]
)
def scale_rows(
    x: Int16Array,
    weight: IntArray,
    bias: Int32Array,
    shift: Int32Array,
    first_channel: int,
    first_row: int,
    out: Int32Array,
) -> None:
    """(3.3.3) Write s0 of some channels and rows: pointwise layer, pixel shuffle, |.|, clamp to 3967, crop.

    `out` [c, row, column] begins at latent channel `first_channel` and at row `first_row` of what `x` makes; `x` has a
    multiple of four columns.  Bounds: 0 <= x <= 127, 0 <= shift <= 31, |acc| <= 2^31 as in `convolve`.
    """
    count, rows, columns = out.shape
    channels = weight.shape[3]
    for c in range(count):
        for r in range(rows):
            row = first_row + r
            i = row >> 2
            for dj in range(4):
                o = 16 * (first_channel + c) + 4 * (row & 3) + dj
                t = np.int64(shift[o])
                for j in range(0, (columns - dj + 3) >> 2, 4):
                    a0 = bias[o]
                    a1 = bias[o]
                    a2 = bias[o]
                    a3 = bias[o]
                    for k in range(channels):
                        w = np.int64(weight[o, 0, 0, k])
                        a0 = np.int32(np.int64(a0) + w * np.int64(x[i, j, k]))
                        a1 = np.int32(np.int64(a1) + w * np.int64(x[i, j + 1, k]))
                        a2 = np.int32(np.int64(a2) + w * np.int64(x[i, j + 2, k]))
                        a3 = np.int32(np.int64(a3) + w * np.int64(x[i, j + 3, k]))
                    place = 4 * j + dj
                    out[c, r, place] = min(abs(int(np.int64(a0) >> t)), _LARGEST)
                    if place + 4 < columns:
                        out[c, r, place + 4] = min(abs(int(np.int64(a1) >> t)), _LARGEST)
                    if place + 8 < columns:
                        out[c, r, place + 8] = min(abs(int(np.int64(a2) >> t)), _LARGEST)
                    if place + 12 < columns:
                        out[c, r, place + 12] = min(abs(int(np.int64(a3) >> t)), _LARGEST)
