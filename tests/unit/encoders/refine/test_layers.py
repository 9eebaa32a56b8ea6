"""Float layers: forward as the integer ones, back as difference quotients."""

from __future__ import annotations

import numpy as np
import pytest
from refdec_encoders.refine import layers
from refdec_encoders.refine.layers import Doubling, Linear, ResAU

from refdec.networks.layers import Convolution, TransposedConvolution, UpSampler2
from refdec.plugins.api import Layer
from tests.encodable import bundled
from tests.unit.encoders.refine.support import quotient, random_map

Q18 = 2.0**-18


def of_pack(kind: str, name: str) -> tuple[dict[str, Layer], Layer]:
    found = dict(bundled().checkpoint(kind, 1).layers)
    return found, found[name]


def in_integers(layer: Convolution | TransposedConvolution | UpSampler2, x: np.ndarray) -> np.ndarray:
    made = layer(np.rint(x / Q18).astype(np.int32).transpose(1, 2, 0))
    return made.transpose(2, 0, 1) * Q18


@pytest.mark.parametrize(("name", "channels"), [("conv3", None), ("conv4", None), ("iact3.conv", 96)])
def test_convolutions_are_those_of_the_decoder(name: str, channels: int | None) -> None:
    all_layers, layer = of_pack("VM_bop/decoder_Y", name)
    groups = 1 if channels is None else channels // layer.shape[1]
    x = random_map(layer.shape[1] * groups, 21, 45)
    made = Linear.named(all_layers, name, channels)(x)
    assert np.abs(made - in_integers(Convolution.of(layer, groups=groups), x)).max() < 3e-4


@pytest.mark.parametrize(("kind", "name"), [("VM_bop/decoder_Y", "conv2_t"), ("VM_sop/decoder_Y", "conv2_t.conv")])
def test_layers_that_double_are_those_of_the_decoder(kind: str, name: str) -> None:
    all_layers, layer = of_pack(kind, name)
    x = random_map(64, 9, 12)
    exact = TransposedConvolution.of(layer) if kind == "VM_bop/decoder_Y" else UpSampler2.of(layer)
    made = Doubling.named(all_layers, "conv2_t")(x, (18, 24))
    assert np.abs(made - in_integers(exact, x)).max() < 3e-4
    assert np.array_equal(Doubling.named(all_layers, "conv2_t")(x, (17, 23)), made[:, :17, :23])


def test_a_transposed_layer_of_three_taps() -> None:
    """(4.2.2) T3, which the bundled weights do not have: out[2r - 1 + k] += w[k] x[r]."""
    weight = np.arange(2 * 3 * 9, dtype=np.int32).reshape(2, 3, 3, 3) - 20
    zeros = np.zeros(3, np.int64)
    layer = Layer("t3", weight, zeros.astype(np.uint8), zeros.astype(np.uint8), zeros, False, True)
    x = random_map(2, 4, 5)
    made = Doubling.named({"t3": layer}, "t3")(x, (8, 10))
    assert np.abs(made - in_integers(TransposedConvolution.of(layer), x)).max() < 1e-2
    wanted = np.zeros((3, 10, 12))
    for r in range(4):
        for c in range(5):
            wanted[:, 2 * r : 2 * r + 3, 2 * c : 2 * c + 3] += np.einsum("i,iokl->okl", x[:, r, c], weight)
    assert np.abs(made - wanted[:, 1:9, 1:11]).max() < 1e-3


@pytest.mark.parametrize(("name", "channels"), [("conv3", None), ("conv4", None), ("iact3.conv", 96)])
def test_a_convolution_back_is_its_adjoint(name: str, channels: int | None) -> None:
    all_layers, _ = of_pack("VM_bop/decoder_Y", name)
    layer = Linear.named(all_layers, name, channels)
    x = random_map(96 if name != "conv3" else 64, 11, 13)
    weight = random_map(*layer(x).shape, seed=1)
    way = random_map(*x.shape, seed=2)
    expected = float((quotient(layer, x, way) * weight).sum())
    assert float((layer.pull(weight) * way).sum()) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("kind", ["VM_bop/decoder_Y", "VM_sop/decoder_Y"])
@pytest.mark.parametrize("size", [(14, 18), (13, 17)])
def test_a_layer_that_doubles_back_is_its_adjoint(kind: str, size: tuple[int, int]) -> None:
    layer = Doubling.named(bundled().checkpoint(kind, 1).layers, "conv2_t")
    x, way = random_map(64, 7, 9), random_map(64, 7, 9, seed=2)
    weight = random_map(*layer(x, size).shape, seed=1)
    expected = float((quotient(lambda at: layer(at, size), x, way) * weight).sum())
    assert float((layer.pull(weight, (7, 9)) * way).sum()) == pytest.approx(expected, rel=1e-3)


def test_a_gate_back_is_its_derivative() -> None:
    act = ResAU.named(bundled().checkpoint("VM_bop/decoder_Y", 1).layers, "iact2")
    x, way = random_map(64, 9, 10, scale=3), random_map(64, 9, 10, seed=2)
    made, gate = act(x)
    weight = random_map(*made.shape, seed=1)
    expected = float((quotient(lambda at: act(at)[0], x, way, 1e-3) * weight).sum())
    assert float((act.pull(x, gate, weight) * way).sum()) == pytest.approx(expected, rel=2e-2)


def test_shuffles_are_inverse_and_sizes_grow_with_zeros() -> None:
    x = random_map(18, 4, 5)
    assert np.array_equal(layers.unshuffled(layers.shuffled(x, 3), 3), x)
    grown = layers.sized(x, (5, 3))
    assert grown.shape == (18, 5, 3) and not grown[:, 4].any() and np.array_equal(grown[:, :4], x[:, :, :3])
