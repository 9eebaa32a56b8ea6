"""Data sets of boxes: VOC XML and COCO JSON give the same subjects, some held back; what is broken is named."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from refdec_train.errors import BoxesUnreadable
from refdec_train.heads.boxes import TrueBox, read_coco, read_voc

OBJECT = "<object><name>{}</name><bndbox><xmin>{}</xmin><ymin>{}</ymin><xmax>{}</xmax><ymax>{}</ymax></bndbox></object>"


def picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.zeros((40, 60, 3), np.uint8)).save(path)


def voc(folder: Path, names: list[str], objects: str, test: str | None = None) -> Path:
    for name in names:
        picture(folder / "JPEGImages" / f"{name}.jpg")
        file = folder / "Annotations" / f"{name}.xml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"<annotation>{objects}</annotation>")
    if test is not None:
        (folder / "ImageSets" / "Main").mkdir(parents=True)
        (folder / "ImageSets" / "Main" / "test.txt").write_text(test)
    return folder


def coco(folder: Path, entries: list[dict[str, object]]) -> Path:
    picture(folder / "pictures" / "a.png")
    picture(folder / "pictures" / "b.png")
    images = [
        {"id": 7, "file_name": "b.png"},
        {"id": 5, "file_name": "pictures/a.png"},
        {"id": 9, "file_name": "c.png"},
    ]
    categories = [{"id": 3, "name": "dog"}, {"id": 1, "name": "cat"}]
    file = folder / "said.json"
    file.write_text(json.dumps({"images": images, "categories": categories, "annotations": entries}))
    return file


def test_voc_edges_are_counted_from_one_and_the_last_is_inside(tmp_path: Path) -> None:
    found = read_voc(voc(tmp_path, ["a"], OBJECT.format("cat", 1, 2, 10, 20) + OBJECT.format("ant", 3, 3, 5, 5)))
    assert found.labels == ("ant", "cat")
    assert found.subjects[0].truth == (TrueBox(1, 0, 1, 10, 20), TrueBox(0, 2, 2, 5, 5))
    assert found.subjects[0].path.name == "a.jpg"


def test_the_list_of_a_set_says_what_is_held_back_without_one_every_fifth(tmp_path: Path) -> None:
    names = [f"{number:02}" for number in range(11)]
    listed = read_voc(voc(tmp_path / "x", names, "", "03\n04\n"))
    assert [subject.path.stem for subject in listed.subjects if subject.held] == ["03", "04"]
    plain = read_voc(voc(tmp_path / "y", names, ""))
    assert [subject.path.stem for subject in plain.subjects if subject.held] == ["00", "05", "10"]
    wished = read_voc(tmp_path / "x", held=["07"])
    assert [subject.path.stem for subject in wished.subjects if subject.held] == ["07"]


def test_only_wanted_labels_are_learnt_and_empty_boxes_are_left_out(tmp_path: Path) -> None:
    objects = OBJECT.format("cat", 1, 1, 9, 9) + OBJECT.format("dog", 2, 2, 8, 8) + OBJECT.format("dog", 9, 9, 8, 20)
    found = read_voc(voc(tmp_path, ["a"], objects), labels=["dog"])
    assert found.labels == ("dog",) and found.subjects[0].truth == (TrueBox(0, 1, 1, 8, 8),)


def test_coco_gives_pictures_that_are_there_in_the_order_of_their_names(tmp_path: Path) -> None:
    entries: list[dict[str, object]] = [
        {"image_id": 5, "category_id": 3, "bbox": [1, 2, 10, 20]},
        {"image_id": 7, "category_id": 1, "bbox": [0.5, 0, 4, 4]},
        {"image_id": 7, "category_id": 1, "bbox": [0, 0, 9, 9], "iscrowd": 1},
    ]
    found = read_coco(coco(tmp_path, entries))
    assert found.labels == ("cat", "dog")
    assert [(subject.path.name, subject.truth) for subject in found.subjects] == [
        ("a.png", (TrueBox(1, 1, 2, 11, 22),)),
        ("b.png", (TrueBox(0, 0.5, 0, 4.5, 4),)),
    ]
    assert [subject.held for subject in found.subjects] == [True, False]
    assert [subject.held for subject in read_coco(tmp_path / "said.json", held=["b"]).subjects] == [False, True]


@pytest.mark.parametrize("text", ["<annotation>", "<a><object><name>x</name></object></a>x"])
def test_broken_xml_is_named(tmp_path: Path, text: str) -> None:
    folder = voc(tmp_path, ["a"], "")
    (folder / "Annotations" / "a.xml").write_text(text)
    with pytest.raises(BoxesUnreadable, match=r"a\.xml"):
        read_voc(folder)


def test_edges_that_are_no_numbers_are_named(tmp_path: Path) -> None:
    with pytest.raises(BoxesUnreadable, match=r"a\.xml"):
        read_voc(voc(tmp_path, ["a"], OBJECT.format("cat", "left", 1, 2, 2)))


@pytest.mark.parametrize(
    "entry", [{"image_id": 6}, {"image_id": 5, "category_id": 8, "bbox": [0, 0, 1, 1]}, {"image_id": 5, "bbox": [0]}]
)
def test_broken_json_is_named(tmp_path: Path, entry: dict[str, object]) -> None:
    with pytest.raises(BoxesUnreadable, match=r"said\.json"):
        read_coco(coco(tmp_path, [entry]))


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    picture(tmp_path / "a.png")
    with pytest.raises(BoxesUnreadable, match="no picture"):
        read_voc(tmp_path)
    (tmp_path / "said.json").write_text('{"images": [], "annotations": [], "categories": []}')
    with pytest.raises(BoxesUnreadable, match="none of its pictures"):
        read_coco(tmp_path / "said.json")
