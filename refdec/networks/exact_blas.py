"""The stencils as float64 matrix products that carry exact integers (6.6), with `exact_kernels` the only floats of
decoding.

In: int32 maps [h, w, C] and a `Stencil`.  Out: the same int32 maps as the integer loops of `kernels`, bit for bit.

Why that is allowed: a sum of integers of which no partial sum reaches 2^53 is exact in float64, in any order, fused
or not. `winograd` proves that per layer for all inputs up to a largest magnitude; here every block of a map measures
its own magnitude while it is loaded.  A block beyond the limit of one form of the products is left to the next form,
and in the end to the integer loop.  Adding the start value, scaling by a power of two, floor and clamp are exact as
well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeAlias

import numpy as np

from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.clauses import clause
from refdec.networks.blas_threads import product
from refdec.networks.exact_kernels import (
    FloatArray,
    from_points,
    from_products,
    from_taps,
    gather_taps,
    load_window,
    to_points,
)
from refdec.networks.stencil import Stencil, Tap
from refdec.networks.winograd import (
    Side,
    channel_bounds,
    direct_limit,
    fast_limit,
    fast_side,
    transformed_filter,
)

__all__ = [
    "Block",
    "DirectProducts",
    "ExactProducts",
    "FastProducts",
    "TapProducts",
    "exact_products",
    "spare_products",
]

Block: TypeAlias = tuple[int, int, int, int]
"""First row, rows, first column, columns, in positions of the input grid of a stencil."""

BLOCK_BYTES = 4_000_000
"""Room for the operands and results of one block of products."""
MOST_BLOCK_BYTES = 16_000_000
"""Room for a block of a layer whose filters are much larger than a block: each block reads them from memory anew."""
FEW_OUTPUTS, FEW_INPUTS = 4, 6
"""Up to so many output channels, all taps at once beat the fast algorithms; of layers that halve the size, also below
so many input channels."""


class ExactProducts(Protocol):
    """One form of a stencil's products."""

    @property
    def limit(self) -> int:
        """Return the largest max|x| of a block for which the form is exact; -1 for none."""

    def blocks(self, rows: int, columns: int) -> Iterator[Block]:
        """Cut a grid of positions into blocks that suit the cache."""

    def write(self, x: Int32Array, low: int, high: int, block: Block, out: Int32Array) -> bool:
        """Write the block's part of `out` for x clamped to low..high; return False, untouched, if x is beyond the
        limit.
        """


