"""The teacher of faces: what YuNet's outputs mean, and that what it says is kept."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from refdec_train.errors import TeacherMissing, TeacherUnusable
from refdec_train.heads import face_teacher
from refdec_train.heads.boxes import TrueBox
from refdec_train.heads.face_teacher import FaceTeacher, taught_faces

STRIDES = (8, 16, 32)


class Session:
    """A stand-in: says that there is a face where the picture has its brightest square of 16 samples."""

    asked = 0

    def __init__(self, path: str, options: object, providers: object) -> None:
        if not path.endswith("good.onnx"):
            raise RuntimeError("no model")

    def get_outputs(self) -> list[object]:
        return [type("Output", (), {"name": f"{part}_{s}"}) for part in ("cls", "obj", "bbox") for s in STRIDES]

    def get_inputs(self) -> list[object]:
        return [type("Input", (), {"name": "input"})]

    def run(self, wanted: None, given: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        Session.asked += 1
        picture = given["input"]
        assert picture.dtype == np.float32 and picture.shape[2] % 32 == picture.shape[3] % 32 == 0
        said = []
        for part in ("cls", "obj", "bbox"):
            for stride in STRIDES:
                rows, columns = picture.shape[2] // stride, picture.shape[3] // stride
                values = np.zeros((1, rows * columns, 4 if part == "bbox" else 1), np.float32)
                if part == "bbox":
                    values[..., :2], values[..., 2:] = 0.5, 0  # a stride wide, around the middle
                elif stride == 16:
                    squares = picture[0, 0].reshape(rows, 16, columns, 16).mean(axis=(1, 3))  # blue
                    values[0, :, 0] = np.where(squares.ravel() == squares.max(), 0.81, 0.2)
                said.append(values)
        return said


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    onnxruntime = pytest.importorskip("onnxruntime")
    monkeypatch.setattr(onnxruntime, "InferenceSession", Session)
    (tmp_path / "good.onnx").write_bytes(b"model")
    return tmp_path / "good.onnx"


def picture(path: Path) -> Path:
    codes = np.zeros((70, 50, 3), np.uint8)
    codes[32:48, 16:32, 2] = 255
    Image.fromarray(codes).save(path)
    return path


def test_a_face_is_around_the_middle_of_its_position(stand_in: Path, tmp_path: Path) -> None:
    codes = np.asarray(Image.open(picture(tmp_path / "a.png")))
    found = FaceTeacher(stand_in)(codes)
    assert found[0].tolist() == pytest.approx([16, 32, 32, 48, 0.81])
    assert (np.diff(found[:, 4]) <= 0).all() and len(found) > 5


def test_of_two_on_one_face_the_better_one_stays() -> None:
    rows = np.array([[0, 0, 10, 10, 0.9], [1, 0, 11, 10, 0.8], [6, 0, 16, 10, 0.7]], np.float64)
    assert face_teacher._apart(rows)[:, 4].tolist() == [0.9, 0.7]


def test_only_what_it_is_sure_of_is_learnt_and_is_asked_once(stand_in: Path, tmp_path: Path) -> None:
    path, before = picture(tmp_path / "a.png"), Session.asked
    for _ in range(2):
        found = taught_faces(stand_in, [path], tmp_path / "kept")
    assert found == {path: (TrueBox(0, 16, 32, 32, 48),)}
    assert Session.asked == before + 1


def test_what_is_no_teacher_is_named(stand_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TeacherUnusable, match=r"other\.onnx"):
        FaceTeacher(stand_in.with_name("other.onnx"))
    monkeypatch.setattr(face_teacher, "STRIDES", (8, 16, 64))
    with pytest.raises(TeacherUnusable, match="no output bbox_64"):
        FaceTeacher(stand_in)


def test_without_onnxruntime_it_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "onnxruntime", None)
    with pytest.raises(TeacherMissing, match="onnxruntime"):
        FaceTeacher(tmp_path / "good.onnx")
