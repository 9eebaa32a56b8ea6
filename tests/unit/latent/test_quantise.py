"""Encoder side of the scale path (3.B, 6.7)."""

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
from refdec.latent.quantise import (
    choose_grfs_flags,
    cube_flags,
    prediction_error,
    quantise_residual,
)
from refdec.latent.skip import forced_positions
from refdec.latent.variance import VarianceScaling
from refdec.networks.hyperencoder import rounded_hyper_latent

from .support import chain_case

ONE = 1 << 18


def one_symbol(e: int, scaler: int, linear: int, scale: int) -> int:
    variance = VarianceScaling(
        True,
        np.zeros(0, np.int32),
        np.zeros((1, 1), np.int32),
        np.ones((1, 1), np.int32),
        np.array([[scale]], np.int32),
    )
    steps = QualitySteps(np.zeros((1, 1), np.int32), np.array([[linear]], np.int32))
    error, coded = np.full((1, 1, 1), e, np.int32), np.ones((1, 1, 1), np.bool_)
    likely, scalers = np.zeros((1, 1, 1), np.int32), np.array([scaler], np.int32)
    return int(quantise_residual(error, coded, likely, variance, scalers, steps)[0, 0, 0])


def test_example_6_8_quantise_residual(examples: Path) -> None:
    rows = json.loads((examples / "06_scalars.json").read_text())["quantise residual (e, S, QLIN, a)"]
    assert [one_symbol(*row[:4]) for row in rows] == [row[4] for row in rows]


def test_example_6_8_round_z(examples: Path) -> None:
    rows = json.loads((examples / "06_scalars.json").read_text())["round z"]
    z = np.array([row[0] for row in rows], np.int32)
    assert rounded_hyper_latent(z).tolist() == [row[1] for row in rows]


def test_example_c_2_quantisation() -> None:
    e = round(float(np.array([0x406CCCCD], np.uint32).view(np.float32)[0]) * ONE)
    assert one_symbol(e, 877, 27, 125) == 5


@pytest.mark.parametrize("number", range(6))
def test_example_c_5_quantisation_without_mask(examples: Path, number: int) -> None:
    """The float sequence of 3.B.3 and the integer form agree on these cases (none is near a tie)."""
    case = chain_case(examples, number)
    a = case.arrays
    exact = np.clip(a["y"].astype(np.float64) * ONE, -(2**31), 2**31 - 1)
    error = np.rint(exact).astype(np.int32)
    likely = np.ascontiguousarray(a["likely"][:, ::8, ::8])
    scaler = a["S_q10"].astype(np.int32)
    ours = quantise_residual(error, np.ones(error.shape, np.bool_), likely, case.variance, scaler, case.steps)
    np.testing.assert_array_equal(ours, a["y_quant_nomask"])


@settings(deadline=None, max_examples=60)
@given(mapped=st.booleans(), seed=st.integers(0, 2**32 - 1), corner=st.tuples(st.integers(0, 10), st.integers(0, 20)))
def test_quantise_then_dequantise_is_within_half_a_step(mapped: bool, seed: int, corner: tuple[int, int]) -> None:
    rng = np.random.default_rng(seed)
    c, h, w = 2, 11, 21
    error = rng.integers(-(100 * ONE), 100 * ONE, (c, h, w)).astype(np.int32)
    coded = rng.random((c, h, w)) < 0.7
    likely = rng.integers(0, 4352, (c, 2, 3)).astype(np.int32)
    variance = VarianceScaling.of(True, rng.random(c) < 0.5, int(rng.integers(4)), c)
    scaler = rng.integers(300, 3000, c).astype(np.int32)
    steps = quality_steps(rng.integers(-8, 9, (h, w)).astype(np.int32)) if mapped else None
    symbols = quantise_residual(error, coded, likely, variance, scaler, steps)
    assert not symbols[~coded].any()
    back = residual_from_symbols(symbols, likely, variance, scaler, steps)
    # A step is 1 / (S * QLIN * a), at most 1024 / 300 * 4 * 128 / 113; INV is rounded to 16 bits.
    step = 1024 * 16 * 128 * ONE / (scaler[:, None, None] * (steps.linear_q4 if steps else 16) * 113.0)
    slack = 1 + np.abs(error) * 2.0**-15
    assert (np.abs(back.astype(np.int64) - error)[coded] <= (step / 2 + slack)[coded]).all()
    top, left = corner
    window = steps.window(slice(top, h), slice(left, w)) if steps else None
    part = quantise_residual(
        error[:, top:, left:], coded[:, top:, left:], likely, variance, scaler, window, origin=corner
    )
    np.testing.assert_array_equal(part, symbols[:, top:, left:])


