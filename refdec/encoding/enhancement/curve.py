"""EFE non-linear (5.8.1, 5.14.2): the curves of luma that chroma is moved by, tile by tile.

In: the planes as the filters before leave them.  Out: the parameters without masks, None where no curve pays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.tools import EfeNonlinear
from refdec.clauses import clause
from refdec.encoding.enhancement.before import Look, Unfiltered
from refdec.encoding.enhancement.solving import Normal, products, solved
from refdec.encoding.enhancement.worth import FINE, Worth, to_fine
from refdec.limits import Check, unchecked
from refdec.picture.filters.efe_linear import ZERO_WEIGHT
from refdec.picture.filters.efe_nonlinear import WEIGHTS, thresholds
from refdec.picture.planes import Planes, chroma_rect, chroma_size
from refdec.tiling.geometry import Rect, ceil_div

__all__ = ["HEAD_BITS", "NO_CURVE", "choose_curve"]

Pair = tuple[int, int]
TILE_EDGES = (65000, 1200, 600)
"""Sizes of tiles that are tried, in chroma samples, about: the whole plane, that of the reference software, half."""
TILE_STEP = 64
MOST_HUNDREDTHS = (1 << 16) - 1
HEAD_BITS, TILES_BITS, LUMA_BITS, COUNT_BITS = 32 + 4, 48, 32, 16
"""Ranges and flags; sizes and number of tiles; luma of a tile; what a plane's curves begin with."""
NOTHING = np.zeros(0, np.int32)
NO_CURVE = EfeNonlinear(0, 0, 0, 0, 0, (None, None), (0, 0), 0, 0, NOTHING, NOTHING, (None, None))
PLANES = ((0, 1), (0,), (1,))
"""U and V, U alone, V alone."""


@dataclass(frozen=True, slots=True, eq=False)
class _Curves:
    """Curves of one tiling: weights int64 [tiles, 8] of U and of V, unit 1/2048, and what the planes' errors become."""

    tile: Pair
    low: Int32Array
    high: Int32Array
    weights: tuple[Int64Array, Int64Array]
    errors: Pair

    def span(self, planes: tuple[int, ...]) -> Pair:
        """Return the smallest and the largest weight of some planes."""
        used = [self.weights[m] for m in planes]
        return min(int(each.min()) for each in used), max(int(each.max()) for each in used)

    def bits(self, planes: tuple[int, ...]) -> int:
        """(1.5.2) Return the bits of the curves of some planes."""
        low, high = self.span(planes)
        each = COUNT_BITS + self.weights[0].size * (high - low).bit_length()
        return HEAD_BITS + TILES_BITS + LUMA_BITS * len(self.low) + len(planes) * each

    def parameters(self, planes: tuple[int, ...]) -> EfeNonlinear:
        """(1.6.7) Return the parameters of some planes."""
        low, high = self.span(planes)
        codes = [(self.weights[m] - low).astype(np.int32) if m in planes else None for m in (0, 1)]
        enabled = int(0 in planes), int(1 in planes)
        least = ZERO_WEIGHT + low
        return EfeNonlinear(
            least,
            high - low,
            0,
            0,
            0,
            (None, None),
            enabled,
            self.tile[1],
            self.tile[0],
            self.low,
            self.high,
            (codes[0], codes[1]),
        )


@clause("5.14.2", kind="inferred", reason="how an encoder finds weights is its own affair")
def choose_curve(before: Unfiltered, look: Look, worth: Worth, *, check: Check = unchecked) -> EfeNonlinear | None:
    """(5.14.2) Return curves for one or both planes, None where none saves more error than its bits are worth.

    `look` gives the planes before the curve.
    """
    picture = before.picture
    best, least = None, 0
    for tile in _tilings(picture):
        curves, without = _curves(before, look, tile, check)
        for planes in PLANES:
            saved = sum(worth.weights[1 + m] * (without[m] - curves.errors[m]) for m in planes) // 100
            cost = worth.cost(-saved, curves.bits(planes))
            if cost < least:
                best, least = curves.parameters(planes), cost
    return best


