"""Results of tasks: checked, and rendered as text, JSON and picture."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from refdec.plugins.errors import ResultInvalid
from refdec.plugins.places import Box, Boxes, Mask
from refdec.plugins.result import TaskResult
from refdec.plugins.results import Embedding, Label, Labels, PictureResult, Report, Scalars

MAP = np.arange(12, dtype=np.int32).reshape(3, 4)
LABELS = Labels((Label("cat", 0.2), Label("dog", np.float32(0.75))))  # type: ignore[arg-type]
BOXES = Boxes((Box(2, 3, 10, 5, "car", 0.5), Box(-4, 30, 20, 40)), (40, 60))
AMOUNTS = Mask(MAP, unit="bits")
CLASSES = Mask(np.array([[0, 1], [1, 2]], np.uint8), cell=8, names=("none", "sky", "sea"))
VECTOR = Embedding(np.array([1, -2, 3], np.int16), "hamming")
PICTURE = PictureResult(np.full((4, 5), 1020, np.uint16), 10)
NUMBERS: dict[str, Any] = {"bits": np.int64(12), "share": 0.123456789, "name": "x", "good": True}
SCALARS = Scalars(NUMBERS, {"bits": "bit"})
REPORT = Report((("numbers", SCALARS), ("map", AMOUNTS)))
EVERYTHING = [LABELS, BOXES, AMOUNTS, CLASSES, VECTOR, PICTURE, SCALARS, REPORT]


@pytest.mark.parametrize("result", EVERYTHING, ids=lambda result: result.kind)
def test_three_renderings(result: TaskResult) -> None:
    assert result.text() and not result.text().endswith("\n")
    values = json.loads(json.dumps(result.json(), allow_nan=False))
    assert values["kind"] == result.kind
    for over in (None, np.full((40, 60, 3), 200, np.uint8)):
        picture = result.picture(over)
        assert picture.dtype == np.uint8
        assert picture.ndim == 3 and picture.shape[2] == 3 and picture.size > 0


@pytest.mark.parametrize("result", [*EVERYTHING, Report((("vector", VECTOR),))], ids=lambda result: result.kind)
def test_a_result_says_whether_it_lies_over_a_picture(result: TaskResult) -> None:
    over = np.full((40, 60, 3), 200, np.uint8)
    assert result.lies_over is not np.array_equal(result.picture(over), result.picture())


def test_labels_are_ranked() -> None:
    assert LABELS.text() == "0.7500  dog\n0.2000  cat"
    assert LABELS.json()["labels"][0] == {"name": "dog", "score": 0.75}
    assert Labels(()).text() == "(nothing)"
    wide, thin = LABELS.picture()[8], LABELS.picture()[24]
    assert (wide != 255).sum() > (thin != 255).sum()


def test_labels_stand_below_the_picture() -> None:
    over = np.full((40, 60, 3), 200, np.uint8)
    both, alone = LABELS.picture(over), LABELS.picture()
    assert (both[:40, :60] == over).all()
    assert both.shape[0] > 40 + alone.shape[0] and (both[-alone.shape[0] - 6 :][: alone.shape[0]] == alone).all()


def test_boxes_are_drawn_where_they_are() -> None:
    canvas = BOXES.picture()
    assert canvas.shape == (40, 60, 3)
    assert canvas[3, 2:12].any(axis=1).all()
    assert canvas[5:6, 5:9].sum() == 0
    assert canvas[30, :16].any(axis=1).all()
    assert BOXES.text().splitlines()[0] == "2,3 10x5  0.5000  car"
    assert Boxes((), (1, 1)).text() == "(no boxes)"


def test_boxes_outside_the_picture_are_cut() -> None:
    far = Boxes((Box(100, 100, 5, 5), Box(-50, -50, 10, 10)), (20, 20))
    assert far.picture().sum() == 0


def test_a_map_of_amounts() -> None:
    picture = AMOUNTS.picture()
    assert picture.shape == (48, 64, 3)
    assert picture[0, 0].tolist() == [0, 0, 4]
    assert picture[-1, -1].tolist() == [252, 255, 164]
    assert (picture[:16, 16:32] == picture[0, 16]).all()
    assert AMOUNTS.text().splitlines()[0] == "min 0, mean 5.5, max 11 bits"
    assert AMOUNTS.text().splitlines()[1][0] == " "
    assert Mask(np.zeros((2, 2))).picture().max() <= 4
    assert AMOUNTS.json()["values"] == MAP.tolist()


def test_a_result_of_a_guest_is_laid_over_the_picture_as_it_was_before_it_could_say_so() -> None:
    class Own(TaskResult):
        """Written for an interface without `lies_over`."""

    assert Own().lies_over


def test_a_map_lies_over_a_picture_of_another_size() -> None:
    over = np.full((40, 70, 3), 100, np.uint8)
    both = AMOUNTS.picture(over)
    assert both.shape == over.shape
    assert (both[:, 64:] == 100).all()
    assert both[0, 0].tolist() == [50, 50, 52]


def test_a_map_of_classes() -> None:
    assert CLASSES.text() == " 25.00 %  none\n 50.00 %  sky\n 25.00 %  sea"
    picture = CLASSES.picture()
    assert picture.shape == (16, 16, 3)
    assert picture[0, 0].tolist() == [0, 0, 0]
    assert len({tuple(colour) for colour in picture.reshape(-1, 3).tolist()}) == 3


def test_wide_maps_fit_a_terminal() -> None:
    assert max(len(line) for line in Mask(np.ones((100, 1000))).text().splitlines()[1:]) <= 64


def test_a_vector() -> None:
    assert VECTOR.text() == "3 entries, compared by hamming\n1 -2 3"
    assert VECTOR.json()["vector"] == [1, -2, 3]


def test_a_picture_comes_to_eight_bits() -> None:
    assert (PICTURE.picture() == 255).all()
    assert PICTURE.text() == "gray picture, 5 x 4, 10 bits"
    rgb = PictureResult(np.zeros((2, 2, 3), np.uint8))
    assert rgb.text().startswith("RGB")
    assert len(rgb.json()["sha256"]) == 64


def test_a_picture_of_few_bits_is_as_bright_as_its_codes_say() -> None:
    assert PictureResult(np.array([[0, 1]], np.uint8), 1).picture()[..., 0].tolist() == [[0, 255]]
    assert PictureResult(np.arange(8, dtype=np.uint8)[None], 3).picture()[0, :, 1].tolist()[::7] == [0, 255]


def test_scalars_keep_order_and_become_plain() -> None:
    assert SCALARS.text() == "bits   12 bit\nshare  0.123457\nname   x\ngood   True"
    assert type(SCALARS.json()["values"]["bits"]) is int
    assert Scalars({}).text() == "(nothing)"


def test_a_report_shows_its_maps() -> None:
    assert REPORT.text().startswith("numbers\nbits")
    assert np.array_equal(REPORT.picture(), AMOUNTS.picture())
    assert list(REPORT.json()["parts"]) == ["numbers", "map"]
    two = Report((("a", AMOUNTS), ("b", CLASSES)))
    assert two.picture().shape[0] > AMOUNTS.picture().shape[0]
    assert Report((("a", SCALARS), ("b", LABELS))).picture().shape[0] > SCALARS.picture().shape[0]


def test_arrays_are_frozen() -> None:
    for array in (AMOUNTS.values, VECTOR.vector, PICTURE.array):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Labels((Label("x", float("nan")),)),
        lambda: Labels((Label("x", None),)),  # type: ignore[arg-type]
        lambda: Boxes((Box(0, 0, 0, 5),), (5, 5)),
        lambda: Boxes((), (0, 5)),
        lambda: Mask(np.zeros(3)),
        lambda: Mask(np.zeros((0, 3))),
        lambda: Mask(np.full((2, 2), -1)),
        lambda: Mask(np.full((2, 2), np.inf)),
        lambda: Mask(MAP, cell=0),
        lambda: Mask(MAP, names=("a", "b")),
        lambda: Mask(np.zeros((2, 2)), names=("a",)),
        lambda: Mask([[1]]),  # type: ignore[arg-type]
        lambda: Embedding(np.zeros((2, 2))),
        lambda: Embedding(np.array([np.nan])),
        lambda: Embedding(np.array(["a"])),
        lambda: PictureResult(np.zeros((4, 4), np.int32)),
        lambda: PictureResult(np.zeros((4, 4, 2), np.uint8)),
        lambda: PictureResult(np.full((4, 4), 1024, np.uint16), 10),
        lambda: PictureResult(np.zeros((4, 4), np.uint8), 0),
        lambda: Scalars({"a": [1]}),  # type: ignore[dict-item]
        lambda: Scalars({"a": float("inf")}),
        lambda: Scalars({"a": 1}, {"b": "s"}),
        lambda: Report(()),
        lambda: Report((("a", SCALARS), ("a", SCALARS))),
        lambda: Report((("a", "text"),)),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_result_is_refused(wrong: Any) -> None:
    with pytest.raises(ResultInvalid):
        wrong()


def test_the_base_class_renders_nothing() -> None:
    for method in (TaskResult().text, TaskResult().json, TaskResult().picture):
        with pytest.raises(NotImplementedError):
            method()


def test_a_legend_says_what_colours_mean() -> None:
    """A scale for amounts, names for classes and boxes, those of all parts for a report; nothing for a text."""
    amounts, classes = Mask(np.arange(6.0).reshape(2, 3), unit="bits"), Mask(np.array([[0, 2]]), names=("no", "a", "b"))
    boxes = Boxes((Box(1, 2, 3, 4, "eye", 0.5),), size=(20, 20))
    scale, names, labels = amounts.legend(), classes.legend(), boxes.legend()
    assert scale is not None and names is not None and labels is not None
    for legend, picture in ((names, classes.picture()), (labels, boxes.picture())):
        shown = {tuple(colour) for colour in picture.reshape(-1, 3).tolist()} - {(0, 0, 0)}
        assert shown <= {tuple(colour) for colour in legend.reshape(-1, 3).tolist()}
    assert Scalars({"a": 1}).legend() is None
    alone = Report((("one", amounts), ("words", Scalars({"a": 1})))).legend()
    assert alone is not None and np.array_equal(alone, scale)
    both = Report((("one", amounts), ("two", classes))).legend()
    assert both is not None and both.shape[0] > scale.shape[0] + names.shape[0]
