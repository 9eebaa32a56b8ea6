"""Checkpoints of the test weights of 4.12.2, folded and quantised, and the example inputs in Q18."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np

from refdec.arithmetic.types import Int8Array, Int32Array
from refdec.networks.hyperscale import HasIntegers, HyperScaleDecoder
from refdec.weights.folding import folded_layers
from refdec.weights.pack import Checkpoint
from refdec.weights.quantise import quantise_layer
from refdec.weights.tensorlists import TensorSpec, tensor_list
from tests.unit.networks_recipe import Float32Array, recipe_block, recipe_checkpoint, recipe_input


def q18(values: Float32Array) -> Int32Array:
    """Times 2^18, rounded half to even, as the examples do."""
    return np.rint(values.astype(np.float64) * (1 << 18)).astype(np.int32)


def example_input(tag: str, shape: tuple[int, ...], A: float, O: float = 0.0) -> Int32Array:  # noqa: E741
    return q18(recipe_input(tag, shape, A, O))


def whole_input(tag: str, shape: tuple[int, ...], A: float) -> np.ndarray:
    """Rounded half to even to whole numbers."""
    return np.rint(recipe_input(tag, shape, A, 0.0)).astype(np.int32)


def hyper_scale(checkpoint: HasIntegers, z_hat: Int8Array, h: int, w: int) -> Int32Array:
    """(3.3) s0 int32 [C, h, w], 0..3967, of z_hat int8 [C, ceil(h/4), ceil(w/4)]."""
    network = HyperScaleDecoder.of(checkpoint)
    return network.scale(network.trunk(z_hat), h, w)


def quantised(name: str, specs: tuple[TensorSpec, ...], tensors: Mapping[str, Float32Array], kind: str) -> Checkpoint:
    present = tuple(spec for spec in specs if spec.name in tensors)
    folded = folded_layers(kind, present, lambda key: tensors[key].astype(np.float64))
    layers = {f.name: quantise_layer(f.weight, f.bias, f.transposed, name=f.name) for f in folded}
    return Checkpoint(name, MappingProxyType(layers), MappingProxyType({}), None, "")


@cache
def network_checkpoint(tensors: str, gain: float) -> Checkpoint:
    """All layers of a tensor list with recipe weights; the common networks take the list VM_common_int."""
    kind = tensors.replace("VM_common/", "VM_common_int/")
    return quantised(tensors, tensor_list(kind), recipe_checkpoint(tensors, gain), kind)


@cache
def block_checkpoint(block: str, prefix: str, gain: float = 0.5) -> Checkpoint:
    """A block alone with 64 channels: names relative to the block."""
    tensors = recipe_block(prefix, block, "VM_hop/decoder_Y", 64, gain)
    roles = {spec.name.removeprefix(prefix): spec.role for spec in tensor_list("VM_hop/decoder_Y")}
    specs = tuple(TensorSpec(n, t.shape, "float32", roles[n]) for n, t in tensors.items())
    return quantised(block, specs, tensors, "VM_hop/decoder_Y")
