"""Run the command line inside the test process, the way the entry point does."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from refdec.cli.__main__ import main


@dataclass(frozen=True)
class Run:
    """What a finished command left: exit code and both outputs."""

    code: int
    out: str
    err: str


@pytest.fixture
def refdec(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Run]:
    """Return a function that runs `refdec ARGS...`."""

    def run(*arguments: object) -> Run:
        monkeypatch.setattr(sys, "argv", ["refdec", *map(str, arguments)])
        capfd.readouterr()
        try:
            main()
            code = 0
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        captured = capfd.readouterr()
        return Run(code, captured.out, captured.err)

    return run
