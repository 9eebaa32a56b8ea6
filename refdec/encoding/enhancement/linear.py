"""EFE linear (5.6, 5.14.2): which split, which edge, which kernels; by least squares, and by what they cost.

In: a picture before its filters.  Out: the parameters of the main set, whose alternative is off; None where they do
not pay.  Sums are taken once, cell by cell of the grid that all splits have in common; every split and edge follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from refdec.arithmetic.types import Int16Array, Int32Array, Int64Array
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.tools import EfeFilterSet, EfeLinear
from refdec.clauses import clause
from refdec.encoding.enhancement.before import Unfiltered
from refdec.encoding.enhancement.solving import LEAST_RIDGE, Normal, products, solved
from refdec.encoding.enhancement.worth import FINE, Worth, squared_error, to_fine
from refdec.limits import Check, unchecked
from refdec.picture.filters.efe_linear import (
    UNIT_BITS,
    ZERO_WEIGHT,
    Phase,
    base_kernel,
    efe_linear_reach,
    is_resampled,
    mean_q18,
    phases_of,
    rectangles,
)
from refdec.picture.planes import chroma_rect
from refdec.tiling.geometry import Rect, ceil_div

__all__ = ["EDGE_BITS", "choose_linear", "identity_set"]

EDGES = range(1, 5)
SPLITS = range(1, 9)
MOST = 4
"""Edge of the window that every kernel lies in: offsets -1..2."""
PIECE_COLUMNS = 1024
RIDGES = (LEAST_RIDGE, 256, 4096)
"""Small weights have a small range, and so few bits; which is worth more is tried."""
MOST_MEAN = (1 << 15) - 1
SET_BITS, MEANS_BITS, EDGE_BITS = 8 + 32, 30, 4
NO_SET = EfeFilterSet((0, 0), (0, 0), 0, 65535, (None, None), (None, None))


@dataclass(frozen=True, slots=True, eq=False)
class _Kernels:
    """Kernels of one plane: int64 [rectangle, phase, edge, edge] and [rectangle, edge, edge], unit 1/2048.

    `span`: the smallest and the largest weight; `error`: what the plane's squared error becomes.
    """

    split: int
    edge: int
    chroma: Int64Array
    luma: Int64Array
    span: tuple[int, int]
    error: int

    @classmethod
    def of(cls, split: int, edge: int, chroma: Int64Array, luma: Int64Array, error: int) -> _Kernels:
        """Return kernels with their span, which every pair of planes is asked for."""
        ends = [(int(weights.min()), int(weights.max())) for weights in (chroma, luma)]
        return cls(split, edge, chroma, luma, (min(e[0] for e in ends), max(e[1] for e in ends)), error)

    @property
    def count(self) -> int:
        """The number of weights."""
        return self.chroma.size + self.luma.size


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Sums of products of one chroma plane: int64 [phases, rows, columns, 33, 33] over the cells between edges.

    Columns: 16 offsets of chroma less its mean, 16 of luma, what the base term leaves.  One phase stands for all where
    all share their kernels.  `plain`: squared error of the plane without the filter.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    totals: Int64Array
    counts: Int64Array
    plain: int

    def of(self, rectangle: Int64Array) -> tuple[Int64Array, Int64Array]:
        """Return the sums [phases, 33, 33] and the number of samples [phases] of a rectangle of whole cells."""
        top, bottom, left, right = (int(edge) for edge in rectangle)
        at = (
            slice(None),
            slice(self.rows.index(top), self.rows.index(bottom)),
            slice(self.columns.index(left), self.columns.index(right)),
        )
        return self.totals[at].sum(axis=(1, 2)), self.counts[at].sum(axis=(1, 2))


def _window_offsets(edge: int) -> list[int]:
    """(5.6.4) Return where the taps of a kernel lie in the window of 4 x 4 offsets, in the kernel's order."""
    first = 1 - ((edge - 1) >> 1)
    return [MOST * (first + r) + first + k for r in range(edge) for k in range(edge)]


def _extents(picture: PictureHeader) -> tuple[int, int]:
    return ceil_div(picture.display_height, 2), ceil_div(picture.display_width, 2)


