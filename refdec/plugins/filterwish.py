"""Which filters a user allows behind an encoder (5.5): words become tools.

In: "all", "none", names.  Out: `FilterWish`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from refdec.encoding.enhancement.toolnames import FilterTool
from refdec.plugins.core_errors import UnknownFilterTool

__all__ = ["FilterWish"]

GROUPS = {
    "all": tuple(FilterTool),
    "none": (),
    "efe": (FilterTool.EFE_LINEAR, FilterTool.EFE_NONLINEAR),
}
"""Words for several tools at once."""


@dataclass(frozen=True, slots=True)
class FilterWish:
    """The filters that may be switched on; `networks`: eICCI was asked for by name, so it needs its networks."""

    tools: frozenset[FilterTool] = frozenset()
    networks: bool = False

    @classmethod
    def of(cls, words: str | Iterable[str]) -> FilterWish:
        """Return the wish of "all", "none", names with commas, or several names.  Raises UnknownFilterTool."""
        given = words.split(",") if isinstance(words, str) else words
        names = [word.strip().lower().replace("-", "_") if isinstance(word, str) else word for word in given]
        tools: set[FilterTool] = set()
        for name in names:
            if name in GROUPS:
                tools |= set(GROUPS[name])
            elif name in tuple(FilterTool):
                tools.add(FilterTool(name))
            else:
                raise UnknownFilterTool(name, (*GROUPS, *FilterTool))
        if not names or ("none" in names and len(names) > 1):
            raise UnknownFilterTool(",".join(map(str, names)), (*GROUPS, *FilterTool))
        return cls(frozenset(tools), FilterTool.EICCI in names)
