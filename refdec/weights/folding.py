"""Folding before quantisation (6.2.1): scales, norms and batch norms go into the weights of a convolution beside them.

In: the float tensors of a checkpoint in binary64.  Out: one `Folded` per layer, ready for 6.2.2.  Floats by nature;
every operation is rounded once, in the order of the text's parentheses.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from refdec.clauses import clause
from refdec.weights.names import EICCI
from refdec.weights.quantise import Float64Array
from refdec.weights.tensorlists import TensorSpec

__all__ = ["Folded", "folded_layers"]

Reader: TypeAlias = Callable[[str], Float64Array]
"""Gives a tensor of the list in binary64 by its name."""

WHITE_INSIDE = 16.0
"""Features of eICCI are kept on a scale where white is 16."""
WHITE = 255.0
PICTURE_SCALE = 128.0
NORM_EPSILON = 1e-5
SINGLE_BITS = 24
LAST_LAYERS = ("conv4", "conv4_t")
NORMS = {"prep_data.conv1": "prep_data.norm1", "ffn.project_in": "ffn.norm1"}
BATCH_NORMS = {"conv1": "BN1", "conv2": "BN2", "conv_first_Y": "BNY", "conv_firstUV": "BNUV"}
LAST_SCALES = {"conv_last_Y": "scaleY", "conv_last_u": "scaleU", "conv_last_v": "scaleV"}


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """A layer before quantisation; `bias` is None where it has none even after folding."""

    name: str
    weight: Float64Array
    bias: Float64Array | None
    transposed: bool


def folded_layers(kind: str, specs: tuple[TensorSpec, ...], read: Reader) -> Iterator[Folded]:
    """Yield all layers of a checkpoint of a kind, folded; temperatures as layers of shape [4,1,1]."""
    names = {spec.name for spec in specs}
    is_filter = kind.startswith(EICCI)
    is_synthesis = "/decoder_" in kind
    for spec in specs:
        if spec.role == "temperature":
            yield Folded(spec.name, read(spec.name), None, False)
        if len(spec.shape) != 4 or spec.role not in ("conv", "tconv", "filter") or spec.is_integer:
            continue
        name = spec.name.removesuffix(".weight")
        if is_filter:
            yield _filter_layer(name, read)
            continue
        weight, bias = read(spec.name), read(f"{name}.bias") if f"{name}.bias" in names else None
        if is_synthesis and name in LAST_LAYERS:
            weight, bias = _picture_scale(weight, bias)
        for ending, norm in NORMS.items():
            if name.endswith(ending):
                before = name.removesuffix(ending) + norm
                weight, bias = _with_norm(weight, read(f"{before}.weight"), read(f"{before}.bias"))
        yield Folded(name, weight, bias, spec.role == "tconv")


@clause("6.2.1")
def _picture_scale(weight: Float64Array, bias: Float64Array | None) -> tuple[Float64Array, Float64Array | None]:
    """(6.2.1 a) The last layer of a synthesis network times 128: the network ends on the 0..255 scale."""
    return weight * PICTURE_SCALE, None if bias is None else bias * PICTURE_SCALE


def _exact_sum(products: list[tuple[float, float]]) -> float:
    """Return the exact sum of products, rounded once to binary64."""
    return float(sum((Fraction(a) * Fraction(b) for a, b in products), Fraction(0)))


def _is_single(values: Float64Array) -> bool:
    """Tell whether all values have at most 24 significant bits (and no extreme exponent): products are then exact."""
    fraction, power = np.frexp(values)
    scaled = np.ldexp(fraction, SINGLE_BITS)
    return bool((scaled == np.rint(scaled)).all() and (np.abs(power) < 400).all())


@clause("6.2.1")
def _with_norm(weight: Float64Array, gain: Float64Array, offset: Float64Array) -> tuple[Float64Array, Float64Array]:
    """(6.2.1 b) A 1x1 convolution after a layer norm takes its gain and offset over."""
    flat = weight.reshape(weight.shape[0], -1)
    if not (np.isfinite(flat).all() and np.isfinite(offset).all()):
        bias = np.full(flat.shape[0], np.nan)
    elif _is_single(flat) and _is_single(offset):
        bias = np.array([math.fsum(row) for row in (flat * offset).tolist()])
    else:
        values = offset.tolist()
        bias = np.array([_exact_sum(list(zip(row, values, strict=True))) for row in flat.tolist()])
    return weight * gain[:, None, None], bias


@clause("6.2.1")
def _filter_layer(name: str, read: Reader) -> Folded:
    """(6.2.1 c) A layer of eICCI with its batch norm or scale; features inside the network have white at 16."""
    weight, bias = read(f"{name}.weight"), read(f"{name}.bias")
    prefix, _, last = name.rpartition(".")
    if name in LAST_SCALES:
        k = read(LAST_SCALES[name])[0]
        return Folded(name, ((weight * k) * WHITE) / WHITE_INSIDE, (bias * k) * WHITE, False)
    weight, bias = _with_batch_norm(weight, bias, f"{prefix}.{BATCH_NORMS[last]}".removeprefix("."), read)
    if last == "conv2":
        k = read(f"{prefix}.scale")[0]
        return Folded(name, weight * k, (bias * k) * WHITE_INSIDE, False)
    if last == "conv1":
        return Folded(name, weight, bias * WHITE_INSIDE, False)
    return Folded(name, (weight * WHITE_INSIDE) / WHITE, bias * WHITE_INSIDE, False)


def _with_batch_norm(
    weight: Float64Array, bias: Float64Array, norm: str, read: Reader
) -> tuple[Float64Array, Float64Array]:
    """Return w' = w*a and b' = ((b - r)*a) + v with a = u / sqrt(s + 1e-5)."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        a = read(f"{norm}.weight") / np.sqrt(read(f"{norm}.running_var") + NORM_EPSILON)
        shifted = ((bias - read(f"{norm}.running_mean")) * a) + read(f"{norm}.bias")
        return weight * a[:, None, None, None], shifted
