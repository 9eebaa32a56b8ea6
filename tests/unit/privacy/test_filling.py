"""Rectangles painted over: what was inside of them has no share in what is left."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from refdec.privacy.filling import painted_over
from refdec.tiling.geometry import Rect

SIDE = 12
RECTS = st.lists(
    st.builds(Rect, st.integers(0, 9), st.integers(0, 9), st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=3
)


@given(RECTS, st.sampled_from([(1, 1), (1, 2), (2, 2)]), st.integers(0, 2**32 - 1))
def test_nothing_of_the_inside_is_left(rects: list[Rect], subsampling: tuple[int, int], seed: int) -> None:
    draw = np.random.default_rng(seed)
    ver, hor = subsampling
    luma_private = np.zeros((SIDE, SIDE), bool)
    for rect in rects:
        luma_private[rect.rows, rect.columns] = True
    private = luma_private.reshape(SIDE // ver, ver, SIDE // hor, hor).any(axis=(1, 3))
    first = draw.integers(0, 256, private.shape).astype(np.uint8)
    second = np.where(private, draw.integers(0, 256, private.shape), first).astype(np.uint8)
    made = painted_over(first, rects, subsampling, 8)
    assert np.array_equal(made, painted_over(second, rects, subsampling, 8))
    assert np.array_equal(made[~private], first[~private])


def test_the_colour_is_the_mean_around() -> None:
    plane = np.full((4, 4), 1000, np.uint16)
    plane[0] = 0
    made = painted_over(plane, [Rect(1, 1, 2, 2)], (1, 1), 10)
    assert made[1:3, 1:3].tolist() == [[667, 667], [667, 667]] and plane[1, 1] == 1000


def test_a_picture_without_a_rest_is_of_the_middle_of_the_range() -> None:
    assert (painted_over(np.zeros((3, 3), np.uint16), [Rect(0, 0, 3, 3)], (1, 1), 10) == 512).all()
