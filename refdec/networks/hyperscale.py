"""Hyper-scale decoder (3.3): from the hyper latent z_hat to the sigma index s0, all in 32-bit integers.

In: z_hat int8 [C, hz, wz] and the integer tensors of a common checkpoint.  Out: s0 int32 [C, h, w], 0..3967, unit 1/128
of a sigma level; for pictures that are too large to hold it, slice by slice of channels and band by band of rows, from
one pass of the small layers (`trunk`).  The network always sees the whole picture, also with independent regions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from refdec.arithmetic.types import Int8Array, Int16Array, Int32Array, IntArray
from refdec.clauses import clause
from refdec.networks.errors import ChannelMismatch, LatentSizeMismatch
from refdec.networks.errors_hyperscale import HyperScaleOverflow, HyperScaleShiftOutOfRange
from refdec.weights.errors import MissingTensor, WrongShape

__all__ = ["HyperScaleDecoder", "IntegerLayer"]

PREFIX = "hyper_scale_decoder."
ENTRY_LOW, ENTRY_HIGH = -128, 127
INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1


class HasIntegers(Protocol):
    """What the network needs of a checkpoint."""

    @property
    def name(self) -> str: ...
    @property
    def integers(self) -> Mapping[str, Int32Array]: ...


@clause("3.3.2")
@dataclass(frozen=True, slots=True, eq=False)
class IntegerLayer:
    """(3.3.2) One integer convolution: weight [o, kernel row, kernel column, input channel], bias and shift [o].

    The kernel is 1x1 or 3x3, its padding the one that keeps the size.
    """

    weight: IntArray
    bias: Int32Array
    shift: Int32Array

    @classmethod
    def of(cls, checkpoint: HasIntegers, name: str, outputs: int, inputs: int, size: int) -> IntegerLayer:
        """Take a layer from a checkpoint; a missing bias is 0.

        Raises MissingTensor, WrongShape, HyperScaleShiftOutOfRange, HyperScaleOverflow.
        """
        path = PREFIX + name
        stored = _tensor(checkpoint, path + ".weight", (outputs, inputs, size, size))
        shift = _tensor(checkpoint, path + ".per_channel_shifts", (1, outputs, 1, 1)).reshape(outputs)
        bias = np.zeros(outputs, np.int64)
        if path + ".bias" in checkpoint.integers:
            bias = _tensor(checkpoint, path + ".bias", (outputs,)).astype(np.int64)
        weight = np.ascontiguousarray(stored.transpose(0, 2, 3, 1))
        _require_shifts(path, shift)
        _require_32_bits(path, weight, bias)
        narrow = weight.size == 0 or max(int(weight.max()), -int(weight.min())) < 1 << 15
        return cls(
            weight.astype(np.int16 if narrow else np.int32), bias.astype(np.int32), shift.astype(np.int32, order="C")
        )

    def __call__(self, x: IntArray) -> Int32Array:
        """(3.3.2) Apply the layer to x [row, column, channel]: clamp to -128..127, sum, shift; int32, before ReLU."""
        from refdec.networks import hyperscale_kernels

        rows, columns, channels = x.shape
        pad = self.weight.shape[1] // 2
        wide = _fours(columns)
        entered = np.zeros((rows + 2 * pad, wide + 2 * pad, channels), np.int16)
        np.clip(x, ENTRY_LOW, ENTRY_HIGH, out=entered[pad : pad + rows, pad : pad + columns], casting="unsafe")
        out = np.empty((rows, wide, self.bias.size), np.int32)
        hyperscale_kernels.convolve(entered, self.weight, self.bias, self.shift, out)
        return out[:, :columns]


@clause("3.3.3")
@dataclass(frozen=True, slots=True, eq=False)
class HyperScaleDecoder:
    """(3.3.3) The network of one component and model."""

    conv1: IntegerLayer
    depthwise: IntegerLayer
    pointwise: IntegerLayer

    @classmethod
    def of(cls, checkpoint: HasIntegers) -> HyperScaleDecoder:
        """Take the network from a common checkpoint; raises the errors of IntegerLayer.of."""
        first = checkpoint.integers.get(PREFIX + "conv1.weight")
        if first is None:
            raise MissingTensor(PREFIX + "conv1.weight", checkpoint.name)
        channels = first.shape[0]
        return cls(
            IntegerLayer.of(checkpoint, "conv1", channels, channels, 1),
            IntegerLayer.of(checkpoint, "depthwise", channels, channels, 3),
            IntegerLayer.of(checkpoint, "pointwise", 16 * channels, channels, 1),
        )

    @property
    def channels(self) -> int:
        """Number of channels of z_hat and of s0."""
        return self.conv1.bias.size

    def trunk(self, z_hat: Int8Array) -> Int16Array:
        """(3.3.3) Return a2 as it enters the last layer: int16 [hz, wz, C], 0..127.  Raises ChannelMismatch."""
        if z_hat.shape[0] != self.channels:
            raise ChannelMismatch(PREFIX + "conv1", self.channels, z_hat.shape[0])
        a1 = np.maximum(self.conv1(z_hat.transpose(1, 2, 0)), 0)
        return np.clip(self.depthwise(a1), 0, ENTRY_HIGH).astype(np.int16)

    def scale(
        self, a2: Int16Array, h: int, w: int, *, channels: slice = slice(None), rows: slice = slice(None)
    ) -> Int32Array:
        """(3.3.3) Return s0 int32 [c, r, w], 0..3967, for a slice of channels and of rows of the latent h x w.

        `a2` is what `trunk` gave; parts of s0 are exactly the parts of the whole.  Raises LatentSizeMismatch.
        """
        needed = (-(-h // 4), -(-w // 4))
        if a2.shape[:2] != needed:
            raise LatentSizeMismatch("The hyper latent", needed, a2.shape[:2])
        first_channel, end_channel, _ = channels.indices(self.channels)
        first_row, end_row, _ = rows.indices(h)
        out = np.empty((max(0, end_channel - first_channel), max(0, end_row - first_row), w), np.int32)
        if out.size:
            from refdec.networks import hyperscale_kernels

            x = a2[first_row >> 2 : -(-end_row // 4)]
            x = np.ascontiguousarray(np.pad(x, ((0, 0), (0, _fours(needed[1]) - needed[1]), (0, 0))))
            last = self.pointwise
            hyperscale_kernels.scale_rows(x, last.weight, last.bias, last.shift, first_channel, first_row & 3, out)
        return out


def _fours(columns: int) -> int:
    """Round up to the four columns that the kernels take at a time."""
    return (columns + 3) & ~3


def _tensor(checkpoint: HasIntegers, name: str, shape: tuple[int, ...]) -> Int32Array:
    """Return an integer tensor of a checkpoint, its shape checked."""
    if name not in checkpoint.integers:
        raise MissingTensor(name, checkpoint.name)
    tensor = checkpoint.integers[name]
    if tensor.shape != shape:
        raise WrongShape(name, tensor.shape, shape)
    return tensor


def _require_shifts(path: str, shift: IntArray) -> None:
    """(3.2) Refuse shifts that are not in 0..31."""
    wrong = np.flatnonzero((shift < 0) | (shift > 31))
    if wrong.size:
        raise HyperScaleShiftOutOfRange(path, int(wrong[0]), int(shift[wrong[0]]))


@clause("3.3.2", kind="inferred", reason="the text says that admissible parameters stay below 2^31; this is the test")
def _require_32_bits(path: str, weight: IntArray, bias: IntArray) -> None:
    """(3.3.2) Refuse a layer that inputs of -128..127 can drive beyond int32, in any order of summation."""
    wide = weight.astype(np.int64).reshape(weight.shape[0], -1)
    above, below = np.maximum(wide, 0).sum(axis=1), np.minimum(wide, 0).sum(axis=1)
    high = bias + ENTRY_HIGH * above + ENTRY_LOW * below
    low = bias + ENTRY_LOW * above + ENTRY_HIGH * below
    wrong = np.flatnonzero((high > INT32_MAX) | (low < INT32_MIN))
    if wrong.size:
        channel = int(wrong[0])
        raise HyperScaleOverflow(path, channel, int(low[channel]), int(high[channel]))
