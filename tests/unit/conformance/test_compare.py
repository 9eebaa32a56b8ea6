"""Comparison of pictures: equal, within a tolerance, and what a difference looks like."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from refdec.conformance.case import Tolerance
from refdec.conformance.compare import compare_pictures, depth_likeness, judge
from refdec.conformance.verdicts import CaseVerdict, PictureDifference
from refdec.formats.pictures import CodePicture, Colour

PLANES = [np.random.default_rng(k).integers(5, 250, (24, 32), dtype=np.uint8) for k in range(3)]
NEAR = Tolerance(1, 0.01)


def picture(*planes: np.ndarray) -> CodePicture:
    return CodePicture(tuple(planes), 8, Colour.RGB)


def of(planes: list[np.ndarray]) -> PictureDifference:
    found = compare_pictures(picture(*PLANES), picture(*planes))
    assert found is not None
    return found


def test_equal_pictures() -> None:
    difference = compare_pictures(picture(*PLANES), picture(*[plane.copy() for plane in PLANES]))
    assert difference is None
    assert judge(difference, None) is judge(difference, NEAR) is CaseVerdict.EXACT


@pytest.mark.parametrize(
    ("change", "guess"),
    [
        (lambda p: [plane + 3 for plane in p], "every sample is off by 3"),
        (lambda p: [np.roll(plane, 1, axis=0) for plane in p], "the picture is shifted by one row down"),
        (lambda p: [p[0], p[2], p[1]], "planes 1 and 2 are exchanged"),
        (lambda p: [p[2], p[1], p[0]], "planes 0 and 2 are exchanged"),
        (lambda p: [plane[::-1] for plane in p], "upside down"),
        (lambda p: [np.full_like(plane, 7) for plane in p], "one value only"),
        (lambda p: [p[0], p[1], p[2] // 2], "only plane 2 is wrong"),
        (lambda p: [p[0] ^ 1, p[1], p[2]], "steps of 1 only"),
    ],
)
def test_what_it_looks_like(change: Callable[[list[np.ndarray]], list[np.ndarray]], guess: str) -> None:
    difference = of(change(PLANES))
    assert guess in difference.guess
    assert judge(difference, NEAR) is CaseVerdict.DIFFERS
    assert judge(difference, None) is CaseVerdict.UNCOMPARED


def test_the_first_difference_is_the_first_in_reading_order() -> None:
    changed = [plane.copy() for plane in PLANES]
    changed[1][4, 9] += 2
    changed[1][7, 0] += 1
    changed[2][0, 0] += 1
    difference = of(changed)
    assert difference.first == (1, 4, 9)
    assert difference.max_difference == 2
    assert difference.share == pytest.approx(3 / (3 * 24 * 32))


@pytest.mark.parametrize(("count", "step", "verdict"), [(7, 1, "within"), (8, 1, "differs"), (7, 2, "differs")])
def test_both_ends_of_a_tolerance(count: int, step: int, verdict: str) -> None:
    plane = np.full((10, 24), 100, np.uint8)
    changed = plane.copy()
    changed.reshape(-1)[:count] += step
    difference = compare_pictures(picture(plane, plane, plane), picture(changed, plane, plane))
    assert verdict in judge(difference, Tolerance(1, 7 / 720)).value


def test_codes_above_the_depth() -> None:
    planes = [np.random.default_rng(k).integers(0, 1024, (8, 8)).astype(np.uint16) for k in range(3)]
    want = CodePicture(tuple(planes), 10, Colour.YUV)
    changes: list[tuple[Callable[[np.ndarray], np.ndarray], str]] = [
        (lambda p: (p << 6) | 63, "high bits"),
        (lambda p: p.byteswap(), "big-endian"),
        (lambda p: p + 60000, ""),
    ]
    for change, text in changes:
        found = CodePicture(tuple(change(plane) for plane in planes), 16, Colour.YUV)
        said = depth_likeness(want, found)
        assert text in said and bool(text) == bool(said)
