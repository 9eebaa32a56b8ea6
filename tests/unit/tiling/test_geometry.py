"""Rectangles (4.1)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from refdec.tiling.geometry import Rect, ceil_div

rects = st.builds(Rect, *(st.integers(0, 40) for _ in range(4)))


def samples(rect: Rect) -> set[tuple[int, int]]:
    return {(x, y) for x in range(rect.x, rect.right) for y in range(rect.y, rect.bottom)}


@given(a=rects, b=rects)
def test_intersection_is_that_of_the_samples(a: Rect, b: Rect) -> None:
    assert samples(a.intersection(b)) == samples(a) & samples(b)


@given(a=rects, b=rects)
def test_contains_agrees_with_the_samples(a: Rect, b: Rect) -> None:
    if not b.empty:
        assert a.contains(b) == (samples(b) <= samples(a))


@given(n=st.integers(0, 10**6), d=st.integers(1, 1000))
def test_ceil_div(n: int, d: int) -> None:
    assert (ceil_div(n, d) - 1) * d < n <= ceil_div(n, d) * d or n == ceil_div(n, d) == 0


def test_views_of_a_rectangle() -> None:
    rect = Rect(3, 5, 7, 2)
    assert (rect.right, rect.bottom, rect.size_hw) == (10, 7, (2, 7))
    assert (rect.rows, rect.columns) == (slice(5, 7), slice(3, 10))
    assert rect.seen_from(Rect(1, 4, 50, 50)) == Rect(2, 1, 7, 2)
    assert Rect(960, 960, 1024, 540).downscaled(16) == Rect(60, 60, 64, 34)
    assert Rect.between(4, 4, 2, 6) == Rect(4, 4, 0, 2)
    assert Rect.between(4, 4, 2, 6).empty
