"""Pictures of a folder, in an order that depends on names alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from refdec.bench.tasks.data_sets import (
    Sample,
    held_of_classes,
    left_out_classes,
    plain_pictures,
    spread,
    trained_of_classes,
)
from refdec.bench.tasks.errors import NoData


def test_pictures_are_found_spread_and_read(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    for number, name in enumerate(("a.png", "b.png", "below/c.jpg", "d.PNG")):
        Image.new("RGB", (20 + number, 10), (200, 100, 50)).save(tmp_path / name, format="PNG")
    (tmp_path / "notes.txt").write_text("no picture")
    found = plain_pictures(tmp_path, 10)
    assert [sample.path.name for sample in found] == ["a.png", "b.png", "c.jpg", "d.PNG"]
    assert [sample.path.name for sample in plain_pictures(tmp_path, 2)] == ["a.png", "c.jpg"]
    rgb = found[1].rgb()
    assert rgb.shape == (10, 21, 3) and rgb.dtype == np.uint8 and rgb[0, 0].tolist() == [200, 100, 50]


def test_of_a_large_picture_a_part_is_taken(tmp_path: Path) -> None:
    Image.new("L", (1300, 30), 9).save(tmp_path / "wide.png")
    assert Sample(tmp_path / "wide.png", None).rgb().shape == (30, 1024, 3)


def test_what_is_no_picture_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoData, match="has no pictures"):
        plain_pictures(tmp_path, 3)
    (tmp_path / "broken.png").write_bytes(b"nothing")
    with pytest.raises(NoData, match=r"broken\.png"):
        plain_pictures(tmp_path, 3)[0].rgb()


def test_spread_takes_all_of_few() -> None:
    assert spread([1, 2, 3], 3) == [1, 2, 3] and spread(list(range(10)), 4) == [0, 2, 5, 7]


@pytest.fixture
def classes(tmp_path: Path) -> Path:
    """Six classes of twenty pictures, one of three, and a folder that is no class."""
    for name, count in [*((f"class{number}", 20) for number in range(6)), ("few", 3), ("BACKGROUND_Google", 5)]:
        (tmp_path / name).mkdir()
        for number in range(count):
            Image.new("L", (9, 9), number).save(tmp_path / name / f"{number:02}.png")
    return tmp_path


def test_pictures_of_classes_are_those_that_the_training_held_back(classes: Path) -> None:
    held = held_of_classes(classes, 1000)
    assert {sample.truth for sample in held} == {f"class{number}" for number in range(6)}, "of three none is held back"
    assert [sum(sample.truth == f"class{number}" for sample in held) for number in range(6)] == [5] * 6
    assert len(held_of_classes(classes, 4)) == 4
    trained = trained_of_classes(classes, 3)
    assert [len(samples) for samples in trained.values()] == [3] * 7
    assert not {sample.path for samples in trained.values() for sample in samples} & {sample.path for sample in held}


def test_classes_that_were_left_out(classes: Path) -> None:
    found = left_out_classes(classes, 6)
    assert [sample.truth for sample in found] == ["class0"] * 3 + ["class5"] * 3


def test_a_folder_without_classes_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoData, match="folders of pictures"):
        held_of_classes(tmp_path, 3)
