"""The README, typed as it stands: its commands, its lines of Python, and what it says of exit codes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from refdec.errors import ExitCode

ROOT = Path(__file__).resolve().parents[2]
STREAMS = ROOT / "tests" / "golden" / "streams"
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
NEED_CHECKPOINTS = ("weights import", "--weights my.pack")
"""Lines about weights that are not ours; `tests/cli/test_weights.py` imports some."""


def block(language: str) -> list[str]:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return [line.rstrip() for line in found.splitlines()]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A folder with the files of the README, where `refdec` is the one under test."""
    shutil.copy(ROOT / "refdec" / "data" / "demo.jai", tmp_path / "photo.jai")
    shutil.copy(STREAMS / "kodim14_m1_+0_96x333.source.png", tmp_path / "picture.png")
    (tmp_path / "ARCHIVE").mkdir()
    shutil.copy(STREAMS / "kodim15_m1_+0_65x79.jai", tmp_path / "ARCHIVE" / "small.jai")
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "refdec").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m refdec.cli "$@"\n')
    (tools / "refdec").chmod(0o755)
    roots = os.pathsep.join(str(ROOT / part) for part in ("", "encoders", "tasks", "spec_tables"))
    return {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": roots}


def typed(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


def test_the_commands_work(tmp_path: Path, environment: dict[str, str]) -> None:
    lines = block("console")
    commands = [line[2:].partition("#")[0].strip() for line in lines if line.startswith("$ ")]
    assert len(commands) == 10
    for command in commands:
        if any(words in command for words in NEED_CHECKPOINTS):
            continue
        said = typed(["sh", "-c", command], tmp_path, environment)
        if command == commands[0]:
            assert said.strip() == lines[1]
    assert {path.name for path in tmp_path.iterdir()} >= {"photo.png", "picture.jai", "photo.html", "bits.png"}
    assert (tmp_path / "PICTURES" / "small.png").is_file()


def test_the_python_works(tmp_path: Path, environment: dict[str, str]) -> None:
    typed([sys.executable, "-c", "\n".join(block("python"))], tmp_path, environment)
    pillow = "import refdec.adapters.pillow\nfrom PIL import Image\nassert Image.open('photo.jai').size == (768, 512)"
    typed([sys.executable, "-c", pillow], tmp_path, environment)


def test_the_exit_codes_are_those() -> None:
    (sentence,) = re.findall(r"^Exit codes: (.*)\.$", PAGE, re.MULTILINE)
    told = [int(part.split()[0]) for part in sentence.split(", ")]
    assert told == [int(code) for code in ExitCode]
    from refdec.errors import CodestreamError, InputError, LimitExceeded, UnsupportedError, UsageError

    kinds = (InputError, UsageError, CodestreamError, UnsupportedError, LimitExceeded)
    assert [kind.exit_code for kind in kinds] == [1, 2, 3, 5, 5]
