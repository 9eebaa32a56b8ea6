"""An environment as a newcomer has it after `make demo`: the checkout, editable, and what it needs to run; no more.

What is installed already where the tests run is linked, not installed again: the folders of every distribution that
pyproject.toml asks for, and of those that these ask for in turn.  An optional extra is so not there even where the
tests have it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

__all__ = ["ROOT", "Newcomer", "make_newcomer"]

ROOT = Path(__file__).resolve().parents[2]
INSTALLER = ("pip", "setuptools", "hatchling", "hatch-fancy-pypi-readme")
"""What pip runs with.  pip builds in an environment of its own otherwise, which it would have to download."""


def _closure(names: Iterable[str]) -> list[Distribution]:
    """Return the distributions of these requirements and all that they require, without extras."""
    found: dict[str, Distribution] = {}
    waiting = [Requirement(name) for name in names]
    while waiting:
        needed = waiting.pop()
        if needed.name in found or (needed.marker is not None and not needed.marker.evaluate({"extra": ""})):
            continue
        found[needed.name] = distribution(needed.name)
        waiting += [Requirement(line) for line in found[needed.name].requires or ()]
    return list(found.values())


def _link(distributions: Iterable[Distribution], site: Path) -> None:
    """Link every top-level file and folder of installed distributions into a folder."""
    site.mkdir(parents=True, exist_ok=True)
    for each in distributions:
        tops = {file.parts[0] for file in each.files or ()} - {"..", "__pycache__"}
        assert tops, each.name
        for top in tops:
            if not (site / top).exists():
                (site / top).symlink_to(Path(str(each.locate_file(top))))


@dataclass(frozen=True)
class Newcomer:
    """A virtual environment with `refdec`, `python` and `pip` in it."""

    venv: Path

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables of a shell in which the environment is active."""
        own = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "REFDEC_"))}
        path = f"{self.venv / 'bin'}{os.pathsep}{own.get('PATH', '')}"
        return own | {"PATH": path, "VIRTUAL_ENV": str(self.venv), "COLUMNS": "120"}

    def types(self, line: str, folder: Path, *, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run one line of a shell in a folder."""
        return subprocess.run(
            ["sh", "-c", line],
            cwd=folder,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def packages(self) -> set[str]:
        """Return the names of all distributions that the environment sees."""
        listed = "from importlib.metadata import distributions; print(*(d.name for d in distributions()))"
        return set(self.types(f'python -c "{listed}"', self.venv).stdout.split())


def make_newcomer(folder: Path) -> Newcomer:
    """Make the environment in a new folder."""
    place, tools = folder / ".venv", folder / "tools"
    venv.EnvBuilder(symlinks=True, with_pip=False).create(place)
    (site,) = (place / "lib").glob("python3*/site-packages")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    _link(_closure(project["dependencies"]), site)
    _link(_closure(INSTALLER), tools)
    pip = place / "bin" / "pip"
    pip.write_text(
        f'#!/bin/sh\nPYTHONPATH="{tools}" exec "{place}/bin/python" -m pip --disable-pip-version-check --no-input "$@"'
        " --no-index --no-build-isolation\n"
    )
    pip.chmod(0o755)
    newcomer = Newcomer(place)
    done = newcomer.types(f'pip install --quiet --no-deps --editable "{ROOT}"', folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return newcomer


if __name__ == "__main__":
    sys.stdout.write(f"{make_newcomer(Path(sys.argv[1]).resolve()).venv}\n")
