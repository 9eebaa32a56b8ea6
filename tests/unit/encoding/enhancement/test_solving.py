"""Least squares in whole numbers (5.14.2): exact sums, known coefficients found, exact errors."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.arithmetic.types import Int64Array
from refdec.encoding.enhancement.solving import LEAST_RIDGE, Normal, products, solved

UNIT = 2048


def normal_of(columns: Int64Array, goal: Int64Array) -> Normal:
    sums = products([*columns, goal])
    return Normal.of(sums, range(len(columns)), goal.size)


def test_sums_of_products_are_exact_at_the_ends_of_the_range() -> None:
    rng = np.random.default_rng(1)
    columns = rng.choice(np.array([-(1 << 15), (1 << 15) - 1, 12345]), (5, 1 << 12))
    assert np.array_equal(products(list(columns)), columns @ columns.T)


def test_known_coefficients_are_found() -> None:
    rng = np.random.default_rng(2)
    columns = rng.integers(-7, 8, (9, 4000)) * UNIT
    known = rng.integers(-900, 900, 9)
    goal = known @ (columns // UNIT)
    normal = normal_of(columns, goal)
    assert np.array_equal(solved(normal), known)
    assert normal.error_with(known) == 0
    assert normal.error == int(goal @ goal)


def test_the_error_is_that_of_the_samples() -> None:
    rng = np.random.default_rng(3)
    columns, goal = rng.integers(-4000, 4000, (6, 500)), rng.integers(-4000, 4000, 500)
    normal = normal_of(columns, goal)
    for q in (solved(normal), rng.integers(-3000, 3000, 6)):
        left = goal * UNIT - q @ columns
        assert normal.error_with(q) == int(left @ left) // UNIT**2


def test_no_neighbour_of_the_solution_is_better() -> None:
    rng = np.random.default_rng(4)
    columns, goal = rng.integers(-4000, 4000, (5, 800)), rng.integers(-4000, 4000, 800)
    normal = normal_of(columns, goal)
    q = solved(normal)
    for i in range(5):
        for step in (-1, 1):
            other = q.copy()
            other[i] += step
            assert normal.error_with(q) <= normal.error_with(other)


@pytest.mark.parametrize("ridge", [LEAST_RIDGE, 4096])
def test_columns_that_say_the_same_share_the_weight(ridge: int) -> None:
    column = np.random.default_rng(5).integers(-4000, 4000, 600)
    normal = normal_of(np.array([column, column, np.zeros_like(column)]), column // 2)
    q = solved(normal, ridge)
    assert abs(int(q.sum()) - UNIT // 2) <= 2
    assert q[2] == 0


def test_a_ridge_keeps_weights_small() -> None:
    column = np.random.default_rng(6).integers(-400, 400, 600)
    normal = normal_of(np.array([column]), column)
    assert solved(normal, 1 << 20)[0] < UNIT // 4 < solved(normal)[0]


def test_coefficients_stay_within_what_codes_can_say() -> None:
    column = np.random.default_rng(7).integers(-60, 60, 600)
    assert solved(normal_of(np.array([column]), 40 * column))[0] == 32767
