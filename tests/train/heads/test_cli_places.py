"""`refdec-train head detect`, `segment` and `faces`, as they are typed, for two steps; the core runs the heads."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from refdec_train.cli import app
from refdec_train.heads import face_teacher, labelled_faces
from refdec_train.heads.making import OF_PIXELS
from typer.testing import CliRunner, Result

import refdec
from refdec.api.heads import load_head
from refdec.limits import Limits, unchecked
from refdec.plugins.head_services import HeadServices

OBJECT = "<object><name>cat</name><bndbox><xmin>9</xmin><ymin>9</ymin><xmax>40</xmax><ymax>40</ymax></bndbox></object>"
HEADS = HeadServices(Limits(), unchecked)


def typed(*words: object) -> Result:
    return CliRunner().invoke(app, ["head", *map(str, words)])


def pictures(folder: Path) -> Path:
    folder.mkdir(parents=True)
    draw = np.random.default_rng(1)
    for number in range(11):
        Image.fromarray(draw.integers(0, 256, (64, 64, 3)).astype(np.uint8)).save(folder / f"{number}.png")
    return folder


def shared(tmp_path: Path) -> list[object]:
    return ["--out", tmp_path / "out", "--work", tmp_path / "work", "--model", 1, "--steps", 2, "--licence", "CC0-1.0"]


def test_boxes(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "pictures")
    for path in list(folder.iterdir()):
        path.with_suffix(".xml").write_text(f"<annotation>{OBJECT}</annotation>")
    done = typed("detect", folder, *shared(tmp_path))
    assert done.exit_code == 0, done.output
    head = load_head(tmp_path / "out" / "model1.head")
    assert (head.facts.task, head.facts.labels, head.facts.licence) == ("detect", ("cat",), "CC0-1.0")
    bundle = refdec.read_latents(refdec.encode(folder / "0.png", model=1))
    assert HEADS.boxes(head, bundle, threshold=0).size == (64, 64)


def test_the_same_networks_on_decoded_pictures(tmp_path: Path) -> None:
    """Another file, of the same steps, that reads no latents; both trainings have their own states in one folder."""
    folder, masks = pictures(tmp_path / "pictures"), tmp_path / "masks"
    masks.mkdir()
    for path in list(folder.iterdir()):
        path.with_suffix(".xml").write_text(f"<annotation>{OBJECT}</annotation>")
        Image.fromarray(np.zeros((64, 64), np.uint8)).save(masks / path.name)
    data: dict[str, list[object]] = {"detect": [folder], "segment": [folder, masks, "--class", "all=0"]}
    for task, words in data.items():
        for flags in (list[str](), ["--pixels"]):
            done = typed(task, *words, *shared(tmp_path / task), *flags)
            assert done.exit_code == 0, done.output
            head = load_head(tmp_path / task / "out" / "model1.head")
            name = f"{task}-pixels" if flags else task
            assert (head.facts.name, head.facts.task) == (name, name)
            assert (head.facts.weights == (OF_PIXELS,)) == bool(flags)
            assert (tmp_path / task / "work" / name / "model1" / "state.pt").is_file()


def test_classes(tmp_path: Path) -> None:
    folder, masks = pictures(tmp_path / "pictures"), tmp_path / "masks"
    masks.mkdir()
    for path in folder.iterdir():
        Image.fromarray(np.tile(np.arange(64, dtype=np.uint8) // 16, (64, 1))).save(masks / path.name)
    (tmp_path / "test.txt").write_text("/far/away/1.png /far/away/masks/1.png\n\n2\n10.jpg\n")
    classes = ["--class", "left=0,1", "--class", "right=2", "--held", tmp_path / "test.txt"]
    done = typed("segment", folder, masks, *classes, *shared(tmp_path))
    assert done.exit_code == 0, done.output
    assert load_head(tmp_path / "out" / "model1.head").facts.metrics["pictures measured on"] == 6, "three, twice"
    head = load_head(tmp_path / "out" / "model1.head")
    bundle = refdec.read_latents(refdec.encode(folder / "0.png", model=1))
    found = HEADS.mask(head, bundle)
    assert (found.names, found.cell, found.values.shape) == (("left", "right"), 4, (16, 16))


def test_faces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, teacher = pictures(tmp_path / "pictures"), tmp_path / "yunet.onnx"
    teacher.write_bytes(b"model")
    box = np.array([8, 8, 40, 40, 0.9])
    monkeypatch.setattr(face_teacher, "FaceTeacher", lambda path: lambda rgb: (box * [*[len(rgb) / 64] * 4, 1])[None])
    monkeypatch.setattr(labelled_faces, "FaceTeacher", face_teacher.FaceTeacher)
    for path in list(folder.glob("[01].png")):
        size = "<size><width>64</width><height>64</height></size>"
        path.with_suffix(".xml").write_text(f"<annotation>{size}{OBJECT}</annotation>")
    places = ["--teacher", teacher, "--labelled", folder, "--scenes", 2]
    done = typed("faces", folder, *places, *shared(tmp_path))
    assert done.exit_code == 0, done.output
    facts = load_head(tmp_path / "out" / "model1.head").facts
    assert (facts.task, facts.labels) == ("faces", ("face",))
    assert facts.metrics["AP50 of the teacher"] == 1.0 and facts.metrics["pictures measured on"] == 4


@pytest.mark.parametrize("text", ["left", "left=", "=1", "left=x", "left=0,255"])
def test_a_class_has_a_name_and_numbers(tmp_path: Path, text: str) -> None:
    folder = pictures(tmp_path / "pictures")
    done = typed("segment", folder, folder, "--class", text, *shared(tmp_path))
    assert done.exit_code == 2 and "NAME=0,3,4" in re.sub(r"[\s│]", "", done.output)


def test_places_that_are_not_there_are_named(tmp_path: Path) -> None:
    done = typed("detect", tmp_path / "nowhere", *shared(tmp_path))
    assert done.exit_code == 2 and "doesnotexist" in re.sub(r"[\s│]", "", done.output), "whatever the lines' width"
