"""All-pairs combinations: a short list of assignments in which every two values of different factors meet.

In: factors with their values, and a predicate that says which assignments are legal.  Out: assignments, always the
same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

__all__ = ["Assignment", "all_pairs", "pairs_of"]

Assignment = dict[str, str]
Pair = tuple[tuple[str, str], tuple[str, str]]


def pairs_of(assignment: Mapping[str, str]) -> set[Pair]:
    """Return the pairs (factor, value), (factor, value) of an assignment, factors in alphabetical order."""
    return set(combinations(sorted(assignment.items()), 2))


def _wanted(factors: Mapping[str, Sequence[str]], legal: Callable[[Assignment], bool]) -> list[Pair]:
    found = []
    for one, two in combinations(sorted(factors), 2):
        found += [((one, a), (two, b)) for a in factors[one] for b in factors[two] if legal({one: a, two: b})]
    return found


def _extended(
    start: Assignment, factors: Mapping[str, Sequence[str]], legal: Callable[[Assignment], bool], open_pairs: set[Pair]
) -> Assignment | None:
    """Return a full assignment around `start` that closes many open pairs, None where the rules leave none."""
    done = dict(start)
    for factor in sorted(factors):
        if factor in done:
            continue
        best: tuple[int, str] | None = None
        for value in factors[factor]:
            tried = {**done, factor: value}
            if not legal(tried):
                continue
            gain = len(pairs_of(tried) & open_pairs)
            if best is None or gain > best[0]:
                best = (gain, value)
        if best is None:
            return None
        done[factor] = best[1]
    return done


def all_pairs(factors: Mapping[str, Sequence[str]], legal: Callable[[Assignment], bool]) -> Iterator[Assignment]:
    """Yield assignments until every pair that `legal` allows is in one of them.

    `legal` also judges partial assignments and must be monotone: what is illegal stays illegal with more factors.
    Raises ValueError for a pair that is legal alone and in no full assignment.
    """
    wanted = _wanted(factors, legal)
    left = set(wanted)
    for pair in wanted:
        if pair not in left:
            continue
        made = _extended(dict(pair), factors, legal, left)
        if made is None:
            raise ValueError(f"no full assignment holds {pair}")
        left -= pairs_of(made)
        yield made
