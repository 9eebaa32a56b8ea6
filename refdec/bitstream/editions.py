"""The two texts whose picture headers differ: the published standard and its draft (1.12).

In: nothing.  Out: `Edition`, which names a text, its field list of PIH and its own limits.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, TypeAlias

from refdec.clauses import clause

__all__ = ["Edition", "EditionName"]

EditionName: TypeAlias = Literal["auto", "published", "draft"]
"""What callers say: an edition, or that the reader is to find out."""


@clause("1.12")
class Edition(StrEnum):
    """(1.12) A text of the standard: `PUBLISHED` (ISO/IEC 6048-1:2025) or the `DRAFT` before it (DIS).

    Where a choice of edition may be None, a reader finds out by itself (`recognition.edition_of`).
    """

    PUBLISHED = "published"
    DRAFT = "draft"

    @property
    def other(self) -> Edition:
        """The other one of the two."""
        return Edition.DRAFT if self is Edition.PUBLISHED else Edition.PUBLISHED

    @property
    @clause("1.12")
    def header_list(self) -> str:
        """(1.12) The name of the field list of its picture header in the syntax table."""
        return "PIH" if self is Edition.PUBLISHED else "PIH_draft"

    @property
    def words(self) -> str:
        """What messages call it."""
        return "the published standard" if self is Edition.PUBLISHED else "the draft (DIS)"
