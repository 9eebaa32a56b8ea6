"""One description for all linear layers (4.2.1 to 4.2.3, 6.3.1): which inputs an output sample reads, and with what
weight.

In: a `Layer`.  Out: a `Stencil`: filter taps with their offsets, and the rounding of 6.2.4 as one addition and one
shift.

A convolution has one phase per direction; a layer that doubles the size has two (even and odd outputs), and each
phase is an ordinary convolution with its own taps on the input grid.  Output sample (p*r + dy, p*q + dx), p the
number of phases, is

    sat32( (start + sum over the taps (ty, oy) of phase dy and (tx, ox) of phase dx, and over i,
                    of taps[ty, tx, i, o] * x[s*r + oy, s*q + ox, i]) >> shift )          outside x: 0
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import Int16Array, Int32Array, Int64Array
from refdec.clauses import clause
from refdec.weights.layers import Layer

__all__ = ["DOUBLED_2", "DOUBLED_3", "DOUBLED_4", "POINT", "THREE", "THREE_STEP_2", "Direction", "Stencil"]

Tap = tuple[int, int]
"""Index of a tap, and offset of the input sample that it multiplies."""


@dataclass(frozen=True, slots=True)
class Direction:
    """One direction of a stencil: its stride on the input, and per phase of the output the taps."""

    stride: int
    phases: tuple[tuple[Tap, ...], ...]

    def positions(self, size: int) -> int:
        """Return the number of positions per phase for an input of `size` samples: cd(size, stride)."""
        return -(-size // self.stride)


POINT = Direction(1, (((0, 0),),))
"""One tap."""
THREE = Direction(1, (((0, -1), (1, 0), (2, 1)),))
"""Three taps, padding 1."""
THREE_STEP_2 = Direction(2, THREE.phases)
"""Three taps, padding 1, stride 2."""
DOUBLED_3 = Direction(1, (((1, 0),), ((2, 0), (0, 1))))
"""Transposed, three taps: R = 2r - 1 + k."""
DOUBLED_4 = Direction(1, (((1, 0), (3, -1)), ((2, 0), (0, 1))))
"""Transposed, four taps."""
DOUBLED_2 = Direction(1, (((0, 0), (1, 1)), ((2, 0), (3, 1))))
"""U2: phase d has taps 2d and 2d + 1, for r and r + 1."""


@clause("6.2.4")
def _rounding(layer: Layer) -> tuple[Int64Array, Int64Array]:
    """(6.2.4) Return (start, shift) per output channel: (start + A) >> shift, A the sum of products of mantissas."""
    e = layer.exponent.astype(np.int64)
    t = layer.shift.astype(np.int64)
    half = np.where(e > 0, np.left_shift(np.int64(1), np.maximum(e - 1, 0)), 0)
    return (layer.bias + half) >> t, e - t


@dataclass(frozen=True, slots=True, eq=False)
class Stencil:
    """The weights of a linear layer on the input grid.

    `taps`: int32 [ty, tx, I/g, O], mantissas.  `start`, `shift`: int64 [py, px, O], 0 <= shift <= 30.  Bounds (6.2.3):
    at most 4320 products of |x| <= 2^31 and |tap| < 2^19, and |start| <= 2^60 + 2^29, stay below 2^63.
    """

    vertical: Direction
    horizontal: Direction
    groups: int
    taps: Int32Array
    start: Int64Array
    shift: Int64Array

    @property
    def in_channels(self) -> int:
        """Return the number of input channels."""
        return int(self.taps.shape[2]) * self.groups

    @property
    def out_channels(self) -> int:
        """Return the number of output channels."""
        return int(self.taps.shape[3])

    @property
    def is_depthwise(self) -> bool:
        """Tell whether every channel is filtered on its own."""
        return self.groups > 1 and self.taps.shape[2] == 1 and self.groups == self.out_channels

    def output_size(self, height: int, width: int) -> tuple[int, int]:
        """Return the full size of the output for an input of height x width."""
        vertical, horizontal = self.vertical, self.horizontal
        return (
            vertical.positions(height) * len(vertical.phases),
            horizontal.positions(width) * len(horizontal.phases),
        )

    @classmethod
    @clause("4.2.1")
    def of_convolution(cls, layer: Layer, stride: int, groups: int) -> Stencil:
        """(4.2.1) Kn(i->o, stride, groups), n = 1 or 3, also 1x3 and 3x1: weights [o][i/g][ky][kx]."""
        directions = {(1, 1): POINT, (3, 1): THREE, (3, 2): THREE_STEP_2}
        rows, columns = layer.shape[2:]
        start, shift = _rounding(layer)
        taps = _own(layer.mantissa.transpose(2, 3, 1, 0))
        return cls(
            directions[rows, stride if rows > 1 else 1],
            directions[columns, stride if columns > 1 else 1],
            groups,
            taps,
            start.reshape(1, 1, -1),
            shift.reshape(1, 1, -1),
        )

    @classmethod
    @clause("4.2.1", kind="added", reason="a 1x1 convolution and the pixel shuffle after it, without the copy between")
    def of_shuffled_point(cls, layer: Layer) -> Stencil:
        """(4.2.1, 4.2.4) K1(i->4o) and PS(2): phase (dy, dx) of channel c has the weights of output 4c + 2dy + dx."""
        start, shift = _rounding(layer)
        split = layer.mantissa.reshape(-1, 2, 2, layer.shape[1])
        taps = _own(split.transpose(1, 2, 3, 0))
        doubled = Direction(1, (((0, 0),), ((1, 0),)))
        return cls(doubled, doubled, 1, taps, _by_phase(start), _by_phase(shift))

    @classmethod
    @clause("4.2.2")
    def of_transposed(cls, layer: Layer) -> Stencil:
        """(4.2.2) T3 or T4: weights [i][o][ky][kx], output twice the size."""
        direction = {3: DOUBLED_3, 4: DOUBLED_4}[layer.shape[2]]
        start, shift = _rounding(layer)
        taps = _own(layer.mantissa.transpose(2, 3, 0, 1))
        shape = (2, 2, layer.out_channels)
        return cls(
            direction, direction, 1, taps, np.broadcast_to(start, shape).copy(), np.broadcast_to(shift, shape).copy()
        )

    @classmethod
    @clause("4.2.3")
    def of_up_sampler(cls, layer: Layer) -> Stencil:
        """(4.2.3) U2: weights [4o + 2dy + dx][i][ky][kx] on samples r + ky, q + kx; zeros beyond the end."""
        outputs, inputs = layer.shape[0] // 4, layer.shape[1]
        split = layer.mantissa.reshape(outputs, 2, 2, inputs, 2, 2)
        taps = _own(split.transpose(1, 4, 2, 5, 3, 0))
        start, shift = _rounding(layer)
        taps = taps.reshape(4, 4, inputs, outputs)
        return cls(DOUBLED_2, DOUBLED_2, 1, taps, _by_phase(start), _by_phase(shift))


def _own(taps: Int16Array | Int32Array) -> Int32Array:
    """Return a contiguous int32 copy: compiled loops refuse read-only arrays, and a pack's arrays may be that."""
    return np.array(taps, dtype=np.int32, order="C")


def _by_phase(values: Int64Array) -> Int64Array:
    """Return values of channels 4o + 2dy + dx as [dy, dx, o]."""
    return np.ascontiguousarray(values.reshape(-1, 2, 2).transpose(1, 2, 0))