def _cell_edges(picture: PictureHeader) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the edges of the cells of which the rectangles of all splits consist."""
    extents = _extents(picture)
    every = [rectangle for split in SPLITS for rectangle in rectangles(split, *extents)]
    rows = {int(edge) for rectangle in every for edge in rectangle[:2]}
    columns = {int(edge) for rectangle in every for edge in rectangle[2:]}
    return tuple(sorted(rows)), tuple(sorted(columns))


def _based(phase: Phase, resampled: bool, size: tuple[int, int], mean: int) -> Int64Array:
    """(5.6.4) Return what the base term alone makes of a phase, unit 2^-6."""
    if not resampled:
        return to_fine(phase.chroma[1 : 1 + size[0], 1 : 1 + size[1]])
    total = np.zeros(size, np.int64)
    kernel = base_kernel(phase.i, phase.j, resampled)
    for r, k in zip(*np.nonzero(kernel), strict=True):
        total += kernel[r, k] * (phase.chroma[r : r + size[0], k : k + size[1]].astype(np.int64) - mean)
    return to_fine((mean + (total >> UNIT_BITS)).astype(np.int32))


def _sums(before: Unfiltered, m: int, b1: int, check: Check) -> _Sums:
    """Return the sums of products of plane m (0 U, 1 V)."""
    picture = before.picture
    resampled, mean = is_resampled(picture), mean_q18(b1)
    rows, columns = _cell_edges(picture)
    width = 2 * MOST * MOST + 1
    shape = (4 if resampled else 1, len(rows) - 1, len(columns) - 1)
    totals, counts, plain = np.zeros((*shape, width, width), np.int64), np.zeros(shape, np.int64), 0
    for band in before.bands():
        check()
        held = efe_linear_reach(band, picture)
        planes, target = before.window(held), before.target(band)
        plane, wanted = planes.as_tuple()[1 + m], target.as_tuple()[1 + m]
        small = chroma_rect(band, (picture.s_ver, picture.s_hor))
        at = small.seen_from(chroma_rect(held, (picture.s_ver, picture.s_hor)))
        plain += squared_error(plane[at.rows, at.columns], wanted)
        made = chroma_rect(band, (2, 2))
        for phase in phases_of(plane, planes.y, picture, held, band):
            goal = to_fine(wanted[phase.i :: 3 - picture.s_ver, phase.j :: 3 - picture.s_hor])
            if goal.size == 0:
                continue
            left = goal - _based(phase, resampled, goal.shape, mean)
            chroma, luma = to_fine(phase.chroma - np.int32(mean)), to_fine(phase.luma)
            p = 2 * phase.i + phase.j if resampled else 0
            for row, column, place in _cells(rows, columns, made, left.shape):
                parts = [_shifted(plane, place, n) for plane in (chroma, luma) for n in range(MOST * MOST)]
                totals[p, row, column] += products([*parts, left[place.rows, place.columns]])
                counts[p, row, column] += place.w * place.h
    return _Sums(rows, columns, totals, counts, plain)


def _shifted(plane: Int64Array, place: Rect, n: int) -> Int64Array:
    """Return the samples at offset n of the window of 4 x 4 from each sample of a place."""
    r, k = divmod(n, MOST)
    return plane[place.y + r : place.bottom + r, place.x + k : place.right + k]


def _cells(
    rows: tuple[int, ...], columns: tuple[int, ...], made: Rect, size: tuple[int, ...]
) -> Iterator[tuple[int, int, Rect]]:
    """Yield row and column of a cell, and a piece of it that lies in what is made, counted from its corner."""
    inside = Rect(made.x, made.y, size[1], size[0])
    for r, (top, bottom) in enumerate(pairwise(rows)):
        for c, (left, right) in enumerate(pairwise(columns)):
            for start in range(left, right, PIECE_COLUMNS):
                piece = Rect.between(start, top, min(start + PIECE_COLUMNS, right), bottom).intersection(inside)
                if not piece.empty:
                    yield r, c, piece.seen_from(made)


def _normal(sums: Int64Array, counts: Int64Array, edge: int) -> Normal:
    """Return the equations of a rectangle: kernels of all phases, then the one of luma that they share."""
    at, area = _window_offsets(edge), edge * edge
    luma = [MOST * MOST + n for n in at]
    if len(sums) == 1:
        return Normal.of(sums[0], [*at, *luma], int(counts[0]))
    size = len(sums) * area
    gram, pull = np.zeros((size + area, size + area), np.int64), np.zeros(size + area, np.int64)
    shared = slice(size, size + area)
    for p, total in enumerate(sums):
        own = slice(p * area, (p + 1) * area)
        gram[own, own], gram[own, shared] = total[np.ix_(at, at)], total[np.ix_(at, luma)]
        gram[shared, own] = gram[own, shared].T
        gram[shared, shared] += total[np.ix_(luma, luma)]
        pull[own] = total[at, -1]
        pull[shared] += total[luma, -1]
    return Normal(gram, pull, int(sums[:, -1, -1].sum()), int(counts.sum()))


def _candidates(picture: PictureHeader, sums: _Sums) -> Iterator[_Kernels]:
    """(5.6.3) Yield the best kernels of every split and edge; splits with an empty rectangle are left out (I-2)."""
    for split in SPLITS:
        places = rectangles(split, *_extents(picture))
        if any(top >= bottom or left >= right for top, bottom, left, right in places):
            continue
        parts = [sums.of(place) for place in places]
        for edge in EDGES:
            normals = [_normal(total, count, edge) for total, count in parts]
            for ridge in RIDGES:
                yield _best(split, edge, normals, ridge)


def _best(split: int, edge: int, normals: list[Normal], ridge: int) -> _Kernels:
    """Return the kernels of the smallest error, large weights held back by the ridge."""
    area, error, chroma, luma = edge * edge, 0, [], []
    for normal in normals:
        q = solved(normal, ridge)
        error += normal.error_with(q)
        chroma.append(q[:-area].reshape(-1, edge, edge))
        luma.append(q[-area:].reshape(edge, edge))
    return _Kernels.of(split, edge, np.array(chroma), np.array(luma), error)


def _identity(error: int) -> _Kernels:
    """Return kernels that change nothing where chroma is not resampled."""
    return _Kernels.of(1, 1, np.zeros((1, 1, 1, 1), np.int64), np.zeros((1, 1, 1), np.int64), error)


def _set_bits(pair: tuple[_Kernels, _Kernels]) -> int:
    """(1.5.2) Return the bits of a set."""
    low, high = _span(pair)
    return SET_BITS + 2 * EDGE_BITS + sum(part.count for part in pair) * (high - low).bit_length()


def _span(pair: tuple[_Kernels, _Kernels]) -> tuple[int, int]:
    spans = [part.span for part in pair]
    return min(low for low, _ in spans), max(high for _, high in spans)


def _set_of(pair: tuple[_Kernels, _Kernels]) -> EfeFilterSet:
    """(1.6.7) Return the set of two planes' kernels."""
    low, high = _span(pair)

    def codes(weights: Int64Array) -> Int32Array:
        return (weights - low).astype(np.int32)

    u, v = pair
    return EfeFilterSet(
        (u.split, v.split),
        (u.edge, v.edge),
        ZERO_WEIGHT + low,
        high - low,
        (codes(u.chroma), codes(v.chroma)),
        (codes(u.luma), codes(v.luma)),
    )


