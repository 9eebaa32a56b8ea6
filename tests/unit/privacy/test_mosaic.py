"""A mosaic keeps a few means of what it covers, and everything else as it was."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.privacy.mosaic import SQUARES, mosaicked, widened
from refdec.tiling.geometry import Rect, ceil_div

WHOLE = (1, 1)


def noise(rows: int = 40, columns: int = 60, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (rows, columns)).astype(np.uint8)


def shuffled(plane: np.ndarray, rect: Rect) -> np.ndarray:
    """Return a plane in which the samples of each square of a rectangle have changed places."""
    made, draw, side = plane.copy(), np.random.default_rng(1), ceil_div(max(rect.h, rect.w), SQUARES)
    part = made[rect.rows, rect.columns]
    for top in range(0, rect.h, side):
        for left in range(0, rect.w, side):
            square = part[top : top + side, left : left + side]
            square[...] = draw.permutation(square.ravel()).reshape(square.shape)
    return made


@pytest.mark.parametrize("rect", [Rect(10, 8, 20, 12), Rect(0, 0, 60, 40), Rect(3, 3, 9, 31), Rect(5, 5, 33, 2)])
def test_nothing_is_left_but_the_means_of_a_few_squares(rect: Rect) -> None:
    plane = noise()
    other, made = shuffled(plane, rect), mosaicked(plane, [rect], WHOLE)
    assert (other != plane).sum() > rect.h * rect.w / 2
    assert (mosaicked(other, [rect], WHOLE) == made).all()
    outside = np.ones(plane.shape, np.bool_)
    outside[rect.rows, rect.columns] = False
    assert (made[outside] == plane[outside]).all() and made.dtype == plane.dtype
    assert made[~outside].astype(int).std() < plane[~outside].astype(int).std() / 2


def test_one_colour_stays_that_colour_and_halves_meet_softly() -> None:
    plane = np.full((32, 32), 200, np.uint8)
    assert (mosaicked(plane, [Rect(0, 0, 32, 32)], WHOLE) == 200).all()
    plane[:, :16] = 40
    row = mosaicked(plane, [Rect(0, 0, 32, 32)], WHOLE)[5].astype(int)
    assert (row[0], row[-1]) == (40, 200) and 0 < np.diff(row).max() < 40


def test_chroma_loses_every_sample_with_a_share() -> None:
    plane = noise(20, 30)
    made = mosaicked(plane, [Rect(5, 5, 21, 11)], (2, 2))
    changed = np.argwhere(made != plane)
    assert changed.min(axis=0).tolist() == [2, 2] and changed.max(axis=0).tolist() == [7, 12]


def test_sixteen_bits_do_not_wrap() -> None:
    plane = np.full((300, 300), 65535, np.uint16)
    assert (mosaicked(plane, [Rect(0, 0, 300, 300)], WHOLE) == 65535).all()


def test_boxes_are_widened_as_far_as_the_picture_goes() -> None:
    assert widened(Rect(10, 20, 16, 8), 100, 100) == Rect(6, 18, 24, 12)
    assert widened(Rect(10, 20, 16, 8), 100, 100, more=16) == Rect(0, 2, 46, 44)
    assert widened(Rect(90, 0, 10, 10), 40, 100) == Rect(87, 0, 13, 13)


def test_an_empty_rectangle_changes_nothing() -> None:
    assert (mosaicked(noise(), [Rect(3, 3, 0, 5)], WHOLE) == noise()).all()
