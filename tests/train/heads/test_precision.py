"""AP50 on cases that can be reckoned by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from refdec_train.heads.boxes import TrueBox
from refdec_train.heads.examples import Example
from refdec_train.heads.precision import Detection, average_precision
from refdec_train.heads.subjects import Coding, Subject

from refdec.heads.answers import FoundBoxes


def pictures(found: list[list[float]], truth: list[list[float]]) -> list[Detection]:
    return [Detection(np.array(found, float).reshape(-1, 6), np.array(truth, float).reshape(-1, 5))]


ONE: list[float] = [0, 0, 0, 10, 10]
FAR: list[float] = [0, 50, 50, 60, 60]


def test_all_found_and_nothing_else_is_one() -> None:
    assert average_precision(pictures([[*ONE, 0.9], [*FAR, 0.2]], [ONE, FAR]), 0) == (1.0, 1.0)


def test_a_wrong_box_costs_by_its_place() -> None:
    wrong: list[float] = [0, 80, 80, 90, 90]
    first = average_precision(pictures([[*wrong, 0.95], [*ONE, 0.9], [*FAR, 0.2]], [ONE, FAR]), 0)
    last = average_precision(pictures([[*ONE, 0.9], [*FAR, 0.2], [*wrong, 0.1]], [ONE, FAR]), 0)
    assert first.precision == pytest.approx(2 / 3) and last.precision == 1.0


def test_a_second_box_on_the_same_thing_is_wrong() -> None:
    twice = pictures([[*ONE, 0.9], [*ONE, 0.8], [*FAR, 0.2]], [ONE, FAR])
    assert average_precision(twice, 0).precision == pytest.approx((1 + 2 / 3) / 2)


def test_half_of_what_both_cover_must_be_shared() -> None:
    assert average_precision(pictures([[0.0, 0, 0, 10, 20, 0.9]], [ONE]), 0).precision == 1.0
    assert average_precision(pictures([[0, 0, 0, 10, 21, 0.9]], [ONE]), 0) == (0.0, 0.0)


def test_what_is_missed_costs_and_other_labels_do_not_count() -> None:
    assert average_precision(pictures([[*ONE, 0.9]], [ONE, FAR]), 0) == (0.5, 0.5)
    assert average_precision(pictures([[1, 0, 0, 10, 10, 0.9]], [ONE]), 0) == (0.0, 0.0)
    assert average_precision(pictures([[*ONE, 0.9]], []), 0) == (0.0, 0.0)


def test_the_truth_is_brought_to_the_picture_that_was_coded() -> None:
    subject = Subject(Path("a.png"), (TrueBox(0, 10, 20, 30, 40),), True)
    example = Example(subject, Coding((0, 0), mirrored=True), Path("a.npy"), (100, 200), (50, 100))
    boxes = FoundBoxes(np.array([[85, 10, 95, 20]]), np.array([0]), np.array([1 << 18]))
    made = Detection.of(boxes, example)
    assert made.truth.tolist() == [[0, 85, 10, 95, 20]]
    assert average_precision([made], 0) == (1.0, 1.0)
