"""Every public name of refdec is used: what only tests call is no part of a decoder.

A name in a module's `__all__` is used where another module of refdec, an encoder, a task, or a script or example of the
documentation names it, or where its own module does so in something that is itself used: a class that a used function
returns is used, a constant that only an unused function reads is not.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from refdec.cli.app import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("refdec", "encoders", "tasks", "docs")
DOORS = ("refdec/__init__.py", "refdec/plugins/api.py")
"""Their names are for others: programs that embed refdec, and plugins."""

# Names that something reaches in a way that no import shows, each with the reason.
REACHED_OTHERWISE = {
    "refdec/adapters/imageio.py": {"JpegAiPlugin": "ImageIO finds it by the name that the adapter registers"},
    "refdec/plugins/hookspecs.py": {
        "refdec_encoders": "pluggy finds hooks by their names",
        "refdec_tasks": "pluggy finds hooks by their names",
    },
    "refdec/weights/bundled.py": {"BUNDLED_NOTES": "what the bundled pack was made with; its test makes it again"},
}


def modules(*roots: str) -> Iterator[Path]:
    for root in roots:
        yield from sorted(path for path in (ROOT / root).rglob("*.py") if "build" not in path.parts)


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def exported(path: Path) -> list[str]:
    for node in tree(path).body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            return [str(name) for name in ast.literal_eval(node.value)]
    return []


def names_in(node: ast.AST) -> set[str]:
    """Return the names and attributes that a piece of code reads, in annotations too."""
    found: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            found.add(part.id)
        elif isinstance(part, ast.Attribute):
            found.add(part.attr)
        elif isinstance(part, ast.ImportFrom):
            found.update(alias.name for alias in part.names)
    return found


def defined_by(node: ast.stmt) -> set[str]:
    """Return the names that a statement of a module defines."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}


@cache
def named_by(path: Path) -> frozenset[str]:
    """Return what a module names of others.  A package that only passes names on uses none of them."""
    body: list[ast.stmt] = list(tree(path).body)
    if path.name == "__init__.py" and relative(path) not in DOORS:
        body = [node for node in body if not isinstance(node, ast.ImportFrom)]
    return frozenset(name for node in body for name in names_in(node))


@cache
def users() -> dict[str, frozenset[Path]]:
    found: dict[str, set[Path]] = {}
    for path in modules(*SOURCES):
        for name in named_by(path):
            found.setdefault(name, set()).add(path)
    return {name: frozenset(paths) for name, paths in found.items()}


def used_names(path: Path, known: frozenset[str] = frozenset()) -> set[str]:
    """Return the names of a module that are used, following its own definitions from those that others name.

    `known`: names that are used whatever the imports say.
    """
    here = set(exported(path)).union(*(defined_by(node) for node in tree(path).body))
    found = {name for name in here if users().get(name, frozenset()) - {path}} | known
    waiting = [node for node in tree(path).body if not (names := defined_by(node)) or names & found]
    while waiting:
        node = waiting.pop()
        found |= defined_by(node)
        reads = names_in(node) - found
        waiting += [other for other in tree(path).body if defined_by(other) & reads]
    return found


def unused(path: Path) -> list[str]:
    if relative(path) in DOORS:
        return []
    known = set(REACHED_OTHERWISE.get(relative(path), ()))
    known |= {command for command, module in COMMANDS.items() if relative(path) == f"{module.replace('.', '/')}.py"}
    return sorted(set(exported(path)) - used_names(path, frozenset(known)))


@pytest.mark.parametrize("path", [p for p in modules("refdec") if exported(p)], ids=relative)
def test_public_names_are_used(path: Path) -> None:
    assert not unused(path), "delete it, or make it private, or move it to the tests that need it"


def test_exceptions_are_still_exceptions() -> None:
    for name, known in REACHED_OTHERWISE.items():
        path = ROOT / name
        assert set(known) <= set(exported(path)) - used_names(path), name


def test_a_chain_of_unused_names_is_found(tmp_path: Path) -> None:
    source = tmp_path / "chain.py"
    source.write_text(
        '__all__ = ["One", "TWO", "three"]\n'
        "class One: ...\n"
        "TWO = One()\n"
        "def three(): return TWO, three\n"
        "def used_names(): return four()\n"
        "def four(): ...\n"
    )
    assert used_names(source) & {"One", "TWO", "three"} == set()
