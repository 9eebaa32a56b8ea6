"""Float synthesis: planes of the integer networks, derivatives as difference quotients."""

from __future__ import annotations

import numpy as np
import pytest
from refdec_encoders.refine.synthesis import ChromaSynthesis, LumaSynthesis

from refdec.bitstream.transforms import Synthesis
from refdec.decoding.models import models_of
from tests.encodable import bundled
from tests.unit.encoders.refine.support import random_map, require_derivative

SIZE = (75, 93)
PLANES_BEFORE_FILTERS = 3e-3
"""Tolerance of docs/accuracy.md."""


@pytest.mark.parametrize("transform", ["BOP", "SOP"])
def test_planes_are_those_of_the_integer_networks(transform: str) -> None:
    models, layers = models_of(bundled(), 1), f"VM_{transform.lower()}/decoder_"
    both = random_map(256, 5, 6, scale=0.5)
    exact = np.rint(both * 2**18).astype(np.int32)
    luma, _ = LumaSynthesis.of(bundled().checkpoint(layers + "Y", 1).layers)(both[:160], SIZE)
    chroma, _ = ChromaSynthesis.of(bundled().checkpoint(layers + "UV", 1).layers)(both, SIZE)
    for component, made in ((0, luma), (1, chroma)):
        network = models.synthesis(int(Synthesis[transform]), component)
        wanted = network(exact[: 160 if component == 0 else 256], *SIZE) * 2.0**-18
        assert np.abs(np.clip(made, 0, 255) - wanted).max() < PLANES_BEFORE_FILTERS


@pytest.mark.parametrize("transform", ["BOP", "SOP"])
@pytest.mark.parametrize("component", [0, 1])
def test_pulls_are_the_derivative_of_the_planes(transform: str, component: int) -> None:
    name = f"VM_{transform.lower()}/decoder_" + ("Y", "UV")[component]
    network = (LumaSynthesis, ChromaSynthesis)[component].of(bundled().checkpoint(name, 1).layers)
    channels = (160, 256)[component]
    latent = random_map(channels, 5, 6, scale=0.1)
    planes, kept = network(latent, SIZE)
    weight = random_map(*planes.shape, seed=1)
    require_derivative(lambda at: network(at, SIZE)[0], latent, weight, network.pull(weight, kept, SIZE))
