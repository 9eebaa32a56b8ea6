"""Rates and durations are exact fractions, and rounded so that no error grows."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdec.sequences.errors import FrameRateInvalid
from refdec.sequences.timing import frame_rate, in_units, moment, one_rate, seconds_in_words, timescale_of


def test_rates_as_people_write_them() -> None:
    assert frame_rate("25") == 25 and frame_rate("30000/1001") == Fraction(30000, 1001)
    assert frame_rate(" 23.976 ") == Fraction(23976, 1000)
    assert moment("1.5") == moment("3/2") == Fraction(3, 2) and moment("0") == 0


@pytest.mark.parametrize("text", ["", "0", "-1", "x", "25/0", "nan", "inf", "1e99", "1/1/1", "1e-99", "9" * 40])
def test_what_is_no_rate(text: str) -> None:
    with pytest.raises(FrameRateInvalid):
        frame_rate(text)


def test_units_in_which_all_durations_are_whole() -> None:
    assert timescale_of([Fraction(1, 25)] * 3) == 25
    assert timescale_of([Fraction(1, 10), Fraction(7, 100)]) == 100
    assert timescale_of([Fraction(1001, 30000), Fraction(1, 24)]) == 30000
    primes = [Fraction(1, prime) for prime in (65521, 65519, 65497)]
    assert timescale_of(primes) == 1_000_000


@given(st.lists(st.fractions(0, 5, max_denominator=65535), min_size=1, max_size=40), st.sampled_from([100, 1000, 25]))
def test_the_sum_is_never_off_by_more_than_a_unit(durations: list[Fraction], units: int) -> None:
    made = in_units(durations, units)
    assert all(one >= 0 for one in made)
    for end in range(1, len(made) + 1):
        assert abs(Fraction(sum(made[:end]), units) - sum(durations[:end])) <= Fraction(1, units)


def test_one_rate_repeats_frames() -> None:
    assert one_rate([Fraction(1, 25)] * 3) == (Fraction(25), [1, 1, 1])
    assert one_rate([Fraction(1, 10), Fraction(1, 5), Fraction(1, 20)]) == (Fraction(20), [2, 4, 1])
    assert one_rate([Fraction(0)] * 2) == (Fraction(1), [1, 1])


def test_seconds_in_words() -> None:
    words = [seconds_in_words(Fraction(each)) for each in ("0", "1", "3/2", "1/3", "19999/10000")]
    assert words == ["0", "1", "1.5", "0.333", "2"]
