"""Dequantised residual (6.3.3)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refdec.latent.dequant import residual_from_symbols
from refdec.latent.errors import LatentMismatch
from refdec.latent.qualitysteps import QualitySteps, quality_steps
from refdec.latent.variance import VarianceScaling

from .support import chain_case


def one_value(q: int, inverse: int, linear: int, scaler: int) -> int:
    """The residual of a single symbol with any INV, QLIN and S."""
    variance = VarianceScaling(
        True,
        np.zeros(0, np.int32),
        np.zeros((1, 1), np.int32),
        np.array([[inverse]], np.int32),
        np.ones((1, 1), np.int32),
    )
    steps = QualitySteps(np.zeros((1, 1), np.int32), np.array([[linear]], np.int32))
    symbols = np.array([[[q]]], np.int16)
    likely, scalers = np.zeros((1, 1, 1), np.int32), np.array([scaler], np.int32)
    return int(residual_from_symbols(symbols, likely, variance, scalers, steps)[0, 0, 0])


def test_example_6_8_dequantise(examples: Path) -> None:
    rows = json.loads((examples / "06_scalars.json").read_text())["dequantise (q, INV, QLIN, S)"]
    assert [one_value(*row[:4]) for row in rows] == [row[4] for row in rows]


def within_the_tolerance(res_q18: np.ndarray, reference: np.ndarray, scaler: np.ndarray) -> bool:
    """6.3.3: 2^-17 absolute plus 2^-22 + 1.1e-6 / S relative, of the float value where Q18 can hold it."""
    low, high = -(2**31) / 2**18, (2**31 - 1) / 2**18
    wanted = np.clip(reference.astype(np.float64), low, high)
    bound = 2.0**-17 + np.abs(wanted) * (2.0**-22 + 1.1e-6 / scaler.reshape(-1, 1, 1))
    return bool((np.abs(res_q18 / 2.0**18 - wanted) <= bound).all())


@pytest.mark.parametrize("number", range(6))
def test_example_c_5_residual_within_the_tolerance(examples: Path, number: int) -> None:
    case = chain_case(examples, number)
    a = case.arrays
    likely = np.ascontiguousarray(a["likely"][:, ::8, ::8])
    residual = residual_from_symbols(a["res_q"], likely, case.variance, a["S_q10"].astype(np.int32), case.steps)
    assert residual.dtype == np.int32
    assert within_the_tolerance(residual, a["res_dq"], a["S_q10"])


def test_example_c_2_dequantisation_table() -> None:
    table = [
        (5, 67109, 16, "40BF4D80"),
        (-3, 67109, 16, "C0659033"),
        (5, 67109, 27, "4062BAAB"),
        (17, 65536, 16, "419ECBC0"),
        (1, 52429, 64, "3E6F20FC"),
    ]
    for q, inverse, linear, bits in table:
        expected = np.array([int(bits, 16)], np.uint32).view(np.float32)
        assert within_the_tolerance(np.array([one_value(q, inverse, linear, 877)]), expected, np.array([877]))
    assert one_value(-32768, 72944, 4, 877) == -(2**31)


def rdiv(a: int, b: int) -> int:
    return (-1 if a < 0 else 1) * ((abs(a) + (b >> 1)) // b)


@settings(deadline=None)
@given(
    q=st.integers(-32768, 32767),
    inverse=st.integers(45100, 74235),
    linear=st.sampled_from([4, 16, 64]),
    scaler=st.one_of(st.sampled_from([2, 3, 621_000]), st.integers(2, 621_000)),
)
def test_one_rounding_of_the_exact_quotient(q: int, inverse: int, linear: int, scaler: int) -> None:
    exact = rdiv(q * inverse * 2**16, linear * scaler)
    assert one_value(q, inverse, linear, scaler) == min(max(exact, -(2**31)), 2**31 - 1)


@settings(deadline=None, max_examples=60)
@given(
    h=st.integers(1, 30),
    w=st.integers(1, 30),
    corner=st.tuples(st.integers(0, 29), st.integers(0, 29)),
    mapped=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_window_is_the_window_of_the_whole(h: int, w: int, corner: tuple[int, int], mapped: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    symbols = rng.integers(-400, 401, (3, h, w)).astype(np.int16)
    likely = rng.integers(0, 4352, (3, -(-h // 8), -(-w // 8))).astype(np.int32)
    variance = VarianceScaling.of(True, rng.random(3) < 0.5, int(rng.integers(4)), 3)
    scaler = rng.integers(2, 5000, 3).astype(np.int32)
    steps = quality_steps(rng.integers(-8, 9, (h, w)).astype(np.int32)) if mapped else None
    whole = residual_from_symbols(symbols, likely, variance, scaler, steps)
    k = (likely[:, :, :, None] > variance.thresholds).sum(-1)
    for c, i, j in ((0, 0, 0), (2, h - 1, w - 1), (1, h // 2, w // 2)):
        inverse = int(variance.inverse_q16[c, k[c, i // 8, j // 8]])
        linear = int(steps.linear_q4[i, j]) if steps else 16
        exact = rdiv(int(symbols[c, i, j]) * inverse * 2**16, linear * int(scaler[c]))
        assert whole[c, i, j] == min(max(exact, -(2**31)), 2**31 - 1)
    top, left = min(corner[0], h - 1), min(corner[1], w - 1)
    window = steps.window(slice(top, h), slice(left, w)) if steps else None
    part = residual_from_symbols(symbols[:, top:, left:], likely, variance, scaler, window, origin=(top, left))
    np.testing.assert_array_equal(part, whole[:, top:, left:])
    np.testing.assert_array_equal(
        residual_from_symbols(symbols[1:2], likely[1:2], variance.part(slice(1, 2)), scaler[1:2], steps), whole[1:2]
    )
    fewer = residual_from_symbols(symbols[:2], likely, variance, scaler, steps)
    np.testing.assert_array_equal(fewer[:2], whole[:2])
    assert not fewer[2].any()


def test_arrays_that_do_not_fit_are_refused() -> None:
    variance = VarianceScaling.of(False, None, 0, 2)
    scaler, likely = np.full(2, 1024, np.int32), np.zeros((2, 1, 1), np.int32)
    symbols = np.zeros((2, 8, 8), np.int16)
    residual_from_symbols(symbols, likely, variance, scaler)
    steps = quality_steps(np.zeros((8, 7), np.int32))
    wrong = [
        (np.zeros((3, 8, 8), np.int16), likely, scaler, None, (0, 0)),
        (symbols, likely[:1], scaler, None, (0, 0)),
        (symbols, likely, scaler[:1], None, (0, 0)),
        (symbols, likely, scaler, steps, (0, 0)),
        (symbols, likely, scaler, None, (0, 1)),
        (symbols, likely, scaler, None, (-1, 0)),
        (np.zeros((2, 9, 8), np.int16), likely, scaler, None, (0, 0)),
    ]
    for q, blocks, s, m, origin in wrong:
        with pytest.raises(LatentMismatch):
            residual_from_symbols(q, blocks, variance, s, m, origin=origin)
