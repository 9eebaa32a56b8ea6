"""Blocks of the networks' maps by fast algorithms (6.6, `winograd`): points, their products, sums, rounding (6.3.1).

In: int32 maps, and filters in panels as `panel_kernels` has them, of all points.  Out: int32 maps, written in place.
Tiles of 2 x 2 carry all sums in float64, those of 4 x 4 only the products, and go on in int64.  Each product and sum is
a whole number: `winograd` proves which magnitudes let all of them stay exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refdec.arithmetic.types import BoolArray, Int32Array, Int64Array
from refdec.jit import kernel
from refdec.networks.exact_kernels import FloatArray, load_window, points_within, to_points
from refdec.networks.kernels import finish
from refdec.networks.panel_kernels import multiply
from refdec.networks.vector_code import LANES, VECTOR, pair_sums, wide_points, wide_sums

__all__ = ["fast_blocks", "wide_blocks"]


@kernel(
    "void(float64[:,:,::1], int64, int64, int64, int64, int64, int64, int64, float64[::1], int64, int64, int64, int64,"
    "float64[:,:,::1])"
)
def _products_of_points(
    v: FloatArray,
    channels: int,
    top: int,
    below: int,
    down: int,
    left: int,
    beside: int,
    across: int,
    filters: FloatArray,
    filters_at: int,
    depth: int,
    first: int,
    tiles: int,
    m: FloatArray,
) -> None:
    """Multiply the points v [points_v, points_h, tile * channels] of a phase by one panel: m [tile, point, LANES].

    The phase uses `down` points from `top` on in steps of `below`, and so across; its filters [point, 1 + depth, LANES]
    begin at `filters_at`, its channels at `first`.  Bounds: every partial sum < 2^53, see `multiply`.
    """
    samples, products = v.reshape(-1), m.reshape(-1)
    for i in range(down):
        for j in range(across):
            point = (top + i * below) * v.shape[1] + left + j * beside
            multiply(
                samples,
                point * v.shape[2] + first,
                channels,
                tiles,
                filters,
                filters_at + (i * across + j) * (1 + depth) * LANES,
                depth,
                products,
                (i * across + j) * LANES,
                m.shape[1] * LANES,
            )


@kernel(
    "void(float64[:,:,::1], int64, int64[::1], float64[::1], int64, int64[:,::1], int64[:,::1], float64[:,::1],"
    "int64[:,::1], float64[:,::1], float64[:,::1], float64[:,::1], int64[::1], int64, float64[:,:,::1],"
    "float64[::1], int32[:,:,::1])"
)
def _sums_of_points(
    v: FloatArray,
    channels: int,
    phase: Int64Array,
    filters: FloatArray,
    depth: int,
    places: Int64Array,
    terms_v: Int64Array,
    signs_v: FloatArray,
    terms_h: Int64Array,
    signs_h: FloatArray,
    start: FloatArray,
    factor: FloatArray,
    block: Int64Array,
    step: int,
    m: FloatArray,
    half: FloatArray,
    out: Int32Array,
) -> None:
    """Multiply the points v [points_v, points_h, tile * channels] by the panels of one phase, sum, round, and write the
    block's part of the map; see `fast_blocks`.

    `m` [tile, points, LANES] and `half` [2, 5, LANES] are scratch.  Bounds: |m|, |half| and every sum < 2^53.
    """
    across, products = phase[5], m.reshape(-1)
    result = np.empty((4, LANES), dtype=np.int32)
    for p in range(places.shape[0]):
        at = phase[6] + p * phase[2] * across * (1 + depth) * LANES
        tiles = block[1] * block[3]
        _products_of_points(
            v,
            channels,
            phase[0],
            phase[1],
            phase[2],
            phase[3],
            phase[4],
            across,
            filters,
            at,
            depth,
            places[p, 0],
            tiles,
            m,
        )
        first, count = places[p, 1], places[p, 2]
        for tile in range(tiles):
            top = 2 * (block[0] + tile // block[3])
            left = 2 * (block[2] + tile % block[3])
            at = tile * m.shape[1] * LANES
            pair_sums(products, at, across, terms_v, signs_v, terms_h, signs_h, half, start, factor, p * LANES, result)
            for j in range(2):
                y = step * (top + j) + phase[7]
                if y >= out.shape[0]:
                    continue
                for k in range(2):
                    c = step * (left + k) + phase[8]
                    if c >= out.shape[1]:
                        continue
                    if count == LANES:
                        for o in range(LANES):
                            out[y, c, first + o] = result[2 * j + k, o]
                    else:
                        for o in range(count):
                            out[y, c, first + o] = result[2 * j + k, o]


@kernel(
    "void(int32[:,:,::1], int64, int64, int64[:,::1], int64[::1], int64[:,::1], float64[:,::1], int64[:,::1],"
    "float64[::1], int64, int64[:,::1], int64[:,:,:,::1], float64[:,:,:,::1], float64[:,:,::1], float64[:,:,::1],"
    "int64, int64, float64[::1], int32[:,:,::1], int64, int32[:,:,::1], boolean[::1])"
)
def fast_blocks(
    x: Int32Array,
    low: int,
    high: int,
    blocks: Int64Array,
    window: Int64Array,
    samples: Int64Array,
    factors: FloatArray,
    phases: Int64Array,
    filters: FloatArray,
    depth: int,
    places: Int64Array,
    terms: Int64Array,
    signs: FloatArray,
    start: FloatArray,
    factor: FloatArray,
    step: int,
    limit: int,
    room: FloatArray,
    out: Int32Array,
    after: int,
    other: Int32Array,
    done: BoolArray,
) -> None:
    """Write blocks of a stencil by a fast algorithm in tiles of 2 x 2, with what follows it; tell which are done.

    `blocks` [n, 4] in tiles.  `window`: origin, span and pace of `winograd.Side`; `samples` and `factors` [point, 2]
    its points.  `phases` [n, 9]: first, step and number of its points down, and across, where its panels begin in
    `filters` [panel, point, 1 + depth, LANES], its row and column; `terms` and `signs` [n, 2, 2, 3]: two output rows
    down, and two across, added in this order; `start` and `factor` [n, panel, LANES].  The result is
    sat32(floor((sum + start) * factor)).  A block is done where its samples are within `limit`; `room` is scratch.

    Bounds: the caller takes the limit from `winograd.fast_limit` or has asked `channel_bounds`, so |sum| < 2^53, as is
    every partial sum.
    """
    channels, points = x.shape[2], samples.shape[0]
    half_sums = np.empty(2 * 5 * LANES, dtype=np.float64)
    origin, span, pace = window[0], window[1], window[2]
    for n in range(blocks.shape[0]):
        block = blocks[n]
        rows, columns = block[1], block[3]
        tiles = rows * columns
        row = pace * (columns + 1) * channels
        height = pace * (rows - 1) + span
        at = height * row
        strip = room[:at].reshape((height, pace, columns + 1, channels))
        top, left = pace * block[0] + origin, pace * block[2] + origin
        done[n] = load_window(x, top, left, low, high, strip) <= limit
        if not done[n]:
            continue
        half = room[at : at + points * row].reshape((points, pace, columns + 1, channels))
        at += points * row
        size = points * points * tiles * channels
        v = room[at : at + size].reshape((points, points, tiles, channels))
        m = room[at + size : at + size + points * points * tiles * LANES].reshape((tiles, points * points, LANES))
        to_points(strip, samples, factors, rows, columns, half, v)
        flat = v.reshape((points, points, tiles * channels))
        for k in range(phases.shape[0]):
            _sums_of_points(
                flat,
                channels,
                phases[k],
                filters,
                depth,
                places,
                terms[k, 0],
                signs[k, 0],
                terms[k, 1],
                signs[k, 1],
                start[k],
                factor[k],
                block,
                step,
                m,
                half_sums,
                out,
            )
        first_row, first_column = 2 * step * block[0], 2 * step * block[2]
        finish(
            after, out, other, first_row, first_row + 2 * step * rows, first_column, first_column + 2 * step * columns
        )


@kernel("void(int32[:,:,::1], int64, int64, int32[:,:,::1])")
def _copy_edge(x: Int32Array, top: int, left: int, edge: Int32Array) -> None:
    """Copy a window of a map, 0 outside of it and in channels that it does not have: |edge| <= 2^31."""
    for i in range(edge.shape[0]):
        for j in range(edge.shape[1]):
            y, c = top + i, left + j
            inside = y >= 0 and y < x.shape[0] and c >= 0 and c < x.shape[1]
            for k in range(edge.shape[2]):
                edge[i, j, k] = x[y, c, k] if inside and k < x.shape[2] else 0


@kernel("int64(int32[:,:,::1], int64, int64, int64[::1], int32[:,:,::1], int32[:,::1], float64[:,:,::1])")
def _wide_points_of(
    x: Int32Array, low: int, high: int, block: Int64Array, edge: Int32Array, range_: Int32Array, v: FloatArray
) -> int:
    """Write the points v [6, 6, tile * channels] of the tiles of a block, for samples clamped to low..high; return
    max|sample|.

    Channels of v are those of x, filled up to a multiple of `VECTOR`; `edge` [6, 6, channels] and `range_` [2, VECTOR]
    are scratch.  Any int32 x, low <= 0 <= high; |v| <= 100 * 2^31, and the result <= 2^31.
    """
    height, width, channels = x.shape
    whole = edge.shape[2]
    samples, beside, points = x.reshape(-1), edge.reshape(-1), v.reshape(-1)
    range_[:] = 0
    for tile in range(block[1] * block[3]):
        top, left = 4 * (block[0] + tile // block[3]) - 1, 4 * (block[2] + tile % block[3]) - 1
        inside = top >= 0 and left >= 0 and top + 6 <= height and left + 6 <= width and whole == channels
        if not inside:
            _copy_edge(x, top, left, edge)
        for c in range(0, whole, VECTOR):
            goal = tile * whole + c
            if inside:
                at = (top * width + left) * channels + c
                wide_points(samples, at, width * channels, channels, low, high, range_, points, goal, v.shape[2])
            else:
                wide_points(beside, c, 6 * whole, whole, low, high, range_, points, goal, v.shape[2])
    largest = 0
    for lane in range(VECTOR):
        least: Any = np.int64(range_[0, lane])
        most: Any = np.int64(range_[1, lane])
        largest = max(largest, -least, most)
    return largest


@kernel(
    "void(float64[:,:,::1], int64, float64[:,:,:,:,::1], int64[:,::1], int64[:,::1], int64[:,::1], int64[::1],"
    "float64[:,:,::1], int32[:,::1], int32[:,:,::1])"
)
def _sums_of_wide_points(
    v: FloatArray,
    channels: int,
    panels: FloatArray,
    places: Int64Array,
    start: Int64Array,
    shift: Int64Array,
    block: Int64Array,
    m: FloatArray,
    result: Int32Array,
    out: Int32Array,
) -> None:
    """Multiply the points v [6, 6, tile * channels] by the panels, sum, round, and write the block's part of the map.

    `block` is in tiles of 4 x 4 positions; `start` and `shift` are [panel, LANES]; `m` [tile, 36, LANES] and `result`
    [16, LANES] are scratch.  Bounds: |m - BESIDE| < 2^51, see `wide_blocks`.
    """
    bits, filters, depth = m.view(np.int64).reshape(-1), panels.reshape(-1), panels.shape[3] - 1
    for p in range(panels.shape[0]):
        _products_of_points(
            v,
            channels,
            0,
            1,
            6,
            0,
            1,
            6,
            filters,
            p * 36 * (1 + depth) * LANES,
            depth,
            places[p, 0],
            block[1] * block[3],
            m,
        )
        first, count = places[p, 1], places[p, 2]
        for tile in range(block[1] * block[3]):
            top = 4 * (block[0] + tile // block[3])
            left = 4 * (block[2] + tile % block[3])
            wide_sums(bits, tile * 36 * LANES, start, shift, p * LANES, result)
            for j in range(min(4, out.shape[0] - top)):
                for k in range(min(4, out.shape[1] - left)):
                    if count == LANES:
                        for o in range(LANES):
                            out[top + j, left + k, first + o] = result[4 * j + k, o]
                    else:
                        for o in range(count):
                            out[top + j, left + k, first + o] = result[4 * j + k, o]


@kernel(
    "void(int32[:,:,::1], int64, int64, int64[:,::1], float64[:,:,:,:,::1], int64[:,::1], int64[:,::1], int64[:,::1],"
    "int64[:,::1], int64, float64[::1], int32[:,:,::1], int64, int32[:,:,::1], boolean[::1])"
)
def wide_blocks(
    x: Int32Array,
    low: int,
    high: int,
    blocks: Int64Array,
    panels: FloatArray,
    places: Int64Array,
    start: Int64Array,
    shift: Int64Array,
    most: Int64Array,
    limit: int,
    room: FloatArray,
    out: Int32Array,
    after: int,
    other: Int32Array,
    done: BoolArray,
) -> None:
    """Write blocks of a 3x3 convolution by F(4x4, 3x3), with what follows the layer; tell which blocks are done.

    `blocks` [n, 4]: first row, rows, first column, columns, in tiles of 4 x 4 positions.  A block is done where a
    sample is within `limit`, or the points within `most`, which holds bits (see `points_within`).  The first row of the
    panels is `BESIDE`, so that the bits of the products are integers.  Sums are 576 times the accumulator: they are
    divided by 64 with a shift and by 9 with its inverse modulo 2^64, both without a rest.  `room` is scratch.

    Bounds: limit and most are those of `winograd.point_bounds`, so each product < 2^51, a sum down < 48 * 2^51 and
    across < 48^2 * 2^51 < 2^63; |start| <= 2^60 + 2^29.
    """
    channels = (x.shape[2] + VECTOR - 1) // VECTOR * VECTOR
    edge = np.empty((6, 6, channels), dtype=np.int32)
    range_, result = np.empty((2, VECTOR), dtype=np.int32), np.empty((16, LANES), dtype=np.int32)
    for n in range(blocks.shape[0]):
        block = blocks[n]
        tiles = block[1] * block[3]
        apart = (tiles * channels // 8 | 1) * 8  # an odd number of cache lines: points do not push each other out
        v = room[: 36 * apart].reshape((6, 6, apart))
        m = room[36 * apart : 36 * (apart + tiles * LANES)].reshape((tiles, 36, LANES))
        largest = _wide_points_of(x, low, high, block, edge, range_, v)
        done[n] = largest <= limit or points_within(v, tiles * channels, most)
        if done[n]:
            _sums_of_wide_points(v, channels, panels, places, start, shift, block, m, result, out)
            top, left = 4 * block[0], 4 * block[2]
            finish(after, out, other, top, top + 4 * block[1], left, left + 4 * block[3])
