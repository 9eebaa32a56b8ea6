"""The pages of `--help`: plain text that fits the terminal, options in groups, values by their format.

In: commands as typer has them.  Out: text of at most as many columns as the terminal has (80 where there is none),
nothing cut off; and the same facts for `docs/cli.md`.
"""

from __future__ import annotations

import inspect
import re
import shutil
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from typer.core import TyperCommand, TyperGroup

from refdec.cli.conversions import put_off

__all__ = [
    "HelpfulCommand",
    "HelpfulGroup",
    "Row",
    "commands_of",
    "examples_of",
    "page",
    "sections_of",
    "sections_text",
    "text_of",
]

WIDEST, NARROWEST = 100, 30
SIDE_BY_SIDE = 60
"""Columns from which on names and their meanings stand beside each other."""
LONGEST_NAME = 30
EXAMPLES = re.compile(r"\s*Examples?: (?P<commands>.*)\Z", re.DOTALL)
OPTIONS, ARGUMENTS, COMMANDS = "Options", "Arguments", "Commands"
EVERYWHERE = "Everywhere"


@dataclass(frozen=True, slots=True)
class Row:
    """One argument, option or command: how it is typed, what it means, and what holds without it (empty: nothing)."""

    name: str
    meaning: str
    default: str = ""

    @property
    def text(self) -> str:
        """The meaning with the default behind it."""
        return f"{self.meaning} [default: {self.default}]" if self.default else self.meaning


COMMON = (  # see `refdec.cli.verbosity`
    Row("-q, --quiet", "Say nothing but errors and results."),
    Row("-v, --verbose", "Say what is done, with which weights; -vv: every step of a search."),
    Row("-h, --help", "Show this message and exit."),
)
"""What every command takes."""


def text_of(command: Any) -> list[str]:
    """Return the paragraphs about a command, without its examples."""
    return [" ".join(part.split()) for part in EXAMPLES.sub("", _doc(command)).split("\n\n") if part.strip()]


def examples_of(command: Any) -> list[str]:
    """Return the commands that are given as examples."""
    found = EXAMPLES.search(_doc(command))
    return [] if found is None else [" ".join(part.split()) for part in found["commands"].split("; ")]


def _doc(command: Any) -> str:
    return inspect.cleandoc(command.help or "").partition("\f")[0]


def sections_of(command: Any) -> dict[str, list[Row]]:
    """Return arguments and options by the groups that they are in, those without a group last."""
    found: dict[str, list[Row]] = {ARGUMENTS: []}
    loose: list[Row] = []
    for parameter in command.params:
        if getattr(parameter, "hidden", False) or "--help" in parameter.opts:
            continue
        if parameter.param_type_name == "argument":
            found[ARGUMENTS].append(_row(parameter))
        elif panel := getattr(parameter, "rich_help_panel", None):
            found.setdefault(panel, []).append(_row(parameter))
        else:
            loose.append(_row(parameter))
    found[OPTIONS] = loose
    return {title: rows for title, rows in found.items() if rows}


def commands_of(group: Any) -> list[Row]:
    """Return the commands of a group with the first paragraph of what they say."""
    return [Row(name, (text_of(command) or [""])[0]) for name, command in group.commands.items() if not command.hidden]


def _row(parameter: Any) -> Row:
    """Return a row of an argument or an option."""
    if parameter.param_type_name == "argument":
        return Row(parameter.metavar or parameter.name.upper(), parameter.help or "")
    names = ", ".join(sorted(parameter.opts, key=len))
    names = " / ".join([names, *parameter.secondary_opts])
    name = names if parameter.is_flag else f"{names} {parameter.metavar or 'VALUE'}"
    meaning = " ".join(part for part in (parameter.help, _bounds(parameter)) if part)
    return Row(name, meaning, _default(parameter))


def _bounds(parameter: Any) -> str:
    """Return the range of a number, where its format does not say it."""
    low, high = (getattr(parameter, name, None) for name in ("min", "max"))
    if low is None or parameter.is_flag or ".." in (parameter.metavar or ""):
        return ""
    return f"({low}..{high})" if high is not None else f"(at least {low})"


