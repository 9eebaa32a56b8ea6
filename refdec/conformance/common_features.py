"""What failed cases have in common: rules over the features of their streams that hold for no case that passed.

In: results whose cases have features.  Out: `CommonRule`, a few, each one line in words.  A rule is one feature, or two
together; the simplest that tells the failed cases from the others comes first.  Only what was really compared counts as
passed: a broken stream that was refused says nothing about widths.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import Any

from refdec.conformance.verdicts import CaseResult, CaseVerdict
from refdec.errors import first_of

__all__ = ["CommonRule", "common_rules"]

MOST_RULES = 3
MOST_NAMES = 5
MOST_ALSO = 2
NAMED = "a name that begins with"
EXCEPTIONS = 10
"""One passed case in so many failed ones may have the feature too: a flat picture hides what is wrong with it."""

COMPARED = frozenset({CaseVerdict.EXACT, CaseVerdict.TOLERATED})
REFUSED = frozenset({CaseVerdict.REFUSED})


@dataclass(frozen=True, slots=True)
class CommonRule:
    """Failed cases, and what they have that passed ones have not.

    `features`: phrases such as "an odd width"; `lacking`: those that they do not have, while all that passed do.
    `cases` hold it, of the `failed` that were looked at; of the `passed` only the `exceptions`.  `symptoms`: what was
    seen, with how often.  `also`: other features that the same cases have.  `verdict`: that of all that were looked at,
    where others failed in another way.  No feature at all: none was found.
    """

    cases: tuple[str, ...]
    failed: int
    passed: int
    streams: str
    features: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    symptoms: tuple[tuple[str, int], ...] = ()
    also: tuple[str, ...] = ()
    verdict: str = ""

    def explain(self) -> str:
        """Return the rule as one line."""
        count, symptoms, streams = len(self.cases), self._symptoms(), f"{self.streams}s"
        if not self.passed:
            return f"No {self.streams} passed: {symptoms}."
        if not self.features and not self.lacking:
            told = first_of(self.cases, MOST_NAMES)
            return f"Nothing in the headers tells {told} from the {self.passed} {streams} that passed: {symptoms}."
        one = count == self.failed == 1
        how_many = f"All {count}" if count == self.failed else f"{count} of the {self.failed}"
        failed = f"failed ({self.verdict})" if self.verdict else "failed"
        subject = f"The one {self.streams} that {failed}" if one else f"{how_many} {streams} that {failed}"
        verbs = ("has", "lacks") if one else ("have", "lack")
        parts = [f"{verbs[0]} {' and '.join(self.features)}"] if self.features else []
        parts += [f"{verbs[1]} {' and '.join(self.lacking)}"] if self.lacking else []
        also = f" (and {', '.join(self.also)})" if self.also else ""
        if self.exceptions:
            verb = (
                ("has", "have")[len(self.exceptions) > 1] if self.features else ("does", "do")[len(self.exceptions) > 1]
            )
            others = f"of the {self.passed} that passed only {first_of(self.exceptions, MOST_NAMES)} {verb} too"
        else:
            both = " both" if len(parts) == 1 and len(self.features + self.lacking) > 1 else ""
            others = (
                f"none of the {self.passed} that passed {'has' if self.features and not self.lacking else 'does'}{both}"
            )
        return f"{subject} {' and '.join(parts)}{also}; {others}: {symptoms}."

    def _symptoms(self) -> str:
        """Return what was seen, the most frequent first, with numbers if there are several."""
        if len(self.symptoms) == 1:
            return self.symptoms[0][0]
        shown = [f"{text} ({count})" for text, count in self.symptoms[:MOST_RULES]]
        rest = sum(count for _, count in self.symptoms[MOST_RULES:])
        return ", ".join([*shown, *([f"other ({rest})"] if rest else [])])

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "text": self.explain(),
            "streams": self.streams,
            "features": list(self.features),
            "lacking": list(self.lacking),
            "also": list(self.also),
            "verdict": self.verdict,
            "cases": list(self.cases),
            "failed": self.failed,
            "passed": self.passed,
            "exceptions": list(self.exceptions),
            "symptoms": dict(self.symptoms),
        }


def common_rules(results: Sequence[CaseResult]) -> tuple[CommonRule, ...]:
    """Return the rules of a run: first of the legal streams, then of the broken ones; none where nothing failed."""
    legal = [result for result in results if result.case.error is None]
    broken = [result for result in results if result.case.error is not None]
    return (*_of_kind(legal, COMPARED, "legal stream"), *_of_kind(broken, REFUSED, "broken stream"))


def _of_kind(results: Sequence[CaseResult], passing: frozenset[CaseVerdict], streams: str) -> Iterator[CommonRule]:
    failed = [result for result in results if not result.passed]
    passed = [result for result in results if result.verdict in passing]
    if not failed:
        return
    whole = _Search(failed, passed, streams).rules()
    verdicts = dict.fromkeys(result.verdict for result in failed)
    if len(verdicts) == 1 or (len(whole) == 1 and len(whole[0].features + whole[0].lacking) < 2):
        yield from whole
        return
    for verdict in verdicts:
        mine = [one for one in failed if one.verdict is verdict]
        yield from (replace(rule, verdict=verdict.value) for rule in _Search(mine, passed, streams).rules())


@dataclass(frozen=True, slots=True)
class _Condition:
    """A feature, or its absence, with the sets of failed and of passed cases that it holds for, a bit a case."""

    text: str
    there: bool
    failed: int
    passed: int


class _Search:
    """The search for rules over one group of failed cases."""

    def __init__(self, failed: Sequence[CaseResult], passed: Sequence[CaseResult], streams: str) -> None:
        self.failed, self.passed, self.streams = failed, passed, streams
        self.conditions = list(self._conditions())
        self.bounds = list(self._bounds()) if len(failed) > 1 else []

    def _conditions(self) -> Iterator[_Condition]:
        """Yield the conditions that hold for a failed case, the likeliest causes first."""
        of_failed, of_passed = ([_features(result) for result in part] for part in (self.failed, self.passed))
        texts = list(dict.fromkeys(text for features in (*of_failed, *of_passed) for text in features))
        every = (1 << len(of_failed)) - 1, (1 << len(of_passed)) - 1
        held = {text: (_bits(text, of_failed), _bits(text, of_passed)) for text in texts}
        yield from (_Condition(text, True, *sets) for text, sets in held.items() if sets[0])
        for text, sets in held.items():
            if sets[0] != every[0]:
                yield _Condition(text, False, every[0] & ~sets[0], every[1] & ~sets[1])
        first = {result.case.name.partition("_")[0] for result in self.failed}
        if len(self.failed) > len(first):
            for family in sorted(first):
                yield self._where(f"{NAMED} {family}", partial(_is_of, family))

    def _bounds(self) -> Iterator[_Condition]:
        """Yield the bounds of numbers between which all failed cases lie."""
        names = set.intersection(*(set(result.case.numbers) for result in self.failed))
        for name in sorted(names):
            values = [result.case.numbers[name] for result in self.failed]
            for text, bound, sign in (("of at least", min(values), 1), ("of at most", max(values), -1)):
                yield self._where(
                    f"a number {text} {bound} {name}" if name.endswith("s") else f"a {name} {text} {bound}",
                    lambda one, n=name, b=bound, s=sign: s * one.case.numbers.get(n, b - s) >= s * b,
                )

    def _where(self, text: str, holds: Any) -> _Condition:
        sets = (sum(1 << k for k, one in enumerate(part) if holds(one)) for part in (self.failed, self.passed))
        return _Condition(text, True, *sets)

    def rules(self) -> list[CommonRule]:
        """Return the simplest rules that explain every failed case, else those that explain most, and what is left."""
        every = (1 << len(self.failed)) - 1
        if not self.passed:
            return [self._rule(every, ())]
        one = self._single(every) or self._nearly(every)
        if one is not None:
            return [self._rule(every, (one,))]
        several = self._greedy(every, pairs=False)
        if not several[-1][1]:
            pair = self._pair(every, max(len(self.failed), 3))
            bound = tuple(one for one in self.bounds if not one.passed)[:1]
            if pair or bound:
                return [self._rule(every, pair or bound)]
            several = self._greedy(every, pairs=True)
        return [self._rule(cases, conditions) for cases, conditions in several]

    def _greedy(self, rest: int, *, pairs: bool) -> list[tuple[int, tuple[_Condition, ...]]]:
        """Return cases with their conditions, those that hold for most first; cases that none holds for are the last.

        A condition must hold for two cases at least: one case has always something of its own.
        """
        found: list[tuple[int, tuple[_Condition, ...]]] = []
        while rest and len(found) < MOST_RULES:
            clean = [one for one in self.conditions if not one.passed and (one.failed & rest).bit_count() > 1]
            best = max(clean, key=lambda one: (one.failed & rest).bit_count(), default=None)
            chosen = (best,) if best is not None else self._pair(rest, 3) if pairs else ()
            if not chosen:
                break
            covered = rest
            for condition in chosen:
                covered &= condition.failed
            found.append((covered, chosen))
            rest &= ~covered
        return [*found, (rest, ())] if rest else found

    def _single(self, rest: int) -> _Condition | None:
        """Return the first condition that holds for all the rest, and for none that passed."""
        return next((one for one in self.conditions if not rest & ~one.failed and not one.passed), None)

    def _nearly(self, rest: int) -> _Condition | None:
        """Return the condition that holds for all the rest, and for the fewest that passed, if those are few."""
        near = [
            one
            for one in self.conditions
            if not rest & ~one.failed and one.passed.bit_count() * EXCEPTIONS <= rest.bit_count()
        ]
        return min(near, key=lambda one: one.passed.bit_count(), default=None)

    def _pair(self, rest: int, least: int) -> tuple[_Condition, ...]:
        """Return two conditions that together hold for at least so many of the rest, and for none that passed.

        Of equals those that nearly tell for themselves.
        """
        wide = [one for one in self.conditions if (one.failed & rest).bit_count() >= least]
        found: tuple[_Condition, ...] = ()
        best = (least, -(2 * len(self.passed)) - 1)
        for one, two in combinations(wide, 2):
            if one.passed & two.passed == 0 and one.passed and two.passed:
                count = (one.failed & two.failed & rest).bit_count()
                score = (count, -one.passed.bit_count() - two.passed.bit_count())
                if score > best:
                    found, best = (one, two), score
        return found

    def _rule(self, cases: int, conditions: tuple[_Condition, ...]) -> CommonRule:
        mine = [result for k, result in enumerate(self.failed) if cases >> k & 1]
        exceptions = (1 << len(self.passed)) - 1 if conditions else 0
        for condition in conditions:
            exceptions &= condition.passed
        also = [
            one.text
            for one in self.conditions
            if len(conditions) == 1
            and one.there
            and not one.text.startswith(NAMED)
            and one is not conditions[0]
            and (one.failed, one.passed) == (conditions[0].failed, conditions[0].passed)
        ]
        symptoms = Counter(_symptom(result) for result in mine)
        return CommonRule(
            tuple(result.case.name for result in mine),
            len(self.failed),
            len(self.passed),
            self.streams,
            tuple(one.text for one in conditions if one.there),
            tuple(one.text for one in conditions if not one.there),
            tuple(result.case.name for k, result in enumerate(self.passed) if exceptions >> k & 1),
            tuple(symptoms.most_common()),
            tuple(also[:MOST_ALSO]),
        )


def _is_of(family: str, result: CaseResult) -> bool:
    return result.case.name.partition("_")[0] == family


def _features(result: CaseResult) -> tuple[str, ...]:
    return result.case.features


def _bits(text: str, features: Sequence[tuple[str, ...]]) -> int:
    return sum(1 << k for k, known in enumerate(features) if text in known)


def _symptom(result: CaseResult) -> str:
    """Return what was seen of a case, short enough to be counted."""
    if result.guess:
        return result.guess
    return f"{result.verdict.value}, {result.message}" if result.verdict is CaseVerdict.CRASH else result.verdict.value
