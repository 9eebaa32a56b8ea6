"""Roundings of 6.1 on arrays and as compiled scalars, against 06_scalars.json and against each other."""

from __future__ import annotations

import json
from fractions import Fraction
from math import isqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdec.arithmetic import fixed, scalars

INT32 = st.integers(-(1 << 31), (1 << 31) - 1)
PAIRS: dict[str, tuple[Any, Any]] = {
    "rshift": (fixed.rshift, scalars.rshift_s),
    "rdiv": (fixed.rdiv, scalars.rdiv_s),
    "rhe": (fixed.rhe, scalars.rhe_s),
}


@pytest.fixture(scope="module")
def cases(examples: Path) -> dict[str, list[list[int]]]:
    loaded: dict[str, list[list[int]]] = json.loads((examples / "06_scalars.json").read_text())
    return loaded


@pytest.mark.parametrize("name", PAIRS)
def test_example_6_8_roundings(name: str, cases: dict[str, list[list[int]]]) -> None:
    array, scalar = PAIRS[name]
    for a, b, expected in cases[name]:
        assert int(array(a, b)) == expected
        assert scalar(a, b) == expected
    a, b, expected_all = np.array(cases[name], dtype=np.int64).T
    assert np.array_equal(array(a, b), expected_all)


@pytest.mark.parametrize(("name", "function"), [("bitlen", scalars.bitlen_s), ("isqrt", scalars.isqrt_s)])
def test_example_6_8_unary(name: str, function: Any, cases: dict[str, list[list[int]]]) -> None:
    for n, expected in cases[name]:
        assert function(n) == expected


def test_example_6_8_sat32(cases: dict[str, list[list[int]]]) -> None:
    for n, expected in cases["sat32"]:
        assert scalars.sat32_s(n) == expected
        assert int(fixed.sat32(n)) == expected
        assert fixed.sat32(n).dtype == np.int32


@given(n=st.integers(0, (1 << 62) - 1))
def test_isqrt_is_the_floor(n: int) -> None:
    assert scalars.isqrt_s(n) == isqrt(n)


@given(root=st.integers(1, (1 << 31) - 1), less=st.integers(0, 1))
def test_isqrt_around_squares(root: int, less: int) -> None:
    assert scalars.isqrt_s(root * root - less) == root - less


@given(a=st.integers(-(1 << 60), 1 << 60), b=st.integers(1, 1 << 60))
def test_quotients_are_nearest(a: int, b: int) -> None:
    exact = Fraction(a, b)
    away, even = scalars.rdiv_s(a, b), scalars.rhe_s(a, b)
    assert abs(exact - away) <= Fraction(1, 2)
    assert abs(away) >= abs(even)
    assert even == round(exact)
    assert (int(fixed.rdiv(a, b)), int(fixed.rhe(a, b))) == (away, even)


@given(a=st.integers(-(1 << 61), 1 << 61), s=st.integers(0, 60))
def test_shift_rounds_halves_up(a: int, s: int) -> None:
    expected = (a + (1 << s >> 1)) >> s
    assert scalars.rshift_s(a, s) == int(fixed.rshift(a, s)) == expected


def test_arrays_are_widened_before_they_are_used() -> None:
    least = np.array([-(1 << 31)], dtype=np.int32)
    assert fixed.rdiv(least, 1)[0] == -(1 << 31)
    assert fixed.rshift(least, 1)[0] == -(1 << 30)
    assert fixed.wide(least).dtype == np.int64
