"""`decode(scale=8)`: quick where a head is at hand, whole where none is, and nothing that was asked for is dropped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import refdec_tasks.thumbnail
from PIL import Image

import refdec
from refdec.api.decode_file import decode_to_file
from refdec.api.decode_job import DecodeJob
from refdec.api.errors import ScaleAlone, ScaleUnknown
from refdec.api.task import TaskOrder, run_on_file
from refdec.decoding.options import DecodeOptions
from refdec.picture.reduced import area_averages
from tests.encodable import GOLDEN, photograph

STREAM = GOLDEN / "kodim14_m1_+0_96x333.jai"


@pytest.mark.parametrize("scale", [8, 16])
def test_it_is_the_picture_of_the_task(scale: int, tmp_path: Path) -> None:
    small = refdec.decode(STREAM, scale=scale)
    result: Any = run_on_file(STREAM, TaskOrder("thumbnail", (("scale", str(scale)),)))
    assert np.array_equal(small.array, result.array)
    assert (small.bit_depth, small.colour, small.warnings) == (8, "RGB", ())
    report = decode_to_file(STREAM, tmp_path / "x.png", DecodeJob(scale=scale))
    assert (report.width, report.height) == (small.width, small.height)
    assert np.array_equal(np.asarray(Image.open(tmp_path / "x.png")), small.array)


def test_without_a_head_it_is_decoded_whole_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = refdec.decode(STREAM, colour="RGB", bit_depth=8).array
    monkeypatch.setenv("REFDEC_PLUGINS", "none")
    small = refdec.decode(STREAM, scale=8)
    assert np.array_equal(small.array, area_averages(whole, 8))
    assert "decoded whole" in small.warnings[0]


def test_weights_that_no_head_knows_are_decoded_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refdec_tasks.thumbnail, "bundled_heads", lambda package: ())
    small = refdec.decode(STREAM, scale=16)
    assert small.array.shape == (21, 6, 3) and "decoded whole" in small.warnings[0]


def test_gray_files_are_gray(tmp_path: Path) -> None:
    data = refdec.encode(photograph(80, 96)[..., 0], displacement=-300)
    decode_to_file(data, tmp_path / "x.png", DecodeJob(scale=8))
    with Image.open(tmp_path / "x.png") as image:
        assert (image.mode, image.size) == ("L", (12, 10))
    decode_to_file(data, tmp_path / "x.ppm", DecodeJob(scale=8))
    with Image.open(tmp_path / "x.ppm") as image:
        assert image.size == (12, 10)


@pytest.mark.parametrize("scale", [0, 4, 7, 32, -8])
def test_other_scales_are_refused(scale: int) -> None:
    with pytest.raises(ScaleUnknown, match="8 and 16"):
        refdec.decode(STREAM, scale=scale)


@pytest.mark.parametrize(
    ("wishes", "name"),
    [
        ({"region": (0, 0, 8, 8)}, "region"),
        ({"synthesis": "sop"}, "synthesis"),
        ({"channels": (10, 10)}, "channels"),
        ({"bit_depth": 10}, "bit_depth"),
        ({"colour": "YUV"}, "colour"),
        ({"filters": False}, "filters"),
        ({"observe": lambda stage, array: None}, "observe"),
    ],
)
def test_what_a_small_picture_does_not_have_is_refused(wishes: dict[str, Any], name: str) -> None:
    with pytest.raises(ScaleAlone, match=name):
        refdec.decode(STREAM, scale=8, **wishes)


def test_files_that_cannot_hold_it_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ScaleAlone, match="yuv"):
        decode_to_file(STREAM, tmp_path / "x.yuv", DecodeJob(scale=8))
    with pytest.raises(ScaleAlone, match="stages"):
        decode_to_file(STREAM, tmp_path / "x.png", DecodeJob(scale=8, timings=True))
    assert not list(tmp_path.iterdir())
    decode_to_file(STREAM, tmp_path / "x.png", DecodeJob(DecodeOptions(bit_depth=8), scale=8))
