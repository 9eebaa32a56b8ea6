"""The lesson `classify`: which of many classes a whole picture shows.

In: folders of classes, and what a teacher says to the pictures if there is one.  Out: a head with a chance for each
label.  With a teacher the last map before the mean also learns to give the teacher's vector, which is dropped when it
is exported: what a large network knows of pictures holds a small one from learning its few by heart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from refdec.heads.head import Fact
from refdec.heads.network import HeadNetwork
from refdec_train.heads.design import Design, Sketch
from refdec_train.heads.examples import POINTS, Example
from refdec_train.heads.lessons import Seen, outputs_of
from refdec_train.heads.trunk import whole_picture

__all__ = ["Classify", "classify_design"]

SMOOTHING = 0.1
TEACHING = 4.0
VECTOR = 400
"""Entries of what the scores are made of: more are easier to tell apart by, and cost little where maps are small."""
FIVE = 5


def classify_design(labels: int, taught: int = 0) -> Design:
    """Return the architecture: 480,000 weights; `taught`: entries of a teacher's vector."""
    sketch = Sketch()
    vector = sketch.step("mean", sketch.unit(whole_picture(sketch), VECTOR, side=1))
    scores = sketch.linear(vector, labels, name="scores")
    aside = [scores]
    if taught:
        aside.append(sketch.linear(vector, taught, name="taught"))
    return sketch.design(sketch.step("softmax", scores, name="chances"), aside=aside)


class Classify:
    """Learns classes; `directions`: a teacher's unit vector for each picture, none without one."""

    def __init__(self, labels: tuple[str, ...], directions: Mapping[Path, npt.NDArray[np.float32]]) -> None:
        self.labels, self.directions = labels, directions
        self.design = classify_design(len(labels), len(next(iter(directions.values()))) if directions else 0)

    readout = "scores"

    def readout_loss(self, made: Tensor, targets: Mapping[str, Tensor]) -> Tensor:
        """Return the cross entropy of the classes."""
        return functional.cross_entropy(made, targets["class"], label_smoothing=SMOOTHING)

    def targets(self, seen: Sequence[Seen], size: tuple[int, int]) -> Mapping[str, Tensor]:
        """Return the number of each picture's class, and what the teacher says to it."""
        found = {"class": torch.tensor([each.example.subject.truth for each in seen])}
        if self.directions:
            rows = np.stack([self.directions[each.example.subject.path] for each in seen])
            found["taught"] = torch.from_numpy(rows)
        return found

    def loss(self, outputs: Mapping[str, Tensor], targets: Mapping[str, Tensor], mask: Tensor) -> Tensor:
        """Return the cross entropy of the classes, and how far the vector points from the teacher's."""
        scores = outputs["scores"].flatten(1)
        loss = functional.cross_entropy(scores, targets["class"], label_smoothing=SMOOTHING)
        if self.directions:
            near = functional.cosine_similarity(outputs["taught"].flatten(1), targets["taught"])
            loss = loss + TEACHING * (1 - near).mean()
        return loss

    def measured(self, network: HeadNetwork, held: Sequence[Example[Any]]) -> Mapping[str, Fact]:
        """Return how often the right class is the first, and one of the first five; the first also by rate."""
        first, five = list[bool](), list[bool]()
        for example in held:
            chances = outputs_of(network, example)["chances"][:, 0, 0]
            best = np.argsort(-chances, kind="stable")[:FIVE].tolist()
            first.append(best[0] == example.subject.truth)
            five.append(example.subject.truth in best)
        rates = {
            f"top-1 at displacement {point[0]:+}": _share(
                [right for right, example in zip(first, held, strict=True) if example.coding.point == point]
            )
            for point in POINTS
            if any(example.coding.point == point for example in held)
        }
        return {"top-1": _share(first), "top-5": _share(five), "pictures measured on": len(held), **rates}


def _share(right: Sequence[bool]) -> float:
    return round(sum(right) / max(len(right), 1), 4)
