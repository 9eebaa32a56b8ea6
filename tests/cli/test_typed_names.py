"""Batches name files as they were typed, although their workers have absolute paths."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import refdec as library
from tests.unit.heif.clips import damaged_clip

from .conftest import Run

Refdec = Callable[..., Run]
DEMO = Path(library.__file__).parent / "data" / "demo.jai"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which commands run: codestreams, pictures, and files where folders should be."""
    monkeypatch.chdir(tmp_path)
    for folder in ("in/sub", "pictures", "made"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "in/cut.jai").write_bytes(DEMO.read_bytes()[:3000])
    (tmp_path / "in/sub/a.jai").write_bytes(DEMO.read_bytes()[:3000])
    (tmp_path / "in/clip.jaii").write_bytes(damaged_clip(2))
    Image.fromarray(np.zeros((16, 16, 3), np.uint8)).save(tmp_path / "pictures/a.png")
    for name in ("mask.png", "made/sub", "file"):
        (tmp_path / name).write_text("neither a picture nor a folder")
    (tmp_path / "locked.png").touch(0o400)
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("task statistics in gone.jai", "gone.jai: gone.jai cannot be read"),
        ("task statistics in --picture made", "made/sub/a."),
        ("task statistics in --json", '"input": "in/cut.jai"'),
        ("verify in gone.jai", "gone.jai: failed: gone.jai cannot be read"),
        ("verify in", "in/clip.jaii: "),
        ("verify in --json", '"input": "in/clip.jaii"'),
        ("verify in --weights gone.pack", "gone.pack cannot be read"),
        ("decode in --out made", "made/sub/a."),
        ("decode in --out file/below", "file/below/"),
        ("decode in --out made --weights gone.pack", "gone.pack cannot be read"),
        ("transcode in --out made --displacement 9", "made/sub/a."),
        ("encode pictures --out file/below", "file/below/"),
        ("encode pictures --out o --roi gone.png", "gone.png cannot be read"),
        ("encode pictures --out o --roi mask.png", "region of interest, mask.png"),
        ("encode pictures/a.png a.jai --roi mask.png", "region of interest, mask.png"),
        ("demo locked.png", "locked.png cannot be written"),
    ],
)
def test_messages_and_reports(refdec: Refdec, here: Path, typed: str, said: str) -> None:
    """They held the absolute paths that workers are given."""
    several = "--out" in typed
    ran = refdec(*typed.split(), *(["--report", "r.jsonl"] if several else []), *(["--json"] if several else []))
    report = Path("r.jsonl").read_text() if Path("r.jsonl").is_file() else ""
    told = ran.out + ran.err + report
    assert said in told and str(here) not in told
    if report:
        assert all(json.loads(line)["message"] for line in report.splitlines())
