"""Kernels of heads at their bounds: saturated maps, one channel, many channels."""

from __future__ import annotations

import numpy as np

from refdec.heads.kernels import global_mean, logistic, normalised, pooled, softmax

LOW, HIGH, ONE = -(1 << 31), (1 << 31) - 1, 1 << 18


def test_softmax_keeps_its_precision_at_the_extremes() -> None:
    x = np.array([[[LOW, HIGH, HIGH - 1, 0]], [[5, 5, 5, 5]], [[LOW] * 4]], np.int32)
    out = np.empty_like(x)
    softmax(x, out)
    assert out.tolist() == [[[0, ONE // 2, ONE // 2, 0]], [[ONE // 4] * 4], [[ONE // 4] * 4]]
    wide = np.zeros((1, 1, 4096), np.int32)
    wide[0, 0, 7] = 6 * ONE
    grown = np.exp(wide / ONE)
    out = np.empty_like(wide)
    softmax(wide, out)
    assert np.abs(out / ONE - grown / grown.sum()).max() <= 2.0**-18


def test_logistic_ends_at_zero_and_one() -> None:
    x = np.array([[[LOW, 0, HIGH]]], np.int32)
    out = np.empty_like(x)
    logistic(x, out)
    assert out.tolist() == [[[0, ONE // 2, ONE]]]


def test_pooling_of_extremes_and_odd_ends() -> None:
    x = np.array([[[LOW], [LOW], [HIGH]], [[LOW], [LOW], [HIGH - 3]], [[1], [2], [7]]], np.int32)
    out = np.empty((2, 2, 1), np.int32)
    pooled(x, 0, out)
    assert out[..., 0].tolist() == [[LOW, HIGH - 1], [2, 7]], "halves away from zero"
    pooled(x, 1, out)
    assert out[..., 0].tolist() == [[LOW, HIGH], [2, 7]]


def test_global_mean_of_extremes() -> None:
    x = np.full((40, 50, 2), HIGH, np.int32)
    x[..., 1] = LOW
    out = np.empty((1, 1, 2), np.int32)
    global_mean(x, out)
    assert out[0, 0].tolist() == [HIGH, LOW]


def test_unit_vectors_keep_their_precision_at_the_extremes() -> None:
    random = np.random.default_rng(5)
    for vector in (
        np.full(4096, LOW),
        np.full(4096, HIGH),
        np.array([LOW, 1, -1, HIGH]),
        np.array([3, -4, 0]),
        np.array([0, 1, 0]),
        random.integers(-9, 10, 128),
        random.integers(LOW, HIGH, 1024),
    ):
        x = vector.astype(np.int32)[None, None]
        out = np.empty_like(x)
        normalised(x, out)
        exact = vector / np.sqrt(np.sum(vector.astype(float) ** 2))
        assert np.abs(out[0, 0] / ONE - exact).max() <= 2.0**-18


def test_nothing_has_no_direction() -> None:
    x = np.zeros((2, 1, 3), np.int32)
    x[1, 0, 1] = LOW
    out = np.ones_like(x)
    normalised(x, out)
    assert out.tolist() == [[[0, 0, 0]], [[0, -ONE, 0]]]
