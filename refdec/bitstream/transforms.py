"""The synthesis transforms (1.6.3): the one list of SOP, BOP and HOP.

In: numbers of the codestream, or names that people type.  Out: `Synthesis`.
"""

from __future__ import annotations

from enum import IntEnum

from refdec.clauses import clause

__all__ = ["Synthesis"]


@clause("1.6.3")
class Synthesis(IntEnum):
    """(1.6.3) A synthesis transform; its value is synthesis_transform_id."""

    SOP = 0
    BOP = 1
    HOP = 2

    @classmethod
    def named(cls, name: str) -> Synthesis | None:
        """Return the transform of a name in any case, None if there is none."""
        return cls.__members__.get(name.upper())
