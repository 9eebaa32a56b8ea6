"""Roundings of clause 6.1 as compiled scalar functions, for use inside kernels.

All arguments and results are int64.  The array forms are in `fixed`; a test holds the two against each other.
"""

from __future__ import annotations

from refdec.clauses import clause
from refdec.jit import kernel

__all__ = ["bitlen_s", "isqrt_s", "rdiv_s", "rhe_s", "rshift_s", "sat32_s"]


@clause("6.1")
@kernel("int64(int64)")
def sat32_s(n: int) -> int:
    """(6.1) Clamp any int64 to the range of int32: -2^31 <= result < 2^31."""
    return min(max(n, -2147483648), 2147483647)


@clause("6.1")
@kernel("int64(int64, int64)")
def rshift_s(n: int, s: int) -> int:
    """(6.1) n / 2^s, nearest, halves up; 0 <= s <= 62, |n| + 2^(s-1) < 2^63."""
    if s <= 0:
        return n
    return (n + (1 << (s - 1))) >> s


@clause("6.1")
@kernel("int64(int64, int64)")
def rdiv_s(a: int, b: int) -> int:
    """(6.1) a / b, nearest, halves away from zero; b > 0, |a| + b / 2 < 2^63."""
    if a < 0:
        return -((-a + (b >> 1)) // b)
    return (a + (b >> 1)) // b


@clause("6.1")
@kernel("int64(int64, int64)")
def rhe_s(a: int, b: int) -> int:
    """(6.1) The integer nearest to a / b, ties to even; 0 < b <= 2^62, |a| + b < 2^63, so twice < 2^63."""
    q = a // b
    twice = 2 * (a - q * b)
    if twice > b or (twice == b and (q & 1) == 1):
        q += 1
    return q


@clause("6.1")
@kernel("int64(int64)")
def bitlen_s(n: int) -> int:
    """(6.1) Number of binary digits of n, 0 <= n < 2^63; 0 for 0, result <= 63."""
    length = 0
    for step in (32, 16, 8, 4, 2, 1):
        if n >> step:
            n >>= step
            length += step
    return length + n


@clause("6.4.1")
@kernel("int64(int64)")
def isqrt_s(n: int) -> int:
    """(6.4.1) floor(sqrt(n)), exact, for 0 <= n < 2^62: integer Newton from above; x <= 2^31, x + n / x <= 2^32."""
    if n < 2:
        return n
    x = 1 << ((bitlen_s(n) + 1) >> 1)
    while True:
        y = (x + n // x) >> 1
        if y >= x:
            return x
        x = y
