"""Fast algorithms with fewer products for the stencils (6.6), in exact integers, and the bounds that permit them.

In: a `Stencil`.  Out: per direction an input transform (each point is a sum of some samples with small factors),
transformed filters, and output sums; together they give the very accumulators of the direct sum times `factor` in each
direction.

In one direction a tile of two or four positions reads a window of samples; with m the products at the points:

    3 taps      F(4,3) at the points 0, 1, -1, 2, -2 and infinity, six for twelve, output sums times 24; and
                F(2,3), filter side times 2 so that it stays whole
    2 taps      F(2,2), as (x0 - x1)*a, x1*(a + b), (x1 - x2)*b: no factor at all
    doubled     both phases share their differences: five points for T4, four for T3, three for U2
    3, stride 2 the outer taps a, c see every second sample: F(2,2) on them, and the middle tap as it is: five for six

Nothing here is a float; `exact_tiles` carries these integers in float64 where bounds prove that nothing reaches 2^53.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.clauses import clause
from refdec.networks.stencil import DOUBLED_2, DOUBLED_3, DOUBLED_4, THREE, THREE_STEP_2, Direction, Stencil

__all__ = [
    "FAST",
    "FOUR",
    "FastPhase",
    "Side",
    "channel_bounds",
    "direct_limit",
    "fast_limit",
    "fast_side",
    "point_bounds",
    "transformed_filter",
]

EXACT = 1 << 53
"""Below this magnitude float64 holds every integer, and sums of integers in any order."""
EXACT_BESIDE = 1 << 51
"""Below this magnitude float64 sums are exact that begin with 3 * 2^51: they stay within 2^52 .. 2^53."""

Row = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FastPhase:
    """One phase in one direction: its points (a slice), filter rows [point][tap], output rows [position][point]."""

    points: tuple[int, int, int]
    filter_rows: tuple[Row, ...]
    output_rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """A fast algorithm in one direction.

    `origin`: offset of the window from the first sample of a tile; `span`: samples of the window; `points`: rows of
    (sample of the window, factor), of which each point is the sum; `factor`: by how much the output sums exceed the
    accumulators; `pace`: samples from one tile to the next; `tile`: positions of a tile.
    """

    origin: int
    span: int
    points: tuple[tuple[tuple[int, int], ...], ...]
    phases: tuple[FastPhase, ...]
    factor: int = 1
    pace: int = 2
    tile: int = 2

    def gains(self, phase: FastPhase) -> tuple[int, ...]:
        """Return per point of a phase the most by which the input transform enlarges a sample: 1, 2, or up to 10."""
        return tuple(sum(abs(factor) for _, factor in row) for row in self.points[slice(*phase.points)])


_F22 = ((1, 1, 0), (0, 1, -1))

FAST: dict[Direction, Side] = {
    THREE: Side(
        origin=-1,
        span=4,
        points=(((0, 1), (2, -1)), ((1, 1), (2, 1)), ((2, 1), (1, -1)), ((1, 1), (3, -1))),
        phases=(FastPhase((0, 4, 1), ((2, 0, 0), (1, 1, 1), (1, -1, 1), (0, 0, 2)), ((1, 1, 1, 0), (0, 1, -1, -1))),),
        factor=2,
    ),
    THREE_STEP_2: Side(
        origin=-1,
        span=5,
        points=(((0, 1), (2, -1)), ((2, 1),), ((2, 1), (4, -1)), ((1, 1),), ((3, 1),)),
        phases=(
            FastPhase(
                (0, 5, 1),
                ((1, 0, 0), (1, 0, 1), (0, 0, 1), (0, 1, 0), (0, 1, 0)),
                ((1, 1, 0, 1, 0), (0, 1, -1, 0, 1)),
            ),
        ),
        pace=4,
    ),
    DOUBLED_4: Side(
        origin=-1,
        span=4,
        points=(((0, 1), (1, -1)), ((1, 1),), ((1, 1), (2, -1)), ((2, 1),), ((2, 1), (3, -1))),
        phases=(
            FastPhase((0, 3, 1), ((0, 0, 0, 1), (0, 1, 0, 1), (0, 1, 0, 0)), _F22),
            FastPhase((2, 5, 1), ((0, 0, 1, 0), (1, 0, 1, 0), (1, 0, 0, 0)), _F22),
        ),
    ),
    DOUBLED_3: Side(
        origin=0,
        span=3,
        points=(((0, 1),), ((0, 1), (1, -1)), ((1, 1),), ((1, 1), (2, -1))),
        phases=(
            FastPhase((0, 3, 2), ((0, 1, 0), (0, 1, 0)), ((1, 0), (0, 1))),
            FastPhase((1, 4, 1), ((0, 0, 1), (1, 0, 1), (1, 0, 0)), _F22),
        ),
    ),
    DOUBLED_2: Side(
        origin=0,
        span=3,
        points=(((0, 1), (1, -1)), ((1, 1),), ((1, 1), (2, -1))),
        phases=(
            FastPhase((0, 3, 1), ((1, 0, 0, 0), (1, 1, 0, 0), (0, 1, 0, 0)), _F22),
            FastPhase((0, 3, 1), ((0, 0, 1, 0), (0, 0, 1, 1), (0, 0, 0, 1)), _F22),
        ),
    ),
}


FOUR = Side(
    origin=-1,
    span=6,
    points=(
        ((0, 4), (2, -5), (4, 1)),
        ((1, -4), (2, -4), (3, 1), (4, 1)),
        ((1, 4), (2, -4), (3, -1), (4, 1)),
        ((1, -2), (2, -1), (3, 2), (4, 1)),
        ((1, 2), (2, -1), (3, -2), (4, 1)),
        ((1, 4), (3, -5), (5, 1)),
    ),
    phases=(
        FastPhase(
            (0, 6, 1),
            ((1, 0, 0), (1, 1, 1), (1, -1, 1), (1, 2, 4), (1, -2, 4), (0, 0, 1)),
            ((6, -4, -4, 1, 1, 0), (0, -4, 4, 2, -2, 0), (0, -4, -4, 4, 4, 0), (0, -4, 4, 8, -8, 24)),
        ),
    ),
    factor=24,
    pace=4,
    tile=4,
)
"""F(4,3): of three taps, stride 1, the fewest products, and the largest numbers."""


def fast_side(stencil: Stencil) -> Side | None:
    """Return the fast algorithm of a stencil that has the same direction twice, None where there is none."""
    return FAST.get(stencil.vertical) if stencil.vertical == stencil.horizontal else None


@clause("6.6", kind="added", reason="an implementation note; the result is the same integer")
def transformed_filter(stencil: Stencil, vertical: FastPhase, horizontal: FastPhase) -> Int32Array:
    """(6.6) Return G_v * taps * G_h^T as int32 [points_v, points_h, I/g, O]; |entry| <= 49 * 2^19."""
    half = _weighted(vertical.filter_rows, stencil.taps)
    return np.swapaxes(_weighted(horizontal.filter_rows, np.swapaxes(half, 0, 1)), 0, 1)


def _weighted(rows: tuple[Row, ...], values: Int32Array) -> Int32Array:
    """Return rows [n, t] of small numbers times values [t, ...], as sums of whole arrays; |sums| < 2^25."""
    result = np.zeros((len(rows), *values.shape[1:]), dtype=np.int32)
    for row, target in zip(rows, result, strict=True):
        for factor, value in zip(row, values, strict=True):
            for _ in range(abs(factor)):
                (np.add if factor > 0 else np.subtract)(target, value, out=target)
    return result


def _limit(worst: Int64Array, start: Int64Array, factor: int) -> int:
    """Return the largest m <= 2^31 with m * worst + |start * factor| < 2^53 in every channel; -1 if there is none."""
    limit = 1 << 31
    for products, begin in zip(worst.tolist(), start.tolist(), strict=True):
        room = EXACT - 1 - abs(begin) * factor
        if room < 0:
            return -1
        if products:
            limit = min(limit, room // products)
    return limit


@clause("6.6", kind="added", reason="the proof that float64 products are exact")
def direct_limit(stencil: Stencil) -> int:
    """(6.6) Return the largest max|x| for which every partial sum of a phase's products, with start, is below 2^53."""
    magnitude = np.abs(stencil.taps).sum(axis=2, dtype=np.int64)
    limits = []
    for dy, rows in enumerate(stencil.vertical.phases):
        for dx, columns in enumerate(stencil.horizontal.phases):
            own = magnitude[[ty for ty, _ in rows]][:, [tx for tx, _ in columns]]
            limits.append(_limit(own.sum(axis=(0, 1)), stencil.start[dy, dx], 1))
    return min(limits)


