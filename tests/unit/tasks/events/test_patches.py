"""Patches: places that touch, with a strong one among them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from refdec_tasks.events.patches import Bounds, connected, patches_of


def mask_of(*rows: str) -> np.ndarray:
    return np.array([[sign == "#" for sign in row] for row in rows])


def test_places_that_touch_have_one_number() -> None:
    labels = connected(mask_of("##..#", ".....", "#.#.#", "#.##.", "###.."))
    assert labels.tolist() == [[1, 1, 0, 0, 2], [0, 0, 0, 0, 0], [3, 0, 3, 0, 3], [3, 0, 3, 3, 0], [3, 3, 3, 0, 0]]


def test_nothing_has_no_number() -> None:
    assert not connected(np.zeros((3, 4), bool)).any()
    assert connected(np.ones((1, 1), bool)).tolist() == [[1]]


@given(arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_numbers_are_those_of_a_flood(mask: np.ndarray) -> None:
    expected, count = np.zeros(mask.shape, np.int64), 0
    for row, column in np.argwhere(mask).tolist():
        if expected[row, column]:
            continue
        count += 1
        waiting = [(row, column)]
        while waiting:
            y, x = waiting.pop()
            if 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1] and mask[y, x] and not expected[y, x]:
                expected[y, x] = count
                waiting += [(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    assert np.array_equal(connected(mask), expected)


def test_a_patch_has_a_strong_place_and_its_weaker_neighbours() -> None:
    strength = np.array([[0, 60, 120, 49, 0], [0, 0, 55, 0, 0], [99, 0, 0, 0, 99]])
    (patch,) = patches_of(strength, 100)
    assert patch.places.tolist() == np.flatnonzero(mask_of(".##..", "..#..", ".....")).tolist()
    assert (patch.bounds, patch.strength, patch.positions) == (Bounds(0, 2, 1, 3), 120, 3)
    assert len(patches_of(strength, 99)) == 3 and patches_of(strength, 121) == []


def test_bounds_are_samples_of_what_is_shown() -> None:
    whole = Bounds(0, 1, 2, 3).joined(Bounds(4, 5, 0, 2))
    assert whole == Bounds(0, 5, 0, 3)
    assert whole.samples((70, 40)) == (0, 0, 40, 70), "the last positions are cut by the picture's end"
    assert Bounds(1, 2, 1, 3).samples((70, 200)) == (16, 16, 32, 16)
