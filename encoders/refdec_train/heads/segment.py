"""The lesson `segment`: which of some classes each part of a picture belongs to.

In: pictures with masks.  Out: a head with a value for each label at squares of 4 x 4 samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from refdec.heads.answers import class_map
from refdec.heads.head import Fact
from refdec.heads.network import HeadNetwork
from refdec_train.heads.design import Design, Sketch
from refdec_train.heads.examples import Example
from refdec_train.heads.lessons import Seen, outputs_of
from refdec_train.heads.masks import UNKNOWN
from refdec_train.heads.subjects import View

__all__ = ["Segment", "segment_design"]

Counts: TypeAlias = npt.NDArray[np.int64]
FINE, CELL, LATENT_CELL = 4, 4, 16
"""Positions of the answer for one of the latent in each direction, samples of one, samples of one of the latent."""


def segment_design(labels: int, width: int = 64) -> Design:
    """Return the architecture: 340,000 weights with the usual width; the deepest layers see 350 samples around."""
    sketch = Sketch()
    x = sketch.unit(sketch.unit(sketch.both(), width, side=1), width)
    half = sketch.residual(sketch.unit(x, width, stride=2))
    quarter = sketch.unit(half, width, stride=2)
    quarter = sketch.residual(sketch.residual(quarter, width // 2), width // 2)
    half = sketch.unit(sketch.joined(half, sketch.step("nearest", quarter)), width)
    joined = sketch.unit(sketch.joined(x, sketch.step("nearest", half)), width)
    few = sketch.linear(joined, labels * FINE * FINE)
    return sketch.design(sketch.step("shuffle", few, channels=labels, name="classes", factor=FINE))


def seen_classes(mask: npt.NDArray[np.uint8], view: View) -> npt.NDArray[np.uint8]:
    """Return the classes in the middles of the squares of a view, uint8; UNKNOWN where no picture is.

    `mask` [rows, columns] of the picture's file, which may be a little smaller than the picture.
    """
    found = []
    for axis, (start, count) in enumerate(((view.top, view.rows), (view.left, view.columns))):
        coded, whole = view.coded[axis], view.picture[axis]
        places = np.arange(count * FINE) * CELL + CELL // 2 + LATENT_CELL * start
        inside = places < coded
        places = coded - 1 - places if axis == 1 and view.mirrored else places
        rows = np.clip(places * whole // coded, 0, whole - 1)
        found.append((np.minimum(rows, mask.shape[axis] - 1), inside & (rows < mask.shape[axis])))
    (rows, above), (columns, before) = found
    classes = mask[rows[:, None], columns[None, :]]
    return np.where(above[:, None] & before[None, :], classes, np.uint8(UNKNOWN))


class Segment:
    """Learns maps of classes."""

    def __init__(self, labels: tuple[str, ...], width: int = 64) -> None:
        self.labels = labels
        self.design = segment_design(len(labels), width)

    def targets(self, seen: Sequence[Seen], size: tuple[int, int]) -> Mapping[str, Tensor]:
        """Return the class of each square; UNKNOWN where none is to be learnt."""
        classes = np.full((len(seen), FINE * size[0], FINE * size[1]), UNKNOWN, np.int64)
        for target, each in zip(classes, seen, strict=True):
            part = seen_classes(each.example.subject.truth.numbers(), each.view)
            target[: part.shape[0], : part.shape[1]] = part
        return {"classes": torch.from_numpy(classes)}

    def loss(self, outputs: Mapping[str, Tensor], targets: Mapping[str, Tensor], mask: Tensor) -> Tensor:
        """Return the cross entropy, and how little the chances of each class overlap with where it is.

        The second asks as much of small classes as of large ones, as the measure does.
        """
        values, wanted = outputs["classes"], targets["classes"]
        entropy = functional.cross_entropy(values, wanted, ignore_index=UNKNOWN)
        known = (wanted != UNKNOWN)[:, None]
        there = functional.one_hot(torch.where(known[:, 0], wanted, 0), len(self.labels)).movedim(-1, 1) * known
        chances = functional.softmax(values, dim=1) * known
        shared = (chances * there).sum(dim=(0, 2, 3))
        covered = (chances + there).sum(dim=(0, 2, 3)) - shared
        seen = there.sum(dim=(0, 2, 3)) > 0
        return entropy + (1 - (shared + 1) / (covered + 1))[seen].mean()

    def measured(self, network: HeadNetwork, held: Sequence[Example[Any]]) -> Mapping[str, Fact]:
        """Return the mean over classes of intersection over union, sample by sample, also for each rate."""
        counts = [self._counted(network, example) for example in held]
        shares = _shares(sum(counts[1:], counts[0]))
        facts: dict[str, Fact] = {"mIoU": round(float(np.mean(shares)), 4)}
        facts |= {f"IoU of {name}": round(float(one), 4) for name, one in zip(self.labels, shares, strict=True)}
        for point in sorted({example.coding.point for example in held}):
            some = [count for count, example in zip(counts, held, strict=True) if example.coding.point == point]
            facts[f"mIoU at displacement {point[0]:+}"] = round(float(np.mean(_shares(sum(some[1:], some[0])))), 4)
        return {**facts, "pictures measured on": len(held)}

    def _counted(self, network: HeadNetwork, example: Example[Any]) -> Counts:
        """Return how many samples of each class (rows) were said to be of each (columns)."""
        found = class_map(outputs_of(network, example)["classes"], CELL, example.coded)
        whole = found.repeat(CELL, axis=0).repeat(CELL, axis=1)
        truth = example.subject.truth.numbers()
        rows, columns = min(truth.shape[0], example.coded[0]), min(truth.shape[1], example.coded[1])
        right, said = truth[:rows, :columns], whole[:rows, :columns]
        known, labels = right != UNKNOWN, len(self.labels)
        pairs = right[known].astype(np.int64) * labels + said[known]
        return np.bincount(pairs, minlength=labels * labels).reshape(labels, labels)


def _shares(counts: Counts) -> npt.NDArray[np.float64]:
    """Return intersection over union of each class."""
    right = np.diag(counts)
    return np.asarray(right / np.maximum(counts.sum(axis=0) + counts.sum(axis=1) - right, 1), np.float64)
