"""Synthesis (4.5): crop rules at all parities against float64 written from the text, bands against the whole, sizes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.transforms import Synthesis
from refdec.networks.errors import LatentSizeMismatch
from refdec.networks.movement import depth_size
from refdec.networks.synthesis import (
    SynthesisChroma,
    SynthesisLuma,
    SynthesisNetwork,
    load_synthesis,
)
from refdec.tiling.geometry import Rect
from tests.unit.networks import float_reference
from tests.unit.networks.recipe import network_checkpoint
from tests.unit.networks_recipe import recipe_checkpoint

LATENT_ROWS = 16
SIZES = [(1, 1), (16, 17), (9, 5), (23, 41), (33, 3), (29, 34), (12, 60)]
"""Among them, every combination of odd and even at the depths 1, 2 and 3."""


def in_bands(network: SynthesisNetwork, latent: Int32Array, height: int, width: int, rows_per_band: int) -> Int32Array:
    """Planes made in bands of latent rows, each from as many further rows as the halo says."""
    assert network.halo is not None
    before, after = network.halo
    bands = []
    for first in range(0, latent.shape[1], rows_per_band):
        last = min(first + rows_per_band, latent.shape[1])
        top, bottom = max(first - before, 0), min(last + after, latent.shape[1])
        piece_height = min(LATENT_ROWS * bottom, height) - LATENT_ROWS * top
        rows = min(LATENT_ROWS * last, height) - LATENT_ROWS * first
        keep = Rect(0, LATENT_ROWS * (first - top), width, rows)
        bands.append(network(latent[:, top:bottom], piece_height, width, keep))
    return np.concatenate(bands, axis=1)


def network(transform: str, component: str) -> SynthesisNetwork:
    checkpoint = network_checkpoint(f"VM_{transform}/decoder_{component}", 0.5)
    return load_synthesis(Synthesis[transform.upper()], checkpoint, int(component == "UV"))


def random_latent(component: str, height: int, width: int, seed: int = 1) -> Int32Array:
    shape = (160 if component == "Y" else 256, *depth_size(height, width, 4))
    return np.rint(np.random.default_rng(seed).uniform(-3, 3, shape) * (1 << 18)).astype(np.int32)


@pytest.mark.parametrize("component", ["Y", "UV"])
@pytest.mark.parametrize("transform", ["sop", "bop", "hop"])
@pytest.mark.parametrize("size", SIZES)
def test_all_sizes_against_floats(transform: str, component: str, size: tuple[int, int]) -> None:
    latent = random_latent(component, *size)
    got = network(transform, component)(latent, *size)
    tensors = recipe_checkpoint(f"VM_{transform}/decoder_{component}", 0.5)
    expected = float_reference.synthesis(transform, component, tensors, latent / 2**18, *size)
    assert got.shape == expected.shape == (1 + (component == "UV"), *size)
    assert np.abs(got / 2**18 - expected).max() < 2e-3


def test_example_4_12_1_sizes_of_luma() -> None:
    """Height 37: 3 rows of latent, 5 at depth 3, 10 at depth 2, 40 raw; height 300: 19, 38, 75."""
    assert [depth_size(37, 300, d) for d in (4, 3, 2)] == [(3, 19), (5, 38), (10, 75)]


@pytest.mark.parametrize("component", ["Y", "UV"])
@pytest.mark.parametrize("transform", ["sop", "bop"])
@pytest.mark.parametrize(("height", "rows"), [(133, 1), (133, 2), (150, 3), (160, 4), (171, 5), (90, 99)])
def test_bands_are_the_whole(transform: str, component: str, height: int, rows: int) -> None:
    made = network(transform, component)
    latent = random_latent(component, height, 37)
    assert np.array_equal(in_bands(made, latent, height, 37, rows), made(latent, height, 37))


@pytest.mark.parametrize("component", ["Y", "UV"])
@pytest.mark.parametrize("transform", ["sop", "bop"])
def test_a_smaller_halo_is_not_enough(transform: str, component: str) -> None:
    made = network(transform, component)
    assert isinstance(made, SynthesisLuma | SynthesisChroma)
    assert made.halo is not None
    before, after = made.halo
    latent = random_latent(component, 160, 21)
    whole = made(latent, 160, 21)
    for halo in ((before - 1, after), (before, after - 1)):
        assert not np.array_equal(in_bands(replace(made, halo=halo), latent, 160, 21, 2), whole)


def test_hop_has_no_halo_and_keeps_any_part_of_the_whole() -> None:
    made = network("hop", "UV")
    latent = random_latent("UV", 40, 20)
    assert made.halo is None
    part = Rect(3, 16, 9, 20)
    assert np.array_equal(made(latent, 40, 20, part), made(latent, 40, 20)[:, part.rows, part.columns])


@pytest.mark.parametrize("transform", ["sop", "bop", "hop"])
@pytest.mark.parametrize("value", [-(1 << 31), (1 << 31) - 1])
def test_extreme_latents_saturate_alike_in_both_forms(transform: str, value: int) -> None:
    latent = random_latent("Y", 20, 20)
    latent[::7] = value
    checkpoint = network_checkpoint(f"VM_{transform}/decoder_Y", 0.5)
    fast, loop = (load_synthesis(Synthesis[transform.upper()], checkpoint, 0, fast=f) for f in (True, False))
    planes = fast(latent, 20, 20)
    assert np.array_equal(planes, loop(latent, 20, 20))
    assert planes.min() >= 0
    assert planes.max() <= 255 << 18


def test_a_latent_of_another_size_is_refused() -> None:
    with pytest.raises(LatentSizeMismatch, match=r"3 x 3 .* needs 3 x 4"):
        network("sop", "Y")(random_latent("Y", 33, 33), 33, 50)
