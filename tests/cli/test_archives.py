"""`refdec decode` and `encode` over archives: several inputs, folders, patterns, resuming, reports, executors."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import refdec as library
from refdec.api.archives import LeftOut, archive_jobs
from refdec.api.errors import NothingMatches, OutputIsInput, OutputNoFolder, OutputsMeet
from refdec.bench.streams import repeated_stream
from tests.encodable import photograph

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


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with four pictures, two of them of one name, and one that is none."""
    folder = tmp_path / "pictures"
    (folder / "sub").mkdir(parents=True)
    Image.fromarray(photograph(64, 80)).save(folder / "a.png")
    Image.fromarray(photograph(64, 64)).save(folder / "sub" / "b.png")
    Image.fromarray(photograph(70, 64)).save(folder / "c.png")
    Image.fromarray(photograph(70, 64)).save(folder / "c.ppm")
    (folder / "notes.txt").write_text("not a picture")
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


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


def test_a_dask_cluster_of_two_processes(archive: Path, tmp_path: Path) -> None:
    """In a process of its own: dask changes how errors are pickled in the one that imports it."""
    wish = ("--executor", "dask.distributed:LocalCluster", "--workers", "2")
    command = [sys.executable, "-m", "refdec", "decode", str(archive), "--out", str(tmp_path / "out"), *wish]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "out" / "sub" / "b.png").exists()


def test_an_executor_that_is_none(refdec: Refdec, archive: Path, tmp_path: Path) -> None:
    ran = refdec("decode", archive, "--out", tmp_path / "out", "--executor", "os:getcwd")
    assert ran.code == 2
    assert "no executor" in ran.err


def test_a_folder_of_pictures_becomes_one_of_codestreams(refdec: Refdec, pictures: Path, tmp_path: Path) -> None:
    out, report = tmp_path / "out", tmp_path / "r.jsonl"
    ran = refdec("encode", pictures, out, "--quality", 30, "--workers", 2, "--report", report)
    assert ran.code == 0, ran.err
    assert names(out) == ["a.jai", "c.png.jai", "c.ppm.jai", "sub/b.jai"]
    assert "4 done" in ran.err
    assert "c.png: written as c.png.jai" in ran.err and "c.ppm: written as c.ppm.jai" in ran.err
    assert "a.png:" not in ran.err
    assert (out / "a.jai").read_bytes() == library.encode(pictures / "a.png", quality=30)
    entries = {Path(entry["input"]).name: entry for entry in lines(report)}
    details = entries["a.png"]["details"]
    assert (details["width"], details["height"], details["quality"], details["encoder"]) == (80, 64, 30, "analysis")
    assert entries["a.png"]["bytes"] == (out / "a.jai").stat().st_size


def test_encoding_goes_on_where_it_was(refdec: Refdec, pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert refdec("encode", pictures, "--out", out).code == 0
    (out / "a.jai").unlink()
    again = refdec("encode", pictures, "-o", out, "--json")
    assert json.loads(again.out)["statuses"] == {"done": 1, "skipped": 3}
    anew = refdec("encode", pictures, out, "--overwrite", "--quality", 5, "--json")
    assert json.loads(anew.out)["statuses"] == {"done": 4}
    assert (out / "a.jai").read_bytes() == library.encode(pictures / "a.png", quality=5)


def test_a_bad_picture_and_one_that_does_not_fit_cost_only_themselves(
    refdec: Refdec, pictures: Path, tmp_path: Path
) -> None:
    (pictures / "bad.png").write_bytes(b"no picture")
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (400, 400, 3), np.uint8)).save(pictures / "large.png")
    out, report = tmp_path / "out", tmp_path / "r.jsonl"
    ran = refdec("encode", pictures, out, "--report", report, "--max-bytes", 1500)
    assert ran.code == 1, ran.err
    failed = {Path(entry["input"]).name: entry["exit_code"] for entry in lines(report) if entry["status"] == "failed"}
    assert failed == {"bad.png": 1, "large.png": 2}
    made = [path for path in out.rglob("*") if path.is_file()]
    assert len(made) == 4 and all(path.stat().st_size <= 1500 for path in made)


def test_files_of_a_folder_that_are_no_pictures_are_counted(
    refdec: Refdec, pictures: Path, archive: Path, tmp_path: Path
) -> None:
    """Photographs of a kind that is not read were passed over without a word, with exit code 0."""
    for name in ("layers.PSD", "sub/layers.psd", "LICENSE"):
        (pictures / name).write_bytes(b"x")
    known = {path.suffix for path in pictures.rglob("*") if path.is_file()}
    ran = refdec("encode", pictures, tmp_path / "out", "--quality", 10)
    assert ran.code == 0 and {".psd", ".PSD"} <= known
    assert "left out, since the suffix is not one that is looked for: 1 x no suffix, 2 x .psd" in ran.err
    ran = refdec("decode", archive, tmp_path / "back", "--json")
    assert ran.code == 0 and json.loads(ran.out)["left_out"] == {".txt": 1}