def test_prediction_error_saturates_and_drops_channels() -> None:
    latent = np.array([[[2**31 - 1]], [[-(2**31)]], [[7]]], np.int32)
    mean = np.array([[[-1]], [[1]], [[2]]], np.int32)
    assert prediction_error(latent, mean, 3).ravel().tolist() == [2**31 - 1, -(2**31), 5]
    assert prediction_error(latent, mean, 1).ravel().tolist() == [2**31 - 1, 0, 0]


def test_cube_flags_follow_the_threshold_strictly() -> None:
    error = np.zeros((2, 5, 19), np.int32)
    back = error.copy()
    back[1, 2, 14] = 3 * ONE
    assert cube_flags(error, back).all()
    back[1, 2, 14] = -3 * ONE - 1
    back[0, 3, 17] = 4 * ONE
    flags = cube_flags(error, back)
    assert np.argwhere(flags == 0).tolist() == [[0, 0, 0], [3, 0, 1]]
    only_first = cube_flags(error, back, phases=(0,))
    assert np.argwhere(only_first == 0).tolist() == [[0, 0, 0]]


@given(seed=st.integers(0, 2**32 - 1), h=st.integers(1, 40), w=st.integers(1, 40))
@settings(deadline=None)
def test_a_cleared_flag_forces_the_sample_that_cleared_it(seed: int, h: int, w: int) -> None:
    rng = np.random.default_rng(seed)
    error = rng.integers(-(2**31), 2**31, (1, h, w)).astype(np.int32)
    back = np.where(rng.random(error.shape) < 0.02, 0, error).astype(np.int32)
    far = np.abs(back.astype(np.int64) - error)[0] > 3 * ONE
    forced = forced_positions(cube_flags(error, back), h, w)
    assert forced[far].all()
    assert forced.any() == far.any()


def test_flagged_channels_are_those_with_the_largest_mean() -> None:
    totals = np.zeros(160, np.int64)
    totals[[7, 90, 3, 120, 50, 60]] = [54, 48, 42, 36, 36, 36]
    assert np.flatnonzero(choose_grfs_flags(totals, 0, 0, 160)).tolist() == [3, 7, 50, 60, 90]
    assert np.flatnonzero(choose_grfs_flags(totals, 0, 0, 60)).tolist() == [0, 1, 3, 7, 50]
    assert [int(choose_grfs_flags(totals, 0, m, 160).sum()) for m in range(4)] == [5, 24, 35, 64]
    assert choose_grfs_flags(totals[:96], 1, 3, 96).sum() == 10


def test_arrays_that_do_not_fit_are_refused() -> None:
    variance = VarianceScaling.of(False, None, 0, 1)
    error, likely, scaler = np.zeros((1, 8, 8), np.int32), np.zeros((1, 1, 1), np.int32), np.full(1, 1024, np.int32)
    coded = np.ones(error.shape, np.bool_)
    steps = quality_steps(np.zeros((7, 8), np.int32))
    with pytest.raises(LatentMismatch):
        quantise_residual(error, coded[:, 1:], likely, variance, scaler)
    with pytest.raises(LatentMismatch):
        quantise_residual(error, coded, likely, variance, scaler, steps)
    with pytest.raises(LatentMismatch):
        quantise_residual(error, coded, likely, variance, np.full(2, 1024, np.int32))
    with pytest.raises(LatentMismatch):
        quantise_residual(error, coded, likely, variance, scaler, origin=(0, 8))
    with pytest.raises(LatentMismatch):
        cube_flags(error, error[:, 1:])
