"""Modules stay small, have a docstring and `__all__`; Numba has one door; the wheel holds only our top-level names."""

from __future__ import annotations

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    [*(ROOT / "refdec").rglob("*.py"), *(ROOT / "encoders").rglob("*.py"), *(ROOT / "tasks").rglob("*.py")]
)
FORBIDDEN = {"utils", "util", "helpers", "helper", "misc", "common", "stuff"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_module_is_small_and_named(path: Path) -> None:
    text = path.read_text()
    tree = ast.parse(text)
    assert len(text.splitlines()) <= 500, "split this module"
    assert ast.get_docstring(tree), "a module says its clause, what comes in and what goes out"
    assert path.stem not in FORBIDDEN
    if path.name not in {"__init__.py", "__main__.py"}:
        names = {
            t.id for node in tree.body if isinstance(node, ast.Assign) for t in node.targets if isinstance(t, ast.Name)
        }
        assert "__all__" in names, "list the public names"
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert all(alias.name != "*" for alias in node.names)


DOORS_TO_NUMBA = {"jit.py", "kernel_choices.py", "kernel_files.py"}
"""The door itself, and behind it whoever asks Numba for its settings and for what it has compiled."""


def test_numba_enters_through_one_door() -> None:
    for path in SOURCES:
        if path.name in DOORS_TO_NUMBA:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = (
                [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else [node.module]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            assert not any((name or "").split(".")[0] == "numba" for name in names), (
                f"{path}: import refdec.jit instead"
            )


def test_wheel_has_only_our_top_level_names(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    tops = {name.split("/")[0] for name in names}
    assert {t for t in tops if not t.endswith(".dist-info")} == {
        "refdec",
        "refdec_encoders",
        "refdec_tasks",
        "refdec_train",
        "refdec_spec_tables",
    }
    assert "refdec_spec_tables/bitstream/syntax.json" in names
    assert "refdec/data/bundled.pack" in names
    assert "refdec/inspection/templates/view.html" in names
    assert not [name for name in names if name.startswith(("tests/", "docs/"))]
