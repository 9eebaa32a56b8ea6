"""The measurement of bytes without loss: what is weighed, and that a loss is told."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from refdec.bench import lossless
from refdec.bench.errors import LossFound
from refdec.bench.lossless import ROWS, means, measure_lossless

from .test_codecs import save, scene


def test_sizes_of_two_pictures(tmp_path: Path) -> None:
    paths = [save(tmp_path / f"{seed}.png", scene(64, 96, seed)) for seed in (1, 4)]
    shares: list[float] = []
    rows = measure_lossless(paths, progress=shares.append)
    assert [row.picture for row in rows] == ["1.png", "4.png"] and shares == [0.5, 1.0]
    for row in rows:
        assert 0 < row.lossy < row.refdec and row.png > 0 and row.webp > 0
        assert row.encode_megapixels > 0 and row.decode_megapixels > 0
        assert (row.jpeg_xl is None) == (shutil.which("cjxl") is None)
    assert means(rows)["png"] == pytest.approx((rows[0].png + rows[1].png) / 2)
    assert set(rows[0].as_json()) == {"picture", *ROWS, "encode_megapixels", "decode_megapixels"}


def test_without_the_program_there_is_no_figure(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(shutil, "which", lambda program: None)
    (row,) = measure_lossless([save(tmp_path / "a.png", scene(16, 16))])
    assert row.jpeg_xl is None and means([row])["jpeg_xl"] is None


def test_a_loss_is_told(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(lossless, "PILLOW", (("PNG", {}), ("JPEG", {"quality": 30})))
    with pytest.raises(LossFound):
        measure_lossless([save(tmp_path / "a.png", scene(48, 48))])
