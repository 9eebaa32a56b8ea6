"""Errors of workers name files as they were typed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from refdec.api.errors import MaskWrong
from refdec.formats.errors import FileUnreadable
from refdec.formats.file_errors import file_unreadable
from refdec.parallel.batch import BatchOptions, run_batch
from refdec.parallel.outcomes import Job, Outcome
from refdec.parallel.typed_names import as_typed, naming_as_typed, typed_names


def test_names_of_paths_and_of_the_folders_above_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = typed_names(Path("a/b.jai"), None, Path("c"), tmp_path / "whole")
    assert names == {f"{tmp_path}/a/b.jai": "a/b.jai", f"{tmp_path}/a": "a", f"{tmp_path}/c": "c"}


def test_an_error_and_its_reason_are_renamed() -> None:
    names = {"/w/a": "a", "/w/mask": "mask"}
    system = as_typed(FileNotFoundError(2, "No such file", "/w/a"), names)
    assert str(system).endswith("No such file: 'a'")
    ours = as_typed(file_unreadable("/w/a", FileNotFoundError(2, "gone")), names)
    assert ours.headline().startswith("a cannot be read") and ours.filename == "a"
    held = as_typed(MaskWrong("/w/mask", FileUnreadable("/w/a", "why")), names)
    assert "/w" not in held.explain()
    assert as_typed(FileUnreadable("/elsewhere", "why"), names).name == "/elsewhere"


def test_a_block_renames_what_comes_out_of_it() -> None:
    with pytest.raises(OSError, match="'a'"), naming_as_typed({"/w/a": "a"}):
        raise OSError(2, "gone", "/w/a")


def read(job: Job) -> None:
    """Read a job's file, which is not there."""
    try:
        job.input.read_bytes()
    except OSError as reason:
        raise file_unreadable(str(job.input), reason) from reason


def read_other(job: Job, *, other: Path) -> None:
    """Read another file than the job's."""
    read(Job(other))


def make(job: Job) -> None:
    """Write a job's output, whose folder cannot be made."""
    assert job.output is not None
    job.output.write_bytes(b"")


@pytest.mark.parametrize("executor", [None, "concurrent.futures:ThreadPoolExecutor"])
def test_messages_of_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, executor: str | None) -> None:
    """A worker's error named the absolute path that it had been given."""
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("")
    seen = list[Outcome]()
    options = BatchOptions(workers=1, executor=executor)
    run_batch(read, [Job(Path("in/gone.jai"))], options, watch=seen.append)
    run_batch(make, [Job(Path("file"), Path("file/below/out.png"))], options, watch=seen.append)
    run_batch(read, [Job(tmp_path / "gone.jai")], options, watch=seen.append)
    messages = [outcome.message or "" for outcome in seen]
    assert messages[0].startswith("in/gone.jai cannot be read") and "'file/below/out.png'" in messages[1]
    assert str(tmp_path) not in messages[0] + messages[1]
    assert messages[2].startswith(f"{tmp_path}/gone.jai"), "it was typed like this"


def test_other_files_of_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mask, seen = tmp_path / "mask.png", list[Outcome]()
    run_batch(
        partial(read_other, other=mask),
        [Job(Path("a"))],
        BatchOptions(workers=1),
        watch=seen.append,
        typed={str(mask): "m"},
    )
    assert (seen[0].message or "").startswith("m cannot be read")
