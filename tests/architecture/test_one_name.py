"""A name stands for one thing, and a list stands once: classes, modules, transforms, chroma formats, exit codes."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from refdec.bitstream.chroma import ChromaFormat
from refdec.bitstream.transforms import Synthesis
from refdec.errors import ExitCode

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "refdec").rglob("*.py"))
IN_EVERY_PACKAGE = {"__init__", "errors", "kernels"}
MOST_MODULES_OF_A_NAME = 2
SAY_NOTHING = {"one", "many", "made", "found", "done", "thing", "stuff"}
"""Names that do not tell what a function or a class is; as a method beside another, `one` does."""

# What is defined in one module only, and imported everywhere else.
HOMES = {
    "ceil_div": "refdec/tiling/geometry.py",
    "DEFAULT_LIMITS": "refdec/limits.py",
    "PLUGIN_API": "refdec/plugins/hookspecs.py",
    "picture_sha256": "refdec/trace/picture_digest.py",
    "Placed": "refdec/errors.py",
    "ExitCode": "refdec/errors.py",
    "Synthesis": "refdec/bitstream/transforms.py",
    "ChromaFormat": "refdec/bitstream/chroma.py",
    "CONVERTIBLE": "refdec/bitstream/chroma.py",
}
# Types that a checker reads: it wants the texts themselves.
TYPES_OF_TEXTS = {"SynthesisName"}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def target_names(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def constants_in(node: ast.AST) -> set[object]:
    """Return the constants among the elements of a display, or of its inner tuples."""
    parts: list[ast.expr | None] = []
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        parts = [*node.elts]
    elif isinstance(node, ast.Dict):
        parts = [*node.keys, *node.values]
    found: set[object] = set()
    for part in parts:
        if isinstance(part, ast.Constant):
            found.add(part.value)
        elif isinstance(part, ast.Tuple) and all(isinstance(each, ast.Constant) for each in part.elts):
            found.add(ast.literal_eval(part))
            found |= constants_in(part)
    return found


def displays(path: Path) -> Iterator[tuple[int, set[object]]]:
    """Yield the line and the constants of every tuple, list, set and dict of a module."""
    module = tree(path)
    typed = {id(part) for node in module.body if set(target_names(node)) & TYPES_OF_TEXTS for part in ast.walk(node)}
    for node in ast.walk(module):
        if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict) and id(node) not in typed:
            yield node.lineno, constants_in(node)


def lists_of_transforms(path: Path) -> list[int]:
    upper = set(Synthesis.__members__)
    lower = {name.lower() for name in upper}
    return [line for line, found in displays(path) if upper <= found or lower <= found]


def lists_of_chroma(path: Path) -> list[int]:
    members = list(ChromaFormat)
    kinds = ({each.value for each in members}, {each.digits for each in members}, {each.label for each in members})
    return [line for line, found in displays(path) if any(kind <= found for kind in kinds)]


def exit_codes(path: Path) -> list[int]:
    """Return the lines that give `exit_code` a bare number of `ExitCode`."""
    lines: list[int] = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Assign):
            pairs = [(each, node.value) for each in node.targets]
            pairs += [
                pair
                for each in node.targets
                if isinstance(each, ast.Tuple) and isinstance(node.value, ast.Tuple)
                for pair in zip(each.elts, node.value.elts, strict=False)
            ]
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            pairs = [(node.target, node.value)]
        else:
            continue
        lines += [
            node.lineno
            for name, value in pairs
            if isinstance(name, ast.Name) and name.id == "exit_code"
            if isinstance(value, ast.Constant) and value.value in list(ExitCode)
        ]
    return lines


def test_no_class_name_stands_twice() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in FILES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{relative(path)}:{node.lineno}")
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_no_module_name_stands_in_many_packages() -> None:
    """Modules of the command line bear the names of the commands that users type, and are not counted."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in FILES:
        if path.stem not in IN_EVERY_PACKAGE and path.parent.name != "cli":
            places[path.stem].append(relative(path))
    assert {name: found for name, found in places.items() if len(found) > MOST_MODULES_OF_A_NAME} == {}


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_functions_and_classes_say_what_they_are(path: Path) -> None:
    module = tree(path)
    methods = {id(part) for node in ast.walk(module) if isinstance(node, ast.ClassDef) for part in node.body}
    found = [
        node.name
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and id(node) not in methods
        if node.name.strip("_").lower() in SAY_NOTHING
    ]
    assert found == []


@pytest.mark.parametrize("name", sorted(HOMES))
def test_a_thing_is_defined_once(name: str) -> None:
    found = [
        relative(path)
        for path in FILES
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name)
        or (isinstance(node, ast.Assign | ast.AnnAssign) and name in target_names(node))
    ]
    assert found == [HOMES[name]]


@pytest.mark.parametrize("path", FILES, ids=relative)
def test_no_list_of_transforms_formats_or_exit_codes_is_written_anew(path: Path) -> None:
    assert lists_of_transforms(path) == [], "refdec.bitstream.transforms.Synthesis has them"
    assert lists_of_chroma(path) == [], "refdec.bitstream.chroma.ChromaFormat has them"
    assert exit_codes(path) == [], "refdec.errors.ExitCode has them"


def test_lists_that_are_written_anew_are_found(tmp_path: Path) -> None:
    source = tmp_path / "lists.py"
    source.write_text(
        'A = ("SOP", "BOP", "HOP")\n'
        'B = {"sop": 0, "bop": 1, "hop": 2}\n'
        'C = [("sop", 0), ("bop", 1), ("hop", 2)]\n'
        'D = {(1, 1): "444", (1, 2): "422", (2, 2): "420"}\n'
        "E = (None, (1, 1), (1, 2), (2, 2))\n"
        "class F: code, exit_code = 'RD', 1\n"
        "class G: exit_code: int = 5\n"
        'H = ("SOP", "BOP"), (1, 1), exit_code\n'
    )
    assert lists_of_transforms(source) == [1, 2, 3]
    assert lists_of_chroma(source) == [4, 5]
    assert exit_codes(source) == [6, 7]


def twice_bound(module: ast.Module) -> list[str]:
    """Return the names that a module binds twice at its top: where two were merged, the second one wins for both."""
    names = [
        part.id
        for node in module.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        for part in ast.walk(target)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    ]
    return sorted({name for name in names if names.count(name) > 1})


def test_a_module_binds_a_name_once() -> None:
    assert twice_bound(ast.parse("A, B = 1, 2\nA: int = 3")) == ["A"]
    rooms = [path for room in ("refdec", "encoders", "tasks") for path in sorted((ROOT / room).rglob("*.py"))]
    assert {relative(path): found for path in rooms if (found := twice_bound(tree(path)))} == {}
