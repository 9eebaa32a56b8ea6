"""Integer loops of the networks (6.3.1): always right, for any int32 input, with int64 accumulators.

In: feature maps int32 Q18 [h, w, C] and the taps of a `Stencil`.  Out: written into maps that the caller made.
Bounds of the accumulators: 6.2.3, see `Stencil`.  `low` and `high` clamp the input first (ReLU6; -2^31 and 2^31 - 1
for none).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.clauses import clause
from refdec.jit import kernel

__all__ = [
    "ADD",
    "ADD_RELU",
    "GATE",
    "NOTHING",
    "RELU",
    "depthwise",
    "finish",
    "products",
    "rounded_gate",
    "shuffled_planes",
]

_LOW, _HIGH = -(1 << 31), (1 << 31) - 1
_HALF_Q18 = 1 << 17
NOTHING, RELU, ADD, ADD_RELU, GATE = range(5)
"""What follows a layer, for `finish`."""
_FEW = 4
"""Samples side by side that are too few for a loop of their own."""


@kernel(
    "void(int32[:,:,::1], int32[:,:,::1], int64[:,::1], int64, int64, int64, int64, int64, int64,"
    "int64[::1], int64[::1], int32[:,:,::1], int64[::1], int64[::1])"
)
def products(
    x: Int32Array,
    taps: Int32Array,
    offsets: Int64Array,
    stride_y: int,
    stride_x: int,
    groups: int,
    low: int,
    high: int,
    step: int,
    start: Int64Array,
    shift: Int64Array,
    out: Int32Array,
    corner: Int64Array,
    area: Int64Array,
) -> None:
    """(6.3.1) Write one phase of a stencil: taps [n, I/g, O] at offsets [n, 2].

    `area`: first and last + 1 row and column of positions; `corner`: (dy, dx); position (r, q) goes to output
    (step*r + dy, step*q + dx), dropped where that lies outside.  Bounds (6.2.3): any int32 x, |tap| < 2^19, at most
    4320 products, |start| <= 2^60 + 2^29, 0 <= shift <= 30, so |acc| < 6.1e18 < 2^63 in any order.
    """
    height, width = x.shape[0], x.shape[1]
    n_taps, inputs, outputs = taps.shape
    per_group = outputs // groups
    acc = np.empty(outputs, dtype=np.int64)
    for r in range(area[0], area[1]):
        y = step * r + corner[0]
        if y >= out.shape[0]:
            continue
        for q in range(area[2], area[3]):
            c = step * q + corner[1]
            if c >= out.shape[1]:
                continue
            for o in range(outputs):
                acc[o] = start[o]
            for t in range(n_taps):
                yy = stride_y * r + offsets[t, 0]
                xx = stride_x * q + offsets[t, 1]
                if yy < 0 or yy >= height or xx < 0 or xx >= width:
                    continue
                sample = x[yy, xx]
                for g in range(groups):
                    first = g * per_group
                    for i in range(inputs):
                        value: Any = np.int64(sample[g * inputs + i])
                        v = min(max(value, low), high)
                        row = taps[t, i]
                        for o in range(first, first + per_group):
                            acc[o] += v * np.int64(row[o])
            for o in range(outputs):
                out[y, c, o] = np.int32(min(max(acc[o] >> shift[o], _LOW), _HIGH))


@kernel("void(int32[:,:,::1], int32[:,::1], int64[::1], int64[::1], int64, int32[:,:,::1])")
def depthwise(
    x: Int32Array, taps: Int32Array, start: Int64Array, shift: Int64Array, first: int, out: Int32Array
) -> None:
    """(6.3.1) Write a depth-wise 3x3 convolution, taps [9, C]: out [n, w, C] = rows first..first + n - 1 of the result.

    Two columns at a time, which share samples and taps.  Bounds: any int32 x, |tap| < 2^19, 9 products, |start| <=
    2^60 + 2^29, 0 <= shift <= 30, so |left|, |right| < 2^61.
    """
    height, width, channels = x.shape
    outside = np.zeros(channels, dtype=np.int32)
    left, right = np.empty(channels, dtype=np.int64), np.empty(channels, dtype=np.int64)
    for r in range(out.shape[0]):
        for q in range(0, width, 2):
            for c in range(channels):
                left[c] = start[c]
                right[c] = start[c]
            for k in range(3):
                y = first + r + k - 1
                if y < 0 or y >= height:
                    continue
                x0 = x[y, q - 1] if q > 0 else outside
                x1 = x[y, q]
                x2 = x[y, q + 1] if q + 1 < width else outside
                x3 = x[y, q + 2] if q + 2 < width else outside
                t0, t1, t2 = taps[3 * k], taps[3 * k + 1], taps[3 * k + 2]
                for c in range(channels):
                    w0, w1, w2 = np.int64(t0[c]), np.int64(t1[c]), np.int64(t2[c])
                    b, d = np.int64(x1[c]), np.int64(x2[c])
                    left[c] += np.int64(x0[c]) * w0 + b * w1 + d * w2
                    right[c] += b * w0 + d * w1 + np.int64(x3[c]) * w2
            goal = out[r, q]
            for c in range(channels):
                goal[c] = np.int32(min(max(left[c] >> shift[c], _LOW), _HIGH))
            if q + 1 < width:
                goal = out[r, q + 1]
                for c in range(channels):
                    goal[c] = np.int32(min(max(right[c] >> shift[c], _LOW), _HIGH))


@kernel("int64(int64, int64)")
def rounded_gate(x: int, m: int) -> int:
    """(6.3.1) sat32(rshift(x * (2^18 + m), 18)) for int32 x and m.

    x * 2^18 is a multiple of 2^18, so that it may stay out of the shift.  Bounds: |x * m| + 2^17 <= 2^62 + 2^17 < 2^63.
    """
    return min(max(x + ((x * m + _HALF_Q18) >> 18), _LOW), _HIGH)


@clause("4.2.5")
@clause("4.2.6")
@kernel("void(int64, int32[:,:,::1], int32[:,:,::1], int64, int64, int64, int64)")
def finish(after: int, out: Int32Array, x: Int32Array, top: int, bottom: int, left: int, right: int) -> None:
    """(4.2.5, 4.2.6, 6.3.1) Carry out what follows a layer with result y, in place, on rows top..bottom - 1 and columns
    left..right - 1, as far as the map has them.

    RELU: max(y, 0); ADD: sat32(x + y); ADD_RELU: sat32(x + max(y, 0)) (R1); GATE: sat32(rshift(x * (2^18 + y), 18)),
    the last step of ResAU.  `x` has the shape of `out`; for NOTHING and RELU any map will do.

    Any int32 maps: |sum| <= 2^32, |x * y| + 2^17 < 2^63 as in `rounded_gate`.
    """
    for r in range(top, min(bottom, out.shape[0])):
        for q in range(left, min(right, out.shape[1])):
            if after == RELU:
                for c in range(out.shape[2]):
                    out[r, q, c] = max(out[r, q, c], np.int32(0))
            elif after == GATE:
                for c in range(out.shape[2]):
                    value: Any = np.int64(x[r, q, c])
                    m: Any = np.int64(out[r, q, c])
                    out[r, q, c] = np.int32(rounded_gate(value, m))
            elif after != NOTHING:
                floor = 0 if after == ADD_RELU else _LOW
                for c in range(out.shape[2]):
                    y: Any = np.int64(out[r, q, c])
                    total: Any = np.int64(x[r, q, c]) + max(y, floor)
                    out[r, q, c] = np.int32(min(max(total, _LOW), _HIGH))


@clause("4.2.4")
@clause("6.3.2")
@kernel("void(int32[:,:,::1], int64, int64, int64, int64, int64, int64, int32[:,:,::1])")
def shuffled_planes(
    x: Int32Array, factor: int, offset: int, low: int, high: int, begin: int, end: int, planes: Int32Array
) -> None:
    """(4.2.4, 6.3.2) PS(factor) of the rows begin..end - 1 of x into planes [n, h, w], with `offset` added and a clamp,
    top-left part kept.

    Samples that lie side by side are written together, or, where those are few, samples of one phase.  Any int32 x,
    offset and clamp: |value| <= 2^32 before the clamp.
    """
    count, height, width = planes.shape
    value: Any = 0
    for r in range(begin, end):
        for dy in range(min(factor, height - factor * r)):
            for p in range(count):
                first, row = (p * factor + dy) * factor, planes[p, factor * r + dy]
                if factor < _FEW:
                    for dx in range(factor):
                        for q in range((width - dx + factor - 1) // factor):
                            value = np.int64(x[r, q, first + dx]) + offset
                            row[factor * q + dx] = np.int32(min(max(value, low), high))
                else:
                    for q in range((width + factor - 1) // factor):
                        goal, samples = row[factor * q : factor * (q + 1)], x[r, q, first : first + factor]
                        for dx in range(goal.size):
                            value = np.int64(samples[dx]) + offset
                            goal[dx] = np.int32(min(max(value, low), high))
