"""Integer loops of heads that the networks do not have: softmax, the logistic function, pooling, unit vectors.

In and out: maps int32 Q18 [h, w, C].
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refdec.arithmetic.elementary import expn_s, logistic_s
from refdec.arithmetic.scalars import bitlen_s, isqrt_s, rdiv_s, rshift_s
from refdec.arithmetic.types import Int32Array
from refdec.jit import kernel

__all__ = ["global_mean", "logistic", "normalised", "pooled", "softmax"]

LENGTH_BITS = 25
"""A value is brought to so many bits before it is squared."""


@kernel("void(int32[:,:,::1], int32[:,:,::1])")
def softmax(x: Int32Array, out: Int32Array) -> None:
    """Write exp(x_c) / sum exp(x_d) in Q18, over the channels of each position.

    Any int32 x, up to 2^12 channels: exponents are of the table of 6.4.2 in Q30, their sum < 2^43, the dividend of the
    one rounding <= 2^48 + 2^42.  Precision: each value is within 2^-18 of the exact one.
    """
    channels = x.shape[2]
    grown = np.empty(channels, dtype=np.int64)
    for r in range(x.shape[0]):
        for q in range(x.shape[1]):
            largest: Any = np.int64(x[r, q, 0])
            for c in range(1, channels):
                largest = max(largest, np.int64(x[r, q, c]))
            total: Any = np.int64(0)
            for c in range(channels):
                grown[c] = expn_s(largest - np.int64(x[r, q, c]))
                total += grown[c]
            for c in range(channels):
                out[r, q, c] = np.int32(rdiv_s(grown[c] << 18, total))


@kernel("void(int32[:,:,::1], int32[:,:,::1])")
def logistic(x: Int32Array, out: Int32Array) -> None:
    """Write 1 / (1 + exp(-x)) in Q18; any int32 x, results 0 <= y <= 2^18 (6.4.3, rounded from Q24)."""
    for r in range(x.shape[0]):
        for q in range(x.shape[1]):
            for c in range(x.shape[2]):
                value: Any = np.int64(x[r, q, c])
                out[r, q, c] = np.int32(rshift_s(logistic_s(value), 6))


@kernel("void(int32[:,:,::1], int64, int32[:,:,::1])")
def pooled(x: Int32Array, largest: int, out: Int32Array) -> None:
    """Write the mean (largest 0) or the largest (1) of squares of 2 x 2; at an odd end, of what the square holds.

    Any int32 x; |sum| <= 2^33.
    """
    height, width = x.shape[0], x.shape[1]
    for r in range(out.shape[0]):
        rows = min(2, height - 2 * r)
        for q in range(out.shape[1]):
            columns = min(2, width - 2 * q)
            for c in range(x.shape[2]):
                best: Any = np.int64(x[2 * r, 2 * q, c])
                total: Any = np.int64(0)
                for dy in range(rows):
                    for dx in range(columns):
                        value: Any = np.int64(x[2 * r + dy, 2 * q + dx, c])
                        total += value
                        best = max(best, value)
                out[r, q, c] = np.int32(best if largest else rdiv_s(total, rows * columns))


@kernel("void(int32[:,:,::1], int32[:,:,::1])")
def global_mean(x: Int32Array, out: Int32Array) -> None:
    """Write the mean of each channel over all positions, out [1, 1, C].

    Any int32 x, fewer than 2^31 positions, so |sum| < 2^62.
    """
    height, width, channels = x.shape
    total = np.zeros(channels, dtype=np.int64)
    for r in range(height):
        for q in range(width):
            for c in range(channels):
                total[c] += np.int64(x[r, q, c])
    for c in range(channels):
        out[0, 0, c] = np.int32(rdiv_s(total[c], height * width))


@kernel("void(int32[:,:,::1], int32[:,:,::1])")
def normalised(x: Int32Array, out: Int32Array) -> None:
    """Write x_c / sqrt(sum x_d^2) in Q18, over the channels of each position; zeros stay zeros.

    Any int32 x, up to 2^12 channels: the largest value is shifted to 25 bits (the others with it, rounded), so the sum
    of squares is < 2^12 * 2^50 = 2^62 and its root (6.4.1) >= 2^24; the dividend of the rounding is < 2^43.  Precision:
    each value is within 2^-18 of the exact one.
    """
    channels = x.shape[2]
    brought = np.empty(channels, dtype=np.int64)
    for r in range(x.shape[0]):
        for q in range(x.shape[1]):
            largest: Any = np.int64(0)
            for c in range(channels):
                largest = max(largest, abs(np.int64(x[r, q, c])))
            if largest == 0:
                out[r, q, :] = 0
                continue
            up = LENGTH_BITS - bitlen_s(largest)
            total: Any = np.int64(0)
            for c in range(channels):
                value: Any = np.int64(x[r, q, c])
                brought[c] = value << up if up >= 0 else rshift_s(value, -up)
                brought[c] = min(max(brought[c], 1 - (1 << LENGTH_BITS)), (1 << LENGTH_BITS) - 1)
                total += brought[c] * brought[c]
            root = isqrt_s(total)
            for c in range(channels):
                out[r, q, c] = np.int32(rdiv_s(brought[c] << 18, root))
