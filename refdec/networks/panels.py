"""Filters in panels, as `panel_kernels` multiplies by them, and the room that products of a block are made in.

In: filters of integers.  Out: float64 that carry them, and where each panel reads and writes.
"""

from __future__ import annotations

import threading
from math import prod
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.networks.exact_kernels import FloatArray
from refdec.networks.vector_code import LANES

__all__ = ["Workspace", "by_panel", "in_panels"]

T = TypeVar("T", bound=np.generic)


def in_panels(filters: Int32Array, begin: FloatArray | int, groups: int = 1) -> tuple[FloatArray, Int64Array]:
    """Return filters [..., K, O] as panels [panel, ..., 1 + K, LANES], and `places` [panel, 3] (see `panel_kernels`).

    `begin` [..., O]: what each sum begins with.  Outputs of one group share panels; the last one of each is filled up
    with zeros.
    """
    *phases, depth, outputs = filters.shape
    own = outputs // groups
    count = -(-own // LANES)
    padded = np.zeros((*phases, 1 + depth, groups, count * LANES))
    padded[..., 1:, :, :own] = filters.reshape(*phases, depth, groups, own)
    padded[..., 0, :, :own] = begin if isinstance(begin, int) else begin.reshape(*phases, groups, own)
    split = padded.reshape(*phases, 1 + depth, groups * count, LANES)
    places = [
        (group * depth, group * own + LANES * n, min(LANES, own - LANES * n))
        for group in range(groups)
        for n in range(count)
    ]
    return np.ascontiguousarray(np.moveaxis(split, -2, 0)), np.array(places)


def by_panel(values: npt.NDArray[T], places: Int64Array) -> npt.NDArray[T]:
    """Return values [..., O] as [panel, ..., LANES], with zeros where a panel has fewer outputs."""
    result = np.zeros((len(places), *values.shape[:-1], LANES), dtype=values.dtype)
    for p, (_, first, count) in enumerate(places.tolist()):
        result[p, ..., :count] = values[..., first : first + count]
    return result


class Workspace(threading.local):
    """Room of one thread for the products of a block: kept from block to block, since the system clears what it gives.

    What is taken holds anything, and is valid until more is taken.
    """

    def __init__(self) -> None:
        self._room: FloatArray = np.empty(0)

    def take(self, *shapes: tuple[int, ...]) -> list[FloatArray]:
        """Return arrays of these shapes, apart from each other."""
        sizes = [-(-prod(shape) // LANES) * LANES for shape in shapes]
        if sum(sizes) > self._room.size:
            self._room = np.empty(sum(sizes))
        arrays, at = [], 0
        for shape, size in zip(shapes, sizes, strict=True):
            arrays.append(self._room[at : at + prod(shape)].reshape(shape))
            at += size
        return arrays