def test_suffixes_that_are_left_out_are_counted_in_bounded_memory(tmp_path: Path) -> None:
    for number in range(50):
        (tmp_path / f"frame.{number:04}").touch()
    others = LeftOut()
    assert list(archive_jobs([str(tmp_path)], tmp_path / "out", others=others)) == []
    assert len(others.counts) == 21 and others.counts["others"] == 30


def test_files_and_patterns_are_encoded_too(refdec: Refdec, pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = refdec("encode", pictures / "a.png", str(pictures / "s*" / "*.png"), "-o", out)
    assert ran.code == 0, ran.err
    assert names(out) == ["a.jai", "b.jai"]
    ran = refdec("encode", str(pictures / "c.*"), "-o", out)
    assert ran.code == 2 and "c.ppm" in ran.err


def test_a_file_is_no_folder_and_an_input_is_no_output(refdec: Refdec, archive: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputNoFolder, match="is a file"):
        list(archive_jobs([str(archive)], tmp_path / "file"))
    with pytest.raises(OutputIsInput, match=r"a\.jai"):
        list(archive_jobs([str(archive / "a.jai")], archive, ".jai"))
    ran = refdec("encode", archive / "a.jai", archive / "sub" / "b.jai", archive / "a.jai", "-o", archive)
    assert ran.code == 2 and (archive / "a.jai").stat().st_size > 0


def test_two_folders_are_input_and_output_of_decode(refdec: Refdec, archive: Path, tmp_path: Path) -> None:
    assert refdec("decode", archive, tmp_path / "out").code == 0
    assert names(tmp_path / "out") == ["a.png", "sub/b.png"]


def test_out_names_a_file_where_one_file_is_the_input(refdec: Refdec, archive: Path, tmp_path: Path) -> None:
    assert refdec("decode", archive / "a.jai", "-o", tmp_path / "x.png").code == 0
    assert Image.open(tmp_path / "x.png").size == (96, 64)
    assert refdec("decode", archive / "a.jai", "-o", tmp_path / "x", "--workers", 1).code == 0
    assert names(tmp_path / "x") == ["a.png"]


def test_outputs_that_cannot_be_written_are_named_as_one_is(refdec: Refdec, archive: Path, tmp_path: Path) -> None:
    """A folder that could not be made said "[Errno 20] Not a directory: ...", status "ENOTDIR"."""
    (tmp_path / "file").write_text("no folder")
    target = tmp_path / "file" / "new"
    ran = refdec("decode", archive, "--out", target, "--report", tmp_path / "r.jsonl", "--workers", 1)
    assert ran.code == 1
    for name in ("a.png", "sub/b.png"):
        assert f"{target}/{name} cannot be written: Not a directory. [RD0702]" in ran.err
    lines = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text().splitlines()]
    assert [line["code"] for line in lines] == ["RD0702", "RD0702"]
    ran = refdec("task", "statistics", archive, "--picture", target, "--workers", 1)
    assert ran.code == 1 and f"{target}/a.png cannot be written: Not a directory. [RD0702]" in ran.err


def test_a_report_that_cannot_be_written_is_named_beside_the_summary(
    refdec: Refdec, archive: Path, tmp_path: Path
) -> None:
    """It said "No space left on device" and nothing of what was done; with --json the code was ENOSPC."""
    said = "Stopped: /dev/full cannot be written: No space left on device. [RD0702]"
    common = ("--report", "/dev/full", "--workers", 1)
    ran = refdec("decode", archive, "--out", tmp_path / "pictures", *common, "-q")
    assert ran.code == 1 and "1 file in" in ran.err and said in ran.err
    assert len(list((tmp_path / "pictures").rglob("*.png"))) == 1
    ran = refdec("decode", archive, "--out", tmp_path / "others", *common, "--json")
    summary = json.loads(ran.out)
    assert (ran.code, summary["statuses"], summary["exit_code"]) == (1, {"done": 1}, 1)
    assert summary["stopped"] in said
    ran = refdec("verify", archive, *common)
    assert ran.code == 1 and "1 conformant" in ran.err and said in ran.err
    ran = refdec("decode", archive, "--out", tmp_path / "new", "--report", tmp_path / "none" / "r.jsonl")
    assert ran.code == 1 and "none/r.jsonl cannot be written: No such file or directory. [RD0702]" in ran.err
    assert not (tmp_path / "new").exists()
