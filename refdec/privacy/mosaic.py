"""Rectangles that show no more than a few colours: what `decode --blur-faces` leaves of a face.

In: planes of codes, rectangles.  Out: planes whose rectangles are a mosaic with soft edges, in whole numbers.  A mosaic
keeps the means of its squares and nothing else: with SQUARES in a side there are too few to know somebody by, and what
softens their edges is made of them alone.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from refdec.arithmetic.fixed import rdiv
from refdec.arithmetic.types import Int64Array
from refdec.privacy.filling import Plane, scaled_rect
from refdec.tiling.geometry import Rect, ceil_div

__all__ = ["SQUARES", "mosaicked", "widened"]

SQUARES = 4
"""Squares along the longer side of a rectangle."""
MARGIN_PARTS = 4
"""A box around a face is wider by one part in so many on each side: hair, ears and chin, and what the box misses."""


def widened(rect: Rect, height: int, width: int, *, more: int = 0) -> Rect:
    """Return a rectangle with a margin, and `more` samples, on each side, as far as a picture of `height` x `width`
    goes.
    """
    across, down = (ceil_div(side, MARGIN_PARTS) + more for side in (rect.w, rect.h))
    wide = Rect.between(rect.x - across, rect.y - down, rect.right + across, rect.bottom + down)
    return wide.intersection(Rect(0, 0, width, height))


def mosaicked(plane: Plane, rectangles: Iterable[Rect], subsampling: tuple[int, int]) -> Plane:
    """Return a plane [rows, columns] of whose rectangles nothing is left but the means of a few squares.

    `rectangles` in luma samples, inside of the picture, larger ones first: where they overlap a later one is made of
    what an earlier one left.  `subsampling` (vertical, horizontal) of the plane: it loses every sample that has a share
    in a rectangle.
    """
    out = plane.copy()
    for rect in rectangles:
        if not rect.empty:
            own = scaled_rect(rect, *subsampling)
            part = out[own.rows, own.columns]
            side = ceil_div(max(part.shape), SQUARES)
            out[own.rows, own.columns] = _soft(_soft(_squares(part, side), side, 0), side, 1)
    return out


def _squares(part: Plane, side: int) -> Int64Array:
    """Return squares of `side` samples (less at the right and at the bottom) with their means."""
    rows, columns = part.shape
    downs, acrosses = np.arange(0, rows, side), np.arange(0, columns, side)
    sums = np.add.reduceat(np.add.reduceat(part.astype(np.int64), downs, axis=0), acrosses, axis=1)
    high, wide = np.minimum(side, rows - downs), np.minimum(side, columns - acrosses)
    means = rdiv(sums, high[:, None] * wide)
    return np.repeat(np.repeat(means, high, axis=0), wide, axis=1)


def _soft(values: Int64Array, side: int, axis: int) -> Int64Array:
    """Return means of about `side` neighbours along an axis, the last ones repeated beyond the edges."""
    reach = side // 2
    around = [(reach + 1, reach) if each == axis else (0, 0) for each in (0, 1)]
    sums = np.moveaxis(np.cumsum(np.pad(values, around, mode="edge"), axis=axis), axis, 0)
    return np.moveaxis(rdiv(sums[2 * reach + 1 :] - sums[: -2 * reach - 1], 2 * reach + 1), 0, axis)
