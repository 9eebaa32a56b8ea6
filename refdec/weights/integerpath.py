"""Bounds of the integer tensors of a common checkpoint: hyper-scale decoder (3.3) and frequencies of z (2.7).

In: int32 tensors, from the importer or a pack.  Out: nothing, or the error that names the tensor.  Later stages rely on
these bounds, so they are checked wherever weights come in.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.weights.errors import BadFrequencies, HyperScaleTooLarge, ShiftOutOfRange

__all__ = ["FREQUENCIES", "HYPER_SCALE", "require_integer_path"]

FREQUENCIES = "hyper_entropy.freqs_int"
HYPER_SCALE = "hyper_scale_decoder."
LARGEST_SHIFT = 31
LARGEST_INPUT = 128
"""Inputs of a layer of the hyper-scale decoder are clamped to [-128, 127]."""
LARGEST_INT32 = (1 << 31) - 1


@clause("3.3.2")
def _require_32_bits(name: str, weight: Int32Array, bias: Int32Array) -> None:
    """(3.3.2) |b| + 128 * sum |W| < 2^31 in every channel, so that sums fit 32 bits in any order."""
    sums = np.abs(weight.reshape(weight.shape[0], -1)).sum(axis=1, dtype=np.int64)
    bounds = LARGEST_INPUT * sums + np.abs(bias.astype(np.int64))
    outside = (bounds > LARGEST_INT32) | (weight.reshape(weight.shape[0], -1).min(axis=1) == -LARGEST_INT32 - 1)
    if outside.any():
        raise HyperScaleTooLarge(name, int(np.argmax(outside)))


@clause("2.7.2")
def _require_frequencies(name: str, frequencies: Int32Array) -> None:
    """(2.7.2) No frequency is negative, and every channel has one that is not 0."""
    bad = (frequencies < 0).any(axis=1) | (frequencies.max(axis=1) < 1)
    if bad.any():
        raise BadFrequencies(name, int(np.argmax(bad)))


def require_integer_path(integers: Mapping[str, Int32Array]) -> None:
    """Check all integer tensors of a common checkpoint, by full name.

    Raises ShiftOutOfRange, HyperScaleTooLarge or BadFrequencies.
    """
    for name, values in integers.items():
        if name.endswith(".per_channel_shifts"):
            outside = (values < 0) | (values > LARGEST_SHIFT)
            if outside.any():
                raise ShiftOutOfRange(name, int(values[outside][0]))
        elif name.endswith(".weight"):
            _require_32_bits(name, values, integers[name.removesuffix("weight") + "bias"])
        elif name == FREQUENCIES:
            _require_frequencies(name, values)
