"""The search for a quality: it finds what whole qualities have, goes between them where it may, and ends anyway."""

from __future__ import annotations

import math

import pytest

from refdec.bench.equal_rate import nearest_quality


def grows(quality: float) -> int:
    return int(1000 * math.exp(quality / 20))


@pytest.mark.parametrize("quality", [1, 2, 37, 50, 99, 100])
def test_a_whole_quality_is_found_again(quality: int) -> None:
    assert nearest_quality(grows, grows(quality), 1) == quality


def test_between_whole_qualities() -> None:
    wanted = grows(37.4375)
    assert nearest_quality(grows, wanted, 1) == 37
    assert abs(grows(nearest_quality(grows, wanted, 1 / 16)) / wanted - 1) < 0.005


@pytest.mark.parametrize(("wanted", "quality"), [(1, 1), (10**9, 100)])
def test_beyond_the_range_the_end_is_nearest(wanted: float, quality: int) -> None:
    assert nearest_quality(grows, wanted, 1 / 16) == quality


def test_few_tries_and_none_twice() -> None:
    asked: list[float] = []

    def bits(quality: float) -> int:
        asked.append(quality)
        return grows(quality)

    nearest_quality(bits, 12345, 1 / 16)
    assert len(asked) == len(set(asked)) <= 14


def test_sizes_that_do_not_grow_everywhere() -> None:
    found = nearest_quality(lambda q: 1000 + int(10 * q) + 400 * (int(q) % 2), 1500, 1)
    assert 1 <= found <= 100
