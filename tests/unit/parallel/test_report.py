"""Reports: one JSON object a line, and going on with one."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from refdec.formats.errors import FileUnwritable
from refdec.formats.file_errors import file_unwritable
from refdec.parallel.errors import ReportUnreadable
from refdec.parallel.outcomes import Job, Outcome, Status
from refdec.parallel.report import BatchReport


def outcome(name: str, status: Status = Status.DONE) -> Outcome:
    return Outcome(0, Job(Path(name)), status)


def lines(path: Path) -> list[str]:
    return [json.loads(line)["input"] for line in path.read_text().splitlines()]


def test_a_line_is_there_at_once(tmp_path: Path) -> None:
    path = tmp_path / "report.jsonl"
    with BatchReport.open(path) as report:
        report.write(outcome('odd "name"\n.jai'))
        assert lines(path) == ['odd "name"\n.jai']
    with BatchReport.open(path) as report:
        assert path.read_text() == ""
        assert not report.has(Job(Path("a")))


def test_going_on_with_a_report_that_was_cut(tmp_path: Path) -> None:
    path = tmp_path / "report.jsonl"
    with BatchReport.open(path, resume=True) as report:
        for name, status in [("a", Status.DONE), ("b", Status.FAILED), ("c", Status.LOST)]:
            report.write(outcome(name, status))
    with path.open("a") as file:
        file.write('{"index": 3, "input": "d", "sta')
    with BatchReport.open(path, resume=True) as report:
        assert [report.has(Job(Path(name))) for name in "abcd"] == [True, False, False, False]
        assert not report.has(Job(Path("a"), Path("a.png")))
        report.write(outcome("e"))
    assert lines(path) == ["a", "b", "c", "e"]


@pytest.mark.parametrize("text", ["not json", "[]", '{"input": "a"}', "5"])
def test_another_file_is_not_overwritten(text: str, tmp_path: Path) -> None:
    path = tmp_path / "report.jsonl"
    content = json.dumps(outcome("a").as_line()) + "\n" + text + "\n"
    path.write_text(content)
    with pytest.raises(ReportUnreadable, match="Line 2 of"):
        BatchReport.open(path, resume=True)
    assert path.read_text() == content


def test_many_finished_jobs_are_known_again(tmp_path: Path) -> None:
    path = tmp_path / "report.jsonl"
    with BatchReport.open(path) as report:
        for number in range(0, 2000, 2):
            report.write(outcome(f"{number}.jai"))
    with BatchReport.open(path, resume=True) as report:
        assert [report.has(Job(Path(f"{number}.jai"))) for number in range(2000)] == [True, False] * 1000


def test_a_report_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A full disk said "No space left on device", of what it did not say; closing the file said it once more."""
    with BatchReport.open("/dev/full") as report, pytest.raises(OSError, match="No space left") as caught:
        report.write(outcome("a"))
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, "/dev/full")
    with BatchReport.open("/dev/full", unwritable=file_unwritable) as report, pytest.raises(FileUnwritable) as named:
        report.write(outcome("a"))
    assert named.value.headline() == "/dev/full cannot be written: No space left on device. [RD0702]"
    for place in (tmp_path / "none" / "report.jsonl", tmp_path):
        with pytest.raises(FileUnwritable, match=str(tmp_path)):
            BatchReport.open(place, unwritable=file_unwritable)