def _tilings(picture: PictureHeader) -> list[Pair]:
    """(5.14.2) Return heights and widths of tiles to try, each once."""
    found = []
    for edge in TILE_EDGES:
        height, width = (TILE_STEP * ceil_div(size, TILE_STEP * ceil_div(size, edge)) for size in chroma_size(picture))
        if (height, width) not in found:
            found.append((height, width))
    return found


def _pieces(before: Unfiltered, tile: Pair) -> Iterator[tuple[Rect, list[tuple[int, Rect]]]]:
    """Yield bands (luma samples), each with the tiles that it cuts: number, and place counted from its corner."""
    picture = before.picture
    columns = ceil_div(chroma_size(picture)[1], tile[1])
    for band in before.bands():
        small = chroma_rect(band, (picture.s_ver, picture.s_hor))
        places = []
        for row in range(small.y // tile[0], ceil_div(small.bottom, tile[0])):
            for column in range(columns):
                place = Rect(column * tile[1], row * tile[0], tile[1], tile[0]).intersection(small)
                places.append((row * columns + column, place.seen_from(small)))
        yield band, places


def _curves(before: Unfiltered, look: Look, tile: Pair, check: Check) -> tuple[_Curves, Pair]:
    """Return the best curves of a tiling, and the errors of U and V without them."""
    size = chroma_size(before.picture)
    count = ceil_div(size[0], tile[0]) * ceil_div(size[1], tile[1])
    low, high = _ranges(before, look, tile, count)
    sums, samples = np.zeros((count, WEIGHTS + 2, WEIGHTS + 2), np.int64), np.zeros(count, np.int64)
    for band, places in _pieces(before, tile):
        check()
        planes, target = look(band), before.target(band)
        luma = _decimated(planes, before.picture)
        left = [to_fine(wanted) - to_fine(plane) for wanted, plane in ((target.u, planes.u), (target.v, planes.v))]
        for number, at in places:
            curve = thresholds(int(low[number]), int(high[number]))
            part = luma[at.rows, at.columns].astype(np.int64)
            light = [part - curve[0], *(np.maximum(part - point, 0) for point in curve[1:])]
            columns = [to_fine(each) for each in light] + [plane[at.rows, at.columns] for plane in left]
            sums[number] += products(columns)
            samples[number] += at.w * at.h
    without = int(sums[:, WEIGHTS, WEIGHTS].sum()), int(sums[:, WEIGHTS + 1, WEIGHTS + 1].sum())
    weights, errors = [], []
    for m in (0, 1):
        normals = [_normal(total, m, int(n)) for total, n in zip(sums, samples, strict=True)]
        found = [solved(normal) for normal in normals]
        weights.append(np.array(found))
        errors.append(sum(normal.error_with(q) for normal, q in zip(normals, found, strict=True)))
    return _Curves(tile, low, high, (weights[0], weights[1]), (errors[0], errors[1])), without


def _normal(sums: Int64Array, m: int, count: int) -> Normal:
    """Return the equations of plane m of a tile."""
    used, goal = slice(WEIGHTS), WEIGHTS + m
    return Normal(sums[used, used], sums[used, goal], int(sums[goal, goal]), count)


def _decimated(planes: Planes, picture: PictureHeader) -> Int32Array:
    """(5.8.1) Return Yd, luma at the places of chroma samples."""
    return planes.y[:: picture.s_ver, :: picture.s_hor]


def _ranges(before: Unfiltered, look: Look, tile: Pair, count: int) -> tuple[Int32Array, Int32Array]:
    """(5.14.2) Return minLuma and maxLuma of every tile, in hundredths."""
    low, high = np.full(count, 1 << 20, np.int64), np.full(count, -(1 << 20), np.int64)
    for band, places in _pieces(before, tile):
        luma = to_fine(_decimated(look(band), before.picture))
        for number, at in places:
            part = luma[at.rows, at.columns]
            low[number] = min(low[number], int(part.min()))
            high[number] = max(high[number], int(part.max()))
    hundredths = [np.clip((100 * each) >> FINE, 0, MOST_HUNDREDTHS).astype(np.int32) for each in (low, high)]
    return hundredths[0], hundredths[1]
