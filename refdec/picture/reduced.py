"""Smaller pictures by area averages: what a thumbnail is where nothing quicker is at hand, and is measured against.

In: codes [rows, columns] or [rows, columns, 3].  Out: codes of the same kind, fewer of them.
"""

from __future__ import annotations

import numpy as np

from refdec.picture.output import Codes

__all__ = ["area_averages"]


def area_averages(codes: Codes, scale: int) -> Codes:
    """Return the mean of each square of `scale` x `scale` codes, rounded to the nearest, halves up.

    ceil(rows / scale) rows and ceil(columns / scale) columns; at the end a square is what the picture has of it.
    """
    rows, columns = codes.shape[:2]
    across = np.add.reduceat(codes.astype(np.int64), range(0, columns, scale), axis=1)
    sums = np.add.reduceat(across, range(0, rows, scale), axis=0)
    tall, wide = (np.minimum(scale, side - np.arange(0, side, scale)) for side in (rows, columns))
    counts = (tall[:, None] * wide).reshape(*sums.shape[:2], *[1] * (codes.ndim - 2))
    averages: Codes = ((2 * sums + counts) // (2 * counts)).astype(codes.dtype)
    return averages
