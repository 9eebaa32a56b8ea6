"""Changed places of a frame as patches: hysteresis, connected positions, boxes.

In: the strength of the change at each position.  Out: `Patch`es, from top to bottom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec.plugins.api import BoolArray, Int64Array

__all__ = ["CELL", "Bounds", "Patch", "connected", "patches_of"]

CELL = 16
"""Samples that a position stands for, in each direction."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A rectangle of positions: first and past the last row, first and past the last column."""

    top: int
    bottom: int
    left: int
    right: int

    @classmethod
    def of(cls, places: Int64Array, width: int) -> Bounds:
        """Return the bounds of places, at least one, in rows of `width` one after the other."""
        rows, columns = np.divmod(places, width)
        return cls(int(rows.min()), int(rows.max()) + 1, int(columns.min()), int(columns.max()) + 1)

    def joined(self, other: Bounds) -> Bounds:
        """Return the bounds of both."""
        return Bounds(
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
        )

    def samples(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Return left, top, width, height in samples of a picture of `size` (rows, columns)."""
        left, top = CELL * self.left, CELL * self.top
        return left, top, min(CELL * self.right, size[1]) - left, min(CELL * self.bottom, size[0]) - top


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Connected positions that changed: where they are in the rows of the frame one after the other, int64 [n]
    ascending; their bounds, and the largest strength among them, Q8.

    A frame may have thousands of patches: each takes as much room as it has positions.
    """

    places: Int64Array
    bounds: Bounds
    strength: int

    @property
    def positions(self) -> int:
        """How many positions."""
        return self.places.size


def connected(mask: BoolArray) -> Int64Array:
    """Return a number from 1 for each set of set positions that touch, corners too, in the order of first positions.

    int64 [h, w]; 0 where nothing is set.  Takes one walk over the runs of each row.
    """
    padded = np.pad(mask, ((0, 0), (1, 1))).astype(np.int8)
    parent: list[int] = []
    runs: list[tuple[int, int, int]] = []  # row, first column, past the last
    above: list[int] = []

    def root(run: int) -> int:
        while parent[run] != run:
            parent[run] = parent[parent[run]]
            run = parent[run]
        return run

    for row, steps in enumerate(np.diff(padded, axis=1)):
        here: list[int] = []
        for left, right in zip(np.nonzero(steps == 1)[0].tolist(), np.nonzero(steps == -1)[0].tolist(), strict=True):
            number = len(runs)
            runs.append((row, left, right))
            parent.append(number)
            here.append(number)
            for other in above:
                if runs[other][1] <= right and left <= runs[other][2]:
                    first, second = sorted((root(number), root(other)))
                    parent[second] = first
        above = here
    labels, numbers = np.zeros(mask.shape, np.int64), dict[int, int]()
    for run, (row, left, right) in enumerate(runs):
        labels[row, left:right] = numbers.setdefault(root(run), len(numbers) + 1)
    return labels


def patches_of(strength: Int64Array, high: int) -> list[Patch]:
    """Return the patches where the strength reaches `high` somewhere, and half of it everywhere."""
    labels, strengths = connected(2 * strength >= high).ravel(), strength.ravel()
    order = np.argsort(labels, kind="stable")
    found = []
    for places in np.split(order, np.nonzero(np.diff(labels[order]))[0] + 1):
        strongest = int(strengths[places].max())
        if labels[places[0]] and strongest >= high:
            found.append(Patch(places, Bounds.of(places, strength.shape[1]), strongest))
    return found
