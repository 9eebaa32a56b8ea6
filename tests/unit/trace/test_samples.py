"""Differences between arrays and between pictures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from refdec.trace.samples import compare_arrays, compare_planes


def test_equal_arrays() -> None:
    found = compare_arrays("a", np.arange(6).reshape(2, 3), np.arange(6).reshape(2, 3))
    assert found.equal and found.total == 6 and found.share == 0


def test_first_difference_in_c_order() -> None:
    a = np.zeros((3, 4), np.uint8)
    b = a.copy()
    b[1, 3], b[2, 0], b[2, 1] = 1, 255, 9
    found = compare_arrays("a", a, b)
    assert found.first == (1, 3)
    assert found.values == (0, 1)
    assert (found.differing, found.max_abs) == (3, 255)
    assert found.mean_abs == pytest.approx(265 / 12)
    assert found.histogram == (("+1", 1), ("+9..+16", 1), ("+129..+256", 1))


def test_unsigned_codes_do_not_wrap() -> None:
    found = compare_arrays("a", np.array([255], np.uint8), np.array([0], np.uint8))
    assert found.histogram == (("-129..-256", 1),)
    assert found.max_abs == 255


def test_shapes_that_differ() -> None:
    found = compare_arrays("a", np.zeros(3), np.zeros((3, 1)))
    assert not found.equal and found.shapes == ((3,), (3, 1)) and found.first is None


def test_nan_equals_nan() -> None:
    a = np.array([1.0, np.nan, 2.5])
    assert compare_arrays("a", a, a.copy()).equal
    assert compare_arrays("a", a, np.array([1.0, np.nan, 2.0])).max_abs == 0.5


@given(arrays(np.int16, st.tuples(st.integers(1, 5), st.integers(1, 5))), st.data())
def test_histogram_counts_every_difference(a: np.ndarray, data: st.DataObject) -> None:
    b = data.draw(arrays(np.int16, a.shape))
    found = compare_arrays("a", a, b)
    assert sum(count for _, count in found.histogram) == found.differing == np.count_nonzero(a != b)
    assert found.max_abs == np.abs(a.astype(int) - b).max()


def test_raster_order_goes_before_component_order() -> None:
    a = [np.zeros((4, 4), np.uint8) for _ in range(3)]
    b = [plane.copy() for plane in a]
    b[0][3, 3] = 1
    b[2][1, 1] = 1
    found = compare_planes("RGB", a, b)
    assert found.first is not None and (found.first.name, found.first.first) == ("B", (1, 1))
    b[1][1, 1] = 1
    found = compare_planes("RGB", a, b)
    assert found.first is not None and found.first.name == "G"


def test_subsampled_planes_come_in_their_order() -> None:
    a = [np.zeros((4, 4), np.uint8), np.zeros((2, 2), np.uint8), np.zeros((2, 2), np.uint8)]
    b = [plane.copy() for plane in a]
    b[0][3, 3] = b[1][0, 0] = 1
    found = compare_planes("YUV", a, b)
    assert found.first is not None and found.first.name == "Y"


def test_tolerance_and_share() -> None:
    a = [np.zeros((10, 10), np.uint8)]
    b = [a[0].copy()]
    b[0][0, :5] = 2
    found = compare_planes(["gray"], a, b)
    assert found.share == 0.05 and found.max_abs == 2
    assert found.within(2, 0.05)
    assert not found.within(1, 1.0)
    assert not found.within(2, 0.049)


@pytest.mark.parametrize("other", [[np.zeros((3, 3))], [np.zeros((3, 4))] * 3])
def test_pictures_of_another_structure(other: list[np.ndarray]) -> None:
    found = compare_planes("RGB", [np.zeros((3, 3))] * 3, other)
    assert found.structure and not found.equal and not found.within(255, 1.0)
