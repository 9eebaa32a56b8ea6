"""What a teacher says is kept, and becomes directions; what cannot teach is refused by name."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from refdec_train.errors import TeacherMissing, TeacherUnusable, TooFewPictures
from refdec_train.heads import teacher, whole_pictures
from refdec_train.heads.embed import ENTRIES, Embed
from refdec_train.heads.folders import read_classes
from refdec_train.heads.making import Workshop
from refdec_train.heads.teacher import TeacherSpace, taught
from refdec_train.heads.whole_pictures import classify_material, embed_material

from tests.train.heads.support import striped, striped_classes


def averages(path: Path) -> teacher.Ask:
    """A teacher that says the mean colours of the rows of 8 squares."""
    return lambda rgb: np.asarray(rgb[: 8 * (len(rgb) // 8)].reshape(8, -1, 3).mean(axis=1).ravel(), np.float32)


def test_answers_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, path = tmp_path / "model.tflite", tmp_path / "a.png"
    model.write_bytes(b"weights")
    Image.fromarray(striped(1, True, 64, 64)).save(path)
    monkeypatch.setattr(teacher, "_tflite", averages)
    first = taught(model, [path], tmp_path / "kept")
    monkeypatch.setattr(teacher, "_tflite", None)
    again = taught(model, [path], tmp_path / "kept")
    assert first[path].shape == (24,) and np.array_equal(first[path], again[path])


def test_directions_are_those_in_which_vectors_differ() -> None:
    draw = np.random.default_rng(1)
    axes = np.linalg.qr(draw.normal(size=(20, 2)))[0]
    vectors = list((5 + draw.normal(size=(50, 2)) @ axes.T).astype(np.float32))
    found = TeacherSpace.of(vectors, 2).directions(vectors)
    assert found.shape == (50, 2) and np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    rows = np.stack(vectors) - np.mean(vectors, axis=0)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    assert np.allclose(found @ found.T, rows @ rows.T, atol=1e-3), "angles stay"


@pytest.mark.parametrize(("name", "package"), [("a.tflite", "ai_edge_litert"), ("a.onnx", "onnxruntime")])
def test_what_is_not_installed_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    (tmp_path / name).write_bytes(b"")
    Image.fromarray(striped(1, True, 64, 64)).save(tmp_path / "a.png")
    for module in (package, f"{package}.interpreter"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(TeacherMissing, match=r"refdec\[teacher\]"):
        taught(tmp_path / name, [tmp_path / "a.png"], tmp_path / "kept")


@pytest.mark.parametrize(("name", "package"), [("a.tflite", "ai_edge_litert"), ("a.onnx", "onnxruntime")])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, name: str, package: str) -> None:
    pytest.importorskip(package)
    (tmp_path / name).write_bytes(b"no model")
    Image.fromarray(striped(1, True, 64, 64)).save(tmp_path / "a.png")
    with pytest.raises(TeacherUnusable, match="cannot be a teacher"):
        taught(tmp_path / name, [tmp_path / "a.png"], tmp_path / "kept")


def test_material_holds_back_whole_classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    classes = read_classes(striped_classes(tmp_path / "data"), held=3)
    model, shop = tmp_path / "model.tflite", Workshop(tmp_path / "work")
    model.write_bytes(b"weights")
    monkeypatch.setattr(teacher, "_tflite", averages)
    with pytest.raises(TooFewPictures, match=f"give {2 * ENTRIES}"):
        embed_material(classes, shop, teacher=model)
    monkeypatch.setattr(whole_pictures, "FEWEST", 5)
    material = embed_material(classes, shop, teacher=model, codings=2)
    assert {subject.truth for subject, _ in material.trained} == {1} and len(material.trained) == 2 * 9
    assert {subject.truth for subject, _ in material.held} == {0} and len(material.held) == 12
    assert isinstance(material.lesson, Embed)
    both = classify_material(classes, shop, teacher=model)
    assert len(both.trained) == 18 and len(both.held) == 6 and both.lesson.design.aside == ("scores", "taught")
    assert classify_material(classes, shop).lesson.design.aside == ("scores",)
