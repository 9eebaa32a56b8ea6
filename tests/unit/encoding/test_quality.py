"""The quality scale: one model and several, on curves made of formulas; and the search for a size."""

from __future__ import annotations

import math

import pytest

from refdec.encoding.quality import QUALITIES, CurvePoint, QualityScale, largest_fitting, scale_of
from refdec.weights.ranges import ModelRange

ONE = ModelRange(1, -1000, 800)


def curve(model: ModelRange, scale: float, floor: float) -> list[CurvePoint]:
    """A codec of formulas: bytes grow by e in 800 steps, the error falls with them to a floor of the model."""
    points = []
    for displacement in range(model.low, model.high + 1, 150):
        size = scale * math.exp(displacement / 800)
        points.append(CurvePoint(displacement, round(size), round(1e9 / size + floor)))
    return points


def two(first: tuple[float, float], second: tuple[float, float]) -> QualityScale:
    models = (ModelRange(2, -1000, 800), ONE)
    return scale_of(models, lambda model: curve(model, *(first if model.model_id == 1 else second)))


def test_one_model_is_its_whole_range_and_is_not_measured() -> None:
    def never(model: ModelRange) -> list[CurvePoint]:
        raise AssertionError

    scale = scale_of([ONE], never)
    assert scale.stretches == (ONE,)
    assert scale.point(1) == (1, -1000, -700)
    assert scale.point(100) == (1, 800, 800)
    places = [scale.point(quality) for quality in QUALITIES]
    assert places == sorted(places) and len(set(places)) == 100


def test_two_models_meet_where_the_second_is_the_better_one() -> None:
    first, second = (1000.0, 4e5), (4000.0, 1e4)
    scale = two(first, second)
    low, high = scale.stretches
    assert (low.model_id, low.low, high.model_id, high.high) == (1, -1000, 2, 800)
    before = {point.displacement: point for point in curve(ONE, *first)}[low.high]
    after = {point.displacement: point for point in curve(ONE, *second)}[high.low]
    assert before.size_bytes * 10 <= after.size_bytes * 9
    assert before.error > after.error
    used = [scale.point(quality)[0] for quality in QUALITIES]
    assert used == sorted(used) and set(used) == {1, 2}
    assert scale.point(1) == (1, -1000, -700) and scale.point(100) == (2, 800, 800)


def test_a_model_that_is_never_better_is_left_out() -> None:
    assert two((1000.0, 1e4), (4000.0, 9e9)).stretches == (ONE,)


def test_a_model_that_is_better_everywhere_replaces_the_one_before() -> None:
    assert [stretch.model_id for stretch in two((1000.0, 9e6), (300.0, 1e4)).stretches] == [2]


def test_three_models_in_a_row() -> None:
    facts = {0: (500.0, 2e6), 1: (2000.0, 2e5), 3: (9000.0, 1e3)}
    models = [ModelRange(model_id, -1000, 800) for model_id in facts]
    scale = scale_of(models, lambda model: curve(model, *facts[model.model_id]))
    assert [stretch.model_id for stretch in scale.stretches] == [0, 1, 3]
    assert all(stretch.low < stretch.high for stretch in scale.stretches)


class Sizes:
    """Makes codestreams of a size that follows from the quality; counts."""

    def __init__(self, first: float = 2500, doubling: float = 24) -> None:
        self.first, self.doubling, self.asked = first, doubling, 0

    def size(self, quality: int) -> int:
        return round(self.first * 2 ** ((quality - 1) / self.doubling))

    def __call__(self, quality: int) -> bytes:
        assert quality in QUALITIES
        self.asked += 1
        return bytes(self.size(quality))


@pytest.mark.parametrize("doubling", [8, 16, 24, 60])
@pytest.mark.parametrize("quality", [1, 2, 37, 50, 99, 100])
@pytest.mark.parametrize("more", [0, 1])
def test_the_largest_that_fits_is_found_soon(doubling: float, quality: int, more: int) -> None:
    sizes = Sizes(doubling=doubling)
    wanted = sizes.size(quality) + more
    best, _ = largest_fitting(sizes, wanted)
    assert best is not None and len(best) == sizes.size(quality)
    assert sizes.asked <= 10


@pytest.mark.parametrize("wanted", [1, 2499])
def test_what_is_too_small_for_all_says_what_the_smallest_is(wanted: int) -> None:
    sizes = Sizes()
    assert largest_fitting(sizes, wanted) == (None, 2500)
    assert sizes.asked <= 8


def test_no_answer_is_ever_too_large_even_where_sizes_jump() -> None:
    def jumping(quality: int) -> bytes:
        return bytes(1000 + (quality * 7919) % 900)

    for wanted in range(1000, 1900, 50):
        best, smallest = largest_fitting(jumping, wanted)
        assert smallest > wanted if best is None else len(best) <= wanted
