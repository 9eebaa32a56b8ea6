"""Pictures of a folder, in an order that depends on names alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from refdec.bench.tasks.data_sets import Sample, plain_pictures, spread
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
