"""The lesson `embed`: 128 numbers of length one that lie near each other for pictures of the same kind.

In: pictures, and what a teacher says to each.  Out: a head that says it too, in the 128 directions in which the teacher
tells pictures apart.  No label is learnt from; labels only measure: pictures of classes that no picture was trained on
are looked for among each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from refdec.heads.head import Fact
from refdec.heads.network import HeadNetwork
from refdec_train.heads.design import Design, Sketch
from refdec_train.heads.examples import Example
from refdec_train.heads.lessons import Seen, outputs_of
from refdec_train.heads.trunk import whole_picture

__all__ = ["ENTRIES", "Embed", "embed_design", "mean_average_precision"]

Vectors: TypeAlias = npt.NDArray[np.float32]
ENTRIES = 128
RELATIONS = 4.0
"""Weight of the similarities within a batch, beside the similarity to the teacher."""


def embed_design() -> Design:
    """Return the architecture: 360,000 weights."""
    sketch = Sketch()
    vector = sketch.step("mean", whole_picture(sketch))
    return sketch.design(sketch.step("normalise", sketch.linear(vector, ENTRIES, name="numbers"), name="embedding"))


def mean_average_precision(vectors: npt.NDArray[Any], classes: Sequence[int]) -> float:
    """Return how well each picture finds those of its class among all others, by cosine: 1 is all of them first."""
    rows = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    labels, found = np.asarray(classes), list[float]()
    for number, scores in enumerate(rows @ rows.T):
        order = np.argsort(-scores, kind="stable")
        right = (labels == labels[number])[order[order != number]]
        if right.any():
            ranks = np.flatnonzero(right) + 1
            found.append(float(np.mean(np.arange(1, len(ranks) + 1) / ranks)))
    return float(np.mean(found)) if found else 0.0


class Embed:
    """Learns a teacher's directions: a unit vector for each picture."""

    labels: tuple[str, ...] = ()

    def __init__(self, directions: Mapping[Path, Vectors]) -> None:
        self.directions = directions
        self.design = embed_design()

    def targets(self, seen: Sequence[Seen], size: tuple[int, int]) -> Mapping[str, Tensor]:
        """Return what the teacher says to each picture."""
        rows = np.stack([self.directions[each.example.subject.path] for each in seen])
        return {"taught": torch.from_numpy(rows)}

    readout = "numbers"

    def readout_loss(self, made: Tensor, targets: Mapping[str, Tensor]) -> Tensor:
        """Return how far the vectors point from the teacher's."""
        return 1 - functional.cosine_similarity(made, targets["taught"].double()).mean()

    def loss(self, outputs: Mapping[str, Tensor], targets: Mapping[str, Tensor], mask: Tensor) -> Tensor:
        """Return how far each vector is from the teacher's, and how far the similarities of all pairs are."""
        found, taught = outputs["embedding"].flatten(1), targets["taught"]
        relations = functional.mse_loss(found @ found.T, taught @ taught.T)
        return (1 - (found * taught).sum(dim=1)).mean() + RELATIONS * relations

    def measured(self, network: HeadNetwork, held: Sequence[Example[Any]]) -> Mapping[str, Fact]:
        """Return the mean average precision among pictures of classes that were left out."""
        vectors = np.stack([outputs_of(network, example)["embedding"][:, 0, 0] for example in held])
        classes = [example.subject.truth for example in held]
        taught = np.stack([self.directions[example.subject.path] for example in held])
        near = np.sum(vectors / np.linalg.norm(vectors, axis=1, keepdims=True) * taught, axis=1)
        return {
            "mAP on classes left out": round(mean_average_precision(vectors.astype(np.float64), classes), 4),
            "mAP of the teacher": round(mean_average_precision(taught, classes), 4),
            "cosine to the teacher": round(float(near.mean()), 4),
            "pictures measured on": len(held),
            "classes left out": len(set(classes)),
        }
