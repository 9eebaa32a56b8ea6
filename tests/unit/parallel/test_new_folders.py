"""Folders that were made for outputs go again where no output came."""

from __future__ import annotations

from pathlib import Path

import pytest

from refdec.errors import InputError
from refdec.parallel.batch import BatchOptions, run_batch
from refdec.parallel.new_folders import missing_folders, remove_empty
from refdec.parallel.outcomes import Job, Outcome, Status


def test_only_what_is_missing_is_named(tmp_path: Path) -> None:
    assert missing_folders(tmp_path) == ()
    assert missing_folders(tmp_path / "a" / "b") == (tmp_path / "a" / "b", tmp_path / "a")


def test_only_what_is_empty_is_removed(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "a" / "empty", tmp_path / "b", tmp_path / "never made"]
    for folder in folders[1:3]:
        folder.mkdir(parents=True)
    (tmp_path / "b" / "file").write_text("kept")
    remove_empty(folders)
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def write_or_fail(job: Job) -> None:
    if "bad" in job.input.name:
        raise InputError("broken")
    assert job.output is not None
    job.output.write_text("done")


@pytest.mark.parametrize("executor", [None, "concurrent.futures:ThreadPoolExecutor"])
def test_a_batch_leaves_no_folder_empty(executor: str | None, tmp_path: Path) -> None:
    (tmp_path / "was there").mkdir()
    outputs = {
        "bad 1": "out/a/deep/1.out",
        "bad 2": "out/b/2.out",
        "good": "out/b/3.out",
        "bad 3": "out/b/c/4.out",
        "bad 4": "was there/5.out",
        "bad 5": "nothing/6.out",
    }
    jobs = [Job(tmp_path / name, tmp_path / output) for name, output in outputs.items()]
    found: list[Outcome] = []
    run_batch(write_or_fail, jobs, BatchOptions(workers=2, executor=executor), watch=found.append)
    assert [outcome.status for outcome in found].count(Status.FAILED) == 5
    left = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*"))
    assert left == ["out", "out/b", "out/b/3.out", "was there"]
