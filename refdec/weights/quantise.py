"""From folded binary64 weights to integers (6.2.2, 6.2.4), and the gain vector (3.4.1).

In: float64 arrays.  Out: `Layer`; int32 G.  One of the few modules that may use floating point: every operation here is
exact or rounded once to nearest-even, so the result is the same on every machine.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.types import Int16Array, Int32Array, Int64Array, UInt8Array
from refdec.clauses import clause
from refdec.weights.errors import BiasTooLarge, GainOutOfRange, NotFinite, WeightTooLarge
from refdec.weights.layers import Layer, channels_first, per_channel

__all__ = ["Float64Array", "compact", "gain_log", "quantise_layer"]

Float64Array: TypeAlias = npt.NDArray[np.float64]

MANTISSA_BITS = 19
LARGEST_EXPONENT = 30
LARGEST_BIAS = 1 << 60
LARGEST_SHORT = 32767
BIAS_SCALE_BITS = 18
GAIN_MIN, GAIN_MAX = -2048, 2047


def _exponents(largest: Float64Array, name: str, bits: int) -> UInt8Array:
    """Return e per channel from m = max |w| (6.2.2 items 1 and 2), `bits` being 19.

    m = f * 2^k with 0.5 <= f < 1 gives e = 19 - k, one less if f * 2^19 rounds to 2^19, at most 30; m = 0 gives 0.
    """
    fraction, power = np.frexp(largest)
    rounds_up = np.rint(np.ldexp(fraction, bits)) == (1 << bits)
    exponent: Int64Array = np.minimum(bits - power.astype(np.int64) - rounds_up, LARGEST_EXPONENT)
    exponent[largest == 0] = 0
    if (exponent < 0).any():
        raise WeightTooLarge(name, int(np.argmax(exponent < 0)))
    return exponent.astype(np.uint8)


def _bias(bias: Float64Array | None, exponent: UInt8Array, name: str) -> Int64Array:
    """Return B = round_half_even(b * 2^(18 + e)) per channel (6.2.2 item 4)."""
    if bias is None:
        return np.zeros(exponent.size, np.int64)
    with np.errstate(over="ignore"):
        scaled = np.rint(np.ldexp(bias, exponent.astype(np.int32) + BIAS_SCALE_BITS))
    too_large = np.abs(scaled) > LARGEST_BIAS
    if too_large.any():
        raise BiasTooLarge(name, int(np.argmax(too_large)))
    return scaled.astype(np.int64)


@clause("6.2.4")
def compact(wide: Int32Array, exponent: UInt8Array, *, transposed: bool) -> tuple[Int16Array, UInt8Array] | None:
    """(6.2.4) Return the mantissas W / 2^t as int16 with t, or None where they do not fit 16 bits.

    t is the smaller of e and the trailing zero bits common to all W of the channel, 0 for a channel of zeros.
    """
    together = np.bitwise_or.reduce(channels_first(wide, transposed=transposed), axis=1)
    zeros = np.bitwise_count((together & -together) - 1)
    shift = np.where(together == 0, 0, np.minimum(zeros, exponent)).astype(np.uint8)
    narrow = wide >> per_channel(shift, wide.ndim, transposed=transposed)
    if narrow.size and max(int(narrow.max()), -int(narrow.min())) > LARGEST_SHORT:
        return None
    return narrow.astype(np.int16), shift


@clause("6.2.2")
def quantise_layer(
    weight: Float64Array,
    bias: Float64Array | None,
    transposed: bool = False,
    *,
    name: str = "",
    mantissa_bits: int = MANTISSA_BITS,
) -> Layer:
    """(6.2.2) Quantise folded weights [o]... (transposed: [i][o]...) and bias [o] to 20-bit mantissas per channel.

    The result is in compact form where 6.2.4 allows it.  `mantissa_bits` without sign, 19 in the text: heads take 15.
    Raises NotFinite, WeightTooLarge or BiasTooLarge with `name`.
    """
    axes = tuple(a for a in range(weight.ndim) if a != int(transposed))
    if not np.isfinite(weight).all():
        raise NotFinite(f"{name}.weight")
    if bias is not None and not np.isfinite(bias).all():
        raise NotFinite(f"{name}.bias")
    exponent = _exponents(np.abs(weight).max(axis=axes, initial=0), name, mantissa_bits)
    scale = per_channel(exponent, weight.ndim, transposed=transposed).astype(np.int32)
    wide = np.rint(np.ldexp(weight, scale)).astype(np.int32)
    narrow = compact(wide, exponent, transposed=transposed)
    mantissa, shift = (wide, np.zeros_like(exponent)) if narrow is None else narrow
    values = _bias(bias, exponent, name)
    for array in (mantissa, shift, exponent, values):
        array.flags.writeable = False
    return Layer(name, mantissa, shift, exponent, values, bias is not None, transposed)


@clause("3.4.1")
def gain_log(gains: Float64Array, *, name: str = "quantizer.gain_unit.c") -> Int32Array:
    """(3.4.1) Return G[c] = max(-2048, rhe(128 * c[c, k])), int32 [C], from the gain tensor [C][18].

    k is the first column whose mean differs from 0; 0 if there is none, or if the tensor was never initialised (ones).
    Raises NotFinite, or GainOutOfRange for G > 2047.
    """
    if not np.isfinite(gains).all():
        raise NotFinite(name)
    used = [k for k in range(gains.shape[1]) if math.fsum(gains[:, k].tolist()) != 0]
    untouched = bool((np.abs(gains - 1) < 1e-5).all())
    column = 0 if untouched or not used else used[0]
    scaled = np.maximum(np.rint(128 * gains[:, column]), GAIN_MIN)
    if (scaled > GAIN_MAX).any():
        worst = int(np.argmax(scaled))
        raise GainOutOfRange(name, worst, int(scaled[worst]))
    log_gain = scaled.astype(np.int32)
    log_gain.flags.writeable = False
    return log_gain
