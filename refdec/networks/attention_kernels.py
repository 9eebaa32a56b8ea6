"""Integer loops of the attention blocks (6.4.4 to 6.4.7); only HOP compiles them.

In: maps int32 Q18 [h, w, C], or the same as rows [positions, C].  Out: written into arrays that the caller made.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.elementary import elu_s, expn_s, logistic_s
from refdec.arithmetic.scalars import bitlen_s, isqrt_s, rdiv_s, rshift_s, sat32_s
from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.clauses import clause
from refdec.jit import kernel

__all__ = [
    "attended",
    "cosine_logits",
    "elu_gate",
    "gram",
    "layer_norm",
    "logistic_gate",
    "row_maxima",
    "scaled_rows",
    "softmax_rows",
]


@clause("6.4.4")
@kernel("void(int32[::1], int32[::1], int32[::1], int32[::1])")
def logistic_gate(x: Int32Array, t: Int32Array, m: Int32Array, out: Int32Array) -> None:
    """(6.4.4) out = sat32(x + rshift(t * logistic(m), 24)); |t * logistic| <= 2^55."""
    for n in range(out.size):
        product = np.int64(t[n]) * logistic_s(np.int64(m[n]))
        out[n] = np.int32(sat32_s(np.int64(x[n]) + ((product + 8388608) >> 24)))


@clause("6.4.7")
@kernel("void(int32[:,::1], int32[:,::1])")
def elu_gate(f: Int32Array, out: Int32Array) -> None:
    """(6.4.7) out [n, c] = sat32(rshift(elu(f[n, c]) * f[n, half + c], 18)); |product| <= 2^62."""
    half = out.shape[1]
    for n in range(out.shape[0]):
        for c in range(half):
            product = elu_s(np.int64(f[n, c])) * np.int64(f[n, half + c])
            out[n, c] = np.int32(min(max((product + 131072) >> 18, -2147483648), 2147483647))


@clause("6.4.5")
@kernel("void(int32[:,::1], int64, int64, int32[:,::1])")
def layer_norm(x: Int32Array, log2_channels: int, eps: int, out: Int32Array) -> None:
    """(6.4.5) Normalise every row [C], C = 2^log2_channels, without gain and offset; |out| < 2^22.

    Bounds: |D| < 2^39, |d| < 2^26, 0 < U < 2^60, 2^30 <= N < 2^31.  The quotient by N is formed with one reciprocal a row:
    |d| * floor(2^61 / N) <= 2^57 gives it to within one, and its remainder sets it right (j <= 25, since U >= 2^37).
    """
    channels = x.shape[1]
    centred = np.empty(channels, dtype=np.int64)
    for n in range(x.shape[0]):
        total = np.int64(0)
        for c in range(channels):
            total += np.int64(x[n, c])
        largest = np.int64(0)
        for c in range(channels):
            d = channels * np.int64(x[n, c]) - total
            centred[c] = d
            largest = max(largest, abs(d))
        p = max(np.int64(0), bitlen_s(largest) - 26)
        half = (np.int64(1) << p) >> 1
        energy = np.int64(eps) >> (2 * p)
        for c in range(channels):
            d = (centred[c] + half) >> p
            centred[c] = d
            energy += d * d
        j = 62 - bitlen_s(energy)
        j -= (j + log2_channels) & 1
        norm = isqrt_s(energy << j)
        bits = 18 + ((j + log2_channels) >> 1)
        reciprocal = (np.int64(1) << 61) // norm
        nearest = np.int64(1) << (60 - bits)
        for c in range(channels):
            magnitude = abs(centred[c])
            quotient = (magnitude * reciprocal + nearest) >> (61 - bits)
            rest = (magnitude << bits) + (norm >> 1) - quotient * norm
            quotient += np.int64(rest >= norm) - np.int64(rest < 0)
            out[n, c] = np.int32(quotient if centred[c] >= 0 else -quotient)


@clause("6.4.7")
@kernel("void(int32[:,::1], int64, int64[::1])")
def row_maxima(q: Int32Array, columns: int, largest: Int64Array) -> None:
    """(6.4.7, item 1) Largest magnitude of each of the first `columns` columns of q [L, 3C], in int64."""
    for c in range(columns):
        largest[c] = 0
    for n in range(q.shape[0]):
        for c in range(columns):
            largest[c] = max(largest[c], abs(np.int64(q[n, c])))


@clause("6.4.7")
@kernel("void(int32[:,::1], int64[::1], int32[:,::1], int64[::1])")
def scaled_rows(q: Int32Array, largest: Int64Array, scaled: Int32Array, energy: Int64Array) -> None:
    """(6.4.7, items 1, 2) A' and B' [L, 2C] and the sums of their squares; |a'| <= 2^t <= 2^30, sums below 2^62."""
    positions, columns = scaled.shape
    t = (62 - bitlen_s(positions)) >> 1
    down = np.empty(columns, dtype=np.int64)
    up = np.empty(columns, dtype=np.int64)
    for c in range(columns):
        p = bitlen_s(largest[c]) - t
        down[c] = max(p, 0)
        up[c] = max(-p, 0) if largest[c] > 0 else 0
        energy[c] = 0
    for n in range(positions):
        for c in range(columns):
            half = (np.int64(1) << down[c]) >> 1
            a = ((np.int64(q[n, c]) << up[c]) + half) >> down[c]
            scaled[n, c] = np.int32(a)
            energy[c] += a * a


