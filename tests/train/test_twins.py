"""A trainable network and the integer network that is made of its weights compute the same, but for rounding.

Every stage is compared on its own, on odd sizes, with random weights: the tolerances are those of docs/accuracy.md for
psi and latents (in units of the latent), and of planes (on the scale 0..255).
"""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from refdec_train.analysis import ReferenceChroma, ReferenceLuma
from refdec_train.codec import Codec
from refdec_train.colour import from_codec, to_codec
from refdec_train.export import checkpoints_of, snapped

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.transforms import Synthesis
from refdec.networks.analysis import load_analysis
from refdec.networks.context import ContextModel as IntegerContext
from refdec.networks.hyperdecoder import HyperDecoder as IntegerHyperDecoder
from refdec.networks.hyperencoder import HyperEncoder as IntegerHyperEncoder
from refdec.networks.hyperscale import HyperScaleDecoder as IntegerScales
from refdec.networks.movement import to_map, to_planes
from refdec.networks.synthesis import load_synthesis
from refdec.weights.importer import import_tensors
from refdec.weights.names import name_of_text
from refdec.weights.pack import Checkpoint

Q18 = 1 << 18
HEIGHT, WIDTH = 107, 139
PSI_TOLERANCE, LATENT_TOLERANCE, PLANE_TOLERANCE, HOP_TOLERANCE = 5e-5, 5e-5, 3e-3, 8e-3
HOP_LATENT_TOLERANCE = 2e-4
MODEL = 1


@cache
def codec() -> Codec:
    torch.manual_seed(3)
    return snapped(Codec(("bop", "sop", "hop")).eval())


@cache
def checkpoint(name: str) -> Checkpoint:
    tensors = checkpoints_of(codec(), MODEL)[f"{name}_0.012"]
    return import_tensors(name_of_text(f"{name}_0.012"), tensors)


def drawn(*shape: int, spread: float = 3.0, seed: int = 0) -> tuple[Int32Array, torch.Tensor]:
    """Random values as Q18 integers, and the same as floats with a batch of one."""
    values = np.rint(np.random.default_rng(seed).normal(0, spread, shape) * Q18).astype(np.int32)
    return values, torch.from_numpy(values.astype(np.float32) / Q18)[None]


def distance(found: Int32Array, wanted: torch.Tensor) -> float:
    assert found.shape == wanted.shape[1:]
    return float(np.abs(found / Q18 - wanted[0].detach().numpy()).max())


@pytest.mark.parametrize(("tag", "channels"), [("Y", 160), ("UV", 96)])
def test_hyper_encoder(tag: str, channels: int) -> None:
    component = codec().luma if tag == "Y" else codec().chroma
    integers, floats = drawn(channels, 7, 9)
    found = IntegerHyperEncoder.of(checkpoint(f"VM_common_int/{tag}")).unrounded(integers)
    assert distance(found, component.hyper_encoder(floats)) < LATENT_TOLERANCE