@clause("6.6", kind="added", reason="the proof that float64 products are exact")
def fast_limit(stencil: Stencil, side: Side, dy: int, dx: int, filters: Int32Array) -> int:
    """(6.6) Return the largest max|x| for which every partial sum of phase (dy, dx) stays below 2^53.

    `filters` is the phase's transformed filter U.

    Three things are bounded, as multiples of max|x|, per output channel:

    - a product summed over the channels, in any order: P[a, b] = gain_a * gain_b * sum |U[a, b, i]|;
    - a vertical sum, which is the one-dimensional stencil on horizontally transformed samples:
      T[j, b] = factor * gain_b * sum |W G_h^T|; its terms are added in the order of the output row, and the sum of
      all but the last is at most T plus the last;
    - the result, factor^2 times the direct sum, in the same way from the T; then the start value is added.
    """
    worst = _worst(stencil, side, dy, dx, filters, channels=False)
    return _limit(worst, stencil.start[dy, dx], side.factor**2)


@clause("6.6", kind="added", reason="the proof that the products of the largest tiles are exact")
def point_bounds(side: Side, filters: Int32Array) -> tuple[Int64Array, int]:
    """(6.6) Return (most [points_v, points_h], limit): what the points of a tile may be for sums of one phase in int64.

    Products summed over the channels, in any order and begun with 3 * 2^51, are exact where max|point| <= most there,
    and so everywhere where max|x| <= limit.  Each sum is below 2^51 then; output rows enlarge it by at most 48^2
    (`FOUR`), so that the output sums stay below 2^63, whatever the start value.  `filters` is the phase's U.
    """
    sums = np.ascontiguousarray(np.abs(filters).sum(axis=2, dtype=np.int64).max(axis=2))
    most = np.minimum((EXACT_BESIDE - 1) // np.maximum(sums, 1), 1 << 62)
    gains = np.array(side.gains(side.phases[0]), dtype=np.int64)
    return most, min(1 << 31, int((most // np.multiply.outer(gains, gains)).min()))


@clause("6.6", kind="added", reason="the proof that float64 products are exact, for channels that differ in size")
def channel_bounds(stencil: Stencil, side: Side) -> tuple[Int64Array, int]:
    """(6.6) Return (worst [I, O], room): the products are exact if max|x_i| times worst, summed over i, is within room.

    The bounds of fast_limit hold for what each input channel contributes, so they may be added up channel by channel.
    Both are rounded to the safe side in units of 2^10, so that the sum itself stays far below 2^63.  No groups.
    """
    worst = np.zeros(stencil.taps.shape[2:], dtype=np.int64)
    room = EXACT - 1
    for dy, vertical in enumerate(side.phases):
        for dx, horizontal in enumerate(side.phases):
            filters = transformed_filter(stencil, vertical, horizontal)
            worst = np.maximum(worst, _worst(stencil, side, dy, dx, filters, channels=True))
            start = max(abs(value) for value in stencil.start[dy, dx].tolist())
            room = min(room, EXACT - 1 - start * side.factor**2)
    return (worst >> 10) + 1, room >> 10


def _worst(stencil: Stencil, side: Side, dy: int, dx: int, filters: Int32Array, *, channels: bool) -> Int64Array:
    """Return the largest partial sum of a phase for inputs of magnitude 1: [O], or of each input channel [I, O]."""
    vertical, horizontal = side.phases[dy], side.phases[dx]
    gain_v, gain_h = (np.array(side.gains(phase), dtype=np.int64) for phase in (vertical, horizontal))
    taps = stencil.taps[[ty for ty, _ in stencil.vertical.phases[dy]]]
    across = np.abs(_weighted(horizontal.filter_rows, np.swapaxes(taps, 0, 1)))
    own = np.abs(taps[:, [tx for tx, _ in stencil.horizontal.phases[dx]]])
    products = np.abs(filters)
    if channels:
        totals = products.astype(np.int64), across.sum(axis=1, dtype=np.int64), own.sum(axis=(0, 1), dtype=np.int64)
    else:
        totals = (
            products.sum(axis=2, dtype=np.int64),
            across.sum(axis=(1, 2), dtype=np.int64),
            own.sum(axis=(0, 1, 2), dtype=np.int64),
        )
    more = (1,) * (totals[0].ndim - 2)
    terms = totals[0] * np.multiply.outer(gain_v, gain_h).reshape(-1, len(gain_h), *more)
    sums = totals[1] * gain_h.reshape(-1, *more) * side.factor
    result = totals[2] * side.factor**2
    worst: Int64Array = np.maximum(result, terms.max(axis=(0, 1)))
    for row in vertical.output_rows:
        worst = np.maximum(worst, _partial(row, terms, sums[None]).max(axis=0))
    for row in horizontal.output_rows:
        worst = np.maximum(worst, _partial(row, sums[:, None], result[None])[0])
    return worst


def _partial(row: Row, terms: Int64Array, total: Int64Array) -> Int64Array:
    """Bound every partial sum of the terms that an output row uses, added in order, given a bound of the whole sum."""
    used = [terms[n] for n, sign in enumerate(row) if sign]
    bound: Int64Array = np.maximum(total[0], used[0])
    plain = used[0]
    for n, term in enumerate(used[1:-1], 1):
        plain = plain + term
        rest = np.sum(used[n + 1 :], axis=0)
        bound = np.maximum(bound, np.minimum(plain, total[0] + rest))
    return bound
