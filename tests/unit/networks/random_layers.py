"""Random layers and maps for tests of the networks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.types import Int32Array
from refdec.networks.layers import Convolution, TransposedConvolution, UpSampler2
from refdec.weights.layers import Layer

KINDS: dict[str, tuple[tuple[int, ...], bool, dict[str, int]]] = {
    "k1": ((7, 6, 1, 1), False, {}),
    "k3": ((7, 6, 3, 3), False, {}),
    "k3 one output": ((1, 6, 3, 3), False, {}),
    "k3 groups": ((12, 3, 3, 3), False, {"groups": 2}),
    "k3 stride 2": ((7, 6, 3, 3), False, {"stride": 2}),
    "k3 depth-wise": ((6, 1, 3, 3), False, {"groups": 6}),
    "k13": ((7, 6, 1, 3), False, {}),
    "k31": ((7, 6, 3, 1), False, {}),
    "t3": ((6, 7, 3, 3), True, {}),
    "t3 one output": ((6, 1, 3, 3), True, {}),
    "t4": ((6, 7, 4, 4), True, {}),
    "u2": ((28, 6, 2, 2), False, {}),
    "shuffled": ((28, 6, 1, 1), False, {}),
}
"""Shape of the stored tensor, whether it is transposed, stride and groups."""


def layer_of(wide: npt.ArrayLike, exponent: npt.ArrayLike, bias: npt.ArrayLike, transposed: bool = False) -> Layer:
    """A layer from W, e and B."""
    e = np.asarray(exponent, dtype=np.uint8)
    return Layer("test", np.asarray(wide, np.int32), np.zeros_like(e), e, np.asarray(bias, np.int64), True, transposed)


def random_layer(kind: str, seed: int, *, bits: int = 19, shift: bool = False) -> Layer:
    """A layer with mantissas of up to `bits` bits; `shift` stores int16 mantissas with t > 0."""
    shape, transposed, _ = KINDS[kind]
    rng = np.random.default_rng(seed)
    outputs = shape[1] if transposed else shape[0]
    mantissa = rng.integers(-(1 << bits) + 1, 1 << bits, shape)
    exponent = rng.integers(0, 31, outputs).astype(np.uint8)
    bias = rng.integers(-(1 << 60), 1 << 60, outputs) >> rng.integers(0, 50, outputs)
    if not shift:
        return Layer("test", mantissa.astype(np.int32), np.zeros_like(exponent), exponent, bias, True, transposed)
    t = np.minimum(rng.integers(0, 5, outputs), exponent).astype(np.uint8)
    return Layer("test", (mantissa >> max(bits - 15, 0)).astype(np.int16), t, exponent, bias, True, transposed)


def operator(kind: str, layer: Layer, fast: bool) -> Any:
    """The layer as an operator."""
    if kind.startswith("t"):
        return TransposedConvolution.of(layer, fast=fast)
    if kind == "u2":
        return UpSampler2.of(layer, fast=fast)
    if kind == "shuffled":
        return Convolution.shuffled(layer, fast=fast)
    return Convolution.of(layer, fast=fast, **KINDS[kind][2])


def random_map(shape: tuple[int, int, int], bits: int, seed: int) -> Int32Array:
    """A map [h, w, C] with magnitudes up to 2^bits, the extremes included now and then."""
    rng = np.random.default_rng(seed)
    top = 1 << bits
    x = rng.integers(-top, top, shape)
    x[rng.random(shape) < 0.05] = -top
    x[rng.random(shape) < 0.05] = top - 1
    return x.astype(np.int32)
