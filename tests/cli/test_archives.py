"""`refdec decode` over archives: several inputs, folders, patterns, resuming, reports, executors."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import refdec as library
from refdec.api.archives import archive_jobs
from refdec.api.errors import NothingMatches, OutputsMeet
from refdec.bench.streams import repeated_stream

from .conftest import Run

Refdec = Callable[..., Run]
DEMO = Path(library.__file__).parent / "data" / "demo.jai"


@pytest.fixture(scope="module")
def small_streams() -> tuple[bytes, bytes]:
    """Two codestreams of the bundled weights that decode in a moment."""
    pack = library.load_weights(None)
    demo = DEMO.read_bytes()
    return repeated_stream(demo, pack, 96, 64), repeated_stream(demo, pack, 64, 80)


@pytest.fixture
def archive(tmp_path: Path, small_streams: tuple[bytes, bytes]) -> Path:
    """A folder with two good streams, one of them in a sub-folder."""
    folder = tmp_path / "archive"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.jai").write_bytes(small_streams[0])
    (folder / "sub" / "b.jai").write_bytes(small_streams[1])
    (folder / "notes.txt").write_text("not a picture")
    return folder


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_folder_becomes_a_folder_of_pictures(refdec: Refdec, archive: Path, tmp_path: Path) -> None:
    out, report = tmp_path / "out", tmp_path / "r.jsonl"
    ran = refdec("decode", archive, "--out", out, "--report", report)
    assert ran.code == 0, ran.err
    assert "2 done" in ran.err
    picture = library.decode(archive / "sub" / "b.jai")
    assert np.array_equal(np.asarray(Image.open(out / "sub" / "b.png")), picture.array)
    entries = {Path(entry["input"]).name: entry for entry in lines(report)}
    assert entries["a.jai"]["status"] == "done"
    assert (entries["a.jai"]["details"]["width"], entries["a.jai"]["details"]["height"]) == (96, 64)
    assert len(entries["b.jai"]["details"]["fingerprint"]) == 64


def test_finished_outputs_are_skipped_unless_told_otherwise(refdec: Refdec, archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert refdec("decode", archive, "--out", out).code == 0
    (out / "a.png").unlink()
    kept = (out / "sub" / "b.png").stat().st_mtime_ns
    again = refdec("decode", archive, "--out", out, "--json")
    assert json.loads(again.out)["statuses"] == {"done": 1, "skipped": 1}
    assert (out / "sub" / "b.png").stat().st_mtime_ns == kept
    anew = refdec("decode", archive, "--out", out, "--json", "--overwrite")
    assert json.loads(anew.out)["statuses"] == {"done": 2}


def test_a_damaged_file_costs_only_itself(refdec: Refdec, archive: Path, tmp_path: Path) -> None:
    (archive / "bad.jai").write_bytes((archive / "a.jai").read_bytes()[:60])
    out, report = tmp_path / "out", tmp_path / "r.jsonl"
    ran = refdec("decode", archive, "--out", out, "--report", report, "--workers", 2)
    assert ran.code == 3
    assert "bad.jai" in ran.err
    assert sorted(path.name for path in out.rglob("*") if path.is_file()) == ["a.png", "b.png"]
    (failed,) = [entry for entry in lines(report) if entry["status"] == "failed"]
    assert failed["code"].startswith("RD01")


def test_several_files_and_patterns(refdec: Refdec, archive: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = refdec("decode", archive / "a.jai", str(archive / "s*" / "*.jai"), "--out", out, "--format", "ppm")
    assert ran.code == 0, ran.err
    assert sorted(path.name for path in out.iterdir()) == ["a.ppm", "b.ppm"]


def test_several_inputs_need_a_folder(refdec: Refdec, archive: Path) -> None:
    ran = refdec("decode", archive)
    assert (ran.code, "--out" in ran.err) == (2, True)
    assert refdec("decode", "a.jai", "b.jai", "c.jai").code == 2


def test_options_of_one_decode_are_refused(refdec: Refdec, archive: Path, tmp_path: Path) -> None:
    ran = refdec("decode", archive, "--out", tmp_path / "out", "--timings")
    assert (ran.code, "--timings" in ran.err) == (2, True)


def test_outputs_that_meet_and_patterns_that_match_nothing(archive: Path, tmp_path: Path) -> None:
    shutil.copy(archive / "a.jai", archive / "sub" / "a.jai")
    with pytest.raises(OutputsMeet) as met:
        list(archive_jobs([str(archive / "a.jai"), str(archive / "sub" / "a.jai")], tmp_path))
    assert "a.png" in met.value.headline()
    with pytest.raises(NothingMatches) as nothing:
        list(archive_jobs([str(archive / "*.none")], tmp_path))
    assert "*.none" in nothing.value.headline()


@pytest.mark.parametrize("name", ["concurrent.futures:ThreadPoolExecutor", "concurrent.futures:ProcessPoolExecutor"])
def test_executors_of_the_standard_library(refdec: Refdec, archive: Path, tmp_path: Path, name: str) -> None:
    ran = refdec("decode", archive, "--out", tmp_path / "out", "--executor", name, "--workers", 2)
    assert ran.code == 0, ran.err
    assert (tmp_path / "out" / "a.png").exists()


def test_a_dask_cluster(refdec: Refdec, archive: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    ran = refdec(
        "decode", archive, "--out", tmp_path / "out", "--executor", "dask.distributed:LocalCluster", "--workers", 1
    )
    assert ran.code == 0, ran.err
    assert (tmp_path / "out" / "sub" / "b.png").exists()


def test_an_executor_that_is_none(refdec: Refdec, archive: Path, tmp_path: Path) -> None:
    ran = refdec("decode", archive, "--out", tmp_path / "out", "--executor", "os:getcwd")
    assert ran.code == 2
    assert "no executor" in ran.err
