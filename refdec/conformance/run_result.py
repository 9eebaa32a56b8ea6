"""A whole run: the results of all cases, counted, and what the failed ones have in common.

In: results in the order of the suite.  Out: `RunResult`, which reports are made of.
"""

from __future__ import annotations

from dataclasses import dataclass

from refdec.conformance.common_features import CommonRule
from refdec.conformance.verdicts import CaseResult, CaseVerdict

__all__ = ["RunResult"]


@dataclass(frozen=True, slots=True, eq=False)
class RunResult:
    """What was run over what, the results in the order of the suite, and the rules that failed cases have in common."""

    suite: str
    decoder: str
    results: tuple[CaseResult, ...]
    seconds: float
    common_clauses: tuple[str, ...] = ()
    common: tuple[CommonRule, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every case is as expected."""
        return all(result.passed for result in self.results)

    def counts(self) -> dict[CaseVerdict, int]:
        """Return how often each verdict was given, those that occur only."""
        seen = [result.verdict for result in self.results]
        return {verdict: seen.count(verdict) for verdict in CaseVerdict if verdict in seen}

    def clauses(self) -> list[tuple[str, int, int]]:
        """Return (clause, passed, failed), the most suspect first: those whose cases fail most and pass least.

        The clauses of a failed case are where to look; one that no passing case shares is where to look first.
        """
        tally: dict[str, list[int]] = {}
        for result in self.results:
            for clause in result.case.clauses:
                tally.setdefault(clause, [0, 0])[0 if result.passed else 1] += 1
        rows = [(clause, passed, failed) for clause, (passed, failed) in tally.items()]
        return sorted(rows, key=lambda row: (-row[2] / (row[1] + row[2]), -row[2], row[0]))
