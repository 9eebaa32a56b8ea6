"""Packages of plugins built as wheels and installed into a folder of their own, without network.

The folder, put in front of the path of a child process, is a fresh environment: it holds the metadata of this
checkout's refdec and the packages, and nothing of them is known to the process that runs the tests.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "SKELETON", "Environment", "build", "write_package"]

ROOT = Path(__file__).resolve().parents[2]
SKELETON = ROOT / "docs" / "plugin_skeleton"
SOURCE_ROOTS = (ROOT, ROOT / "encoders", ROOT / "tasks", ROOT / "spec_tables")
PYPROJECT = """\
[build-system]
requires = ["setuptools>=61"]
build-backend = "setuptools.build_meta"

[project]
name = "{name}"
version = "0.1.0"
dependencies = ["refdec"]

[project.entry-points.refdec]
{name} = "{module}"
"""


@dataclass(frozen=True)
class Environment:
    """A folder of installed packages."""

    site: Path

    def run(self, code: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run Python code in a process that sees the folder."""
        path = os.pathsep.join(map(str, (self.site, *SOURCE_ROOTS)))
        environment = {k: v for k, v in os.environ.items() if k != "REFDEC_PLUGINS"}
        environment |= {"PYTHONPATH": path, **variables}
        command = [sys.executable, "-c", code, *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def write_package(folder: Path, name: str, source: str) -> Path:
    """Write a plugin package of one module, as a third party would have it."""
    module = name.replace("-", "_")
    package = folder / name / "src" / module
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(source)
    (folder / name / "pyproject.toml").write_text(PYPROJECT.format(name=name, module=module))
    return folder / name


def _pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def build(folder: Path, sources: Sequence[Path]) -> Environment:
    """Build wheels of copies of the sources, and install them beside the metadata of this checkout."""
    wheels, site = folder / "wheels", folder / "site"
    copies = [shutil.copytree(source, folder / "sources" / source.name) for source in sources]
    _pip("wheel", "--quiet", "--no-index", "--no-build-isolation", "--no-deps", "--wheel-dir", wheels, *copies)
    _pip("install", "--quiet", "--no-index", "--no-deps", "--target", site, *sorted(wheels.glob("*.whl")))
    _write_metadata(site)
    return Environment(site)


def _write_metadata(site: Path) -> None:
    """Write the metadata that an installation of this checkout has: name, version, entry points."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    folder = site / f"refdec-{project['version']}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: refdec\nVersion: {project['version']}\n")
    groups: Mapping[str, Mapping[str, str]] = project["entry-points"]
    lines = [f"[{group}]\n" + "".join(f"{n} = {v}\n" for n, v in rows.items()) for group, rows in groups.items()]
    (folder / "entry_points.txt").write_text("\n".join(lines))
