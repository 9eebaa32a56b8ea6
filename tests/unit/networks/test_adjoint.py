"""Adjoints against difference quotients of the networks that they belong to."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.decoding.models import models_of
from refdec.networks.adjoint import LumaAdjoint, adjoint_of, fold
from refdec.networks.layers import TransposedConvolution
from refdec.networks.synthesis import SynthesisLuma
from tests.encodable import bundled


@pytest.mark.parametrize("transform", [0, 1])
def test_pulls_are_the_derivative_of_the_plane(transform: int) -> None:
    network = models_of(bundled(), 1).synthesis(transform, 0)
    assert isinstance(network, SynthesisLuma)
    rng = np.random.default_rng(1)
    height, width = 80, 93
    latent = (rng.normal(size=(160, 5, 6)) * 2**15).astype(np.int32)
    error = (rng.integers(-1, 2, (height, width)) << 18).astype(np.int32)
    (pull,) = LumaAdjoint.of(network)(latent, height, width, [lambda plane: error])
    found, expected = [], []
    for _ in range(12):
        place = (int(rng.integers(160)), int(rng.integers(5)), int(rng.integers(6)))
        planes = []
        for change in (1 << 12, -(1 << 12)):
            moved = latent.copy()
            moved[place] += change
            planes.append(network(moved, height, width)[0].astype(np.int64))
        expected.append(int(((planes[0] - planes[1]) * error).sum()) / 2**13 / 2**18)
        found.append(int(pull[place]) / 2**18)
    assert np.abs(np.array(found) - expected).max() < 0.05 * np.abs(expected).max()


def test_an_adjoint_of_a_doubling_layer_gives_the_same_scalar_product() -> None:
    network = models_of(bundled(), 1).synthesis(1, 0)
    assert isinstance(network, SynthesisLuma)
    layer = network.conv2_t
    assert isinstance(layer, TransposedConvolution)
    rng = np.random.default_rng(2)
    x = (rng.normal(size=(5, 7, layer.stencil.in_channels)) * 2**18).astype(np.int32)
    g = (rng.normal(size=(10, 14, layer.stencil.out_channels)) * 2**18).astype(np.int32)
    bias = layer(np.zeros_like(x))
    forward = float(((layer(x).astype(np.float64) - bias) * g).sum())
    backward = float((adjoint_of(layer.stencil, "conv2_t")(fold(g)).astype(np.float64) * x).sum())
    assert abs(forward - backward) < 1e-3 * abs(forward) + 2.0**30
