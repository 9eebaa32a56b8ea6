"""Heads out of arrays: floating-point weights become integers once, here.

In: steps, and a weight with its bias for each layer, as floats or as whole numbers.  Out: a `Head` that can be written,
checked as one that was read is.  One of the few modules that may hold floats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.heads.errors import HeadStepInvalid
from refdec.heads.head import Head, HeadFacts, HeadStep
from refdec.heads.plan import plan_of
from refdec.weights.layers import Layer
from refdec.weights.quantise import quantise_layer

__all__ = ["Weights", "head_of"]

Weights: TypeAlias = tuple[npt.NDArray[Any], npt.NDArray[Any] | None]
"""Weight [out, in / groups, rows, columns], or [out, in] of a linear layer, or [in, out, rows, columns] of a transposed
one; and bias [out] in units of the map."""
TRANSPOSED = "transposed"
"""The operation whose weights are turned."""
MANTISSA_BITS = 15
DIMENSIONS = 4


def _layer(name: str, weights: Weights, transposed: bool) -> Layer:
    """Return a layer with mantissas of 16 bits.  Raises HeadStepInvalid, NotFinite, WeightTooLarge, BiasTooLarge."""
    weight, bias = (None if part is None else np.asarray(part, np.float64) for part in weights)
    assert weight is not None
    if weight.ndim == 2:
        weight = weight[:, :, None, None]
    if weight.ndim != DIMENSIONS or (bias is not None and bias.shape != (weight.shape[transposed],)):
        shapes = f"{list(weight.shape)}" + ("" if bias is None else f" and a bias {list(bias.shape)}")
        raise HeadStepInvalid(f"the layer {name}", f"has a weight {shapes}")
    return quantise_layer(weight, bias, transposed, name=name, mantissa_bits=MANTISSA_BITS)


def head_of(
    facts: HeadFacts, steps: Sequence[HeadStep], weights: Mapping[str, Weights], outputs: Sequence[str] = ()
) -> Head:
    """Return a head; without `outputs` its answer is what the last step makes.

    Weights become mantissas of 16 bits with an exponent for each output channel (6.2.2), the nearest ones: of a
    channel's largest weight they keep 15 bits.  Raises HeadStepInvalid, HeadTooLarge, NotFinite, WeightTooLarge,
    BiasTooLarge.
    """
    turned = {name for step in steps if step.operation == TRANSPOSED for name in step.layers}
    layers = {name: _layer(name, given, name in turned) for name, given in weights.items()}
    answer = tuple(outputs) or tuple(step.output for step in steps[-1:])
    head = Head(facts, tuple(steps), layers, answer)
    plan_of(head)
    return head
