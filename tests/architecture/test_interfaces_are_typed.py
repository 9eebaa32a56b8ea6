"""The interface and the command line name their keyword arguments: no `**options: Any`, which takes any mistake."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(path for package in ("api", "cli") for path in (ROOT / "refdec" / package).rglob("*.py"))


def untyped(tree: ast.AST) -> list[str]:
    """Return the functions that take any keyword argument of any type, as `name(**arguments)`."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and node.args.kwarg is not None:
            annotation = node.args.kwarg.annotation
            kind = "" if annotation is None else ast.unparse(annotation)
            if kind in {"", "Any", "object", "typing.Any"}:
                found.append(f"{getattr(node, 'name', 'lambda')}(**{node.args.kwarg.arg})")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_function_takes_any_keyword(path: Path) -> None:
    assert untyped(ast.parse(path.read_text())) == []


def test_the_walker_finds_them_and_leaves_typed_ones() -> None:
    assert untyped(ast.parse("def f(**options: Any): ...\nasync def g(**o): ...\nh = lambda **k: k")) == [
        "f(**options)",
        "g(**o)",
        "lambda(**k)",
    ]
    assert untyped(ast.parse("def f(**options: Unpack[Options]): ...\ndef g(**sizes: int): ...")) == []
