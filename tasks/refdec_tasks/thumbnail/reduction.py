"""From what the head makes, a value for each 8 x 8 samples of the coded picture, to the picture that is shown.

In and out: planes int32 Q18 [3, rows, columns].
"""

from __future__ import annotations

import numpy as np

from refdec.plugins.api import Int32Array, Int64Array, rdiv

__all__ = ["halved", "shown_part"]

CELL = 8
"""Samples that one of the head's values stands for, in each direction."""


def shown_part(planes: Int32Array, size: tuple[int, int]) -> Int32Array:
    """Return the values of a picture of `size` (rows, columns) samples; beyond it lies what the encoder repeated."""
    rows, columns = (-(-side // CELL) for side in size)
    return np.ascontiguousarray(planes[:, :rows, :columns])


def _visible(count: int, side: int) -> Int64Array:
    """Return how many of the samples of each value are shown, in one direction."""
    return np.minimum(CELL, side - CELL * np.arange(count, dtype=np.int64))


def halved(planes: Int32Array, size: tuple[int, int]) -> Int32Array:
    """Return the means of 2 x 2 values, each as much as samples of it are shown, rounded once."""
    _, rows, columns = planes.shape
    weights = _visible(rows, size[0])[:, None] * _visible(columns, size[1])

    def summed(values: Int64Array) -> Int64Array:
        down = np.add.reduceat(values, range(0, rows, 2), axis=-2)
        across: Int64Array = np.add.reduceat(down, range(0, columns, 2), axis=-1)
        return across

    return rdiv(summed(planes * weights), summed(weights)).astype(np.int32)
