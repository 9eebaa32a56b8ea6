"""Formats and roundings of clause 6.1 on NumPy arrays (and on plain integers).

In: integers of any kind; they are widened to int64 first, so that no product or sum wraps.  Out: int64, or int32 where
the name says so.  The same functions for use inside compiled loops are in `scalars`.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int32Array, Int64Array, IntArray
from refdec.clauses import clause

__all__ = ["MIDDLE_Q18", "ONE_Q18", "WHITE_Q18", "Q", "rdiv", "rhe", "rshift", "sat32", "wide"]

Q = 18
"""Fractional bits of feature maps, latents and planes."""
ONE_Q18 = 1 << Q
WHITE_Q18 = 255 << Q
"""White on the nominal 0..255 scale."""
MIDDLE_Q18 = WHITE_Q18 // 2
"""127.5: neutral chroma, and the offset of a synthesis network."""
INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1


def wide(a: IntArray | int) -> Int64Array:
    """Return `a` as int64; every product and sum starts from here."""
    return np.asarray(a, dtype=np.int64)


@clause("6.1")
def sat32(a: IntArray | int) -> Int32Array:
    """(6.1) Clamp to [-2^31, 2^31 - 1] and store as int32."""
    return np.clip(wide(a), INT32_MIN, INT32_MAX).astype(np.int32)


@clause("6.1")
def rshift(a: IntArray | int, s: IntArray | int) -> Int64Array:
    """(6.1) a / 2^s, nearest, halves up; s >= 0.  The caller sees to |a| + 2^(s-1) < 2^63."""
    s64 = wide(s)
    half = np.where(s64 > 0, np.left_shift(np.int64(1), np.maximum(s64 - 1, 0)), 0)
    shifted: Int64Array = (wide(a) + half) >> s64
    return shifted


@clause("6.1")
def rdiv(a: IntArray | int, b: IntArray | int) -> Int64Array:
    """(6.1) a / b, nearest, halves away from zero; b > 0."""
    a64, b64 = wide(a), wide(b)
    magnitude = (np.abs(a64) + (b64 >> 1)) // b64
    quotient: Int64Array = np.where(a64 < 0, -magnitude, magnitude)
    return quotient


@clause("6.1")
def rhe(a: IntArray | int, b: IntArray | int) -> Int64Array:
    """(6.1) The integer nearest to a / b, the even one if two are equally near; b > 0, 2b < 2^63."""
    a64, b64 = wide(a), wide(b)
    q: Int64Array = a64 // b64
    twice = 2 * (a64 - q * b64)
    up = (twice > b64) | ((twice == b64) & ((q & 1) == 1))
    rounded: Int64Array = q + up
    return rounded