def _cut(rows: int, columns: int, room: int) -> Iterator[Block]:
    """Cut a grid into blocks of about `room` places, evenly in columns."""
    parts = max(1, -(-columns // max(room, 1)))
    wide = -(-columns // parts)
    tall = max(1, room // wide)
    for r in range(0, rows, tall):
        for c in range(0, columns, wide):
            yield r, min(tall, rows - r), c, min(wide, columns - c)


def _terms(rows: tuple[tuple[int, ...], tuple[int, ...]]) -> tuple[Int64Array, FloatArray]:
    """Return two output rows as indices [2, 3] and signs [2, 3], unused terms last and with sign 0."""
    terms, signs = np.zeros((2, 3), dtype=np.int64), np.zeros((2, 3))
    for j, row in enumerate(rows):
        used = [n for n, sign in enumerate(row) if sign]
        terms[j, : len(used)] = used
        signs[j, : len(used)] = [row[n] for n in used]
    return terms, signs


def _start(values: Int64Array, bits: int = 0) -> FloatArray:
    """Return start values times 2^bits; those of 2^53 and more have no exact form, and the limit is -1 then."""
    return np.clip(values, -(1 << 53), 1 << 53).astype(np.float64) * (1 << bits)


def _factor(shift: Int64Array) -> FloatArray:
    """Return 2^-shift, exact."""
    return np.ldexp(1.0, -shift)


@dataclass(frozen=True, slots=True, eq=False)
class _Phase:
    """One phase of a fast product, ready for use; filters [points_v, points_h, G, I/g, O/g]."""

    corner: Int64Array
    points: tuple[slice, slice]
    filters: FloatArray
    sums: tuple[Int64Array, FloatArray, Int64Array, FloatArray]
    start: FloatArray
    factor: FloatArray

    @classmethod
    def of(cls, stencil: Stencil, side: Side, dy: int, dx: int) -> tuple[_Phase, int]:
        """Return the phase and its limit."""
        vertical, horizontal = side.phases[dy], side.phases[dx]
        filters = transformed_filter(stencil, vertical, horizontal)
        pv, ph, inputs, outputs = filters.shape
        split = filters.reshape(pv, ph, inputs, stencil.groups, outputs // stencil.groups).transpose(0, 1, 3, 2, 4)
        bits = 2 * side.scale
        phase = cls(
            np.array([dy, dx]),
            (slice(*vertical.points), slice(*horizontal.points)),
            np.ascontiguousarray(split, dtype=np.float64),
            (*_terms(vertical.output_rows), *_terms(horizontal.output_rows)),
            _start(stencil.start[dy, dx], bits),
            _factor(stencil.shift[dy, dx] + bits),
        )
        return phase, fast_limit(stencil, side, dy, dx, filters)

    def write(self, v: FloatArray, block: Block, step: int, out: Int32Array) -> None:
        """Multiply the points v [points_v, points_h, tile, C] and write this phase of a block, given in tiles."""
        _, _, groups, inputs, outputs = self.filters.shape
        n = v.shape[2]
        mine = v[self.points]
        mine = mine.reshape(*mine.shape[:2], n, groups, inputs).transpose(0, 1, 3, 2, 4)
        m = np.empty((*mine.shape[:2], n, groups * outputs))
        product(mine, self.filters, m.reshape(*mine.shape[:2], n, groups, outputs).transpose(0, 1, 3, 2, 4))
        half = np.empty((2, m.shape[1], m.shape[3]))
        from_points(m, *self.sums, self.start, self.factor, np.array(block), step, self.corner, half, out)


@lru_cache(maxsize=32)
def _bounds(stencil: Stencil) -> tuple[Int64Array, int]:
    """Return channel_bounds of a stencil; made when a block first needs them."""
    side = fast_side(stencil)
    assert side is not None, "only fast products ask"
    return channel_bounds(stencil, side)


@clause("6.6", kind="added", reason="an implementation note; the result is the same integer")
@dataclass(frozen=True, slots=True, eq=False)
class FastProducts:
    """(6.6) A stencil by its fast algorithm: Winograd F(2x2,3x3), or its relatives for layers that double the size or
    halve it.
    """

    stencil: Stencil
    side: Side
    points: Int64Array
    signs: FloatArray
    phases: tuple[_Phase, ...]
    channels: int
    outputs: int
    limit: int

    @classmethod
    def of(cls, stencil: Stencil, side: Side) -> FastProducts:
        """Return the prepared products."""
        n = range(len(side.phases))
        made = [_Phase.of(stencil, side, dy, dx) for dy in n for dx in n]
        return cls(
            stencil,
            side,
            np.array([(p, q) for p, q, _ in side.points]),
            np.array([float(s) for _, _, s in side.points]),
            tuple(phase for phase, _ in made),
            stencil.in_channels,
            stencil.out_channels,
            min(limit for _, limit in made),
        )

    def blocks(self, rows: int, columns: int) -> Iterator[Block]:
        """Cut into blocks of whole tiles of 2 x 2 positions."""
        n = len(self.points)
        filters = self.phases[0].filters
        per_tile = 8 * (n * n * self.channels + filters.shape[0] * filters.shape[1] * self.outputs)
        large = filters.nbytes > 2 * BLOCK_BYTES
        room = max(16, (min(filters.nbytes, MOST_BLOCK_BYTES) if large else BLOCK_BYTES) // per_tile)
        for r, tall, c, wide in _cut((rows + 1) // 2, (columns + 1) // 2, room):
            yield 2 * r, min(2 * tall, rows - 2 * r), 2 * c, min(2 * wide, columns - 2 * c)

    def _fits(self, strip: FloatArray) -> bool:
        """Tell whether a block beyond the limit is exact all the same, because only few of its channels are large.

        So it is with the bands of eICCI, of which one in sixteen is a sum of samples and the others are differences.
        """
        if self.stencil.groups > 1 or self.limit < 0:
            return False
        worst, room = _bounds(self.stencil)
        largest = np.maximum(strip.max(axis=(0, 1, 2)), -strip.min(axis=(0, 1, 2))).astype(np.int64)
        return bool((largest @ worst).max() <= room)

    def write(self, x: Int32Array, low: int, high: int, block: Block, out: Int32Array) -> bool:
        """Write a block; see ExactProducts."""
        origin, span, pace, n = self.side.origin, self.side.span, self.side.pace, len(self.points)
        tiles = (block[0] // 2, (block[1] + 1) // 2, block[2] // 2, (block[3] + 1) // 2)
        strip = np.empty((pace * (tiles[1] - 1) + span, pace, tiles[3] + 1, self.channels))
        top, left = pace * tiles[0] + origin, pace * tiles[2] + origin
        if load_window(x, top, left, low, high, strip) > self.limit and not self._fits(strip):
            return False
        v = np.empty((n, n, tiles[1] * tiles[3], self.channels))
        to_points(strip, self.points, self.signs, tiles[1], tiles[3], np.empty((n, *strip.shape[1:])), v)
        for phase in self.phases:
            phase.write(v, tiles, 1 if len(self.phases) == 1 else 2, out)
        return True


@clause("6.6", kind="added", reason="an implementation note; the result is the same integer")
@dataclass(frozen=True, slots=True, eq=False)
class DirectProducts:
    """(6.6) A stencil without groups as one matrix product per phase, all phases on the same samples."""

    offsets: Int64Array
    strides: tuple[int, int]
    step: int
    filters: FloatArray
    start: FloatArray
    factor: FloatArray
    limit: int

    @classmethod
    def of(cls, stencil: Stencil) -> DirectProducts:
        """Return the prepared products, filters [phase, taps * I, O]."""
        vertical, horizontal = stencil.vertical, stencil.horizontal
        filters = [
            stencil.taps[[ty for ty, _ in rows]][:, [tx for tx, _ in columns]].reshape(-1, stencil.out_channels)
            for rows in vertical.phases
            for columns in horizontal.phases
        ]
        return cls(
            np.array([(oy, ox) for _, oy in vertical.phases[0] for _, ox in horizontal.phases[0]]),
            (vertical.stride, horizontal.stride),
            len(vertical.phases),
            np.array(filters, dtype=np.float64),
            _start(stencil.start.reshape(-1, stencil.out_channels)),
            _factor(stencil.shift.reshape(-1, stencil.out_channels)),
            direct_limit(stencil),
        )

    def blocks(self, rows: int, columns: int) -> Iterator[Block]:
        """Cut into blocks of positions."""
        _, length, outputs = self.filters.shape
        return _cut(rows, columns, max(256, BLOCK_BYTES // (8 * (length + outputs))))

    def write(self, x: Int32Array, low: int, high: int, block: Block, out: Int32Array) -> bool:
        """Write a block; see ExactProducts."""
        place = np.array(block)
        v = np.empty((block[1] * block[3], self.filters.shape[1]))
        if gather_taps(x, self.offsets, *self.strides, low, high, place, v) > self.limit:
            return False
        for k, filters in enumerate(self.filters):
            corner = np.array(divmod(k, self.step))
            from_products(product(v, filters), self.start[k], self.factor[k], place, self.step, corner, out)
        return True


@clause("6.6", kind="added", reason="an implementation note; the result is the same integer")
@dataclass(frozen=True, slots=True, eq=False)
class TapProducts:
    """(6.6) A stencil of stride 1 without groups as one matrix product for all taps, summed where they fall."""

    phases: tuple[tuple[Int64Array, Int64Array, Int64Array, FloatArray, FloatArray], ...]
    step: int
    filters: FloatArray
    limit: int

    @classmethod
    def of(cls, stencil: Stencil) -> TapProducts:
        """Return the prepared products, filters [I, taps * O]; offsets are within -1..1."""
        wide = stencil.taps.shape[1]
        phases = tuple(
            _tap_phase(stencil, (dy, dx), wide, rows, columns)
            for dy, rows in enumerate(stencil.vertical.phases)
            for dx, columns in enumerate(stencil.horizontal.phases)
        )
        filters = stencil.taps.transpose(2, 0, 1, 3).reshape(stencil.in_channels, -1)
        return cls(
            phases, len(stencil.vertical.phases), np.ascontiguousarray(filters, dtype=np.float64), direct_limit(stencil)
        )

    def blocks(self, rows: int, columns: int) -> Iterator[Block]:
        """Cut into blocks of positions; at least a few rows, for the frame around each."""
        return _cut(rows, columns, max(256, BLOCK_BYTES // (8 * sum(self.filters.shape))))

    def write(self, x: Int32Array, low: int, high: int, block: Block, out: Int32Array) -> bool:
        """Write a block; see ExactProducts."""
        rows, columns = block[1] + 2, block[3] + 2
        framed = np.array([block[0], rows, block[2], columns])
        v = np.empty((rows * columns, self.filters.shape[0]))
        if gather_taps(x, np.array([[-1, -1]]), 1, 1, low, high, framed, v) > self.limit:
            return False
        m = product(v, self.filters).reshape(rows, columns, -1)
        for corner, offsets, which, start, factor in self.phases:
            from_taps(m, offsets, which, start, factor, np.array(block), self.step, corner, out)
        return True


def _tap_phase(
    stencil: Stencil, corner: tuple[int, int], wide: int, rows: tuple[Tap, ...], columns: tuple[Tap, ...]
) -> tuple[Int64Array, Int64Array, Int64Array, FloatArray, FloatArray]:
    """Return corner, offsets [n, 2], tap numbers [n], start values and factors of a phase."""
    return (
        np.array(corner),
        np.array([(oy, ox) for _, oy in rows for _, ox in columns]),
        np.array([ty * wide + tx for ty, _ in rows for tx, _ in columns]),
        _start(stencil.start[corner]),
        _factor(stencil.shift[corner]),
    )


def exact_products(stencil: Stencil) -> ExactProducts | None:
    """Return the first form to try for a stencil, None where there is none (then the integer loop does it all)."""
    side = fast_side(stencil)
    if stencil.is_depthwise:
        return None
    few = stencil.out_channels <= FEW_OUTPUTS or (stencil.vertical.stride > 1 and stencil.in_channels < FEW_INPUTS)
    if side is not None and not few:
        return FastProducts.of(stencil, side)
    return spare_products(stencil)


def spare_products(stencil: Stencil) -> ExactProducts | None:
    """Return the form with the largest limit: direct sums; None for stencils with groups."""
    if stencil.groups > 1:
        return None
    directions = (stencil.vertical, stencil.horizontal)
    strided = any(d.stride > 1 for d in directions)
    same_samples = all(len({tuple(o for _, o in phase) for phase in d.phases}) == 1 for d in directions)
    several_taps = stencil.taps.shape[:2] != (1, 1)
    if strided or (same_samples and not (several_taps and stencil.out_channels <= FEW_OUTPUTS)):
        return DirectProducts.of(stencil)
    return TapProducts.of(stencil)
