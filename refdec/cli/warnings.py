"""Warnings of commands whose results have no place for them."""

from __future__ import annotations

from refdec.bitstream.edition_errors import DraftHeader
from refdec.bitstream.editions import Edition, EditionName
from refdec.cli import console

__all__ = ["warn_of_draft"]


def warn_of_draft(found: str, *, asked: EditionName) -> None:
    """Say on stderr that a codestream was read as the draft's, unless that was asked for."""
    if found == Edition.DRAFT and asked == "auto":
        console.say(f"refdec: warning: {DraftHeader().headline()}")
