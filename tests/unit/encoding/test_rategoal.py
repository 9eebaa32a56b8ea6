"""Where a search for a rate looks next."""

from __future__ import annotations

import pytest

from refdec.encoding.rategoal import psnr_goal, size_goal
from refdec.weights.ranges import ModelRange

MODEL = ModelRange(1, -2048, 2047)


def test_a_goal_is_met_around_a_size_and_above_a_psnr() -> None:
    assert [size_goal(0.01).met(error) for error in (-0.02, -0.01, 0.01, 0.02)] == [False, True, True, False]
    assert [psnr_goal(0.03).met(error) for error in (-0.001, 0.0, 0.03, 0.04)] == [False, True, True, False]


@pytest.mark.parametrize("slope", [1 / 300, 1 / 750, 1 / 2000])
def test_two_attempts_at_a_size_tell_the_slope(slope: float) -> None:
    tried = {place: (place - 700) * slope for place in (500, 800)}
    assert abs(size_goal(0.01).next_place(tried, MODEL) - 700) <= 12


def test_the_next_place_is_between_the_sides_and_in_the_range() -> None:
    goal = size_goal(0.005)
    assert goal.sides({-10: -1.0, 20: 2.0, 900: 3.0}, MODEL) == (-10, 20)
    assert goal.sides({900: 3.0}, MODEL) == (-2049, 900)
    assert goal.next_place({-2000: 5.0}, MODEL) == -2048
    assert goal.next_place({2040: -5.0}, MODEL) == 2047
    assert goal.next_place({0: -1.0, 2: 1.0}, MODEL) == 1
    assert goal.next_place({0: -5.0}, MODEL) == 800


def test_sides_of_errors_that_do_not_grow_are_in_order() -> None:
    assert size_goal(0.005).sides({0: 1.0, 50: -1.0, 80: 1.0, -20: -1.0}, MODEL) == (-20, 0)


def test_near_sides_end_the_search_for_a_psnr_unless_it_is_to_be_the_smallest() -> None:
    assert psnr_goal(0.03).close(10, 14, MODEL, 1) and not psnr_goal(0.0).close(10, 12, MODEL, 9)
    assert not psnr_goal(0.03).close(2044, 2048, MODEL, 9)
    assert size_goal(0.01).close(10, 11, MODEL, 1) and not size_goal(0.01).close(10, 12, MODEL, 9)


def test_a_curve_that_jumps_is_not_followed_for_long() -> None:
    assert [psnr_goal(0.03).close(10, 26, MODEL, tries) for tries in (3, 4, 5, 6)] == [False, False, True, True]
