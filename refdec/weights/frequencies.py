"""Frequencies of z from the float model of an unquantised checkpoint (2.7.4), for its one conversion.

In: the tensors below `hyper_entropy.`.  Out: int32 [C][63].  Binary32 by definition, so not interoperable in principle:
checkpoints that hold `freqs_int` never come here.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause

__all__ = ["frequencies_from_model"]

LARGEST_Z = 31
LAYERS = 4
SCALE = 1e9
Float32Array = npt.NDArray[np.float32]


def _softplus(a: Float32Array) -> Float32Array:
    """ln(1 + e^a)."""
    return np.logaddexp(np.float32(0), a)


def _sigmoid(a: Float32Array) -> Float32Array:
    result: Float32Array = np.float32(1) / (np.float32(1) + np.exp(-a))
    return result


def _cumulative(y: Float32Array, read: Callable[[str], Float32Array]) -> Float32Array:
    """Return F(y), [C][1][63], for y [1][1][63]."""
    level = y
    for i in range(LAYERS):
        level = np.matmul(_softplus(read(f"hyper_entropy.matrices.{i}")), level) + read(f"hyper_entropy.biases.{i}")
        if i < LAYERS - 1:
            level = level + np.tanh(read(f"hyper_entropy.factors.{i}")) * np.tanh(level)
    return level


@clause("2.7.4")
def frequencies_from_model(read: Callable[[str], npt.NDArray[np.float64]]) -> Int32Array:
    """(2.7.4) Return freq[k] = trunc(f * 1e9) + 1 for z = k - 31, int32 [C][63], recomputed in binary32.

    f = |sigmoid(g*u) - sigmoid(g*d)|, u = F(z + 0.5), d = F(z - 0.5), g = -sign(u + d).
    """

    def single(name: str) -> Float32Array:
        return read(name).astype(np.float32)

    z = np.arange(-LARGEST_Z, LARGEST_Z + 1, dtype=np.float32).reshape(1, 1, -1)
    with np.errstate(over="ignore", invalid="ignore"):
        upper, lower = _cumulative(z + np.float32(0.5), single), _cumulative(z - np.float32(0.5), single)
        sign = -np.sign(upper + lower)
        mass = np.abs(_sigmoid(sign * upper) - _sigmoid(sign * lower))
        scaled = np.nan_to_num(mass * np.float32(SCALE), nan=0.0)
    counts: Int32Array = np.trunc(scaled)[:, 0, :].astype(np.int32) + np.int32(1)
    return counts
