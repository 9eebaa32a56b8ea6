"""Expressions of the syntax table are computed from a list of allowed operations, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.bitstream.expressions import Undefined, expression
from refdec.tables import TableDamaged


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(((LatH + 1) >> 1) + 7) >> 3", 4),
        ("min(8, n - 8 * g)", 3),
        ("ceil_div(LatH, 7)", 8),
        ("160 if c == 0 else 96", 96),
        ("not (a == 1 and n == 19)", 0),
        ("a or LatH", 1),
        ("row[1] // 3 % 2 << 4", 16),
        ("deep[0][c] > 4", 1),
        ("n != 19", 0),
        ("1 <= a", 1),
    ],
)
def test_value(text: str, value: int) -> None:
    known = {"LatH": 50, "n": 19, "g": 2, "c": 1, "a": 1, "row": (0, 3), "deep": {0: np.array([1, 5])}}
    assert expression(text).value(known) == value


def test_names_and_constants_are_known() -> None:
    assert expression("min(a, b[c])").names == {"a", "b", "c"}
    assert expression("3 * 4").constant == 12
    assert expression("a").constant is None


@pytest.mark.parametrize("divisor", [0, -3])
def test_a_division_by_nothing_has_no_value(divisor: int) -> None:
    with pytest.raises(Undefined):
        expression("ceil_div(5, d)").value({"d": divisor})


def test_an_index_outside_a_table_has_no_value() -> None:
    with pytest.raises(Undefined):
        expression("t[9]").value({"t": (1, 2)})


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "a.real",
        "[1]",
        "lambda: 1",
        "a / b",
        "open(a, b)",
        "2 ** a",
        "'text'",
        "1.5",
        "min(a, b, c)",
        "1 < a < 3",
        "a +",
        "(x := 1)",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(TableDamaged):
        expression(text)
