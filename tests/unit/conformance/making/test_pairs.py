"""All-pairs combinations: every legal pair occurs, nothing illegal does, and the list is short."""

from __future__ import annotations

from itertools import combinations
from math import prod

import pytest

from refdec.conformance.making.pairs import Assignment, all_pairs, pairs_of
from refdec.conformance.making.plan_pairs import FACTORS, legal


def anything(_chosen: Assignment) -> bool:
    return True


def test_every_pair_of_the_tool_classes_occurs() -> None:
    rows = list(all_pairs(FACTORS, legal))
    seen = set().union(*map(pairs_of, rows))
    for one, two in combinations(sorted(FACTORS), 2):
        for a in FACTORS[one]:
            for b in FACTORS[two]:
                assert (((one, a), (two, b)) in seen) == legal({one: a, two: b})
    assert all(set(row) == set(FACTORS) and legal(row) for row in rows)
    assert len(rows) < 60 < prod(len(values) for values in FACTORS.values())


def test_the_list_is_always_the_same() -> None:
    assert list(all_pairs(FACTORS, legal)) == list(all_pairs(FACTORS, legal))


def test_three_switches_need_four_rows() -> None:
    rows = list(all_pairs(dict.fromkeys("abc", ("0", "1")), anything))
    assert len(rows) == 4


def test_rules_that_leave_no_full_assignment_are_a_mistake() -> None:
    def never_c(chosen: Assignment) -> bool:
        return not (chosen.get("a") == "1" and "c" in chosen and "b" in chosen)

    with pytest.raises(ValueError, match="no full assignment"):
        list(all_pairs(dict.fromkeys("abc", ("0", "1")), never_c))
