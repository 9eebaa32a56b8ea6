"""Integer loops of the attention blocks (6.4.4 to 6.4.7); only HOP compiles them.

In: maps int32 Q18 [h, w, C], or the same as rows [positions, C].  Out: written into arrays that the caller made.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refdec.arithmetic.elementary import elu_s, expn_s, logistic_s
from refdec.arithmetic.scalars import bitlen_s, isqrt_s, rdiv_s, rshift_s, sat32_s
from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.clauses import clause
from refdec.jit import kernel

__all__ = [
    "attended",
    "correlated",
    "cosine_logits",
    "elu_gate",
    "gram",
    "layer_norm",
    "logistic_gate",
    "row_maxima",
    "scaled_rows",
    "softmax_rows",
]

_AT_A_TIME = 64
"""Positions whose scaled values are in the nearest cache together."""


@clause("6.4.4")
@kernel("void(int32[::1], int32[::1], int32[::1], int32[::1])")
def logistic_gate(x: Int32Array, t: Int32Array, m: Int32Array, out: Int32Array) -> None:
    """(6.4.4) out = sat32(x + rshift(t * logistic(m), 24)), for any int32 x, t and m.

    Bounds: 0 <= logistic <= 2^24, so |t * logistic| <= 2^55 and the sum before sat32 < 2^33.
    """
    for n in range(out.size):
        mask: Any = np.int64(m[n])
        product: Any = np.int64(t[n]) * logistic_s(mask)
        out[n] = np.int32(sat32_s(np.int64(x[n]) + ((product + 8388608) >> 24)))


@clause("6.4.7")
@kernel("void(int32[:,::1], int32[:,::1])")
def elu_gate(f: Int32Array, out: Int32Array) -> None:
    """(6.4.7) out [n, c] = sat32(rshift(elu(f[n, c]) * f[n, half + c], 18)), for any int32 f.

    Bounds: |elu| < 2^31, so |product| + 2^17 < 2^63.
    """
    half = out.shape[1]
    for n in range(out.shape[0]):
        for c in range(half):
            value: Any = np.int64(f[n, c])
            product: Any = elu_s(value) * np.int64(f[n, half + c])
            out[n, c] = np.int32(min(max((product + 131072) >> 18, -2147483648), 2147483647))


@clause("6.4.5")
@kernel("void(int32[:,::1], int64, int64, int32[:,::1])")
def layer_norm(x: Int32Array, log2_channels: int, eps: int, out: Int32Array) -> None:
    """(6.4.5) Normalise every row [C], C = 2^log2_channels, without gain and offset; |out| < 2^22.

    Any int32 x, C = 64 or 128, 0 < eps < 2^41.  Bounds: |S| <= 2^38, |D| < 2^39, |d| <= 2^26, 0 < U < 2^60,
    2^30 <= N < 2^31.  The quotient by N is formed with one reciprocal a row: |d| * floor(2^61 / N) <= 2^57 gives it to
    within one, and its remainder sets it right; with U >= 2^37, j <= 24 and |d| * 2^bits <= 2^59.
    """
    channels = x.shape[1]
    centred = np.empty(channels, dtype=np.int64)
    for n in range(x.shape[0]):
        total: Any = np.int64(0)
        for c in range(channels):
            total += np.int64(x[n, c])
        largest: Any = np.int64(0)
        for c in range(channels):
            d = channels * np.int64(x[n, c]) - total
            centred[c] = d
            largest = max(largest, abs(d))
        p: Any = max(np.int64(0), bitlen_s(largest) - 26)
        half = (np.int64(1) << p) >> 1
        energy: Any = np.int64(eps) >> (2 * p)
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
    """(6.4.7, item 1) Largest magnitude of each of the first `columns` columns of q [L, 3C], any int32; <= 2^31."""
    for c in range(columns):
        largest[c] = 0
    for n in range(q.shape[0]):
        for c in range(columns):
            largest[c] = max(largest[c], abs(np.int64(q[n, c])))


@clause("6.4.7")
@kernel("void(int32[:,::1], int64[::1], int64, int32[:,::1], int64[::1])")
def scaled_rows(q: Int32Array, largest: Int64Array, positions: int, scaled: Int32Array, energy: Int64Array) -> None:
    """(6.4.7, items 1, 2) A' and B' [n, 2C] of some rows of q [L, 3C], given `row_maxima` and the number of all rows;
    their squares are added to `energy` [2C].

    `scaled` may have more rows than q; those become 0.  Bounds, 1 <= L = `positions` < 2^33: |a'| <= 2^t <= 2^30
    with t = (62 - bitlen(L)) >> 1, so each sum over all rows <= L * 2^(2t) < 2^62.
    """
    columns = scaled.shape[1]
    t = (62 - bitlen_s(positions)) >> 1
    down = np.empty(columns, dtype=np.int64)
    up = np.empty(columns, dtype=np.int64)
    for c in range(columns):
        p = bitlen_s(largest[c]) - t
        down[c] = max(p, 0)
        up[c] = max(-p, 0) if largest[c] > 0 else 0
    for n in range(q.shape[0]):
        for c in range(columns):
            half = (np.int64(1) << down[c]) >> 1
            a = ((np.int64(q[n, c]) << up[c]) + half) >> down[c]
            scaled[n, c] = np.int32(a)
            energy[c] += a * a
    for n in range(q.shape[0], scaled.shape[0]):
        for c in range(columns):
            scaled[n, c] = 0


@clause("6.4.7")
@kernel("void(int32[:,::1], int64[:,:,::1])")
def gram(scaled: Int32Array, sums: Int64Array) -> None:
    """(6.4.7, item 3) Add to sums [head, i, k] the products A'_i[l] * B'_k[l], summed over rows A', B' [L, 2C].

    L and C / 4 are multiples of four (rows of zeros fill L up): four positions and four channels at a time, in 32 bits
    until they are multiplied.  Bounds: |a'|, |b'| <= 2^t as `scaled_rows` makes them, so every partial sum
    <= L * 2^(2t) < 2^62.
    """
    heads, n = sums.shape[0], sums.shape[1]
    b = np.empty((4, n), dtype=np.int32)
    b0, b1, b2, b3 = b[0], b[1], b[2], b[3]
    for head in range(heads):
        first, second = head * n, (heads + head) * n
        for row in range(0, scaled.shape[0], 4):
            r0, r1, r2, r3 = scaled[row], scaled[row + 1], scaled[row + 2], scaled[row + 3]
            for k in range(n):
                b0[k], b1[k], b2[k], b3[k] = r0[second + k], r1[second + k], r2[second + k], r3[second + k]
            for c in range(first, first + n, 4):
                p0, p1, p2, p3 = np.int64(r0[c]), np.int64(r1[c]), np.int64(r2[c]), np.int64(r3[c])
                q0, q1, q2, q3 = np.int64(r0[c + 1]), np.int64(r1[c + 1]), np.int64(r2[c + 1]), np.int64(r3[c + 1])
                s0, s1, s2, s3 = np.int64(r0[c + 2]), np.int64(r1[c + 2]), np.int64(r2[c + 2]), np.int64(r3[c + 2])
                t0, t1, t2, t3 = np.int64(r0[c + 3]), np.int64(r1[c + 3]), np.int64(r2[c + 3]), np.int64(r3[c + 3])
                i = c - first
                o0, o1, o2, o3 = sums[head, i], sums[head, i + 1], sums[head, i + 2], sums[head, i + 3]
                for k in range(n):
                    v0, v1, v2, v3 = np.int64(b0[k]), np.int64(b1[k]), np.int64(b2[k]), np.int64(b3[k])
                    o0[k] += p0 * v0 + p1 * v1 + p2 * v2 + p3 * v3
                    o1[k] += q0 * v0 + q1 * v1 + q2 * v2 + q3 * v3
                    o2[k] += s0 * v0 + s1 * v1 + s2 * v2 + s3 * v3
                    o3[k] += t0 * v0 + t1 * v1 + t2 * v2 + t3 * v3


@clause("6.4.7")
@kernel("void(int32[:,::1], int64[::1], int64, int64[:,:,::1], int64[::1])")
def correlated(q: Int32Array, largest: Int64Array, positions: int, sums: Int64Array, energy: Int64Array) -> None:
    """(6.4.7, items 1 to 3) Add `gram` and the energy of some rows of q [L, 3C], scaled as `scaled_rows` does it, a few
    at a time: they stay in the nearest cache.  Any int32 q, `positions` those of all rows.  Bounds: those of both, so
    |sums| and the energy < 2^62.
    """
    scaled = np.empty((_AT_A_TIME, energy.size), dtype=np.int32)
    for first in range(0, q.shape[0], _AT_A_TIME):
        scaled_rows(q[first : first + _AT_A_TIME], largest, positions, scaled, energy)
        gram(scaled, sums)


@clause("6.4.7")
@kernel("void(int64[:,:,::1], int64[::1], int64[::1], int64[::1], int64[:,:,::1])")
def cosine_logits(
    sums: Int64Array, energy: Int64Array, temperature: Int64Array, exponent: Int64Array, logits: Int64Array
) -> None:
    """(6.4.7, items 2, 3) Cosine in Q24 of every pair times the head's temperature: logits [head, i, k] Q18.

    `sums` and `energy` < 2^62 are those of one map; |temperature| < 2^19, 0 <= exponent <= 30.  Bounds: by
    Cauchy-Schwarz |s| < (N_A + 1) * (N_B + 1), and a row that is not zero has a value >= 2^(t-1), t >= 14, so N >= 2^13
    and |q| <= (N_B + 1) * (1 + 2^-13) + 1: |q * 2^24| < 2^56, |g| < 2^25, |g * W| < 2^44.
    """
    heads, n = sums.shape[0], sums.shape[1]
    for head in range(heads):
        for i in range(n):
            norm_a = isqrt_s(energy[head * n + i])
            for k in range(n):
                norm_b = isqrt_s(energy[heads * n + head * n + k])
                g: Any = np.int64(0)
                if norm_a > 0 and norm_b > 0:
                    g = rdiv_s(rdiv_s(sums[head, i, k], norm_a) << 24, norm_b)
                logits[head, i, k] = rshift_s(g * temperature[head], exponent[head] + 6)


@clause("6.4.6")
@kernel("void(int64[:,::1], int64[:,::1])")
def softmax_rows(logits: Int64Array, weights: Int64Array) -> None:
    """(6.4.6) Softmax of every row of Q18 logits, Q30; rows of at most 32, |logit| < 2^62.

    Bounds: E <= 2^30, 2^30 <= sum E <= 2^35 (the largest logit has E = 2^30), E * 2^30 + sum E < 2^61.
    """
    for i in range(logits.shape[0]):
        top = logits[i].max()
        total: Any = np.int64(0)
        for k in range(logits.shape[1]):
            weights[i, k] = expn_s(top - logits[i, k])
            total += weights[i, k]
        for k in range(logits.shape[1]):
            weights[i, k] = rdiv_s(weights[i, k] << 30, total)


@clause("6.4.7")
@kernel("void(int32[:,:,::1], int32[:,::1], int32[:,::1])")
def attended(weights: Int32Array, q: Int32Array, out: Int32Array) -> None:
    """(6.4.7, item 5) out [L, C] = sat32(rshift(sum over k of P[i, k] * V_k[l], 30)); weights [head, k, i] turned.

    Two rows at a time, so that each weight is loaded for both.  Bounds: P of `softmax_rows` is at most 2^30 and sums to
    at most 2^30 + 16 a row, |V| <= 2^31, so |acc| <= 2^61 + 2^35 + 2^29 < 2^62.
    """
    heads, n = weights.shape[0], weights.shape[1]
    acc, beside = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    for row in range(0, out.shape[0], 2):
        other = min(row + 1, out.shape[0] - 1)
        for head in range(heads):
            goal = head * n
            first = 2 * heads * n + goal
            for i in range(n):
                acc[i] = 536870912
                beside[i] = 536870912
            for k in range(0, n, 4):
                v0, v1 = np.int64(q[row, first + k]), np.int64(q[row, first + k + 1])
                v2, v3 = np.int64(q[row, first + k + 2]), np.int64(q[row, first + k + 3])
                u0, u1 = np.int64(q[other, first + k]), np.int64(q[other, first + k + 1])
                u2, u3 = np.int64(q[other, first + k + 2]), np.int64(q[other, first + k + 3])
                for i in range(n):
                    p0, p1 = np.int64(weights[head, k, i]), np.int64(weights[head, k + 1, i])
                    p2, p3 = np.int64(weights[head, k + 2, i]), np.int64(weights[head, k + 3, i])
                    acc[i] += v0 * p0 + v1 * p1 + v2 * p2 + v3 * p3
                    beside[i] += u0 * p0 + u1 * p1 + u2 * p2 + u3 * p3
            for i in range(n):
                out[row, goal + i] = np.int32(min(max(acc[i] >> 30, -2147483648), 2147483647))
                out[other, goal + i] = np.int32(min(max(beside[i] >> 30, -2147483648), 2147483647))
