"""Marks that tie code to the clauses of `docs/spec`, kept where a machine can read them.

`@clause("1.4.2")` says that a function or class carries out that clause.  Code that the text does not ask for says so
by its kind: `added` (a limit or a convenience of ours), `inferred` (the text leaves it open), `interop` (what the
reference software does).  `docs/clauses.md` and the architecture tests are made from the registry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

__all__ = ["Kind", "Mark", "clause", "registry"]

Kind = Literal["text", "added", "inferred", "interop"]
T = TypeVar("T", bound=Callable[..., object])


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """One mark: a clause, where it is carried out, and why the code is there if the text does not say so."""

    clause: str
    where: str
    kind: Kind
    reason: str


_marks: list[Mark] = []


def clause(number: str, kind: Kind = "text", reason: str = "") -> Callable[[T], T]:
    """Mark a function or class as carrying out clause `number` ("1.4.2", "1.8 (3)").

    Raises ValueError where a kind other than `text` comes without a reason: an unexplained extra is a bug.
    """
    if kind != "text" and not reason:
        raise ValueError(f"clause {number}: kind {kind!r} needs a reason")

    def mark(thing: T) -> T:
        where = f"{thing.__module__}.{thing.__qualname__}"
        _marks.append(Mark(number, where, kind, reason))
        return thing

    return mark


def registry() -> tuple[Mark, ...]:
    """Return all marks of the modules imported so far, sorted by clause."""
    return tuple(sorted(_marks))
