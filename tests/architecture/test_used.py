"""Every public name of refdec is used: what only tests call is no part of a decoder.

A name in a module's `__all__` is used where another module of refdec, an encoder, a task, or a script or example of the
documentation imports it from there (or through a module that passes it on), or where its own module names it in
something that is itself used: a class that a used function returns is used, a constant that only an unused function
reads is not.  A public method of a class is used where anything but a test reads an attribute of its name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from refdec.cli.app import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("refdec", "encoders", "tasks", "docs")
DOORS = ("refdec/__init__.py", "refdec/plugins/api.py")
"""Their names are for others: programs that embed refdec, and plugins."""

FULL_NAME = re.compile(r"\brefdec(?:\.\w+)+")
IMPORT = re.compile(r"^from (refdec[\w.]*) import ([^(\n]+)$", re.MULTILINE)
GENERATED = "<!-- Made by docs/generate.py"
"""Stands in pages that list the code, used or not."""

# Names that something reaches in a way that no import shows, each with the reason.
REACHED_OTHERWISE = {
    "refdec/adapters/imageio.py": {"JpegAiPlugin": "ImageIO finds it by the name that the adapter registers"},
    "refdec/plugins/hookspecs.py": {
        "refdec_encoders": "pluggy finds hooks by their names",
        "refdec_tasks": "pluggy finds hooks by their names",
    },
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
def module_names() -> dict[str, Path]:
    """Return every module of the sources by its dotted name."""
    found = {}
    for root in SOURCES:
        base = ROOT if root == "refdec" else ROOT / root
        for path in modules(root):
            parts = path.relative_to(base).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def module_name(path: Path) -> str:
    return next((name for name, known in module_names().items() if known == path), "")


def way_of(module: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield the module that a name is imported from, and those that it comes from: modules pass names on."""
    yield module, name
    path = module_names().get(module)
    for node in [] if path is None else tree(path).body:
        if isinstance(node, ast.ImportFrom) and node.module and node.module != module:
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    yield from way_of(node.module, alias.name)


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` of a chain of attributes, "" of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    inner = dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{inner}.{node.attr}" if isinstance(node, ast.Attribute) and inner else ""


def named_by(path: Path) -> frozenset[tuple[str, str]]:
    """Return what a module names of others, as (module, name).  A package that only passes names on uses none."""
    passes_on = path.name == "__init__.py" and relative(path) not in DOORS
    known = module_names()
    found: set[tuple[str, str]] = set()
    bound: dict[str, str] = {}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound[alias.asname or alias.name.partition(".")[0]] = alias.name if alias.asname else ""
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                if (whole := f"{node.module}.{alias.name}") in known:
                    bound[alias.asname or alias.name] = whole
                if not passes_on:
                    found.update(way_of(node.module, alias.name))
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Attribute) or not (chain := dotted(node)):
            continue
        first, _, rest = chain.partition(".")
        module, _, name = (f"{bound[first]}.{rest}" if bound.get(first) else chain).rpartition(".")
        if first in bound and module in known:
            found.update(way_of(module, name))
    return frozenset(found)


def named_in_text(path: Path) -> frozenset[tuple[str, str]]:
    """Return what a page of the documentation names by its full name, or imports in a snippet."""
    text = path.read_text()
    found = {(whole.rpartition(".")[0], whole.rpartition(".")[2]) for whole in FULL_NAME.findall(text)}
    for module, names in IMPORT.findall(text):
        found |= {(module, name.strip().partition(" ")[0]) for name in names.split(",")}
    return frozenset(step for module, name in found for step in way_of(module, name))


@cache
def users() -> dict[tuple[str, str], frozenset[Path]]:
    found: dict[tuple[str, str], set[Path]] = {}
    for path in modules(*SOURCES):
        for use in named_by(path):
            found.setdefault(use, set()).add(path)
    for page in sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")]):
        for use in named_in_text(page) if GENERATED not in page.read_text() else ():
            found.setdefault(use, set()).add(page)
    return {use: frozenset(paths) for use, paths in found.items()}


def used_names(path: Path, known: frozenset[str] = frozenset()) -> set[str]:
    """Return the names of a module that are used, following its own definitions from those that others name.

    `known`: names that are used whatever the imports say.
    """
    here = set(exported(path)).union(*(defined_by(node) for node in tree(path).body))
    found = {name for name in here if users().get((module_name(path), name), frozenset()) - {path}} | known
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
    commands = [name for name, module in COMMANDS.items() if relative(path) == f"{module.replace('.', '/')}.py"]
    known |= {"app" if "app" in exported(path) else command for command in commands}
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


# -- methods

# Methods that others call, each with the reason.
CALLED_BY_OTHERS = {
    "refdec.cli.help.HelpfulCommand.collect_usage_pieces": "typer",
    "refdec.cli.help.HelpfulCommand.format_help": "typer",
    "refdec.cli.help.HelpfulGroup.collect_usage_pieces": "typer",
    "refdec.cli.help.HelpfulGroup.format_help": "typer",
    "refdec.cli.verbosity._Console.emit": "logging",
    "refdec.adapters.imageio.JpegAiPlugin.iter": "ImageIO",
    "refdec.kernel_files.KernelFiles.load_overload": "Numba",
    "refdec.kernel_files.KernelFiles.save_overload": "Numba",
    "refdec.parallel.shared._Packer.persistent_id": "pickle",
    "refdec.parallel.shared._Unpacker.persistent_load": "pickle",
    "refdec.plugins.core_reading.ReadingCore.synthesise": "plugins, through CoreServices",
    "refdec.plugins.core.Core.with_symbols": "plugins, through CoreServices",
}


@cache
def attributes_read() -> frozenset[str]:
    """Return every name that code reads as an attribute, or that a template reads."""
    found = {
        part.attr for path in modules(*SOURCES) for part in ast.walk(tree(path)) if isinstance(part, ast.Attribute)
    }
    templates = [path for path in (ROOT / "refdec").rglob("*") if path.suffix in {".j2", ".html"}]
    return frozenset(found.union(*(re.findall(r"\.(\w+)", path.read_text()) for path in templates)))


def for_others(path: Path, name: str) -> bool:
    """Tell whether a class is exported by a door."""
    return any((module_name(path), name) in named_by(ROOT / door) for door in DOORS)


def unused_methods(path: Path) -> list[str]:
    found = []
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.ClassDef) or for_others(path, node.name):
            continue
        for method in node.body:
            if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                label = f"{module_name(path)}.{node.name}.{method.name}"
                if method.name not in attributes_read():
                    found.append(label)
    return found


@pytest.mark.parametrize("path", list(modules("refdec")), ids=relative)
def test_public_methods_are_used(path: Path) -> None:
    unread = [method for method in unused_methods(path) if method not in CALLED_BY_OTHERS]
    assert not unread, "delete it, or make it private, or move it to the tests that need it"


def test_methods_that_others_call_are_called_by_nothing_else() -> None:
    assert set(CALLED_BY_OTHERS) <= {method for path in modules("refdec") for method in unused_methods(path)}
