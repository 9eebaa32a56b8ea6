"""The verdict on one codestream: problems, what it decodes to, and how that compares with what is expected.

In: what the checks found.  Out: `Verdict`, as lines and as plain values, with the exit code that it means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from refdec.clauses import clause_path, way_in_words
from refdec.errors import ExitCode, RefdecError
from refdec.inspection.render import ending_json, problem_json

__all__ = ["Comparison", "Conformity", "Verdict"]


class Conformity(StrEnum):
    """What a verdict comes to."""

    CONFORMANT = "conformant"
    NOT_CONFORMANT = "not conformant"
    DIFFERS = "differs"
    UNSUPPORTED = "not supported"


EXIT_CODES = {
    Conformity.CONFORMANT: ExitCode.DONE,
    Conformity.NOT_CONFORMANT: ExitCode.NOT_CONFORMANT,
    Conformity.DIFFERS: ExitCode.DIFFERS,
    Conformity.UNSUPPORTED: ExitCode.UNSUPPORTED,
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the decoded picture, or its stages, compare with `expected` (a name): `lines` say it, `details` hold it."""

    kind: str
    expected: str
    accepted: bool
    lines: tuple[str, ...]
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything that was found out about one codestream.

    `problems`: all rules that are broken, or that this decoder does not support.  `picture` describes the decoded
    picture in words, empty if none was decoded.  `fingerprints`: SHA-256 by stage, as far as decoding went.
    `ended_by`: the one of the problems that ended the decoding, of which the verdict also tells its way.
    `remarks`: what breaks no rule and is worth knowing.
    """

    name: str
    problems: tuple[RefdecError, ...] = ()
    warnings: tuple[str, ...] = ()
    picture: str = ""
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    comparison: Comparison | None = None
    ended_by: RefdecError | None = None
    remarks: tuple[str, ...] = ()

    @property
    def outcome(self) -> Conformity:
        """What it comes to: broken rules first, then what is not supported, then differences."""
        if any(problem.exit_code != ExitCode.UNSUPPORTED for problem in self.problems):
            return Conformity.NOT_CONFORMANT
        if self.problems:
            return Conformity.UNSUPPORTED
        if self.comparison is not None and not self.comparison.accepted:
            return Conformity.DIFFERS
        return Conformity.CONFORMANT

    @property
    def exit_code(self) -> int:
        """The exit code of the command line."""
        return EXIT_CODES[self.outcome]

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        comparison = None
        if self.comparison is not None:
            one = self.comparison
            comparison = {"kind": one.kind, "expected": one.expected, "accepted": one.accepted, **one.details}
        return {
            "input": self.name,
            "verdict": str(self.outcome),
            "exit_code": self.exit_code,
            "problems": [
                ending_json(problem) if problem is self.ended_by else problem_json(problem) for problem in self.problems
            ],
            "warnings": list(self.warnings),
            "remarks": list(self.remarks),
            "picture": self.picture or None,
            "comparison": comparison,
            "sha256": dict(self.fingerprints),
        }

    def lines(self) -> Iterator[str]:
        """Yield the verdict in words, the first line alone being complete."""
        count = len(self.problems)
        found = "" if not count else f", {count} problem{'s' if count > 1 else ''}"
        yield f"{self.name}: {self.outcome}{found}"
        for problem in self.problems:
            message = problem.explain().splitlines()[0]
            place = "" if problem.at is None else f"byte.bit {problem.at}, "
            rule = f"clause {problem.clause}, " if problem.clause else ""
            yield f"  {place}{rule}{problem.code}: {message}"
            if problem is self.ended_by and (way := way_in_words(clause_path(problem))):
                yield f"    {way}"
        for warning in self.warnings:
            yield f"  warning: {warning}"
        for remark in self.remarks:
            yield f"  remark: {remark}"
        if self.picture:
            yield f"  decoded: {self.picture}"
        if self.comparison is not None:
            one = self.comparison
            yield f"  compared with {one.expected}: {'accepted' if one.accepted else 'DIFFERS'}"
            yield from (f"    {line}" for line in one.lines)
