"""Sums and means of squared errors."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.metrics.errors import ShapesDiffer
from refdec.metrics.sse import mean_squared_error, sum_squared_error


def test_integers_are_summed_exactly() -> None:
    white, black = np.full((1000, 1000), 65535, np.uint16), np.zeros((1000, 1000), np.uint16)
    total = sum_squared_error(white, black)
    assert isinstance(total, int)
    assert total == 65535**2 * 10**6


def test_unsigned_codes_do_not_wrap() -> None:
    assert sum_squared_error(np.array([0, 255], np.uint8), np.array([255, 0], np.uint8)) == 2 * 255**2


def test_the_mean_of_floats() -> None:
    assert mean_squared_error(np.array([0.5, 1.5]), np.array([0.0, 0.0])) == pytest.approx(1.25)
    assert mean_squared_error(np.zeros((0, 3)), np.zeros((0, 3))) == 0.0


def test_shapes_must_agree() -> None:
    with pytest.raises(ShapesDiffer):
        sum_squared_error(np.zeros((2, 3)), np.zeros((3, 2)))
