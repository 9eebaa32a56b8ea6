"""Worked examples of whole networks: 06_networks.npz exactly (6.8), nn_*.npz within the tolerance of 4.12.2."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.transforms import Synthesis
from refdec.networks.analysis import load_analysis
from refdec.networks.attention import CAB, TAM
from refdec.networks.context import ContextModel, chroma_latent
from refdec.networks.hyperdecoder import HyperDecoder
from refdec.networks.hyperencoder import HyperEncoder
from refdec.networks.movement import to_map, to_planes
from refdec.networks.source import LayerSource
from refdec.networks.synthesis import load_synthesis
from tests.unit.networks.recipe import block_checkpoint, example_input, network_checkpoint, whole_input


def synthesis(transform: str, component: str, fast: bool) -> Int32Array:
    network = load_synthesis(
        Synthesis[transform.upper()],
        network_checkpoint(f"VM_{transform}/decoder_{component}", 0.5),
        component == "UV",
        fast=fast,
    )
    latent = example_input(f"synthesis_{transform}_{component}", (256 if component == "UV" else 160, 3, 4), 2)
    return network(latent, 37, 50)


def analysis(transform: str, component: str, fast: bool) -> Int32Array:
    network = load_analysis(network_checkpoint(f"VM_{transform}/encoder_{component}", 0.5), fast=fast)
    shape = (12, 19, 25) if component == "UV" else (1, 37, 50)
    return network(example_input(f"analysis_{transform}_{component}", shape, 127.5, 127.5))


def hyper_decoder(component: str, fast: bool) -> Int32Array:
    network = HyperDecoder.of(network_checkpoint(f"VM_common/{component}", 1.0), fast=fast)
    channels = 160 if component == "Y" else 96
    z_hat = whole_input(f"hyper_decoder_{component}", (channels, 2, 2), 4).astype(np.int8)
    return network(z_hat, *((100, 70) if component == "Y" else (50, 35)))


def hyper_encoder(component: str, fast: bool) -> Int32Array:
    network = HyperEncoder.of(network_checkpoint(f"VM_common/{component}", 1.0), fast=fast)
    return network.unrounded(example_input(f"hyper_encoder_{component}", (160 if component == "Y" else 96, 7, 5), 4))


def context(component: str, fast: bool) -> Int32Array:
    channels = 160 if component == "Y" else 96
    residual = whole_input(f"context_{component}_residual", (channels, 3, 5), 3) << 18
    psi = example_input(f"context_{component}_psi", (4 * channels, 2, 3), 2)
    if component == "UV":
        return chroma_latent(residual, psi)
    return ContextModel.of(network_checkpoint("VM_common/Y", 1.0), fast=fast)(residual, psi)


def cab(fast: bool) -> Int32Array:
    block = CAB.of(LayerSource(block_checkpoint("block/CAB", "CAB."), fast=fast))
    return to_planes(block(to_map(example_input("block_cab", (64, 6, 4), 1))))


def tam(resample: bool, fast: bool) -> Int32Array:
    name = f"TAM{int(resample)}"
    block = TAM.of(LayerSource(block_checkpoint(f"block/{name}", "TAM."), fast=fast), resample=resample)
    shape = (64, 6, 8) if resample else (64, 5, 7)
    return to_planes(block(to_map(example_input(f"block_{name.lower()}", shape, 1))))


CASES: dict[str, Callable[[bool], Int32Array]] = {
    **{
        f"synthesis_{t}_{c}": lambda fast, t=t, c=c: synthesis(t, c, fast)  # type: ignore[misc]
        for t in ("sop", "bop", "hop")
        for c in ("Y", "UV")
    },
    **{
        f"analysis_{t}_{c}": lambda fast, t=t, c=c: analysis(t, c, fast)  # type: ignore[misc]
        for t in ("bop", "hop")
        for c in ("Y", "UV")
    },
    **{
        f"{name}_{c}": lambda fast, make=make, c=c: make(c, fast)  # type: ignore[misc]
        for name, make in (("hyper_decoder", hyper_decoder), ("hyper_encoder", hyper_encoder), ("context", context))
        for c in ("Y", "UV")
    },
    "block_cab": cab,
    "block_tam0": lambda fast: tam(False, fast),
    "block_tam1": lambda fast: tam(True, fast),
}


@pytest.mark.parametrize("tag", CASES)
def test_example_6_8_networks_in_integers(tag: str, examples: Path) -> None:
    expected = np.load(examples / "06_networks.npz")[tag]
    assert np.array_equal(CASES[tag](True), expected)


@pytest.mark.parametrize("tag", CASES)
def test_example_6_8_networks_by_the_integer_loops(tag: str, examples: Path) -> None:
    expected = np.load(examples / "06_networks.npz")[tag]
    assert np.array_equal(CASES[tag](False), expected)


@pytest.mark.parametrize("tag", CASES)
def test_example_4_12_2_networks_against_floats(tag: str, examples: Path) -> None:
    with np.load(examples / f"nn_{tag}.npz") as example:
        expected = example["output"].astype(np.float64)
    if expected.ndim == 4:
        expected = expected[0]
    got = CASES[tag](True).astype(np.float64) / (1 << 18)
    is_picture = tag.startswith("synthesis")
    expected = expected[:, : got.shape[1], : got.shape[2]]
    assert got.shape == expected.shape
    assert np.abs(got - expected).max() < (1e-3 if is_picture else 2e-5)
