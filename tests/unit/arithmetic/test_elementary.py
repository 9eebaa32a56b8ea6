"""Functions of 6.4.2, 6.4.3 and LeakyReLU of 6.7: examples, and accuracy against the real functions."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdec.arithmetic.elementary import elu_s, expn_s, logistic_s
from refdec.networks.movement import leaky_relu

INT32 = st.integers(-(1 << 31), (1 << 31) - 1)


def leaky_relu_of(x: int) -> int:
    """The array form, on one value."""
    return int(leaky_relu(np.array([x], np.int32))[0])


FUNCTIONS: dict[str, Any] = {"expn": expn_s, "logistic": logistic_s, "elu": elu_s, "leaky_relu": leaky_relu_of}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_example_6_8_functions(name: str, examples: Path) -> None:
    cases = json.loads((examples / "06_scalars.json").read_text())[name]
    assert len(cases) > 10
    for x, expected in cases:
        assert FUNCTIONS[name](x) == expected


@given(d=st.integers(0, 1 << 40))
def test_exponential_is_within_its_stated_error(d: int) -> None:
    assert abs(expn_s(d) / 2**30 - math.exp(-d / 2**18)) < 1.4e-9


@given(x=INT32)
def test_logistic_is_within_its_stated_error_and_symmetric(x: int) -> None:
    real = 1 / (1 + math.exp(-x / 2**18)) if x >= 0 else 1 - 1 / (1 + math.exp(x / 2**18))
    assert abs(logistic_s(x) / 2**24 - real) <= 3.2e-8
    assert logistic_s(x) + logistic_s(-x) == 1 << 24


@given(x=INT32)
def test_elu_is_within_its_stated_error(x: int) -> None:
    real = x / 2**18 if x > 0 else math.expm1(x / 2**18)
    assert abs(elu_s(x) / 2**18 - real) <= 1.95e-6


@given(x=INT32)
def test_functions_never_leave_their_ranges(x: int) -> None:
    assert 0 <= expn_s(abs(x)) <= 1 << 30
    assert 0 <= logistic_s(x) <= 1 << 24
    assert -(1 << 18) <= elu_s(x) <= max(x, 0)
    assert leaky_relu_of(x) == (x if x >= 0 else (x * 2621 + (1 << 17)) >> 18)
