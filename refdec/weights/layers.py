"""Integer weights of one layer (6.1, 6.2.4): what a pack carries and what a network is built from.

In: mantissas, exponents and biases as the importer or a pack gives them.  Out: `Layer`, a frozen value; `.wide()` gives
the 20-bit mantissas W of 6.2.2.  No floats: they end in the importer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import Int16Array, Int32Array, Int64Array, UInt8Array
from refdec.clauses import clause

__all__ = ["Layer", "channels_first", "per_channel"]


def per_channel(values: UInt8Array, n_dims: int, *, transposed: bool) -> UInt8Array:
    """Return one value per output channel in a shape that broadcasts over the stored tensor of `n_dims` dimensions."""
    shape = [1] * n_dims
    shape[1 if transposed else 0] = values.size
    return values.reshape(shape)


def channels_first(stored: Int32Array, *, transposed: bool) -> Int32Array:
    """Return the stored tensor as [output channel][everything else], a copy where the layout demands one."""
    turned = np.moveaxis(stored, 1, 0) if transposed else stored
    return turned.reshape(turned.shape[0], -1)


@clause("6.1")
@clause("6.2.4")
@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """(6.2.4) Weights of one layer: value = (mantissa << shift) / 2^exponent, bias / 2^(18 + exponent).

    `mantissa` keeps the stored tensor's shape ([o][i/g][ky][kx], transposed: [i][o][ky][kx]).  It is int16 W / 2^shift
    where 6.2.4 allows that, else int32 W with shift 0; |W| < 2^19.  Per output channel: `shift` t 0..30, `exponent`
    e 0..30, `bias` B with |B| <= 2^60 (zeros where the layer has none).  `e` and `B` are those of 6.2.2 in both forms.
    """

    name: str
    mantissa: Int16Array | Int32Array
    shift: UInt8Array
    exponent: UInt8Array
    bias: Int64Array
    has_bias: bool
    transposed: bool

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the shape of the stored tensor."""
        return self.mantissa.shape

    @property
    def out_channels(self) -> int:
        """Return the number of output channels."""
        return int(self.exponent.size)

    def wide(self) -> Int32Array:
        """Return W of 6.2.2 as int32, |W| < 2^19, in the stored tensor's shape."""
        wide = self.mantissa.astype(np.int32)
        if self.shift.any():
            wide <<= per_channel(self.shift, wide.ndim, transposed=self.transposed)
        return wide
