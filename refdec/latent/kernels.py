"""Integer loops of the scale path (3.6 to 3.9, 6.3.3, 6.3.4) and of its encoder side (6.7, 3.B.4).

In: arrays [channel, row, column] of one window.  Out: written into arrays that the caller made.  `likely` is given per
8x8 block; the window begins `row0` rows and `column0` columns after the corner of its first block.  Sums and products
are int64; each function states the bound where it is not obvious.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.scalars import rhe_s, rshift_s, sat32_s
from refdec.arithmetic.types import BoolArray, Int16Array, Int32Array, UInt8Array
from refdec.clauses import clause
from refdec.jit import kernel

__all__ = [
    "block_means",
    "cubes_exceeding",
    "dequantise",
    "final_index",
    "levels",
    "lsbs",
    "quantise",
    "variance_class",
]

_LIKELY_MAX = 4351
_PAD_INDEX = 1411
_LEVEL_MAX = 31
_CLAMP = 1 << 48


@clause("3.6.2")
@kernel("int64(int32, int32[::1])", inline=True)
def variance_class(likely: int, thresholds: Int32Array) -> int:
    """(3.6.2) Return k, the number of thresholds (at most 3) that `likely` exceeds: 0 <= k <= 3, any int32."""
    k = 0
    for t in range(thresholds.size):
        if likely > thresholds[t]:
            k += 1
    return k


@clause("3.6.1")
@kernel("void(int32[:,:,::1], int32[:,:,::1])")
def block_means(base: Int32Array, out: Int32Array) -> None:
    """(3.6.1) Write the rounded mean of every 8x8 block, clamped to 0..4351; missing samples count 1411.

    |s1| < 2^14 in any stream (0..3967, and G + B + Q within +-4982); 64 of them, so |total| < 2^20.
    """
    channels, rows, columns = base.shape
    for c in range(channels):
        for bi in range(out.shape[1]):
            bottom = min(8 * bi + 8, rows)
            for bj in range(out.shape[2]):
                right = min(8 * bj + 8, columns)
                total = np.int64(0)
                for i in range(8 * bi, bottom):
                    for j in range(8 * bj, right):
                        total += np.int64(base[c, i, j])
                total += (64 - (bottom - 8 * bi) * (right - 8 * bj)) * _PAD_INDEX
                out[c, bi, bj] = min(max(int((total + 32) >> 6), 0), _LIKELY_MAX)


@clause("3.6.3")
@kernel("void(int32[:,:,::1], int32[:,:,::1], int32[::1], int32[:,::1], int32[:,:,::1])")
def final_index(
    base: Int32Array, likely: Int32Array, thresholds: Int32Array, log_offset: Int32Array, out: Int32Array
) -> None:
    """(3.6.3) Write s2 = s1 + R; the array begins at a block corner.  |s1| < 2^14, R -80..239, so |s2| < 2^15."""
    channels, rows, columns = base.shape
    for c in range(channels):
        for i in range(rows):
            for bj in range(likely.shape[2]):
                k = variance_class(likely[c, i >> 3, bj], thresholds)
                offset = np.int64(log_offset[c, k])
                for j in range(8 * bj, min(8 * bj + 8, columns)):
                    out[c, i, j] = np.int64(base[c, i, j]) + offset


@clause("3.2")
@kernel("void(int32[::1], uint8[::1])")
def levels(final: Int32Array, out: UInt8Array) -> None:
    """(3.2) Write the sigma level Clip(0, 31, (s2 + 64) >> 7) of a flat array, any int32; |sum| < 2^32."""
    for n in range(final.size):
        out[n] = min(max(int((np.int64(final[n]) + 64) >> 7), 0), _LEVEL_MAX)


@clause("6.3.3")
@kernel(
    "void(int16[:,:,::1], int32[:,:,::1], int32[::1], int32[:,::1], int32[::1], int32[:,:], int64, int64,"
    "int32[:,:,::1])"
)
def dequantise(
    symbols: Int16Array,
    likely: Int32Array,
    thresholds: Int32Array,
    inverse_q16: Int32Array,
    scaler_q10: Int32Array,
    linear_q4: Int32Array,
    row0: int,
    column0: int,
    out: Int32Array,
) -> None:
    """(6.3.3) Write sat32(rdiv(q * INV * 2^16, QLIN * S)), Q18.

    `linear_q4` [h, w] is QLIN, or 1x1 with 16 where there is no quality map.  Bounds: any int16 q, 0 < INV < 2^17,
    4 <= QLIN <= 64, 2 <= S < 2^20, so |numerator| <= 2^48 and QLIN * S < 2^26.
    """
    channels, rows, columns = symbols.shape
    mapped = linear_q4.size > 1
    for c in range(channels):
        scaler = np.int64(scaler_q10[c])
        for i in range(rows):
            for j in range(columns):
                q = np.int64(symbols[c, i, j])
                if q == 0:
                    out[c, i, j] = 0
                    continue
                k = variance_class(likely[c, (row0 + i) >> 3, (column0 + j) >> 3], thresholds)
                linear = np.int64(linear_q4[i, j]) if mapped else np.int64(linear_q4[0, 0])
                below = linear * scaler
                magnitude = int((abs(q) * (np.int64(inverse_q16[c, k]) << 16) + (below >> 1)) // below)
                out[c, i, j] = sat32_s(magnitude if q > 0 else -magnitude)


@clause("6.3.4")
@kernel(
    "void(int32[:,:,::1], int32[:,:,::1], int32[:,:,::1], int32[::1], int32[::1], int32[::1], int64, int64,"
    "int32[:,:,::1])"
)
def lsbs(
    latent: Int32Array,
    residual: Int32Array,
    likely: Int32Array,
    thresholds: Int32Array,
    mean_q13: Int32Array,
    residual_q13: Int32Array,
    row0: int,
    column0: int,
    out: Int32Array,
) -> None:
    """(6.3.4) Write sat32(y + rshift(A * (y - res) + Bq * res, 13)); `out` may be `latent`.

    Any int32 y and res, 0 <= A, Bq < 2^6, so |y - res| < 2^32 and |weighted| < 2^39.
    """
    channels, rows, columns = latent.shape
    for c in range(channels):
        for i in range(rows):
            for j in range(columns):
                k = variance_class(likely[c, (row0 + i) >> 3, (column0 + j) >> 3], thresholds)
                y, r = np.int64(latent[c, i, j]), np.int64(residual[c, i, j])
                weighted = np.int64(mean_q13[k]) * (y - r) + np.int64(residual_q13[k]) * r
                out[c, i, j] = sat32_s(int(y) + rshift_s(int(weighted), 13))


@clause("6.7")
@kernel(
    "void(int32[:,:,::1], boolean[:,:,::1], int32[:,:,::1], int32[::1], int32[:,::1], int32[::1], int32[:,:], int64,"
    "int64, int16[:,:,::1])"
)
def quantise(
    error: Int32Array,
    coded: BoolArray,
    likely: Int32Array,
    thresholds: Int32Array,
    scale_q7: Int32Array,
    scaler_q10: Int32Array,
    linear_q4: Int32Array,
    row0: int,
    column0: int,
    out: Int16Array,
) -> None:
    """(6.7) Write q = clamp(rhe(t * QLIN * a, 2^39)), t = clamp(e * S, +-2^48); 0 where not coded.

    Bounds: any int32 e, 2 <= S < 2^20, 4 <= QLIN <= 64, 0 < a <= 186, so |e * S| < 2^51 and |t * QLIN * a| <= 2^48 *
    64 * 186 < 2^62.
    """
    channels, rows, columns = error.shape
    mapped = linear_q4.size > 1
    for c in range(channels):
        scaler = np.int64(scaler_q10[c])
        for i in range(rows):
            for j in range(columns):
                out[c, i, j] = 0
                if not coded[c, i, j] or error[c, i, j] == 0:
                    continue
                k = variance_class(likely[c, (row0 + i) >> 3, (column0 + j) >> 3], thresholds)
                linear = np.int64(linear_q4[i, j]) if mapped else np.int64(linear_q4[0, 0])
                scaled = min(max(int(np.int64(error[c, i, j]) * scaler), -_CLAMP), _CLAMP)
                q = rhe_s(int(scaled * linear * np.int64(scale_q7[c, k])), 1 << 39)
                out[c, i, j] = min(max(q, -32768), 32767)


@clause("3.B.4")
@kernel("void(int32[:,:,::1], int32[:,:,::1], int64, boolean[::1], uint8[:,:,::1])")
def cubes_exceeding(
    error: Int32Array, reconstructed: Int32Array, threshold: int, phases: BoolArray, out: UInt8Array
) -> None:
    """(3.B.4) Clear the flag of every cube of the chosen phases that has a sample with |e' - e| > threshold.

    Any int32 e and e'; |e' - e| < 2^32.
    """
    channels, rows, columns = error.shape
    for c in range(channels):
        for i in range(rows):
            for j in range(columns):
                f = 2 * (i & 1) + (j & 1)
                if phases[f] and abs(np.int64(reconstructed[c, i, j]) - np.int64(error[c, i, j])) > threshold:
                    out[f, i >> 4, j >> 4] = 0
