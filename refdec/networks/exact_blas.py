"""The stencils as float64 matrix products that carry exact integers (6.6): the one module of the decode path with floats.

In: int32 maps [h, w, C] and a `Stencil`.  Out: the same int32 maps as the integer loops of `kernels`, bit for bit.

Why that is allowed: a sum of integers of which no partial sum reaches 2^53 is exact in float64, in any order, fused or not.
`winograd` proves that per layer for all inputs up to a largest magnitude; here every block of a map measures its own
magnitude while it is loaded, and a block beyond the limit goes to `otherwise`, the integer loop.  After the sums, adding
the start value, scaling by a power of two, floor and clamp are exact as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import threadpoolctl

from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.clauses import clause
from refdec.jit import kernel
from refdec.networks.stencil import Stencil
from refdec.networks.winograd import FastPhase, Side, direct_limit, fast_limit, fast_side, transformed_filter

__all__ = ["Area", "DirectProducts", "FastProducts", "exact_products", "single_threaded_blas"]

FloatArray: TypeAlias = npt.NDArray[np.float64]
Area: TypeAlias = Int64Array
"""First and last + 1 row and column of positions (int64 [4])."""
Block = tuple[int, int, int, int]

BLOCK_BYTES = 1_400_000
"""Room for the operands and results of one block of products: about what a second-level cache holds."""


def single_threaded_blas() -> AbstractContextManager[object]:
    """Return a context in which BLAS uses one thread: blocks are too small to share, and workers are processes."""
    limit: AbstractContextManager[object] = threadpoolctl.threadpool_limits(limits=1, user_api="blas")
    return limit


@kernel("int64(int32[:,:,::1], int64, int64, int64, int64, float64[:,:,:,::1])")
def load_window(x: Int32Array, top: int, left: int, low: int, high: int, strip: FloatArray) -> int:
    """Copy clamped samples into strip [rows, column parity, columns / 2, C], 0 outside the map; return max|sample|."""
    height, width, channels = x.shape
    least, most = np.int32(0), np.int32(0)
    floor, ceiling = np.int32(low), np.int32(high)
    for r in range(strip.shape[0]):
        y = top + r
        for parity in range(2):
            for k in range(strip.shape[2]):
                c = left + 2 * k + parity
                row = strip[r, parity, k]
                if y < 0 or y >= height or c < 0 or c >= width:
                    for i in range(channels):
                        row[i] = 0.0
                else:
                    sample = x[y, c]
                    for i in range(channels):
                        v = min(max(sample[i], floor), ceiling)
                        least = min(least, v)
                        most = max(most, v)
                        row[i] = v
    return max(np.int64(most), -np.int64(least))


@kernel("void(float64[:,:,:,::1], int64[:,::1], float64[::1], int64, int64, float64[:,:,:,::1], float64[:,:,:,::1])")
def to_points(
    strip: FloatArray, points: Int64Array, signs: FloatArray, rows: int, columns: int, half: FloatArray, v: FloatArray
) -> None:
    """Transform rows x columns tiles of a strip: v [points_v, points_h, tile, C]; half [points_v, 2, columns, C] is scratch.

    Magnitudes grow at most fourfold from 2^31: exact.
    """
    n_points, channels = points.shape[0], strip.shape[3]
    run = columns * channels
    for i in range(rows):
        for a in range(n_points):
            first = strip[2 * i + points[a, 0]].reshape(-1)
            second = strip[2 * i + points[a, 1]].reshape(-1)
            target = half[a].reshape(-1)
            sign = signs[a]
            for k in range(first.size):
                target[k] = first[k] + sign * second[k]
        for a in range(n_points):
            for b in range(n_points):
                p, q = points[b, 0], points[b, 1]
                left = half[a, p & 1, p >> 1 :].reshape(-1)
                right = half[a, q & 1, q >> 1 :].reshape(-1)
                goal = v[a, b, i * columns : (i + 1) * columns].reshape(-1)
                sign = signs[b]
                for k in range(run):
                    goal[k] = left[k] + sign * right[k]


@kernel(
    "void(float64[:,:,:,::1], int64[:,::1], float64[:,::1], int64[:,::1], float64[:,::1], float64[::1], float64[::1],"
    "int64[::1], int64, int64[::1], float64[:,:,::1], int32[:,:,::1])"
)
def from_points(
    m: FloatArray,
    terms_v: Int64Array,
    signs_v: FloatArray,
    terms_h: Int64Array,
    signs_h: FloatArray,
    start: FloatArray,
    factor: FloatArray,
    block: Int64Array,
    step: int,
    corner: Int64Array,
    half: FloatArray,
    out: Int32Array,
) -> None:
    """Sum the products m [points_v, points_h, tile, O] of one phase, round, and write the block's part of the map.

    The result is sat32(floor((sum + start) * factor)), factor a power of two.  `block`: first row, rows, first column,
    columns, in tiles of 2 x 2 positions; `half` [2, points_h, O] is scratch.
    """
    n_points, outputs = m.shape[1], m.shape[3]
    for tile in range(block[1] * block[3]):
        top = 2 * (block[0] + tile // block[3])
        left = 2 * (block[2] + tile % block[3])
        for j in range(2):
            s0, s1, s2 = signs_v[j, 0], signs_v[j, 1], signs_v[j, 2]
            for b in range(n_points):
                m0, m1, m2 = m[terms_v[j, 0], b, tile], m[terms_v[j, 1], b, tile], m[terms_v[j, 2], b, tile]
                target = half[j, b]
                for o in range(outputs):
                    target[o] = s0 * m0[o] + s1 * m1[o] + s2 * m2[o]
        for j in range(2):
            y = step * (top + j) + corner[0]
            if y >= out.shape[0]:
                continue
            for k in range(2):
                c = step * (left + k) + corner[1]
                if c >= out.shape[1]:
                    continue
                s0, s1, s2 = signs_h[k, 0], signs_h[k, 1], signs_h[k, 2]
                h0, h1, h2 = half[j, terms_h[k, 0]], half[j, terms_h[k, 1]], half[j, terms_h[k, 2]]
                goal = out[y, c]
                for o in range(outputs):
                    total = np.floor((s0 * h0[o] + s1 * h1[o] + s2 * h2[o] + start[o]) * factor[o])
                    goal[o] = np.int32(min(max(total, -2147483648.0), 2147483647.0))


@kernel("int64(int32[:,:,::1], int64[:,::1], int64, int64, int64, int64, int64[::1], float64[:,::1])")
def gather_taps(
    x: Int32Array, offsets: Int64Array, stride_y: int, stride_x: int, low: int, high: int, block: Int64Array, v: FloatArray
) -> int:
    """Copy the clamped samples of all taps of a block of positions into v [position, taps * C]; return max|sample|."""
    height, width, channels = x.shape
    least, most = np.int32(0), np.int32(0)
    floor, ceiling = np.int32(low), np.int32(high)
    for n in range(block[1] * block[3]):
        r = block[0] + n // block[3]
        q = block[2] + n % block[3]
        for t in range(offsets.shape[0]):
            y = stride_y * r + offsets[t, 0]
            c = stride_x * q + offsets[t, 1]
            row = v[n, t * channels : (t + 1) * channels]
            if y < 0 or y >= height or c < 0 or c >= width:
                for i in range(channels):
                    row[i] = 0.0
            else:
                sample = x[y, c]
                for i in range(channels):
                    value = min(max(sample[i], floor), ceiling)
                    least = min(least, value)
                    most = max(most, value)
                    row[i] = value
    return max(np.int64(most), -np.int64(least))


@kernel("void(float64[:,::1], float64[::1], float64[::1], int64[::1], int64, int64[::1], int32[:,:,::1])")
def from_products(
    m: FloatArray, start: FloatArray, factor: FloatArray, block: Int64Array, step: int, corner: Int64Array, out: Int32Array
) -> None:
    """Round the sums m [position, O] of one phase as `from_points` does, and write the block's part of the map."""
    for n in range(block[1] * block[3]):
        y = step * (block[0] + n // block[3]) + corner[0]
        c = step * (block[2] + n % block[3]) + corner[1]
        if y >= out.shape[0] or c >= out.shape[1]:
            continue
        row, goal = m[n], out[y, c]
        for o in range(row.size):
            total = np.floor((row[o] + start[o]) * factor[o])
            goal[o] = np.int32(min(max(total, -2147483648.0), 2147483647.0))


def _blocks(rows: int, columns: int, room: int) -> Iterator[Block]:
    """Cut a grid into blocks (first row, rows, first column, columns) of about `room` places, evenly in columns."""
    parts = max(1, -(-columns // max(room, 1)))
    wide = -(-columns // parts)
    tall = max(1, room // wide)
    for r in range(0, rows, tall):
        for c in range(0, columns, wide):
            yield r, min(tall, rows - r), c, min(wide, columns - c)


def _terms(rows: tuple[tuple[int, ...], tuple[int, ...]]) -> tuple[Int64Array, FloatArray]:
    """Return two output rows as indices [2, 3] and signs [2, 3], unused terms with sign 0."""
    terms, signs = np.zeros((2, 3), dtype=np.int64), np.zeros((2, 3))
    for j, row in enumerate(rows):
        used = [n for n, sign in enumerate(row) if sign]
        terms[j, : len(used)] = used
        signs[j, : len(used)] = [row[n] for n in used]
    return terms, signs


def _factor(shift: Int64Array) -> FloatArray:
    """Return 2^-shift, exact."""
    return np.ldexp(1.0, -shift)


@dataclass(frozen=True, slots=True, eq=False)
class _Phase:
    """One phase of a fast product, ready for use; filters [points_v, points_h, G, I/g, O/g]."""

    corner: Int64Array
    vertical: FastPhase
    horizontal: FastPhase
    filters: FloatArray
    start: FloatArray
    factor: FloatArray

    @classmethod
    def of(cls, stencil: Stencil, side: Side, dy: int, dx: int) -> tuple[_Phase, int]:
        """Return a phase and the largest max|x| for which it is exact."""
        vertical, horizontal = side.phases[dy], side.phases[dx]
        filters = transformed_filter(stencil, vertical, horizontal)
        bits = 2 * side.scale
        start = stencil.start[dy, dx]
        if np.abs(start).max(initial=0) >= 1 << 53:
            limit, start = -1, np.zeros_like(start)
        else:
            limit = fast_limit(filters, side, vertical, horizontal, start << bits)
        pv, ph, inputs, outputs = filters.shape
        split = filters.reshape(pv, ph, inputs, stencil.groups, outputs // stencil.groups).transpose(0, 1, 3, 2, 4)
        return cls(
            np.array([dy, dx]),
            vertical,
            horizontal,
            np.ascontiguousarray(split, dtype=np.float64),
            (start << bits).astype(np.float64),
            _factor(stencil.shift[dy, dx] + bits),
        ), limit

    def write(self, v: FloatArray, block: Block, step: int, out: Int32Array) -> None:
        """Multiply the points v [pv, ph, tile, C] and write this phase of a block."""
        _, _, groups, inputs, outputs = self.filters.shape
        n = v.shape[2]
        mine = v[slice(*self.vertical.points), slice(*self.horizontal.points)]
        mine = mine.reshape(*mine.shape[:2], n, groups, inputs).transpose(0, 1, 3, 2, 4)
        m = np.empty((*mine.shape[:2], n, groups * outputs))
        np.matmul(mine, self.filters, out=m.reshape(*mine.shape[:2], n, groups, outputs).transpose(0, 1, 3, 2, 4))
        half = np.empty((2, m.shape[1], m.shape[3]))
        terms_v, signs_v = _terms(self.vertical.output_rows)
        terms_h, signs_h = _terms(self.horizontal.output_rows)
        from_points(
            m, terms_v, signs_v, terms_h, signs_h, self.start, self.factor, np.array(block), step, self.corner, half, out
        )


@clause("6.6", kind="added", reason="an implementation note; the result is the same integer")
@dataclass(frozen=True, slots=True, eq=False)
class FastProducts:
    """(6.6) A stencil by its fast algorithm: Winograd F(2x2,3x3), or its relatives for layers that double the size."""

    side: Side
    phases: tuple[_Phase, ...]
    channels: int
    outputs: int
    limit: int

    @classmethod
    def of(cls, stencil: Stencil, side: Side) -> FastProducts:
        """Return the prepared products; `limit` is -1 where no input is proven exact."""
        n = len(side.phases)
        made = [_Phase.of(stencil, side, dy, dx) for dy in range(n) for dx in range(n)]
        limit = min(limit for _, limit in made)
        return cls(side, tuple(phase for phase, _ in made), stencil.in_channels, stencil.out_channels, limit)

    def run(
        self, x: Int32Array, low: int, high: int, out: Int32Array, otherwise: Callable[[Area], None], after: Callable[[Area], None]
    ) -> None:
        """Write the map block by block; see the module.  `after` gets the finished area of the output."""
        side, step = self.side, 1 if len(self.phases) == 1 else 2
        points = np.array([(p, q) for p, q, _ in side.points])
        signs = np.array([float(s) for _, _, s in side.points])
        n_points = len(side.points)
        per_tile = 8 * n_points * n_points * self.channels + 8 * 16 * self.outputs
        grid = ((x.shape[0] + 1) // 2, (x.shape[1] + 1) // 2)
        for block in _blocks(*grid, max(16, BLOCK_BYTES // per_tile)):
            row, rows, column, columns = block
            strip = np.empty((2 * rows + side.span - 2, 2, columns + 1, self.channels))
            top = load_window(x, 2 * row + side.origin, 2 * column + side.origin, low, high, strip)
            if top > self.limit:
                otherwise(_area(block, 2, x.shape[0], x.shape[1]))
            else:
                v = np.empty((n_points, n_points, rows * columns, self.channels))
                to_points(strip, points, signs, rows, columns, np.empty((n_points, *strip.shape[1:])), v)
                for phase in self.phases:
                    phase.write(v, block, step, out)
            after(_area(block, 2 * step, *out.shape[:2]))


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
        offsets = [(oy, ox) for _, oy in vertical.phases[0] for _, ox in horizontal.phases[0]]
        filters = [
            stencil.taps[[ty for ty, _ in rows]][:, [tx for tx, _ in columns]].reshape(-1, stencil.out_channels)
            for rows in vertical.phases
            for columns in horizontal.phases
        ]
        limit = direct_limit(stencil)
        start = stencil.start.reshape(-1, stencil.out_channels)
        return cls(
            np.array(offsets),
            (vertical.stride, horizontal.stride),
            len(vertical.phases),
            np.array(filters, dtype=np.float64),
            start.astype(np.float64),
            _factor(stencil.shift.reshape(start.shape)),
            limit,
        )

    def run(
        self, x: Int32Array, low: int, high: int, out: Int32Array, otherwise: Callable[[Area], None], after: Callable[[Area], None]
    ) -> None:
        """Write the map block by block; see the module.  `after` gets the finished area of the output."""
        phases, length, outputs = self.filters.shape
        rows = -(-x.shape[0] // self.strides[0])
        columns = -(-x.shape[1] // self.strides[1])
        for block in _blocks(rows, columns, max(64, BLOCK_BYTES // (8 * (length + outputs)))):
            place, n = np.array(block), block[1] * block[3]
            v = np.empty((n, length))
            top = gather_taps(x, self.offsets, *self.strides, low, high, place, v)
            if top > self.limit:
                otherwise(_area(block, 1, rows, columns))
            else:
                for k in range(phases):
                    corner = np.array(divmod(k, self.step))
                    m = np.matmul(v, self.filters[k])
                    from_products(m, self.start[k], self.factor[k], place, self.step, corner, out)
            after(_area(block, self.step, *out.shape[:2]))


def _area(block: Block, scale: int, height: int, width: int) -> Area:
    row, rows, column, columns = block
    return np.array(
        [
            scale * row,
            min(scale * (row + rows), height),
            scale * column,
            min(scale * (column + columns), width),
        ]
    )


def exact_products(stencil: Stencil) -> FastProducts | DirectProducts | None:
    """Return the float64 form of a stencil, None where there is none (then the integer loop does it all)."""
    side = fast_side(stencil)
    if side is not None and not stencil.is_depthwise:
        return FastProducts.of(stencil, side)
    same = {tuple(o for _, o in phase) for d in (stencil.vertical, stencil.horizontal) for phase in d.phases}
    if stencil.groups == 1 and (stencil.start.shape[:2] == (1, 1) or len(same) == 1):
        return DirectProducts.of(stencil)
    return None
