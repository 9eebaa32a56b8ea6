"""Rectangles and maps of classes out of the numbers of a head: exact places, a fixed order, bounded work."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from refdec.heads.answers import MOST_PEAKS, FoundBoxes, class_map, found_boxes

ONE = 1 << 18
Maps = npt.NDArray[np.int32]


def maps(classes: int = 2, rows: int = 6, columns: int = 8) -> tuple[Maps, Maps]:
    """Scores of nearly nothing, and sides of one unit (16 samples) everywhere."""
    return np.full((classes, rows, columns), ONE // 100, np.int32), np.full((4, rows, columns), ONE, np.int32)


def found(scores: Maps, sides: Maps, *, size: tuple[int, int] = (48, 64), overlap: int = 50) -> FoundBoxes:
    return found_boxes(scores, sides, 8, size, least_q18=ONE // 4, overlap_percent=overlap)


def test_a_peak_is_a_rectangle_around_the_middle_of_its_position() -> None:
    scores, sides = maps()
    scores[1, 2, 5] = ONE // 2
    sides[:, 2, 5] = np.array([16, 8, 20, 20]) * (ONE // 16)  # samples to left, top, right, bottom
    boxes = found(scores, sides)
    assert boxes.edges.tolist() == [[28, 12, 64, 40]]
    assert boxes.classes.tolist() == [1] and boxes.scores_q18.tolist() == [ONE // 2]


def test_edges_are_rounded_to_the_nearest_sample() -> None:
    scores, sides = maps(1)
    scores[0, 3, 3] = ONE
    sides[:, 3, 3] = [ONE // 16 + 1, ONE // 16 + ONE // 32 + 1, ONE // 32 - 1, ONE // 32]  # 1+, 1.5+, 0.5-, 0.5
    assert found(scores, sides).edges.tolist() == [[27, 26, 28, 29]]


def test_they_are_cut_at_the_edges_of_the_picture_and_those_beyond_are_dropped() -> None:
    scores, sides = maps(1)
    scores[0, 0, 0] = scores[0, 5, 7] = ONE
    boxes = found(scores, sides, size=(40, 64))  # the last row of positions begins at 40
    assert boxes.edges.tolist() == [[0, 0, 20, 20], [44, 28, 64, 40]]
    sides[:, 5, 7] = [0, 0, ONE, ONE]
    assert found(scores, sides, size=(40, 64)).edges.tolist() == [[0, 0, 20, 20]]


def test_the_order_is_by_score_then_class_row_and_column() -> None:
    scores, sides = maps(2, 8, 12)
    for place in ((1, 0, 0), (0, 7, 0), (0, 0, 11), (1, 7, 11)):
        scores[place] = ONE // 2
    scores[1, 7, 11] += 1
    boxes = found(scores, sides, size=(64, 96))
    assert boxes.classes.tolist() == [1, 0, 0, 1]
    assert boxes.edges[:, :2].tolist() == [[76, 44], [76, 0], [0, 44], [0, 0]]


def test_of_two_that_overlap_the_better_one_stays_and_other_classes_do_not_count() -> None:
    scores, sides = maps(2)
    scores[0, 2, 2], scores[0, 2, 4], scores[1, 2, 3] = ONE // 2, ONE // 2 + 1, ONE // 3
    boxes = found(scores, sides, overlap=33)  # 32 x 32, one half beside the other: a third is shared
    assert list(zip(boxes.classes.tolist(), boxes.edges[:, 0].tolist(), strict=True)) == [(0, 20), (1, 12)]
    assert len(found(scores, sides, overlap=34)) == 3


def test_a_plateau_is_one_rectangle() -> None:
    """A logistic saturates: neighbours may have the same score, and none is larger."""
    scores, sides = maps(1)
    scores[0, 2:4, 2:4] = ONE
    assert found(scores, sides, overlap=30).edges.tolist() == [[4, 4, 36, 36]]


def test_negative_sides_make_no_rectangle() -> None:
    scores, sides = maps(1)
    scores[0, 3, 3] = ONE
    sides[:, 3, 3] = -ONE
    assert len(found(scores, sides)) == 0


def test_the_work_is_bounded() -> None:
    """A picture full of peaks, and numbers at the ends of their range."""
    scores = np.zeros((1, 200, 200), np.int32)
    scores[0, ::2, ::2] = np.arange(10000).reshape(100, 100) + ONE
    sides = np.full((4, 200, 200), ONE // 8, np.int32)
    boxes = found_boxes(scores, sides, 8, (1600, 1600), least_q18=ONE, overlap_percent=50)
    assert len(boxes) == MOST_PEAKS
    assert int(boxes.scores_q18.min()) == ONE + 10000 - MOST_PEAKS
    sides[:] = np.iinfo(np.int32).max
    boxes = found_boxes(scores, sides, 8, (1600, 1600), least_q18=ONE, overlap_percent=50)
    assert boxes.edges.tolist() == [[0, 0, 1600, 1600]]


def test_maps_may_differ_by_a_row_or_a_column() -> None:
    scores, sides = maps(1)
    scores[0, 2, 2] = scores[0, 5, 6] = ONE
    assert len(found(scores, sides[:, :5])) == len(found(scores[..., :6], sides)) == 1


def test_nothing_is_found_below_the_threshold() -> None:
    assert len(found(*maps())) == 0


def test_a_map_has_the_class_with_the_largest_value_of_equal_ones_the_first() -> None:
    values = np.zeros((3, 4, 5), np.int32)
    values[2, 1, 1] = 5
    values[1:, 3, 2] = 7
    classes = class_map(values, 4, (13, 18))
    assert classes.dtype == np.uint8 and classes.shape == (4, 5)
    assert np.argwhere(classes).tolist() == [[1, 1], [3, 2]]
    assert (classes[1, 1], classes[3, 2]) == (2, 1)


@pytest.mark.parametrize(("size", "shape"), [((12, 16), (3, 4)), ((9, 13), (3, 4)), ((4, 1), (1, 1))])
def test_a_map_ends_where_the_picture_ends(size: tuple[int, int], shape: tuple[int, int]) -> None:
    assert class_map(np.zeros((2, 4, 5), np.int32), 4, size).shape == shape
