"""What helps where a limit was met, as the command that met it can be typed.

In: an error, and the arguments of the command.  Out: lines; what names an option that this command does not take is
left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from refdec.errors import LimitExceeded, RefdecError
from refdec.limits import LESS_MEMORY

__all__ = ["fitting", "fitting_hints", "hints_without_memory"]

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
REFUSED: Mapping[str, frozenset[str]] = {"task": frozenset({"--workers"})}
"""Options that a command takes for several files alone, of which each tells its own errors."""


def fitting_hints(error: RefdecError, arguments: Sequence[str]) -> tuple[str, ...]:
    """Return the hints of an error: of a limit those that this command has the options for, of others all."""
    hints = error.hints()
    return fitting(hints, arguments) if isinstance(error, LimitExceeded) else hints


def hints_without_memory(arguments: Sequence[str]) -> tuple[str, ...]:
    """Return what helps where the machine itself has not the memory."""
    return fitting(LESS_MEMORY, arguments)


def fitting(lines: Iterable[str], arguments: Sequence[str]) -> tuple[str, ...]:
    """Return the lines whose options, if they name any, the command of these arguments takes."""
    taken = _options_of(arguments)
    return tuple(line for line in lines if taken.issuperset(OPTION.findall(line)))


def _options_of(arguments: Sequence[str]) -> frozenset[str]:
    """Return the options of the command that answers these arguments."""
    from typer.main import get_command

    from refdec.cli.app import app_for

    command: Any = get_command(app_for(arguments))
    name, rest = "", list(arguments)
    while hasattr(command, "commands"):
        name, rest = next(iter(rest), ""), rest[1:]
        if name not in command.commands:
            return frozenset()
        command = command.commands[name]
    spelled = {each for parameter in command.params for each in parameter.opts}
    return frozenset(spelled) - REFUSED.get(name, frozenset())