@clause("6.4.7")
@kernel("void(int32[:,::1], int64, int64[:,:,::1])")
def gram(scaled: Int32Array, first_row: int, sums: Int64Array) -> None:
    """(6.4.7, item 3) Add four rows of positions to sums [head, i, k] = sum over l of A'_i[l] * B'_k[l]; below 2^62.

    Rows beyond the end count as zeros: pass the index of the first row, and the function takes up to 1024.
    """
    heads, n = sums.shape[0], sums.shape[1]
    channels = heads * n
    last = min(first_row + 1024, scaled.shape[0])
    whole = first_row + ((last - first_row) & ~3)
    for head in range(heads):
        a0, b0 = head * n, channels + head * n
        for row in range(first_row, whole, 4):
            for i in range(n):
                u0, u1 = np.int64(scaled[row, a0 + i]), np.int64(scaled[row + 1, a0 + i])
                u2, u3 = np.int64(scaled[row + 2, a0 + i]), np.int64(scaled[row + 3, a0 + i])
                for k in range(n):
                    sums[head, i, k] += (
                        u0 * np.int64(scaled[row, b0 + k])
                        + u1 * np.int64(scaled[row + 1, b0 + k])
                        + u2 * np.int64(scaled[row + 2, b0 + k])
                        + u3 * np.int64(scaled[row + 3, b0 + k])
                    )
        for row in range(whole, last):
            for i in range(n):
                u = np.int64(scaled[row, a0 + i])
                for k in range(n):
                    sums[head, i, k] += u * np.int64(scaled[row, b0 + k])


@clause("6.4.7")
@kernel("void(int64[:,:,::1], int64[::1], int64[::1], int64[::1], int64[:,:,::1])")
def cosine_logits(
    sums: Int64Array, energy: Int64Array, temperature: Int64Array, exponent: Int64Array, logits: Int64Array
) -> None:
    """(6.4.7, items 2, 3) Cosine in Q24 of every pair times the head's temperature: logits [head, i, k] Q18."""
    heads, n = sums.shape[0], sums.shape[1]
    for head in range(heads):
        for i in range(n):
            norm_a = isqrt_s(energy[head * n + i])
            for k in range(n):
                norm_b = isqrt_s(energy[heads * n + head * n + k])
                g = np.int64(0)
                if norm_a > 0 and norm_b > 0:
                    g = rdiv_s(rdiv_s(sums[head, i, k], norm_a) << 24, norm_b)
                logits[head, i, k] = rshift_s(g * temperature[head], exponent[head] + 6)


@clause("6.4.6")
@kernel("void(int64[:,::1], int64[:,::1])")
def softmax_rows(logits: Int64Array, weights: Int64Array) -> None:
    """(6.4.6) Softmax of every row of Q18 logits, Q30; E * 2^30 <= 2^60."""
    for i in range(logits.shape[0]):
        top = logits[i].max()
        total = np.int64(0)
        for k in range(logits.shape[1]):
            weights[i, k] = expn_s(top - logits[i, k])
            total += weights[i, k]
        for k in range(logits.shape[1]):
            weights[i, k] = rdiv_s(weights[i, k] << 30, total)


@clause("6.4.7")
@kernel("void(int64[:,:,::1], int32[:,::1], int32[:,::1])")
def attended(weights: Int64Array, q: Int32Array, out: Int32Array) -> None:
    """(6.4.7, item 5) out [L, C] = sat32(rshift(sum over k of P[i, k] * V_k[l], 30)); weights [head, k, i] turned.

    P sums to about 2^30 a row, |V| <= 2^31: the sum stays below 2^62.
    """
    heads, n = weights.shape[0], weights.shape[1]
    channels = heads * n
    acc = np.empty(n, dtype=np.int64)
    for row in range(out.shape[0]):
        for head in range(heads):
            first = 2 * channels + head * n
            for i in range(n):
                acc[i] = 536870912
            for k in range(0, n, 4):
                v0, v1 = np.int64(q[row, first + k]), np.int64(q[row, first + k + 1])
                v2, v3 = np.int64(q[row, first + k + 2]), np.int64(q[row, first + k + 3])
                for i in range(n):
                    acc[i] += (
                        v0 * weights[head, k, i]
                        + v1 * weights[head, k + 1, i]
                        + v2 * weights[head, k + 2, i]
                        + v3 * weights[head, k + 3, i]
                    )
            for i in range(n):
                out[row, head * n + i] = np.int32(min(max(acc[i] >> 30, -2147483648), 2147483647))