def identity_set() -> EfeFilterSet:
    """(5.6.6) Return a set that changes nothing where chroma is not resampled."""
    return _set_of((_identity(0), _identity(0)))


def _mean(plane: Int16Array) -> int:
    """(5.14.2) Return B1 of a plane of unit 2^-6: its mean in hundredths, as far as 15 bits go."""
    total, count = int(plane.sum(dtype=np.int64)), plane.size << FINE
    return min(max((200 * total + count) // (2 * count), 0), MOST_MEAN)


@clause("5.14.2", kind="inferred", reason="how an encoder finds weights is its own affair")
def choose_linear(before: Unfiltered, worth: Worth, *, check: Check = unchecked) -> EfeLinear | None:
    """(5.14.2) Return EFE linear with its main set, None where no kernels save more error than their bits are worth."""
    picture = before.picture
    means = tuple(_mean(before.planes[1 + m]) for m in (0, 1))
    options: list[list[_Kernels]] = []
    off = 0
    for m, b1 in enumerate(means):
        sums = _sums(before, m, b1, check)
        found = list(_candidates(picture, sums))
        if not is_resampled(picture):
            found.insert(0, _identity(sums.plain))
        off += worth.weights[1 + m] * sums.plain // 100
        options.append(found)
        check()
    best, least = None, off
    fixed = MEANS_BITS + SET_BITS
    for u in options[0]:
        for v in options[1]:
            cost = worth.cost(worth.error((0, u.error, v.error)), fixed + _set_bits((u, v)))
            if cost < least:
                best, least = (u, v), cost
    return None if best is None else EfeLinear((means[0], means[1]), (NO_SET, _set_of(best)))
