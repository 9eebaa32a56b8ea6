"""Generations are measured against the original; refdec's codings in a row lose little."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import refdec
from refdec.arithmetic.types import UInt8Array
from refdec.bench.codecs import CodedFile, EncoderCodec
from refdec.bench.errors import NothingMeasured, PicturesAlike
from refdec.bench.generations import (
    Generation,
    generations_table,
    generations_text,
    mean_generations,
    measure_generations,
)
from refdec.bench.generations_plot import losses_figure
from refdec.bench.rd_tables import markdown
from refdec.formats.decoded import Picture
from refdec.parallel.outcomes import Outcome
from tests.encodable import photograph

MOST_LOSS = 0.3


@dataclass(frozen=True)
class Darker:
    """A codec that takes one from every code each time, at two settings of the same kind."""

    name: str = "darker"
    settings: tuple[int, ...] = (1, 2)
    description: str = "takes one"

    def code(self, rgb: UInt8Array, setting: int) -> CodedFile:
        return CodedFile(1000, np.maximum(rgb, setting) - np.uint8(setting), 0.0, 0.0)

    def at_rate(self, rgb: UInt8Array, bpp: float) -> tuple[str, CodedFile]:
        raise NotImplementedError


def saved(folder: Path, array: UInt8Array) -> Path:
    path = folder / "picture.png"
    planes = tuple(np.ascontiguousarray(array[..., c]) for c in range(3))
    Picture(planes, 8, "RGB").save(path)
    return path


def test_every_generation_is_compared_with_the_original(tmp_path: Path) -> None:
    path = saved(tmp_path, np.full((64, 64, 3), 100, np.uint8))
    points: list[Generation] = []
    summary = measure_generations([path], [Darker()], (2, 1), 3, workers=1, found=points.extend)
    assert summary.exit_code == 0
    assert [(point.setting, point.generation) for point in points] == [(2, 1), (2, 2), (2, 3), (1, 1), (1, 2), (1, 3)]
    for point in points:
        wanted = 20 * np.log10(255 / (point.setting * point.generation))
        assert point.rgb_psnr == pytest.approx(wanted, abs=0.01)
    ends = [row for row in mean_generations(points) if row.generation == 3]
    assert all(row.rgb_loss == pytest.approx(20 * np.log10(3), abs=0.01) for row in ends)
    assert all(row.largest_luma_loss == pytest.approx(row.luma_loss) for row in ends)


def test_pictures_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PicturesAlike, match="the same name"):
        measure_generations([tmp_path / "a" / "1.png", tmp_path / "b" / "1.png"], [Darker()], (1,), 2, workers=1)


def test_failures_are_told(tmp_path: Path) -> None:
    broken, good = tmp_path / "broken.png", saved(tmp_path, photograph(64, 64))
    broken.write_bytes(b"no picture")
    told: list[Outcome] = []
    summary = measure_generations([broken, good], [Darker()], (1,), 2, workers=1, failed=told.append)
    assert summary.exit_code != 0 and len(told) == 1
    with pytest.raises(NothingMeasured, match="broken"):
        measure_generations([broken], [Darker()], (1,), 2, workers=1)


def test_table_and_text_say_the_same(tmp_path: Path) -> None:
    path = saved(tmp_path, photograph(64, 64))
    points: list[Generation] = []
    measure_generations([path], [Darker()], (1, 2), 4, workers=1, found=points.extend)
    table = generations_table(points)
    assert [row[:2] for row in table.rows] == [("darker", "1"), ("darker", "2")]
    text = json.loads(generations_text(points, {"weights": "w"}))
    assert text["weights"] == "w" and len(text["points"]) == len(text["means"]) == 8
    assert f"{text['means'][3]['luma_loss']:.2f}" == table.rows[0][4]


def test_the_plot_is_a_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = saved(tmp_path, photograph(64, 64))
    points: list[Generation] = []
    measure_generations([path], [Darker()], (1, 2), 2, workers=1, found=points.extend)
    assert len(losses_figure(points).axes) == 2


def test_the_page_shows_the_figures_that_are_kept() -> None:
    docs = Path(__file__).resolve().parents[3] / "docs"
    kept = json.loads((docs / "benchmarks" / "generations.json").read_text())
    points = [Generation(**values) for values in kept["points"]]
    assert {point.codec for point in points} == {"analysis", "refine", "jpeg", "webp", "avif"}
    assert markdown([generations_table(points)]) in (docs / "benchmarks.md").read_text()


def test_codings_in_a_row_lose_little_at_the_same_setting(tmp_path: Path) -> None:
    """Ten would lose a hundredth more: what is lost is lost in the first three."""
    path = saved(tmp_path, photograph(256, 384))
    points: list[Generation] = []
    measure_generations([path], [EncoderCodec("analysis")], (5,), 4, workers=1, found=points.extend)
    assert points[0].luma_psnr - points[-1].luma_psnr <= MOST_LOSS


def test_transcoding_in_a_row_loses_nothing() -> None:
    data = first = refdec.encode(photograph(128, 192), displacement=0)
    for threads in (2, 4, 8, 16, 1):
        data = refdec.transcode(data, threads=threads)
    assert data == first
