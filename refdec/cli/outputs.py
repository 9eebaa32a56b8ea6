"""Files that a command is about to write: none of them is its input, and no two of them are one; nor are two inputs
standard input.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from refdec.cli.errors import FileTwice, OutputNotNamed, OutputTwice
from refdec.formats.pipes import PIPE, is_pipe, named
from refdec.formats.standard_output import is_standard_output

__all__ = ["PIPE", "output_of", "require_apart", "require_distinct", "require_files", "require_one_pipe", "spelled"]


def spelled(output: str | Path) -> str:
    """Return an output as it was typed; "-" for every name of standard output, beside which nothing is said there."""
    return PIPE if is_standard_output(output) else named(output)


def require_distinct(source: str, outputs: Mapping[str, str | Path | None]) -> None:
    """Raise FileTwice if an output (its option or name, its path; None: not wanted) is the input or another output."""
    places = {} if is_pipe(source) else {os.path.realpath(source): "the input"}
    for what, path in outputs.items():
        if path is None or spelled(path) == PIPE:
            continue
        place = os.path.realpath(path)
        if place in places:
            raise FileTwice(what, named(path), places[place])
        places[place] = what


def require_apart(target: str, *, as_json: bool) -> None:
    """Raise BadParameter where --json would be printed to standard output, and the file goes there."""
    if as_json and target == PIPE:
        raise typer.BadParameter("--json is printed to standard output, where the file goes: name a file")


def require_files(command: str, outputs: Mapping[str, str | Path | None]) -> None:
    """Raise BadParameter for an output (its option or name, its path) that is standard output, where a command has its
    own words.
    """
    for what, path in outputs.items():
        if path is not None and spelled(path) == PIPE:
            raise typer.BadParameter(f"{what} is a file: what {command} says goes to standard output")


def require_one_pipe(sources: Sequence[str]) -> None:
    """Raise BadParameter if more than one source is standard input, which is read once."""
    if sources.count(PIPE) > 1:
        raise typer.BadParameter("- is standard input, which can be read once: name a file for the other one")


def output_of(argument: str | Path | None, option: str | None, default: str | None = None) -> str:
    """Return the output that an argument or -o names, else the default.  Raises OutputTwice, OutputNotNamed."""
    if argument is not None and option is not None:
        raise OutputTwice(named(argument), option)
    chosen = option if argument is None else argument
    wanted = default if chosen is None else chosen
    if wanted is None:
        raise OutputNotNamed
    return spelled(wanted)
