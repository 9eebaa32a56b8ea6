"""Matrix products of the networks by panels, and direct sums with what follows them: rounding, the way into the map
(6.3.1, 6.6).

In: samples as float64 that carry integers, and filters in panels.  Out: int32 maps, written in place.

A panel holds the filters of up to 16 outputs, [1 + K, 16]: a row of values to begin with, then the K rows of filters;
`places` [panel, 3] tells its first input channel, its first output, and how many outputs it has.  Panel by panel a
product is made and used up before the next, so that it stays in the nearest cache.  What takes most time is written as
`vector_code`; BLAS, made for large matrices, takes up to twice the time for ours.

Each product and sum is a whole number: `winograd` proves which magnitudes let all of them stay exact.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import BoolArray, Int32Array, Int64Array
from refdec.jit import kernel
from refdec.networks.exact_kernels import FloatArray, gather_taps
from refdec.networks.kernels import finish
from refdec.networks.vector_code import LANES, TILE_ROWS, row_products, tile_products

__all__ = ["direct_blocks", "multiply"]

_AT_A_TIME = 64
"""Positions that are multiplied before they are rounded: their sums stay in the nearest cache."""


@kernel("void(float64[::1], int64, int64, int64, float64[::1], int64, int64, float64[::1], int64, int64)")
def multiply(
    a: FloatArray,
    a_at: int,
    a_step: int,
    rows: int,
    b: FloatArray,
    b_at: int,
    depth: int,
    c: FloatArray,
    c_at: int,
    c_step: int,
) -> None:
    """Write rows of LANES products from c_at on, c_step apart: rows of `depth` values from a_at on, a_step apart, times
    the panel at b_at, whose first row is added.

    depth >= 1.  Bounds: every partial sum is whole and its magnitude < 2^53 (begun with `BESIDE`: from 2^52 on), and so
    it is exact in any order, fused or not.
    """
    if rows < TILE_ROWS:
        for r in range(rows):
            row_products(a, a_at + r * a_step, a_step, b, b_at, depth, c, c_at + r * c_step, c_step)
        return
    for first in range(0, rows, TILE_ROWS):
        r = min(first, rows - TILE_ROWS)  # rows at the end are made twice rather than one by one
        tile_products(a, a_at + r * a_step, a_step, b, b_at, depth, c, c_at + r * c_step, c_step)


@kernel(
    "void(float64[:,::1], int64, int64, float64[::1], int64[::1], int64, int64, int64, int64, int64, int32[:,:,::1])",
)
def _write_positions(
    m: FloatArray,
    begin: int,
    number: int,
    factor: FloatArray,
    block: Int64Array,
    step: int,
    down: int,
    right: int,
    first: int,
    count: int,
    out: Int32Array,
) -> None:
    """Write sat32(floor(m * factor)) of sums m [number, LANES], factor [LANES] powers of two, to a block's positions
    from its number `begin` on.

    They are those of the phase (down, right) and of `count` outputs from `first` on.  Bounds: |m| < 2^53; the largest
    int32 is a float64 too, so that the clamp is exact.
    """
    r, q = begin // block[3], begin % block[3]
    for n in range(number):
        y, c = step * (block[0] + r) + down, step * (block[2] + q) + right
        if y < out.shape[0] and c < out.shape[1]:
            if count == LANES:
                for o in range(LANES):
                    total = np.floor(m[n, o] * factor[o])
                    out[y, c, first + o] = np.int32(min(max(total, -2147483648.0), 2147483647.0))
            else:
                for o in range(count):
                    total = np.floor(m[n, o] * factor[o])
                    out[y, c, first + o] = np.int32(min(max(total, -2147483648.0), 2147483647.0))
        q += 1
        if q == block[3]:
            r, q = r + 1, 0


@kernel(
    "void(int32[:,:,::1], int64, int64, int64[:,::1], int64[:,::1], int64, int64, int64, float64[:,:,:,::1],"
    "int64[:,::1], float64[:,:,::1], int64, float64[::1], int32[:,:,::1], int64, int32[:,:,::1], boolean[::1])"
)
def direct_blocks(
    x: Int32Array,
    low: int,
    high: int,
    blocks: Int64Array,
    offsets: Int64Array,
    stride_y: int,
    stride_x: int,
    limit: int,
    panels: FloatArray,
    places: Int64Array,
    factor: FloatArray,
    step: int,
    room: FloatArray,
    out: Int32Array,
    after: int,
    other: Int32Array,
    done: BoolArray,
) -> None:
    """Write blocks of a stencil whose phases use the same samples, with what follows the layer; tell which are done.

    `blocks` [n, 4] in positions.  panels [panel, phase, 1 + taps * I, LANES], of which the first row holds the start
    values, and `factor` [panel, phase, LANES]; `step` phases in each direction.  A block is done where its samples are
    within `limit`; `room` is scratch.  Bounds: the limit is that of `winograd.direct_limit`, so
    every partial sum < 2^53.
    """
    depth = panels.shape[2] - 1
    filters = panels.reshape(-1)
    m = np.empty((_AT_A_TIME, LANES))
    products = m.reshape(-1)
    for n in range(blocks.shape[0]):
        block = blocks[n]
        count = block[1] * block[3]
        v = room[: count * depth].reshape((count, depth))
        samples = v.reshape(-1)
        done[n] = gather_taps(x, offsets, stride_y, stride_x, low, high, block, v) <= limit
        if done[n]:
            for p in range(panels.shape[0]):
                for k in range(panels.shape[1]):
                    at = (p * panels.shape[1] + k) * (1 + depth) * LANES
                    down, right = k // step, k % step
                    first, own = places[p, 1], places[p, 2]
                    for begin in range(0, count, _AT_A_TIME):
                        number = min(_AT_A_TIME, count - begin)
                        multiply(samples, begin * depth, depth, number, filters, at, depth, products, 0, LANES)
                        _write_positions(m, begin, number, factor[p, k], block, step, down, right, first, own, out)
            top, left = step * block[0], step * block[2]
            finish(after, out, other, top, top + step * block[1], left, left + step * block[3])
