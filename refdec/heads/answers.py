"""What the outputs of heads mean beside plain numbers: rectangles, and maps of classes.

In: outputs int32 Q18 [C, h, w], and how many luma samples one of their positions stands for.  Out: whole numbers in
luma samples of the picture, in an order that depends on nothing but the outputs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.fixed import Q, rshift, wide
from refdec.arithmetic.types import BoolArray, Int32Array, Int64Array, UInt8Array
from refdec.tiling.geometry import ceil_div

__all__ = ["MOST_PEAKS", "SIDE_UNIT", "FoundBoxes", "class_map", "found_boxes"]

SIDE_UNIT = 16
"""Luma samples that 1.0 of a side stands for."""
MOST_PEAKS = 2048
"""Peaks that become rectangles: the best ones, so that no picture costs more than so many squared."""


@dataclass(frozen=True, slots=True, eq=False)
class FoundBoxes:
    """Rectangles, best first: `edges` int64 [n, 4] (left, top, right, bottom; the last two are outside),
    `classes` and `scores_q18` int64 [n].
    """

    edges: Int64Array
    classes: Int64Array
    scores_q18: Int64Array

    def __len__(self) -> int:
        return len(self.scores_q18)

    def at(self, chosen: BoolArray | Int64Array) -> FoundBoxes:
        """Return those that are chosen, by flags or by numbers."""
        return FoundBoxes(self.edges[chosen], self.classes[chosen], self.scores_q18[chosen])


def _peaks(scores: Int32Array, least_q18: int) -> BoolArray:
    """Return where a map [h, w] is at least `least_q18` and no neighbour of the eight is larger."""
    height, width = scores.shape
    around = np.pad(scores, 1, constant_values=np.iinfo(np.int32).min)
    peaks: BoolArray = scores >= least_q18
    for down in range(3):
        for across in range(3):
            peaks &= scores >= around[down : down + height, across : across + width]
    return peaks


def _rectangles(scores: Int32Array, sides: Int32Array, cell: int, least_q18: int) -> FoundBoxes:
    """Return the rectangles of the best peaks, best first; of equal ones the first class, row, column."""
    chosen = [_peaks(plane, least_q18) for plane in scores]
    number, row, column = (wide(part) for part in np.nonzero(np.stack(chosen)))
    found = wide(scores[number, row, column])
    order = np.argsort(-found, kind="stable")[:MOST_PEAKS]
    row, column = row[order], column[order]
    middle = np.stack([2 * column + 1, 2 * row + 1, 2 * column + 1, 2 * row + 1], axis=1) * (cell << (Q - 1))
    reach = wide(sides[:, row, column].T) * np.array([-SIDE_UNIT, -SIDE_UNIT, SIDE_UNIT, SIDE_UNIT])
    return FoundBoxes(rshift(middle + reach, Q), number[order], found[order])


def _overlaps(edges: Int64Array, one: int, percent: int) -> BoolArray:
    """Return which rectangles after `one` share more than `percent` of what both cover."""
    first, rest = edges[one], edges[one + 1 :]
    width = np.minimum(rest[:, 2], first[2]) - np.maximum(rest[:, 0], first[0])
    height = np.minimum(rest[:, 3], first[3]) - np.maximum(rest[:, 1], first[1])
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    covered = (rest[:, 2] - rest[:, 0]) * (rest[:, 3] - rest[:, 1]) + (first[2] - first[0]) * (first[3] - first[1])
    large: BoolArray = 100 * shared > percent * (covered - shared)
    return large


def found_boxes(
    scores_q18: Int32Array,
    sides_q18: Int32Array,
    cell: int,
    size: tuple[int, int],
    *,
    least_q18: int,
    overlap_percent: int,
) -> FoundBoxes:
    """Return the rectangles that a head has found in a picture of `size` (rows, columns), best first.

    `scores_q18` [classes, h, w]; `sides_q18` [4, h, w]: how far left, top, right and bottom are from the middle of a
    position, in units of SIDE_UNIT luma samples.  A position stands for `cell` x `cell` luma samples.  A rectangle is
    where a score is at least `least_q18` and the largest of its 3 x 3; cut at the picture's edges.  Of two of one class
    that share more than `overlap_percent` of what both cover the better one stays.  Where sizes were rounded up on the
    way the maps may differ by a row or a column: the top left part that both have counts.
    """
    height, width = (min(scores_q18.shape[axis], sides_q18.shape[axis]) for axis in (1, 2))
    boxes = _rectangles(scores_q18[:, :height, :width], sides_q18[:, :height, :width], cell, least_q18)
    rows, columns = size
    inside = FoundBoxes(
        np.clip(boxes.edges, 0, np.array([columns, rows, columns, rows])), boxes.classes, boxes.scores_q18
    )
    seen = inside.at((inside.edges[:, 2] > inside.edges[:, 0]) & (inside.edges[:, 3] > inside.edges[:, 1]))
    stays = np.ones(len(seen), np.bool_)
    for one in range(len(seen)):
        if stays[one]:
            same = seen.classes[one + 1 :] == seen.classes[one]
            stays[one + 1 :] &= ~(same & _overlaps(seen.edges, one, overlap_percent))
    return seen.at(stays)


def class_map(values_q18: Int32Array, cell: int, size: tuple[int, int]) -> UInt8Array:
    """Return the class of each position that shows something of a picture of `size` (rows, columns), uint8 [h, w].

    `values_q18` [classes, h, w], at most 256 classes: the one with the largest value, of equal ones the first.
    """
    rows, columns = (ceil_div(side, cell) for side in size)
    classes: UInt8Array = np.argmax(values_q18[:, :rows, :columns], axis=0).astype(np.uint8)
    return classes