@pytest.mark.parametrize(("tag", "channels", "samples"), [("Y", 160, 1), ("UV", 96, 2)])
def test_hyper_decoder(tag: str, channels: int, samples: int) -> None:
    component = codec().luma if tag == "Y" else codec().chroma
    z = np.random.default_rng(1).integers(-31, 32, (channels, 2, 3)).astype(np.int8)
    height, width = -(-HEIGHT // samples), -(-WIDTH // samples)
    found = IntegerHyperDecoder.of(checkpoint(f"VM_common_int/{tag}"))(z, height, width)
    wanted = component.hyper_decoder(torch.from_numpy(z).float()[None], -(-HEIGHT // 32), -(-WIDTH // 32))
    assert distance(found, wanted) < PSI_TOLERANCE


@pytest.mark.parametrize(("tag", "channels"), [("Y", 160), ("UV", 96)])
def test_scale_indices_are_equal(tag: str, channels: int) -> None:
    """In float64 the twin computes with the very integers, so that every index is the same."""
    component = codec().luma if tag == "Y" else codec().chroma
    z = np.random.default_rng(2).integers(-4, 5, (channels, 2, 3)).astype(np.int8)
    network = IntegerScales.of(checkpoint(f"VM_common_int/{tag}"))
    found = network.scale(network.trunk(z), 8, 12)
    twin = copy.deepcopy(component.hyper_scale_decoder).double()
    wanted = twin(torch.from_numpy(z).double()[None], 8, 12)[0].detach().numpy()
    assert np.array_equal(found, wanted) and wanted.max() > 128


def test_context_model() -> None:
    residual, residual_float = drawn(160, 8, 10, spread=1.0, seed=4)
    psi, psi_float = drawn(640, 4, 5, seed=5)
    found = IntegerContext.of(checkpoint("VM_common_int/Y"))(residual, psi)
    from refdec_train.context import merged, split

    parts = split(residual_float)
    context = codec().luma.context
    assert context is not None
    wanted = merged(context(psi_float, lambda phase, mean: parts[phase] + mean))
    assert distance(found, wanted) < LATENT_TOLERANCE


@pytest.mark.parametrize("transform", ["sop", "bop", "hop"])
def test_synthesis(transform: str) -> None:
    latent, latent_float = drawn(256, 7, 9, spread=1.0, seed=6)
    pair, tolerance = codec().syntheses[transform], HOP_TOLERANCE if transform == "hop" else PLANE_TOLERANCE
    for component, (tag, name, channels) in enumerate((("Y", "luma", 160), ("UV", "chroma", 256))):
        network = load_synthesis(Synthesis[transform.upper()], checkpoint(f"VM_{transform}/decoder_{tag}"), component)
        found = network(np.ascontiguousarray(latent[:channels]), HEIGHT, WIDTH)
        twin = pair[name]  # type: ignore[index]
        wanted = from_codec(twin(latent_float[:, :channels], (HEIGHT, WIDTH))).clamp(0, 255)
        assert distance(np.clip(found, 0, 255 * Q18), wanted) < tolerance


def planes(count: int, height: int, width: int) -> tuple[Int32Array, torch.Tensor]:
    values = np.random.default_rng(7).integers(0, 256, (count, height, width))
    return (values * Q18).astype(np.int32), to_codec(torch.from_numpy(values).float()[None])


@pytest.mark.parametrize(("tag", "name", "count"), [("Y", "luma", 1), ("UV", "chroma", 3)])
def test_light_analysis(tag: str, name: str, count: int) -> None:
    integers, floats = planes(count, 96, 128)
    found = load_analysis(checkpoint(f"analysis/{tag}"))(integers)
    assert distance(found, codec().analysis[name](floats)) < LATENT_TOLERANCE


@pytest.mark.parametrize("high", [False, True])
@pytest.mark.parametrize(("tag", "kind", "count"), [("Y", ReferenceLuma, 1), ("UV", ReferenceChroma, 12)])
def test_reference_analysis(
    tag: str, kind: type[ReferenceLuma] | type[ReferenceChroma], count: int, high: bool
) -> None:
    torch.manual_seed(8)
    twin = snapped(kind(high=high).eval())
    folder = "VM_hop" if high else "VM_bop"
    name = name_of_text(f"{folder}/encoder_{tag}_0.012")
    tensors = {key: value.detach().numpy() for key, value in twin.state_dict().items()}
    integers, floats = planes(count, 93, 125)
    found = load_analysis(import_tensors(name, tensors))(integers)
    assert distance(found, twin(floats)) < (1e-3 if high else 2e-4)


def reference_pair(tag: str, kind: type[ReferenceLuma] | type[ReferenceChroma], high: bool) -> tuple[Any, Any]:
    """A reference analysis with random weights: the twin, and the integer network made of the same."""
    torch.manual_seed(11)
    twin = snapped(kind(high=high).eval())
    name = name_of_text(f"{'VM_hop' if high else 'VM_bop'}/encoder_{tag}_0.012")
    tensors = {key: value.detach().numpy() for key, value in twin.state_dict().items()}
    return twin, load_analysis(import_tensors(name, tensors))


@pytest.mark.parametrize("high", [False, True])
@pytest.mark.parametrize(("tag", "kind", "count"), [("Y", ReferenceLuma, 1), ("UV", ReferenceChroma, 12)])
def test_reference_analysis_stage_by_stage(
    tag: str, kind: type[ReferenceLuma] | type[ReferenceChroma], count: int, high: bool
) -> None:
    """(4.6) Each step of the table takes the very input of its twin, so that an error is seen where it is made."""
    twin, network = reference_pair(tag, kind, high)
    blocks = [(network.stages[n][0], network.stages[n][1]) for n in range(3)]
    twins = [(twin.conv1, twin.act1), (twin.conv2, twin.act2), (twin.conv3, twin.act3)]
    attention = [None, network.tam, network.cab], [None, twin.TAM, twin.cab]
    values, floats = drawn(count, 26, 38, spread=0.5, seed=12)
    for before, twin_before, (conv, act), (twin_conv, twin_act) in zip(*attention, blocks, twins, strict=True):
        assert (before is None) == (twin_before is None or not high)
        steps = [(before, twin_before, HOP_LATENT_TOLERANCE)] if before is not None else []
        for step, twin_step, tolerance in (
            *steps,
            (conv, twin_conv, LATENT_TOLERANCE),
            (act, twin_act, LATENT_TOLERANCE),
        ):
            made, wanted = to_planes(step(to_map(values))), twin_step(floats).detach()
            assert distance(made, wanted) < tolerance * max(1.0, float(wanted.abs().max()))
            height, width = (n + n % 2 for n in made.shape[1:])  # what follows halves, and pads before (4.2.10)
            values = np.pad(made, ((0, 0), (0, height - made.shape[1]), (0, width - made.shape[2])), mode="edge")
            floats = torch.from_numpy((values / Q18).astype(np.float32))[None]
    last, twin_last = (network.last_half, twin.conv4) if tag == "Y" else (network.last, twin.conv5)
    made, wanted = to_planes(last(to_map(values))), twin_last(floats).detach()
    assert distance(made, wanted) < LATENT_TOLERANCE * max(1.0, float(wanted.abs().max()))
