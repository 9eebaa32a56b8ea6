"""One file, as a worker sees it."""

from __future__ import annotations

import errno
import hashlib
from pathlib import Path

import pytest

from refdec.errors import BitOffset
from refdec.parallel.attempts import BatchFunction, JobOrder, attempt
from refdec.parallel.outcomes import Job, Outcome, Status
from tests.unit.parallel import work


def done(
    function: BatchFunction, folder: Path, text: str, *, output: str | None = None, timeout_s: float | None = None
) -> Outcome:
    source = folder / "a.txt"
    source.write_text(text)
    job = Job(source, None if output is None else folder / output)
    return attempt(function, JobOrder(3, job, timeout_s, sha256=True))


def test_a_finished_file_is_measured(tmp_path: Path) -> None:
    outcome = done(work.upper, tmp_path, "abc", output="new/folder/a.out")
    assert outcome.status is Status.DONE
    assert (outcome.index, outcome.input_bytes, outcome.output_bytes, outcome.exit_code) == (3, 3, 3, 0)
    assert outcome.sha256 == hashlib.sha256(b"ABC").hexdigest()
    assert outcome.details == {"letters": 3}
    assert outcome.seconds > 0


def test_a_folder_that_cannot_be_made_is_told_unless_the_work_has_words_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    outcome = done(work.upper, tmp_path, "abc", output="file/a.out")
    assert (outcome.status, outcome.exit_code, outcome.code) == (Status.FAILED, 1, "ENOTDIR")
    outcome = done(work.obey, tmp_path, "break", output="file/a.out")
    assert outcome.code == "RD0999"


def test_work_without_output(tmp_path: Path) -> None:
    outcome = done(work.obey, tmp_path, "nothing")
    assert (outcome.status, outcome.output_bytes, outcome.sha256) == (Status.DONE, None, None)


@pytest.mark.parametrize(
    ("text", "code", "exit_code", "message"),
    [
        ("break", "RD0999", 3, "Unit 7 is broken. [RD0999] (clause 1.2, at byte.bit 3.0)"),
        ("missing", "ENOENT", 1, "No such file"),
        ("memory", "MemoryError", 1, "memory is exhausted"),
        ("bug", "IndexError", 70, "Traceback"),
    ],
)
def test_what_goes_wrong_is_an_outcome(text: str, code: str, exit_code: int, message: str, tmp_path: Path) -> None:
    outcome = done(work.obey, tmp_path, text)
    assert (outcome.status, outcome.code, outcome.exit_code) == (Status.FAILED, code, exit_code)
    assert outcome.message is not None and message in outcome.message
    assert not outcome.fatal


def ring(job: Job) -> dict[str, object]:
    """Raise an error that came from itself, as `raise problem from problem` makes it."""
    problem = ValueError("a ring")
    raise problem from problem


def ring_of_two(job: Job) -> dict[str, object]:
    """Raise an error of a full disk that came from one which came from it."""
    full, other = OSError(errno.ENOSPC, "full"), ValueError("another")
    full.__cause__, other.__cause__ = other, full
    raise other


@pytest.mark.parametrize(("function", "fatal"), [(ring, False), (ring_of_two, True)])
def test_errors_that_came_from_themselves_end_too(function: BatchFunction, fatal: bool, tmp_path: Path) -> None:
    """Found: a worker looked for the origin of such an error for ever."""
    outcome = done(function, tmp_path, "nothing")
    assert (outcome.status, outcome.fatal) == (Status.FAILED, fatal)


def test_a_late_file_leaves_nothing(tmp_path: Path) -> None:
    outcome = done(work.obey, tmp_path, "sleep 30", output="a.out", timeout_s=0.05)
    assert (outcome.status, outcome.code, outcome.exit_code) == (Status.TIMEOUT, "RD0908", 1)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_full_disk_is_fatal_also_behind_another_error(tmp_path: Path) -> None:
    def write(job: Job) -> None:
        try:
            Path("/dev/full").write_bytes(b"x")
        except OSError as reason:
            raise work.Broken(1, at=BitOffset(0)) from reason

    outcome = done(write, tmp_path, "")
    assert (outcome.code, outcome.fatal) == ("RD0999", True)
