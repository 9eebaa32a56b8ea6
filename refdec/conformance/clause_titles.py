"""Titles of the clauses of `docs/spec`, and where each is written: reports name clauses by them.

In: a clause as marks and errors have it ("4.10.5", "1.8 (3)").  Out: `ClauseTitle`.  The numbers are those of
`docs/spec`, not of the standard's text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

__all__ = ["ClauseTitle", "clause_title", "spec_base"]

FILE = "clauses.json"


@dataclass(frozen=True, slots=True)
class ClauseTitle:
    """A heading of `docs/spec`: its text, its file there, and the anchor in it."""

    title: str
    file: str
    anchor: str

    def address(self, base: str) -> str:
        """Return the address of the clause below `base`, the place of `docs/spec`."""
        return f"{base.rstrip('/')}/{self.file}#{self.anchor}"


@cache
def _titles() -> Mapping[str, ClauseTitle]:
    text = resources.files("refdec").joinpath("data", FILE).read_text(encoding="utf-8")
    return {number: ClauseTitle(**row) for number, row in json.loads(text).items()}


def clause_title(clause: str) -> ClauseTitle | None:
    """Return the heading of a clause, of a rule in it ("1.8 (3)") that of the clause around it; None if unknown."""
    number = clause.partition(" ")[0]
    while number and number not in _titles():
        number = number.rpartition(".")[0]
    return _titles().get(number)


def spec_base() -> str:
    """Return the address of `docs/spec` where refdec runs from a checkout, "" where it was installed without it."""
    folder = Path(str(resources.files("refdec"))).parent / "docs" / "spec"
    return folder.as_uri() if (folder / "README.md").is_file() else ""
