"""Least squares with coefficients of 1/2048 (5.14.2): sums of products, their solution, and whole numbers near it.

In: samples as whole numbers.  Out: exact sums, and the integer coefficients whose error is small.  Floating point
carries whole numbers below 2^53 in the sums; the solution takes one rounding at each operation, in a fixed order, so
that every machine finds the same coefficients; errors are reckoned exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.types import Int64Array
from refdec.clauses import clause
from refdec.networks.blas_threads import product
from refdec.picture.filters.efe_linear import UNIT_BITS

__all__ = ["LEAST_RIDGE", "Normal", "products", "solved"]

Float64Array = npt.NDArray[np.float64]
UNIT = 1 << UNIT_BITS
LARGEST = 32767
"""Coefficients lie in -32767..32767 / 2048, so that codes fit in 16 bits."""
LEAST_RIDGE = 4
"""Decides where samples do not."""
PASSES = 4


def products(columns: Sequence[npt.NDArray[np.integer]]) -> Int64Array:
    """Return the sums of products of all pairs of columns, int64 [n, n].

    Exact: |samples| <= 2^15 and at most 2^22 of them keep every partial sum of the float64 product below 2^53.
    """
    stacked = np.stack([column.reshape(-1) for column in columns]).astype(np.float64)
    return product(stacked, stacked.T).astype(np.int64)


@clause("5.14.2", kind="inferred", reason="how an encoder finds weights is its own affair")
@dataclass(frozen=True, slots=True, eq=False)
class Normal:
    """(5.14.2) Normal equations: `gram` int64 [k, k], `pull` int64 [k], `error` without any coefficient; `count`."""

    gram: Int64Array
    pull: Int64Array
    error: int
    count: int

    @classmethod
    def of(cls, sums: Int64Array, chosen: Sequence[int], count: int) -> Normal:
        """Return the equations of some columns, from sums whose last column is what is to be explained."""
        index = np.asarray(chosen, np.int64)
        return cls(sums[np.ix_(index, index)], sums[index, -1], int(sums[-1, -1]), count)

    def error_with(self, coefficients: Int64Array) -> int:
        """Return the squared error that is left with coefficients of 1/2048, exact but for the last division."""
        q = coefficients.astype(object)
        total = (self.error << (2 * UNIT_BITS)) - 2 * UNIT * int(q @ self.pull.astype(object))
        return int((total + int(q @ self.gram.astype(object) @ q)) >> (2 * UNIT_BITS))


def solved(normal: Normal, ridge: int = LEAST_RIDGE) -> Int64Array:
    """Return the coefficients of the smallest error in units of 1/2048, int64 [k]: rounded, then improved in turn.

    `ridge`: squared error, unit 2^-12 a sample, that a coefficient of 1 counts as; above 0.
    """
    gram, pull = normal.gram.astype(np.float64), normal.pull.astype(np.float64)
    diagonal = np.arange(len(pull))
    gram[diagonal, diagonal] += ridge * max(1, normal.count)
    exact = _solution(gram.copy(), pull.copy())
    q = np.clip(np.rint(exact * UNIT), -LARGEST, LARGEST)
    return _improved(gram, pull * UNIT, q).astype(np.int64)


def _solution(gram: Float64Array, pull: Float64Array) -> Float64Array:
    """Solve gram x = pull, symmetric and positive, by elimination: each operation rounds once, in this order."""
    size = len(pull)
    for i in range(size):
        share = gram[i + 1 :, i] / gram[i, i]
        gram[i + 1 :, i + 1 :] -= share[:, None] * gram[i, i + 1 :]
        pull[i + 1 :] -= share * pull[i]
    for i in reversed(range(size)):
        pull[i] = pull[i] / gram[i, i]
        pull[:i] -= gram[:i, i] * pull[i]
    return pull


def _improved(gram: Float64Array, pull: Float64Array, q: Float64Array) -> Float64Array:
    """Move one coefficient after another to the whole number that is best beside the others."""
    left = pull.copy()
    for i in range(len(q)):
        left -= gram[:, i] * q[i]
    for _ in range(PASSES):
        moved = False
        for i in range(len(q)):
            step = np.clip(q[i] + np.rint(left[i] / gram[i, i]), -LARGEST, LARGEST) - q[i]
            if step:
                q[i] += step
                left -= gram[:, i] * step
                moved = True
        if not moved:
            break
    return q
