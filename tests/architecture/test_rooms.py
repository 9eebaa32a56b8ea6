"""The `__init__` of a room is a tour of it: it names every module of the room, and no module that is not there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "refdec"
ROOMS = sorted(path.parent for path in PACKAGE.rglob("__init__.py") if path.parent != PACKAGE)
NAME = re.compile(r"`([a-z_][a-z0-9_]*)`")
DOTTED = re.compile(r"`(refdec(?:\.[a-z_][a-z0-9_]*)+)`")
OTHER_NAMES = {"refdec", "try", "prepare", "code", "write", "imread", "imwrite", "imageio", "_s"}
"""Words of code in tours that are no modules."""


def tour(room: Path) -> str:
    return ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or ""


def modules(room: Path) -> set[str]:
    """Return the modules and rooms that lie in a room."""
    files = {path.stem for path in room.glob("*.py") if path.name != "__init__.py"}
    return files | {path.parent.name for path in room.glob("*/__init__.py")}


@pytest.mark.parametrize("room", ROOMS, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_tour_names_every_module(room: Path) -> None:
    text = tour(room)
    missing = modules(room) - set(NAME.findall(text)) - {name.split(".")[-1] for name in DOTTED.findall(text)}
    assert not missing, "name them in the tour, in the order in which things pass through them"


@pytest.mark.parametrize("room", ROOMS, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_tour_names_no_module_that_is_gone(room: Path) -> None:
    text = tour(room)
    gone = set(NAME.findall(text)) - modules(room) - modules(PACKAGE) - OTHER_NAMES
    assert not gone
    for name in DOTTED.findall(text):
        place = PACKAGE.joinpath(*name.split(".")[1:])
        assert place.is_dir() or place.with_suffix(".py").exists() or name.count(".") == 1, name
