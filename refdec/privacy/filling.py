"""Rectangles painted over, so that nothing of what they showed is left.

In: planes of codes, rectangles.  Out: planes whose samples inside of the rectangles follow from samples outside alone.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from refdec.arithmetic.types import BoolArray, UInt8Array, UInt16Array
from refdec.tiling.geometry import Rect, ceil_div

__all__ = ["Plane", "painted_over", "scaled_rect"]

Plane = UInt8Array | UInt16Array


def painted_over(plane: Plane, rectangles: Iterable[Rect], subsampling: tuple[int, int], bit_depth: int) -> Plane:
    """Return a plane [rows, columns] with each rectangle in one colour: the mean of the samples around it.

    `rectangles` in luma samples; `subsampling` (vertical, horizontal) of the plane: it loses every sample that has a
    share in a rectangle.  Samples of another rectangle do not count; where none is left, the middle of the range.
    """
    own = [scaled_rect(rect, *subsampling) for rect in rectangles]
    private: BoolArray = np.zeros(plane.shape, np.bool_)
    for rect in own:
        private[rect.rows, rect.columns] = True
    out = plane.copy()
    for rect in own:
        near = slice(max(rect.y - 1, 0), rect.bottom + 1), slice(max(rect.x - 1, 0), rect.right + 1)
        around = plane[near][~private[near]]
        count = int(around.size)
        mean = (int(around.sum(dtype=np.int64)) + count // 2) // count if count else 1 << (bit_depth - 1)
        out[rect.rows, rect.columns] = mean
    return out


def scaled_rect(rect: Rect, ver: int, hor: int) -> Rect:
    """Return the rectangle of a subsampled plane that has all samples with a share in `rect`."""
    return Rect.between(rect.x // hor, rect.y // ver, ceil_div(rect.right, hor), ceil_div(rect.bottom, ver))
