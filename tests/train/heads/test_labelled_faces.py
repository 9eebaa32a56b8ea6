"""Labelled faces: in the shape that the files name, one label, and what the teacher finds of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from refdec_train.errors import BoxesUnreadable
from refdec_train.heads import labelled_faces as module
from refdec_train.heads.labelled_faces import labelled_faces, teacher_facts

OBJECT = "<object><name>{}</name><bndbox><xmin>{}</xmin><ymin>41</ymin><xmax>{}</xmax><ymax>90</ymax></bndbox></object>"
SIZE = "<size><width>400</width><height>200</height><depth>3</depth></size>"


def squashed(
    folder: Path, text: str = SIZE + OBJECT.format("mask", 101, 140) + OBJECT.format("none", 301, 340)
) -> Path:
    """A picture of 400 x 200 whose copy has 100 x 100 samples."""
    folder.mkdir()
    for name in "ab":
        Image.fromarray(np.zeros((100, 100, 3), np.uint8)).save(folder / f"{name}.png")
        (folder / f"{name}.xml").write_text(f"<annotation>{text}</annotation>")
    return folder


def test_pictures_get_their_shape_back(tmp_path: Path) -> None:
    first, _ = labelled_faces(squashed(tmp_path / "faces"), tmp_path / "made")
    with Image.open(first.path) as made:
        assert made.size == (448, 224) and first.held
    k = 448 / 400
    assert [box.label for box in first.truth] == [0, 0]
    assert first.truth[0][1:] == pytest.approx((100 * k, 40 * k, 140 * k, 90 * k))
    assert first.truth[1][1:] == pytest.approx((300 * k, 40 * k, 340 * k, 90 * k))
    assert len(labelled_faces(tmp_path / "faces", tmp_path / "made", 2)) == 1


def test_what_names_no_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BoxesUnreadable, match="no size"):
        labelled_faces(squashed(tmp_path / "faces", OBJECT.format("mask", 1, 4)), tmp_path / "made")


class Teacher:
    """Finds one of the two faces, and something that is none but of which it is not sure."""

    def __init__(self, path: Path) -> None:
        assert path.name == "yunet.onnx"

    def __call__(self, rgb: np.ndarray) -> np.ndarray:
        k = rgb.shape[1] / 400
        return np.array([[100 * k, 42 * k, 140 * k, 90 * k, 0.9], [0, 0, 30, 30, 0.4]])


def test_the_teacher_is_measured_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FaceTeacher", Teacher)
    facts = teacher_facts(tmp_path / "yunet.onnx", labelled_faces(squashed(tmp_path / "faces"), tmp_path / "made"))
    assert facts == {"AP50 of the teacher": 0.5, "found by the teacher with a score of 0.7 or more": 0.5}
