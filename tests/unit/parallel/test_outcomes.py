"""Lines of the report, and sums."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path

import pytest

from refdec.parallel.outcomes import Job, Outcome, Status, Tally

JOB = Job(Path("a.jai"), Path("b/a.png"))


def test_line_of_a_finished_file() -> None:
    outcome = Outcome(4, JOB, Status.DONE, 1.23456789, 10, 2000, "ab", details={"tiles": 3})
    assert outcome.as_line() == {
        "index": 4,
        "input": "a.jai",
        "output": "b/a.png",
        "status": "done",
        "seconds": 1.234568,
        "input_bytes": 10,
        "bytes": 2000,
        "sha256": "ab",
        "exit_code": 0,
        "details": {"tiles": 3},
    }


def test_line_of_a_failed_file() -> None:
    outcome = Outcome(0, Job(Path("a.jai")), Status.FAILED, code="RD0103", message="too long", exit_code=3)
    assert outcome.as_line() == {
        "index": 0,
        "input": "a.jai",
        "status": "failed",
        "seconds": 0.0,
        "code": "RD0103",
        "message": "too long",
        "exit_code": 3,
    }


def test_the_exit_code_of_a_verdict_is_that_of_its_line() -> None:
    outcome = Outcome(0, Job(Path("a.jai")), Status.DONE, details={"verdict": "differs", "exit_code": 4})
    assert outcome.as_line()["exit_code"] == 4


@pytest.mark.parametrize(
    ("codes", "expected"),
    [([], 0), ([0, 0], 0), ([0, 3], 3), ([3, 70, 1], 70), ([5, 3], 3), ([4, 5], 4), ([3, 1], 1), ([5, 0], 5)],
)
def test_one_exit_code_for_all(codes: list[int], expected: int) -> None:
    tally = Tally()
    for index, code in enumerate(codes):
        tally.add(Outcome(index, JOB, Status.FAILED if code else Status.DONE, exit_code=code))
    assert tally.summary(1.0, "", None).exit_code == expected
    assert tally.summary(1.0, "", signal.SIGINT).exit_code == 130
    assert tally.summary(1.0, "", signal.SIGTERM).exit_code == 143


def test_summary_in_words() -> None:
    tally = Tally()
    for index in range(3):
        tally.add(Outcome(index, JOB, Status.DONE, output_bytes=100))
    tally.add(Outcome(3, JOB, Status.FAILED, code="RD0103", exit_code=3))
    tally.add(Outcome(4, JOB, Status.SKIPPED))
    summary = tally.summary(2.04, "the disk is full.", None)
    assert summary.explain().splitlines() == [
        "5 files in 2.0 s: 3 done, 1 skipped, 1 failed.",
        "  1 x RD0103",
        "Stopped: the disk is full.  Run the same command again to go on.",
    ]
    assert (summary.files, summary.output_bytes, summary.exit_code) == (5, 300, 3)


def test_summary_of_one_file_and_what_was_left_out() -> None:
    tally = Tally()
    tally.add(Outcome(0, JOB, Status.DONE))
    summary = replace(tally.summary(1.0, "", None), left_out={".txt": 1, ".heic": 3, "": 2})
    assert summary.explain().splitlines() == [
        "1 file in 1.0 s: 1 done.",
        "  left out, since the suffix is not one that is looked for: 2 x no suffix, 3 x .heic, 1 x .txt",
    ]
    assert summary.as_json()["left_out"] == {".txt": 1, ".heic": 3, "": 2}


def test_summary_of_nothing() -> None:
    summary = Tally().summary(0.0, "", None)
    assert summary.explain() == "0 files in 0.0 s: nothing to do."
    assert Tally().summary(0.0, "broken.", None).exit_code == 1
