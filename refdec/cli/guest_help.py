"""What encoders and tasks of plugins say about themselves on the pages of `--help`.

In: a command and what was typed beside --help.  Out: sections of a page.  A plugin that fails is a line that says so.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from typing import Any

from refdec.cli.help import Row
from refdec.errors import RefdecError

__all__ = ["sections_of_guests"]

Section = tuple[str, Sequence[Row]]


def sections_of_guests(command: str, typed: Sequence[str], known: dict[str, Any]) -> list[Section]:
    """Return the sections about the encoder or the task that was named; none where there is no name.

    `typed`: the arguments of the command; `known`: those of its values that are parsed already.
    """
    name = _encoder_in(typed) if command == "encode" else known.get("name") if command == "task" else None
    if name is None:
        return []
    from refdec.cli.plugins import ENVIRONMENT_VARIABLE
    from refdec.plugins.guest_facts import guest_facts
    from refdec.plugins.manager import installed

    kind = "encoder" if command == "encode" else "task"
    try:
        with redirect_stdout(sys.stderr):  # what plugins print is no part of the page
            plugins = installed(os.environ.get(ENVIRONMENT_VARIABLE))
            facts = guest_facts(plugins.encoder(name) if kind == "encoder" else plugins.task(name))
    except RefdecError as problem:
        return [(f"The {kind} {name}", [Row(problem.code, problem.headline())])]
    sections: list[Section] = [(f"The {kind} {facts.title}", [Row(facts.name, facts.description)])]
    if facts.options:
        rows = [Row(f"--option {o.name}={o.value}", o.meaning, o.default) for o in facts.options]
        sections.append((f"Options of {facts.name}", rows))
    for action in facts.actions:
        rows = [Row(" ".join([action.name, *(name for name, _ in action.arguments)]), action.meaning)]
        rows += [Row(f"  {name}", meaning) for name, meaning in action.arguments]
        rows += [Row(f"  --option {o.name}={o.value}", o.meaning, o.default) for o in action.options]
        sections.append((f"{facts.name}, action {action.name}", rows))
    return sections


def _encoder_in(typed: Sequence[str]) -> str | None:
    """Return the value of --encoder among arguments."""
    return next(_values("--encoder", typed), None)


def _values(option: str, typed: Sequence[str]) -> Iterator[str]:
    """Yield the values of an option, written in either way."""
    for argument, following in zip(typed, [*typed[1:], ""], strict=True):
        if argument == option and following:
            yield following
        elif argument.startswith(f"{option}="):
            yield argument.partition("=")[2]
