"""Products by fast algorithms, in tiles of 2 x 2 or 4 x 4 positions (6.6, `winograd`), exact within their limits.

In: what a layer is asked (`exact_forms.Work`).  Out: blocks of its map.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import prod

import numpy as np

from refdec.arithmetic.types import BoolArray, Int64Array
from refdec.clauses import clause
from refdec.networks import exact_forms
from refdec.networks.exact_forms import Block, Sizes, Work, cut, factors, start_values, workspace
from refdec.networks.exact_kernels import FloatArray
from refdec.networks.panels import by_panel, in_panels
from refdec.networks.stencil import Stencil
from refdec.networks.tile_kernels import fast_blocks, wide_blocks
from refdec.networks.vector_code import BESIDE, LANES, VECTOR
from refdec.networks.winograd import (
    EXACT,
    FOUR,
    Side,
    channel_bounds,
    fast_limit,
    fast_side,
    point_bounds,
    transformed_filter,
)

__all__ = ["FastProducts", "WideProducts"]


def _terms(rows: tuple[tuple[tuple[int, int], ...], ...], width: int) -> tuple[Int64Array, FloatArray]:
    """Return rows of (index, factor) as indices and factors [row, width], unused ones last and with factor 0."""
    terms, factors = np.zeros((len(rows), width), dtype=np.int64), np.zeros((len(rows), width))
    for j, row in enumerate(rows):
        terms[j, : len(row)] = [index for index, _ in row]
        factors[j, : len(row)] = [factor for _, factor in row]
    return terms, factors


def _signs(rows: tuple[tuple[int, ...], ...]) -> tuple[Int64Array, FloatArray]:
    """Return two output rows, of at most three points each, as indices [2, 3] and signs [2, 3]."""
    return _terms(tuple(tuple((n, sign) for n, sign in enumerate(row) if sign) for row in rows), 3)


def _tile_blocks(side: Side, rows: int, columns: int, room: int) -> Iterator[Block]:
    """Cut a grid of positions into blocks of whole tiles, about `room` of them."""
    t = side.tile
    for r, tall, c, wide in cut(-(-rows // t), -(-columns // t), room):
        yield t * r, min(t * tall, rows - t * r), t * c, min(t * wide, columns - t * c)


def _tiles_of(side: Side, block: Int64Array) -> int:
    """Return how many tiles a block has."""
    tiles = -(-block // side.tile)
    return int(tiles[1] * tiles[3])


def _room_for_tiles(per_tile: int, filter_bytes: int) -> int:
    """Return how many tiles make a block: more where all the filters are read anew for each."""
    return max(16, min(max(exact_forms.BLOCK_BYTES, filter_bytes), exact_forms.MOST_BLOCK_BYTES) // per_tile)


@clause("6.6", kind="added", reason="an implementation note; the result is the same integer")
@dataclass(frozen=True, slots=True, eq=False)
class WideProducts:
    """(6.6) A 3x3 convolution of stride 1 by Winograd F(4x4,3x3): the fewest products, with sums in int64.

    `most` [6, 6]: bits of what the points may be as float64; looked at only where a sample is beyond `limit`.  What is
    outside a map is 0 and is clamped with it, and so are the channels that fill up vectors: low <= 0 <= high.
    """

    panels: FloatArray
    places: Int64Array
    start: Int64Array
    shift: Int64Array
    most: Int64Array
    channels: int
    limit: int

    @classmethod
    def of(cls, stencil: Stencil) -> WideProducts:
        """Return the prepared products."""
        (phase,) = FOUR.phases
        filters = transformed_filter(stencil, phase, phase)
        most, limit = point_bounds(FOUR, filters)
        panels, places = in_panels(filters, BESIDE, stencil.groups)
        return cls(
            panels,
            places,
            by_panel(stencil.start[0, 0], places),
            by_panel(stencil.shift[0, 0], places),
            np.minimum(most, EXACT).astype(np.float64).view(np.int64),
            stencil.in_channels,
            limit,
        )

    def blocks(self, rows: int, columns: int) -> Iterator[Block]:
        """Cut into blocks of whole tiles of 4 x 4 positions."""
        return _tile_blocks(FOUR, rows, columns, _room_for_tiles(8 * 36 * (self.channels + LANES), self.panels.nbytes))

    def products(self, block: Int64Array) -> tuple[Sizes, int]:
        """Return what the products of a block are; see ExactProducts."""
        return (_tiles_of(FOUR, block), self.panels.shape[3] - 1), prod(self.panels.shape[:3])

    def write(self, work: Work, blocks: Int64Array) -> BoolArray:
        """Write blocks; see ExactProducts.  Beyond the limit they are exact all the same where points are small.

        Raises ValueError for bounds that do not have 0 between them.
        """
        if not work.low <= 0 <= work.high:
            raise ValueError(f"samples clamped to {work.low}..{work.high}: what is outside a map is 0")
        tiles = -(-blocks // FOUR.tile)
        most = int((tiles[:, 1] * tiles[:, 3]).max())
        (room,) = workspace.take((36 * (most * (-(-self.channels // VECTOR) * VECTOR + LANES) + VECTOR),))
        done = np.zeros(len(blocks), dtype=np.bool_)
        wide_blocks(
            work.x,
            work.low,
            work.high,
            tiles,
            self.panels,
            self.places,
            self.start,
            self.shift,
            self.most,
            self.limit,
            room,
            work.out,
            work.after,
            work.other,
            done,
        )
        return done


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
    points: tuple[Int64Array, FloatArray]
    phases: Int64Array
    filters: FloatArray
    places: Int64Array
    sums: tuple[Int64Array, FloatArray]
    start: FloatArray
    factor: FloatArray
    limit: int

    @classmethod
    def of(cls, stencil: Stencil, side: Side) -> FastProducts:
        """Return the prepared products."""
        square = side.factor**2
        phases, panels, terms, signs, limits, begin = [], [], [], [], [], 0
        places = np.empty((0, 3), dtype=np.int64)
        both = [(dy, dx) for dy in range(len(side.phases)) for dx in range(len(side.phases))]
        for dy, dx in both:
            vertical, horizontal = side.phases[dy], side.phases[dx]
            filters = transformed_filter(stencil, vertical, horizontal)
            own, places = in_panels(filters, 0, stencil.groups)
            points = [
                n for phase, size in ((vertical, 0), (horizontal, 1)) for n in (*phase.points[::2], filters.shape[size])
            ]
            phases.append([*points, begin, dy, dx])
            begin += own.size
            panels.append(own.reshape(-1))
            (down, down_signs), (across, across_signs) = _signs(vertical.output_rows), _signs(horizontal.output_rows)
            terms.append([down, across])
            signs.append([down_signs, across_signs])
            limits.append(fast_limit(stencil, side, dy, dx, filters))
        return cls(
            stencil,
            side,
            _terms(side.points, 2),
            np.array(phases),
            np.concatenate(panels),
            places,
            (np.array(terms), np.array(signs)),
            np.array([by_panel(start_values(stencil.start[dy, dx], square), places) for dy, dx in both]),
            np.array([by_panel(factors(stencil.shift[dy, dx] + square.bit_length() - 1), places) for dy, dx in both]),
            min(limits),
        )

    def blocks(self, rows: int, columns: int) -> Iterator[Block]:
        """Cut into blocks of whole tiles of 2 x 2 positions."""
        per_tile = 8 * len(self.side.points) ** 2 * (self.stencil.in_channels + LANES)
        return _tile_blocks(self.side, rows, columns, _room_for_tiles(per_tile, self.filters.nbytes))

    def _fits(self, work: Work, tiles: Int64Array) -> bool:
        """Tell whether a block beyond the limit is exact all the same, because only few of its channels are large.

        So it is with the bands of eICCI, of which one in sixteen is a sum of samples and the others are differences.
        """
        if self.stencil.groups > 1 or self.limit < 0:
            return False
        worst, room = _bounds(self.stencil)
        pace, origin = self.side.pace, self.side.origin
        top, rows, left, columns = (pace * tiles).tolist()
        begin = max(top + origin, 0), max(left + origin, 0)
        seen = work.x[begin[0] : top + rows + self.side.span, begin[1] : left + columns + self.side.span]
        samples = np.clip(seen, work.low, work.high).astype(np.int64)
        return bool((np.abs(samples).max(axis=(0, 1), initial=0) @ worst).max() <= room)

    def products(self, block: Int64Array) -> tuple[Sizes, int]:
        """Return what the products of a block are; see ExactProducts."""
        count = len(self.places) * int((self.phases[:, 2] * self.phases[:, 5]).sum())
        return (_tiles_of(self.side, block), self._depth), count

    @property
    def _depth(self) -> int:
        return self.stencil.in_channels // self.stencil.groups

    def write(self, work: Work, blocks: Int64Array) -> BoolArray:
        """Write blocks; see ExactProducts."""
        tiles = -(-blocks // self.side.tile)
        done = self._write(work, tiles, self.limit)
        late = [n for n in np.flatnonzero(~done) if self._fits(work, tiles[n])]
        if late:
            done[late] = self._write(work, tiles[late], 1 << 31)
        return done

    def _write(self, work: Work, tiles: Int64Array, limit: int) -> BoolArray:
        side, channels, points = self.side, self.stencil.in_channels, len(self.side.points)
        rows, columns = tiles[:, 1], tiles[:, 3]
        strips = (side.pace * (rows - 1) + side.span + points) * side.pace * (columns + 1) * channels
        room_of = strips + points * points * rows * columns * (channels + LANES)
        (room,) = workspace.take((int(room_of.max()),))
        done = np.zeros(len(tiles), dtype=np.bool_)
        fast_blocks(
            work.x,
            work.low,
            work.high,
            tiles,
            np.array([side.origin, side.span, side.pace]),
            *self.points,
            self.phases,
            self.filters,
            self._depth,
            self.places,
            *self.sums,
            self.start,
            self.factor,
            len(side.phases),
            limit,
            room,
            work.out,
            work.after,
            work.other,
            done,
        )
        return done
