"""Warnings on standard error: what a decoder passed over, the same words in every command.

In: sentences, and the file that they are about where there are several; what libraries warn of.  Out: lines.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable

from refdec.cli import console

__all__ = ["hear_libraries", "show_warnings"]


def show_warnings(sentences: Iterable[str], *, source: str | None = None) -> None:
    """Say each warning in a line on stderr; `source` names the file, for commands that read several."""
    begin = "refdec:" if source is None else f"refdec: {source}:"
    for warning in sentences:
        console.say(f"{begin} warning: {warning}")


def hear_libraries() -> None:
    """Say what libraries warn of through Python's `warnings` (Pillow of damaged tags, for instance) as a line too."""
    setattr(warnings, "showwarning", _in_a_line)  # noqa: B010 - how the module wants it; an assignment has no type


def _in_a_line(message: Warning | str, *place: object) -> None:
    """Say a warning without its place in somebody's sources."""
    show_warnings([" ".join(str(message).split())])
