"""Analysis networks (4.6): the light ones against float64 written from their table, and the sizes of all."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.networks.analysis import LightAnalysis, ReferenceAnalysis, load_analysis
from refdec.networks.errors import NoSuchNetwork
from refdec.weights.pack import Checkpoint
from refdec.weights.tensorlists import tensor_list
from tests.unit.networks.float_reference import Array, Tensors, conv, relu, resau
from tests.unit.networks.recipe import network_checkpoint, quantised
from tests.unit.networks_recipe import recipe_tensor


def light_tensors(component: str) -> Tensors:
    specs = tensor_list(f"analysis/{component}")
    return {s.name: recipe_tensor(f"analysis/{component}", s.name, s.shape, 0.5, False) for s in specs}


def light_checkpoint(component: str) -> Checkpoint:
    kind = f"analysis/{component}"
    return quantised(kind, tensor_list(kind), light_tensors(component), kind)


def unshuffled(planes: Array) -> Array:
    """PU(4) of planes extended to multiples of 16, normalised."""
    n, h, w = planes.shape
    x = np.pad(planes, ((0, 0), (0, -h % 16), (0, -w % 16)), mode="edge")
    x = (x - 127.5) / 128
    parts = [x[p, dy::4, dx::4] for p in range(n) for dy in range(4) for dx in range(4)]
    return np.stack(parts)


def light_luma(planes: Array, t: Tensors) -> Array:
    x = resau(conv(unshuffled(planes), t, "conv1"), t, "act1")
    x = resau(conv(x, t, "conv2", 2), t, "act2")
    x = x + relu(conv(x, t, "res2.conv1"))
    return conv(resau(conv(x, t, "conv3", 2), t, "act3"), t, "conv4")


def light_chroma(planes: Array, t: Tensors) -> Array:
    x = resau(conv(unshuffled(planes), t, "conv1", 2), t, "act1")
    return conv(resau(conv(x, t, "conv2", 2), t, "act2"), t, "conv3")


@pytest.mark.parametrize(("component", "planes", "channels"), [("Y", 1, 160), ("UV", 3, 96)])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (16, 32), (17, 50)])
def test_light_analysis_against_floats(component: str, planes: int, channels: int, height: int, width: int) -> None:
    samples = np.random.default_rng(height).integers(0, 256, (planes, height, width)) << 18
    network = load_analysis(light_checkpoint(component))
    assert isinstance(network, LightAnalysis)
    y = network(samples.astype(np.int32))
    expected = (light_luma if component == "Y" else light_chroma)(samples / 2**18, light_tensors(component))
    assert y.shape == (channels, -(-height // 16), -(-width // 16))
    assert np.abs(y / 2**18 - expected).max() < 3e-5


@pytest.mark.parametrize(("transform", "component"), [("bop", "Y"), ("bop", "UV"), ("hop", "UV")])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (8, 16), (9, 31)])
def test_reference_analysis_rounds_sizes_up(transform: str, component: str, height: int, width: int) -> None:
    network = load_analysis(network_checkpoint(f"VM_{transform}/encoder_{component}", 0.5))
    assert isinstance(network, ReferenceAnalysis)
    assert (network.tam is not None) is (transform == "hop")
    planes, channels, factor = (1, 160, 16) if component == "Y" else (12, 96, 8)
    y = network(np.full((planes, height, width), 99 << 18, dtype=np.int32))
    assert y.shape == (channels, -(-height // factor), -(-width // factor))


def test_a_checkpoint_of_something_else_is_refused() -> None:
    with pytest.raises(NoSuchNetwork):
        load_analysis(network_checkpoint("VM_sop/decoder_Y", 0.5))
