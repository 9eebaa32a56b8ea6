"""Figures of the benchmark of `detect`: average precision, and the reader of VOC files."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from refdec.bench.tasks.data_sets import Sample
from refdec.bench.tasks.detect import DETECT, ScoredBox, average_precision, mean_precision
from refdec.bench.tasks.errors import NoData

DRAWN = [[ScoredBox("a", 0, 0, 10, 10), ScoredBox("a", 20, 0, 30, 10)], [ScoredBox("a", 0, 0, 10, 10)]]


def found(picture: int, left: float, score: float) -> tuple[int, ScoredBox]:
    return picture, ScoredBox("a", left, 0, left + 10, 10, score)


def test_average_precision() -> None:
    everything = [found(0, 0, 0.9), found(0, 21, 0.8), found(1, 1, 0.7)]
    assert average_precision(everything, DRAWN) == 1
    assert average_precision(everything[:1], DRAWN) == pytest.approx(1 / 3)
    twice = [found(0, 0, 0.9), found(0, 1, 0.85), found(0, 21, 0.8)]
    assert average_precision(twice, DRAWN) == pytest.approx((1 + 2 / 3) / 3), "a box is found once"
    assert average_precision([found(1, 6, 0.9)], DRAWN) == 0 and average_precision([], DRAWN) == 0


def test_labels_count_the_same() -> None:
    sample = Sample(Path("a.png"), (*DRAWN[0], ScoredBox("b", 0, 0, 9, 9)))
    assert mean_precision([((ScoredBox("b", 0, 0, 9, 9, 0.5),), sample)]) == 50
    assert mean_precision([((ScoredBox("b", 0, 0, 9, 9, 0.5), *DRAWN[0]), sample)]) == 100


def test_pictures_that_were_held_back_are_read(tmp_path: Path) -> None:
    (tmp_path / "ImageSets" / "Main").mkdir(parents=True)
    (tmp_path / "ImageSets" / "Main" / "test.txt").write_text("one\n")
    for name in ("one", "two"):
        Image.new("RGB", (40, 30)).save(tmp_path / f"{name}.png")
        (tmp_path / f"{name}.xml").write_text(
            "<annotation><object><name>RBC</name><bndbox><xmin>1</xmin><ymin>3</ymin><xmax>20</xmax><ymax>30</ymax>"
            "</bndbox></object></annotation>"
        )
    (sample,) = DETECT.samples(tmp_path, 5)
    assert sample.path.stem == "one" and sample.truth == (ScoredBox("RBC", 0, 2, 20, 30),)
    (tmp_path / "one.xml").write_text("<annotation>")
    with pytest.raises(NoData, match=r"one\.xml"):
        DETECT.samples(tmp_path, 5)
    (tmp_path / "ImageSets" / "Main" / "test.txt").unlink()
    with pytest.raises(NoData, match="ImageSets"):
        DETECT.samples(tmp_path, 5)
