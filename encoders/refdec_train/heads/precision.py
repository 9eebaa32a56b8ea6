"""How well boxes are found: the average precision at half overlap, AP50, as VOC 2010 and later reckon it.

In: boxes that were found, best first, and the right ones.  Out: the area below the curve of precision over recall.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.heads.answers import FoundBoxes
from refdec_train.heads.examples import Example

__all__ = ["Detection", "Precision", "average_precision"]

Floats: TypeAlias = npt.NDArray[np.float64]
HALF = 0.5
ONE_Q18 = 1 << 18


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """A picture: `found` [n, 6] (label, edges, score 0..1), best first, and `truth` [m, 5], in the same samples."""

    found: Floats
    truth: Floats

    @classmethod
    def of(cls, boxes: FoundBoxes, example: Example[Any]) -> Detection:
        """Return what was found in an example, beside its truth."""
        found = np.column_stack([boxes.classes, boxes.edges, boxes.scores_q18]).astype(np.float64).reshape(-1, 6)
        truth = np.array(example.subject.truth, np.float64).reshape(-1, 5)
        down, across = (coded / whole for coded, whole in zip(example.coded, example.picture, strict=True))
        truth[:, 1:] *= [across, down, across, down]
        if example.coding.mirrored:
            truth[:, [1, 3]] = example.coded[1] - truth[:, [3, 1]]
        found[:, 5] /= ONE_Q18
        return cls(found, truth)

    def at_least(self, score: float) -> Detection:
        """Return the same with only those found that have this score."""
        return Detection(self.found[self.found[:, 5] >= score], self.truth)


class Precision(NamedTuple):
    """Average precision, and the share of the right boxes that are found at all (of those with any score)."""

    precision: float
    recall: float


def overlaps(box: Floats, others: Floats) -> Floats:
    """Return the shared share of a box [4] and each of others [n, 4]: of what both cover."""
    width = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    height = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    areas = (others[:, 2] - others[:, 0]) * (others[:, 3] - others[:, 1])
    return np.asarray(shared / ((box[2] - box[0]) * (box[3] - box[1]) + areas - shared), np.float64)


def _hits(picture: Detection, label: int, overlap: float) -> list[tuple[float, bool]]:
    """Return for each box of a label its score, and whether it is the first on a right box that no other took."""
    truth = picture.truth[picture.truth[:, 0] == label, 1:]
    taken, hits = np.zeros(len(truth), np.bool_), []
    for row in picture.found[picture.found[:, 0] == label]:
        shares = np.where(taken, 0.0, overlaps(row[1:5], truth)) if len(truth) else np.zeros(0)
        right = len(shares) > 0 and float(shares.max()) >= overlap
        if right:
            taken[int(shares.argmax())] = True
        hits.append((float(row[5]), right))
    return hits


def average_precision(pictures: Sequence[Detection], label: int, overlap: float = HALF) -> Precision:
    """Return the average precision of a label over pictures; 0 where there is nothing to find."""
    count = sum(int((picture.truth[:, 0] == label).sum()) for picture in pictures)
    hits = [hit for picture in pictures for hit in _hits(picture, label, overlap)]
    if not count or not hits:
        return Precision(0.0, 0.0)
    ordered = np.array([right for _, right in sorted(hits, key=lambda hit: -hit[0])])
    right = np.cumsum(ordered)
    precision, recall = right / np.arange(1, len(ordered) + 1), right / count
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    steps = np.diff(np.concatenate([[0.0], recall]))
    return Precision(float((steps * envelope).sum()), float(recall[-1]))
