"""Frequencies from the float model (2.7.4)."""

from __future__ import annotations

import math

import numpy as np

from refdec.weights.arrays import NumberArray
from refdec.weights.frequencies import frequencies_from_model

SHAPES = {
    **{f"matrices.{i}": s for i, s in enumerate([(3, 1), (3, 3), (3, 3), (1, 3)])},
    **{f"biases.{i}": s for i, s in enumerate([(3, 1), (3, 1), (3, 1), (1, 1)])},
    **{f"factors.{i}": (3, 1) for i in range(3)},
}


def model(channels: int, seed: int) -> dict[str, NumberArray]:
    g = np.random.Generator(np.random.PCG64(seed))
    return {f"hyper_entropy.{k}": 0.5 * g.standard_normal((channels, *s)) - 1 for k, s in SHAPES.items()}


def by_the_text(m: dict[str, NumberArray], channel: int, x: float) -> float:
    """The formula of 2.7.4 in binary64, one value at a time."""

    def cumulative(y: float) -> float:
        level = np.array([y])
        for i in range(4):
            matrix = np.log1p(np.exp(m[f"hyper_entropy.matrices.{i}"][channel]))
            level = matrix @ level + m[f"hyper_entropy.biases.{i}"][channel][:, 0]
            if i < 3:
                level = level + np.tanh(m[f"hyper_entropy.factors.{i}"][channel][:, 0]) * np.tanh(level)
        return float(level[0])

    u, d = cumulative(x + 0.5), cumulative(x - 0.5)
    g = -math.copysign(1, u + d) if u + d else 0.0
    return abs(1 / (1 + math.exp(-g * u)) - 1 / (1 + math.exp(-g * d)))


def test_agrees_with_the_formula_in_binary64() -> None:
    m = model(4, 5)
    found = frequencies_from_model(m.__getitem__)
    assert found.shape == (4, 63) and found.dtype == np.int32
    for channel in range(4):
        for k in range(0, 63, 5):
            mass = by_the_text(m, channel, k - 31)
            assert abs(int(found[channel, k]) - 1 - mass * 1e9) < 200 + 2e-6 * mass * 1e9, (channel, k)


def test_no_mass_gives_the_frequency_one() -> None:
    """u + d exactly 0: f = 0, freq = 1 (here at z = 0, by symmetry), and masses below 1e-9 far from the middle."""
    zeros = {f"hyper_entropy.{k}": np.zeros((1, *s)) for k, s in SHAPES.items()}
    found = frequencies_from_model(zeros.__getitem__)
    assert found[0, 31] == 1
    assert found[0, 0] == 1 and found[0, 30] > 10**7


def test_extreme_models_give_legal_frequencies() -> None:
    huge = {k: np.full_like(v, 80.0) for k, v in model(2, 1).items()}
    found = frequencies_from_model(huge.__getitem__)
    assert (found >= 1).all() and (found <= 10**9 + 1).all()
