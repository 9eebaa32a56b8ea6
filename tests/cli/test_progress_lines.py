"""Progress without a terminal: a line now and then on standard error, nothing on standard output."""

from __future__ import annotations

import re

import pytest

from refdec.cli import console
from refdec.cli.progress_lines import EVERY_SECONDS, progress_lines


def told(capsys: pytest.CaptureFixture[str], every_s: float) -> list[str]:
    with progress_lines("refdec conform", "cases", every_s=every_s) as show:
        for done in range(1, 5):
            show("running", done, 4, done // 2)
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.splitlines()


def test_a_line_when_it_is_due_and_none_when_all_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, 0.0)
    assert len(lines) == 3
    assert lines[0] == "refdec conform: running, 1 of 4 cases, 0 s"
    assert re.fullmatch(r"refdec conform: running, 3 of 4 cases, 1 not as expected, \d+ s", lines[2])


def test_short_runs_and_quiet_ones_say_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, EVERY_SECONDS) == []
    console.hush(True)
    try:
        assert told(capsys, 0.0) == []
    finally:
        console.hush(False)


def test_on_a_terminal_it_is_a_bar(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert not any("of 4 cases" in line for line in told(capsys, 0.0))
