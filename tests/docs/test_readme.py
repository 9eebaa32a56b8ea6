"""The README, typed as it stands after `make demo`: commands in their order, lines of Python, exit codes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from refdec.errors import ExitCode
from tests.newcomer.environment import ROOT, Newcomer

PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
MADE = {
    "photo.png",
    "small.jai",
    "photo.html",
    "pictures/small.png",
    "streams/small.jai",
    "report.jsonl",
    "bits.png",
    "my.pack",
    "other.png",
}


def blocks(language: str) -> list[list[str]]:
    found = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return [[line.rstrip() for line in block.splitlines()] for block in found]


@pytest.fixture(scope="module")
def clone(newcomer: Newcomer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is like a clone after the first block of the README: `.venv` and `demo` are in it."""
    folder = tmp_path_factory.mktemp("clone")
    (folder / ".venv").symlink_to(newcomer.venv)
    (newcomer.venv / ".runtime").touch()
    (first, *_) = blocks("sh")
    make, activate, enter = (line.partition("#")[0].strip() for line in first)
    done = newcomer.types(f'{make} -C "{ROOT}" VENV="{newcomer.venv}" DEMO="{folder / "demo"}"', folder)
    assert done.returncode == 0, done.stderr
    assert "equal to the recorded fingerprint" in done.stdout
    assert f"The command is {newcomer.venv}/bin/refdec" in done.stdout
    done = newcomer.types(f"{activate} && {enter} && command -v refdec && ls", folder)
    assert done.stdout.split() == [str(newcomer.venv / "bin" / "refdec"), "photo.jai", "photo.png"], done.stderr
    return folder


def test_the_commands_work_in_their_order(newcomer: Newcomer, clone: Path) -> None:
    folder = clone / "demo"
    commands = [line for block in blocks("console") for line in block]
    assert sum(line.startswith("$ ") for line in commands) >= 11
    said: list[str] = []
    for line in commands:
        if line.startswith("$ "):
            done = newcomer.types(line[2:], folder)
            assert done.returncode == 0, (line, done.stderr)
            said = done.stdout.splitlines()
        else:
            assert line in said
    assert not [name for name in MADE if not (folder / name).is_file()]


def test_the_python_works(newcomer: Newcomer, clone: Path) -> None:
    (program,) = blocks("python")
    pillow = "import refdec.adapters.pillow\nfrom PIL import Image\nassert Image.open('photo.jai').size == (768, 512)\n"
    for name, text in (("program.py", "\n".join(program)), ("pillow.py", pillow)):
        (clone / name).write_text(text + "\n")
        done = newcomer.types(f"python ../{name}", clone / "demo")
        assert done.returncode == 0, done.stderr


def test_the_exit_codes_are_those() -> None:
    (sentence,) = re.findall(r"^Exit codes: (.*)\.$", PAGE, re.MULTILINE)
    told = [int(part.split()[0]) for part in sentence.split(", ")]
    assert told == [int(code) for code in ExitCode]
    from refdec.errors import CodestreamError, InputError, LimitExceeded, UnsupportedError, UsageError

    kinds = (InputError, UsageError, CodestreamError, UnsupportedError, LimitExceeded)
    assert [kind.exit_code for kind in kinds] == [1, 2, 3, 5, 5]
