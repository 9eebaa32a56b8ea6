"""What qualities give on pictures, as `refdec bench quality` measures it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from refdec.bench.qualities import measure_qualities, quality_table
from tests.encodable import bundled, photograph


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "a.png", tmp_path / "b.png"]
    for seed, path in enumerate(paths):
        Image.fromarray(photograph(64, 96, seed=seed)).save(path)
    return paths


def test_rate_and_psnr_of_each_picture_grow(pictures: list[Path]) -> None:
    told: list[float] = []
    low, high = measure_qualities(pictures, (10, 90), bundled(), done=told.append)
    assert (low.quality, high.quality) == (10, 90) and low.displacement < high.displacement
    for better, worse in ((high.bpp, low.bpp), (high.luma_psnr, low.luma_psnr)):
        assert len(better) == 2 and all(more > less for more, less in zip(better, worse, strict=True))
    assert told == [0.5, 1.0]
    table = quality_table((low, high), [path.stem for path in pictures])
    assert "a, b" in table.title and all(len(row) == len(table.columns) for row in table.rows)
    mean, least, most = (float(cell) for cell in table.rows[0][3:6])
    assert least <= mean <= most
    assert low.as_json()["bpp"] == [round(rate, 5) for rate in low.bpp]
