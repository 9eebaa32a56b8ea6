"""The five-minute story of docs/conformance.md, typed as it stands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
DIFFERS = 4


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to type in, where `refdec` and `python` are those that run the tests."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name, words in (("refdec", "-m refdec.cli"), ("python", "")):
        script = tools / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    roots = os.pathsep.join(str(ROOT / part) for part in ("", "encoders", "tasks", "spec_tables"))
    monkeypatch.setenv("PYTHONPATH", roots)
    return tmp_path


def typed(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", line], cwd=folder, capture_output=True, text=True, timeout=300)


def test_the_story_works_as_it_stands(folder: Path) -> None:
    (script,) = blocks("python")
    (folder / "swapped.py").write_text(script)
    make, import_, run = blocks("sh")
    for line in (make, import_):
        done = typed(line, folder)
        assert done.returncode == 0, done.stderr
    done = typed(run, folder)
    assert done.returncode == DIFFERS, done.stderr
    (promised,) = blocks("text")
    assert promised.strip() in done.stdout.splitlines()
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.count("planes 1 and 2 are exchanged") >= 4
    suites = {suite.get("name"): suite for suite in ElementTree.parse(folder / "report.xml").getroot()}
    assert suites["positive"].get("failures") == "4" and suites["negative"].get("failures") == "0"


def test_every_verdict_is_explained() -> None:
    from refdec.conformance.verdicts import PASSING, CaseVerdict

    for verdict in CaseVerdict:
        said = "yes" if verdict in PASSING else "no"
        assert f"| {verdict.value} | {said} |" in PAGE
