"""Pictures of faces: brought to the shape that the files name, every box a face."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from refdec.bench.tasks.errors import NoData
from refdec.bench.tasks.faces import FACES, LONGEST

SIZE = "<size><width>200</width><height>100</height></size>"
OBJECT = "<object><name>{}</name><bndbox><xmin>11</xmin><ymin>21</ymin><xmax>60</xmax><ymax>80</ymax></bndbox></object>"


def squashed(folder: Path, text: str) -> Path:
    for name in ("a", "b"):
        Image.new("RGB", (50, 50), (9, 9, 9)).save(folder / f"{name}.png")
        (folder / f"{name}.xml").write_text(f"<annotation>{text}</annotation>")
    return folder


def test_pictures_get_their_shape_back(tmp_path: Path) -> None:
    folder = squashed(tmp_path, SIZE + OBJECT.format("with_mask") + OBJECT.format("without"))
    first, second = FACES.samples(folder, 5)
    assert first.rgb().shape == (LONGEST // 2, LONGEST, 3)
    k = LONGEST / 200
    assert [box.label for box in second.truth] == ["face", "face"]
    assert second.truth[0][1:] == pytest.approx((10 * k, 20 * k, 60 * k, 80 * k, 1))
    assert len(FACES.samples(folder, 1)) == 1


def test_data_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoData, match="VOC XML"):
        FACES.samples(tmp_path, 5)
    with pytest.raises(NoData, match=r"a\.xml.*no size"):
        FACES.samples(squashed(tmp_path, OBJECT.format("face")), 5)
    (tmp_path / "a.xml").write_text(f"<annotation>{SIZE}</annotation>")
    (tmp_path / "b.xml").write_text(f"<annotation>{SIZE}</annotation>")
    first, _ = FACES.samples(tmp_path, 5)
    first.path.write_bytes(b"nothing")
    with pytest.raises(NoData, match=r"a\.png"):
        first.rgb()
