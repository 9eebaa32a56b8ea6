"""Warnings on standard error: what a decoder passed over, the same words in every command.

In: sentences, and the file that they are about where there are several.  Out: lines.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from refdec.cli import console

__all__ = ["show_warnings"]


def show_warnings(warnings: Iterable[str], *, source: Path | None = None) -> None:
    """Say each warning in a line on stderr; `source` names the file, for commands that read several."""
    begin = "refdec:" if source is None else f"refdec: {source}:"
    for warning in warnings:
        console.say(f"{begin} warning: {warning}")
