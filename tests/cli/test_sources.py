"""`refdec encode` and what comes with a picture: warnings, files of several pictures, raw YUV through a pipe."""

from __future__ import annotations

import io
import json
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import PIL.Image
import pytest

from refdec.api.sources import source_picture
from refdec.formats.errors import SeveralPictures
from tests.findings.test_pictures_as_they_come import PHOTO, tagged_png
from tests.unit.formats.test_png_reader import by_pillow


def test_what_is_left_behind_is_said_by_the_command(refdec: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(tagged_png(b"pHYs", struct.pack(">IIB", 11811, 11811, 1)))
    made = refdec("encode", tmp_path / "a.png", tmp_path / "a.jai", "--json", "--no-check")
    (sentence,) = json.loads(made.out)["warnings"]
    assert "300 x 300 dpi" in sentence and f"warning: {sentence}" in " ".join(made.err.split())
    quiet = refdec("encode", tmp_path / "a.png", tmp_path / "a.jai", "--strip", "--json", "--no-check")
    assert json.loads(quiet.out)["warnings"] == [] and "warning" not in quiet.err


def test_a_folder_says_it_too(refdec: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.png").write_bytes(tagged_png(b"pHYs", struct.pack(">IIB", 11811, 11811, 1)))
    report = tmp_path / "report.jsonl"
    made = refdec(
        "encode", tmp_path / "in", "--out", tmp_path / "out", "--report", report, "--no-check", "--workers", 1
    )
    assert made.code == 0, made.err
    assert "300 x 300 dpi" in report.read_text() and "300 x 300 dpi" in " ".join(made.err.split())


def test_of_several_pictures_none_is_dropped(refdec: Callable[..., Any], tmp_path: Path) -> None:
    frames = b"".join(by_pillow(PIL.Image.fromarray(np.full_like(PHOTO, value))) for value in (10, 200))
    with pytest.raises(SeveralPictures):
        source_picture(frames)
    (tmp_path / "a.png").write_bytes(frames)
    made = refdec("encode", tmp_path / "a.png", tmp_path / "a.jai")
    assert made.code == 1 and "2 pictures" in made.err and "--frame" in made.err
    assert refdec("encode", tmp_path / "a.png", tmp_path / "a.jai", "--frame", 2, "--no-check").code == 0
    assert abs(int(source_picture(tmp_path / "a.jai").planes[0][0, 0]) - 200) < 10


def test_raw_yuv_through_a_pipe(refdec: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planes = [np.full(size, value, "<u2") for size, value in (((70, 90), 500), ((35, 45), 512), ((35, 45), 512))]
    raw = b"".join(plane.tobytes() for plane in planes)
    wish = ("--format", "yuv", "--size", "90x70", "--subsampling", "420", "--bits", 10, "--no-check")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw), isatty=lambda: False))
    made = refdec("encode", "-", tmp_path / "a.jai", *wish)
    assert made.code == 0, made.err
    found = json.loads(refdec("info", tmp_path / "a.jai", "--json").out)
    assert (found["width"], found["height"], found["bit_depth"]) == (90, 70, 10)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(raw), isatty=lambda: False))
    made = refdec("encode", "-", tmp_path / "b.jai", "--format", "yuv")
    assert made.code == 1 and "--size" in made.err
    assert refdec("encode", "a.png", "b.jai", "--size", "90").code == 2
