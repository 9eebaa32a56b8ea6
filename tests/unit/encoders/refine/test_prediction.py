"""Float hyper decoder and context model: values of the integer networks, derivatives as difference quotients."""

from __future__ import annotations

import numpy as np
import pytest
from refdec_encoders.refine.prediction import merged, split

from refdec.decoding.models import models_of
from tests.encodable import bundled
from tests.unit.encoders.refine.support import networks, random_map, require_derivative

PSI, MEAN = 5e-5, 1e-4
"""Tolerance of docs/accuracy.md for psi; a mean is one network further on."""


@pytest.mark.parametrize("component", [0, 1])
def test_psi_is_that_of_the_integer_network(component: int) -> None:
    z = np.random.default_rng(3).integers(-3, 4, ((160, 96)[component], 3, 4)).astype(np.int8)
    size = (160, 224) if component == 0 else (80, 112)
    wanted = models_of(bundled(), 1).hyper_decoder(component)(z, *size) * 2.0**-18
    made = networks().hyper[component](z.astype(np.float32), (5, 7))
    assert np.abs(made - wanted).max() < PSI


def test_means_are_those_of_the_integer_network() -> None:
    exact_psi = np.random.default_rng(4).integers(-(2**17), 2**17, (640, 4, 5), np.int32)
    exact = np.random.default_rng(5).integers(-(2**18), 2**18, (160, 8, 10), np.int32)
    wanted: list[np.ndarray] = []

    def step(k: int, mean: np.ndarray) -> np.ndarray:
        wanted.append(mean * 2.0**-18)
        return np.ascontiguousarray(split(exact)[k])

    models_of(bundled(), 1).context().run(exact_psi, 8, 10, step)
    phases = split((exact * 2.0**-18).astype(np.float32))
    for k, psi in enumerate(np.split((exact_psi * 2.0**-18).astype(np.float32), 4)):
        made, _ = networks().context.mean(k, phases[:k], psi)
        assert np.abs(made - wanted[k]).max() < MEAN


@pytest.mark.parametrize("k", range(4))
def test_pulls_of_a_mean_are_its_derivative(k: int) -> None:
    model, psi = networks().context, random_map(160, 4, 5, seed=9, scale=0.1)
    before = [random_map(160, 4, 5, seed=n, scale=0.1) for n in range(k)]
    made, kept = model.mean(k, before, psi)
    weight = random_map(*made.shape, seed=20)
    earlier, by_psi = model.pull(k, weight, kept)
    assert len(earlier) == k
    require_derivative(lambda at: model.mean(k, before, at)[0], psi, weight, by_psi)
    for n, pull in enumerate(earlier):

        def of(at: np.ndarray, n: int = n) -> np.ndarray:
            return model.mean(k, [*before[:n], at, *before[n + 1 :]], psi)[0]

        require_derivative(of, before[n], weight, pull)


def test_phases_are_merged_again() -> None:
    x = random_map(3, 6, 8)
    assert np.array_equal(merged(split(x)), x)
