"""Errors advise commands that exist: every option named in an error's text is an option of the command line."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import typer.main

from refdec.cli.app import app_for

ROOT = Path(__file__).resolve().parents[2]
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
NOT_OURS = {"--upgrade"}  # pip's


def known_options() -> set[str]:
    """All options of all commands and sub-commands."""
    found: set[str] = set()
    pending = [typer.main.get_command(app_for())]
    while pending:
        command = pending.pop()
        for parameter in command.params:
            found |= {*parameter.opts, *parameter.secondary_opts}
        pending += list(getattr(command, "commands", {}).values())
    return found


def advised_options() -> dict[str, str]:
    """Option -> file, of all options that stand in string literals outside the command line's own package."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "refdec").rglob("*.py")):
        if "cli" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {option: str(path.relative_to(ROOT)) for option in OPTION.findall(node.value)}
    return found


def test_every_advised_option_exists() -> None:
    options = known_options()
    advised = advised_options()
    assert {o: where for o, where in advised.items() if o not in options | NOT_OURS} == {}
    assert {"--lenient", "--weights", "--any-level"} <= set(advised)