def _default(parameter: Any) -> str:
    """Return the default in words; empty where there is none, or where it says nothing."""
    default = parameter.default
    if parameter.is_flag:
        return parameter.opts[0] if default and parameter.secondary_opts else ""
    said = default is None or default == "" or callable(default) or isinstance(default, list | tuple)
    return "" if said else str(default)


def page(command: Any, path: str, usage: str, *, more: Sequence[tuple[str, Sequence[Row]]] = (), width: int = 0) -> str:
    """Return the page of a command or a group.

    `path`: how it is called; `usage`: what follows it; `more`: further sections; `width` 0: that of the terminal.
    """
    width = _columns(width)
    sections: list[tuple[str, Sequence[Row]]] = [*sections_of(command).items()]
    if hasattr(command, "commands"):
        sections.append((COMMANDS, commands_of(command)))
    sections += [*more, (EVERYWHERE, COMMON)]
    lines = [*_wrapped(f"Usage: {path} {usage}", width, "    "), ""]
    for paragraph in text_of(command):
        lines += [*_wrapped(paragraph, width), ""]
    if examples := examples_of(command):
        lines.append("Example:" if len(examples) == 1 else "Examples:")
        lines += [line for example in examples for line in _wrapped(f"  {example}", width, "      ")]
        lines.append("")
    return "\n".join(lines) + "\n" + sections_text(sections, width=width)


def sections_text(sections: Sequence[tuple[str, Sequence[Row]]], *, width: int = 0) -> str:
    """Return sections of a page, one below the other; `width` 0: that of the terminal."""
    width = _columns(width)
    names = [len(row.name) for _, rows in sections for row in rows]
    column = min(max(names), LONGEST_NAME) + 4 if width >= SIDE_BY_SIDE else 0
    lines: list[str] = []
    for title, rows in sections:
        lines.append(f"{title}:")
        lines += [line for row in rows for line in _row_lines(row, width, column)]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _columns(width: int) -> int:
    """Return the columns of a page."""
    return max(min(width or shutil.get_terminal_size().columns, WIDEST), NARROWEST)


def _row_lines(row: Row, width: int, column: int) -> Iterator[str]:
    """Yield the lines of a row: its meaning beside its name from a column on, or below it."""
    if 0 < len(row.name) + 4 <= column:
        first, *others = _wrapped(row.text, width - column) or [""]
        yield f"  {row.name:<{column - 2}}{first}".rstrip()
    else:
        yield from _wrapped(f"  {row.name}", width, "      ")
        others = _wrapped(row.text, width - (column or 6))
    yield from (" " * (column or 6) + line for line in others)


def _wrapped(text: str, width: int, further: str = "") -> list[str]:
    """Return a text as lines; a word that is longer than a line is broken, and nothing is lost."""
    return textwrap.wrap(text, width, subsequent_indent=further, break_on_hyphens=False)


def _help_of(command: Any, context: Any, more: Iterable[tuple[str, Sequence[Row]]] = ()) -> str:
    """Return the page of a command in its context."""
    usage = " ".join(_usage(command))
    return page(command, context.command_path, usage, more=list(more))


def _usage(command: Any) -> Iterator[str]:
    """Yield what follows the command: options, arguments, and the command of a group."""
    yield "[OPTIONS]"
    yield from (row.name for row in sections_of(command).get(ARGUMENTS, ()))
    if hasattr(command, "commands"):
        yield "COMMAND [ARGS]..."


class HelpfulGroup(TyperGroup):
    """A group of commands with such a page."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters; only values that need it are converted."""
        return put_off(super().get_params(ctx))

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return what follows the command."""
        return list(_usage(self))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page."""
        formatter.write(_help_of(self, ctx))


class HelpfulCommand(TyperCommand):
    """A command with such a page; what was typed beside --help may add sections to it (`refdec.cli.guest_help`)."""

    typed: tuple[str, ...] = ()

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters; only values that need it are converted."""
        return put_off(super().get_params(ctx))

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return what follows the command."""
        return list(_usage(self))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Keep what was typed."""
        self.typed = tuple(args)
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page."""
        from refdec.cli.guest_help import sections_of_guests

        formatter.write(_help_of(self, ctx, sections_of_guests(self.name or "", self.typed, ctx.params)))
