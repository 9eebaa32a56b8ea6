"""Squared errors between arrays of one shape.

In: two integer or float arrays.  Out: the sum (an exact int for integers) or the mean of the squared differences.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from refdec.metrics.errors import ShapesDiffer

__all__ = ["mean_squared_error", "sum_squared_error"]

AnyArray = npt.NDArray[Any]


def sum_squared_error(first: AnyArray, second: AnyArray) -> int | float:
    """Return the sum of squared differences; exact (int) for integer arrays of up to 16 bits.

    Raises ShapesDiffer.
    """
    if first.shape != second.shape:
        raise ShapesDiffer(first.shape, second.shape)
    if first.dtype.kind in "iub" and second.dtype.kind in "iub":
        difference = (first.astype(np.int64) - second.astype(np.int64)).ravel()
        return int(difference @ difference)
    error = (first.astype(np.float64) - second.astype(np.float64)).ravel()
    return float(error @ error)


def mean_squared_error(first: AnyArray, second: AnyArray) -> float:
    """Return the mean of squared differences; 0.0 for empty arrays.  Raises ShapesDiffer."""
    return sum_squared_error(first, second) / max(first.size, 1)
