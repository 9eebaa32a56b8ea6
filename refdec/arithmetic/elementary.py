"""Exponential, logistic function, ELU and LeakyReLU in integers (6.4.2, 6.4.3, 6.7), for use inside kernels.

In: int64 numbers in Q18.  Out: int64 in the format that each function names.  No float: the exponential is the
product of three table entries, so that every machine finds the same value.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.scalars import rdiv_s
from refdec.arithmetic.types import Int64Array
from refdec.clauses import clause
from refdec.jit import kernel
from refdec.tables import integer_exp

__all__ = ["elu_s", "expn_s", "logistic_s"]


def _table(name: str) -> Int64Array:
    values = np.array(integer_exp()[name], dtype=np.int64)
    values.flags.writeable = False
    return values


_A, _B, _C = _table("A"), _table("B"), _table("C")
_D_MAX = (1 << 23) - 1
_HALF_Q30 = 1 << 29


@clause("6.4.2")
@kernel("int64(int64)")
def expn_s(d: int) -> int:
    """(6.4.2) exp(-d / 2^18) in Q30 for 0 <= d < 2^63: 2^30 at 0, 0 from 2^23 - 1 on.

    Table entries <= 2^30, so both products with their half <= 2^60 + 2^29.
    """
    d = min(d, _D_MAX)
    head = (_A[d >> 18] * _B[(d >> 9) & 511] + _HALF_Q30) >> 30
    value: int = (head * _C[d & 511] + _HALF_Q30) >> 30
    return value


@clause("6.4.3")
@kernel("int64(int64)")
def logistic_s(x: int) -> int:
    """(6.4.3) 1 / (1 + exp(-x)) in Q24 for x in Q18, |x| < 2^63; the dividend of rdiv <= 2^54 + 2^30."""
    value = rdiv_s(1 << 54, (1 << 30) + expn_s(abs(x)))
    return value if x >= 0 else (1 << 24) - value


@clause("6.4.3")
@kernel("int64(int64)")
def elu_s(x: int) -> int:
    """(6.4.3) x above 0, exp(x) - 1 otherwise, Q18, for |x| < 2^63; up to 0, |elu| <= 2^18."""
    if x > 0:
        return x
    return ((expn_s(-x) + 2048) >> 12) - 262144
