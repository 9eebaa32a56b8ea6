"""What failed cases have in common, as rules over made-up results."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from refdec.conformance.case import Case, ExpectedError
from refdec.conformance.common_features import CommonRule, common_rules
from refdec.conformance.verdicts import CaseResult, CaseVerdict

SHIFTED = "planes 1 and 2 are shifted"
ERROR = ExpectedError("Cut", "RD0101", "1.8 (3)", None)


def case(number: int, *, error: ExpectedError | None = None) -> Case:
    """One of many: its features and size follow from its number."""
    features = (
        "an odd width" if number % 2 else "an even width",
        "an odd height" if number // 2 % 2 else "an even height",
        f"{(8, 10)[number // 4 % 2]}-bit samples",
        *(["a quality map"] if number // 8 % 3 == 0 else []),
        *(["LSBS"] if number // 3 % 5 == 0 else []),
    )
    kind = "positive" if error is None else "negative"
    name = f"{('one', 'two')[number % 7 == 0]}_{number}"
    return Case(name, kind, "", (), "s", "0", 1, error=error, features=features, numbers={"width": 60 + number})  # type: ignore[arg-type]


def results(wrong: Callable[[Case], bool], count: int = 96, guess: str = SHIFTED) -> list[CaseResult]:
    cases = [case(number) for number in range(count)]
    return [
        CaseResult(one, CaseVerdict.DIFFERS, 0.1, "m", guess=guess)
        if wrong(one)
        else CaseResult(one, CaseVerdict.EXACT, 0.1)
        for one in cases
    ]


def only(found: Sequence[CommonRule]) -> CommonRule:
    (rule,) = found
    return rule


def test_nothing_failed() -> None:
    assert common_rules(results(lambda one: False)) == ()


def test_a_single_feature_in_one_line() -> None:
    rule = only(common_rules(results(lambda one: "an odd width" in one.features)))
    said = "All 48 legal streams that failed have an odd width; none of the 48 that passed has: "
    assert rule.explain() == said + SHIFTED + "."
    assert rule.as_json()["features"] == ["an odd width"] and len(rule.as_json()["cases"]) == 48


def test_two_features_together() -> None:
    rule = only(common_rules(results(lambda one: {"an odd height", "10-bit samples"} <= set(one.features))))
    assert rule.features == ("an odd height", "10-bit samples")
    assert rule.explain().startswith("All 24 legal streams that failed have an odd height and 10-bit samples; none of")
    assert "that passed has both" in rule.explain()


def test_a_feature_that_is_absent() -> None:
    rule = only(common_rules(results(lambda one: "a quality map" not in one.features)))
    assert (rule.features, rule.lacking) == ((), ("a quality map",))
    assert "lack a quality map; none of the" in rule.explain()


def test_a_bound_of_a_number() -> None:
    rule = only(common_rules(results(lambda one: one.numbers["width"] >= 100)))
    assert rule.features == ("a width of at least 100",)


def test_a_name() -> None:
    rule = only(common_rules(results(lambda one: one.name.startswith("two"))))
    assert rule.features == ("a name that begins with two",)


def test_two_causes_give_two_rules() -> None:
    found = common_rules(results(lambda one: bool({"a quality map", "LSBS"} & set(one.features))))
    assert [rule.features for rule in found] == [("a quality map",), ("LSBS",)]
    assert sum(len(rule.cases) for rule in found) == found[0].failed
    assert f"{len(found[0].cases)} of the {found[0].failed} legal streams that failed have" in found[0].explain()


def test_verdicts_that_differ_are_looked_at_each_for_itself() -> None:
    found = results(lambda one: "an odd width" in one.features)
    crash = CaseVerdict.CRASH
    mixed = [
        CaseResult(one.case, crash, 0.1, "ended by SIGSEGV") if "LSBS" in one.case.features else one for one in found
    ]
    rules = common_rules(mixed)
    assert {rule.features for rule in rules} == {("an odd width",), ("LSBS",)} or all(rule.features for rule in rules)
    assert any("crash, ended by SIGSEGV" in rule.explain() for rule in rules)


def test_a_few_exceptions_are_named() -> None:
    found = results(lambda one: "an odd width" in one.features and one.name != "one_5")
    rule = only(common_rules(found))
    assert rule.features == ("an odd width",) and rule.exceptions == ("one_5",)
    assert "; of the 49 that passed only one_5 has too: " in rule.explain()


def test_what_is_not_compared_counts_on_neither_side() -> None:
    found = [
        *results(lambda one: "an odd width" in one.features),
        CaseResult(case(101), CaseVerdict.UNCOMPARED, 0.1),
        CaseResult(case(103, error=ERROR), CaseVerdict.REFUSED, 0.1),
    ]
    assert only(common_rules(found)).passed == 48


def test_broken_streams_have_rules_of_their_own() -> None:
    broken = [CaseResult(case(n, error=ERROR), CaseVerdict.REFUSED, 0.1) for n in range(8, 16)]
    broken += [CaseResult(case(n, error=ERROR), CaseVerdict.ACCEPTED, 0.1) for n in (16, 17)]
    rule = only(common_rules(broken))
    assert rule.streams == "broken stream" and rule.features == ("a width of at least 76",)


def test_all_failed_and_one_failed() -> None:
    assert only(common_rules(results(lambda one: True, 5))).explain() == (f"No legal stream passed: {SHIFTED}.")
    rule = only(common_rules(results(lambda one: one.numbers["width"] == 64, 5)))
    assert rule.explain().startswith("The one legal stream that failed has 10-bit samples; none of the 4")


def test_nothing_in_common_is_said_to_be_so() -> None:
    odd = {3, 17, 38, 64, 77}
    found = common_rules(results(lambda one: one.numbers["width"] - 60 in odd))
    assert sum(len(rule.cases) for rule in found) == len(odd)
    assert found[-1].explain().startswith(("Nothing in the headers tells", "3 of the", "2 of the"))


def test_symptoms_are_counted() -> None:
    found = [
        CaseResult(one.case, one.verdict, 0.1, guess="" if k < 10 else one.guess)
        for k, one in enumerate(results(lambda one: "an odd width" in one.features))
    ]
    assert only(common_rules(found)).symptoms == ((SHIFTED, 43), ("picture differs", 5))
    assert only(common_rules(found)).explain().endswith(": planes 1 and 2 are shifted (43), picture differs (5).")
