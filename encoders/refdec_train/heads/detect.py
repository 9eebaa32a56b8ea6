"""The lesson `detect`: boxes around things, of any number of labels.

In: pictures with boxes.  Out: a head with a score for each label at squares of 8 x 8 samples, and how far the sides of
a box are from the middle of the square.  A score is 1 at the middle of a thing and falls around it; so most of a head's
work is at squares of 16 and of 32 samples, and things are found whose middles are 16 samples apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from refdec.heads.answers import FoundBoxes, found_boxes
from refdec.heads.head import Fact
from refdec.heads.network import HeadNetwork
from refdec_train.heads.boxes import TrueBox, Truth
from refdec_train.heads.design import Design, Sketch
from refdec_train.heads.examples import Example
from refdec_train.heads.lessons import Seen, outputs_of
from refdec_train.heads.precision import Detection, average_precision
from refdec_train.heads.subjects import View

__all__ = ["Detect", "detect_design", "found_in"]

Floats: TypeAlias = npt.NDArray[np.float32]
FINE, CELL, LATENT_CELL = 2, 8, 16
"""Positions of the answer for one of the latent in each direction, samples of one, samples of one of the latent."""
SPREAD, SMALLEST_SPREAD = 1 / 8, 0.45 * CELL
"""Deviation of a score around a middle: a share of the box's side, but some samples at least."""
SIDES_FROM = 0.3
"""Sides are learnt where the score shall be that much or more."""
FEWEST_SAMPLES = 1.0
FIRST_SCORE, FIRST_SIDE = -3.0, 2.5
"""What an untrained head says everywhere: hardly anything, and boxes of 80 samples."""
LEAST_Q18, OVERLAP_PERCENT = 13107, 50
SHOWN = 0.2
SIZES = 0.5
"""Weight of the differences of logarithms of sides, beside the overlap."""


def detect_design(labels: int, width: int = 64, blocks: int = 2) -> Design:
    """Return the architecture: 310,000 weights with the usual width."""
    sketch = Sketch()
    x = sketch.unit(sketch.unit(sketch.both(), width, side=1), width)
    around = sketch.unit(x, width, stride=2)
    for _ in range(blocks):
        inner = sketch.convolution(sketch.unit(around, width), width, start=0.3)
        around = sketch.relu(sketch.step("add", around, inner))
    joined = sketch.joined(x, sketch.step("nearest", around))
    joined = sketch.unit(joined, width)
    few = sketch.linear(joined, labels * FINE * FINE, start=0.1, bias=FIRST_SCORE, name="score")
    logits = sketch.step("shuffle", few, channels=labels, name="logits", factor=FINE)
    scores = sketch.step("logistic", logits, name="scores")
    four = sketch.linear(joined, 4 * FINE * FINE, start=0.3, bias=FIRST_SIDE, name="side")
    sides = sketch.step("relu", sketch.step("shuffle", four, channels=4, factor=FINE), name="sides")
    return sketch.design(scores, sides, aside=[logits])


def in_view(truth: Truth, view: View) -> list[TrueBox]:
    """Return the boxes of a picture's file in samples from the corner of a view on; those beyond it are left out."""
    down, across = (coded / whole for coded, whole in zip(view.coded, view.picture, strict=True))
    found = []
    for label, left, top, right, bottom in truth:
        x0, x1 = left * across, right * across
        if view.mirrored:
            x0, x1 = view.coded[1] - x1, view.coded[1] - x0
        x0, x1 = x0 - LATENT_CELL * view.left, x1 - LATENT_CELL * view.left
        y0, y1 = (y * down - LATENT_CELL * view.top for y in (top, bottom))
        if x1 > 0 and y1 > 0 and x0 < LATENT_CELL * view.columns and y0 < LATENT_CELL * view.rows:
            found.append(TrueBox(label, x0, y0, x1, y1))
    return found


def _middle(low: float, high: float, count: int) -> int:
    """Return the position that holds the middle of two edges; -1 if it is outside."""
    position = int((low + high) / 2 // CELL)
    return position if 0 <= position < count else -1


def drawn_targets(boxes: Sequence[TrueBox], labels: int, size: tuple[int, int]) -> tuple[Floats, Floats, Floats]:
    """Return scores [labels, rows, columns], sides [4, ...] in units of 16 samples, and their weights [labels, ...].

    Smaller boxes are drawn over larger ones; all count alike, in all 1 for each.
    """
    rows, columns = size
    scores, sides = np.zeros((labels, rows, columns), np.float32), np.zeros((4, rows, columns), np.float32)
    counts = np.zeros((labels, rows, columns), np.float32)
    x, y = (np.arange(columns) * CELL + CELL / 2)[None, :], (np.arange(rows) * CELL + CELL / 2)[:, None]
    for box in sorted(boxes, key=lambda each: -(each.right - each.left) * (each.bottom - each.top)):
        wide, high = (max(side * SPREAD, SMALLEST_SPREAD) for side in (box.right - box.left, box.bottom - box.top))
        row, column = _middle(box.top, box.bottom, rows), _middle(box.left, box.right, columns)
        centre_x = (box.left + box.right) / 2 if column < 0 else x[0, column]
        centre_y = (box.top + box.bottom) / 2 if row < 0 else y[row, 0]
        near = np.exp(-((x - centre_x) ** 2) / (2 * wide**2) - (y - centre_y) ** 2 / (2 * high**2)).astype(np.float32)
        np.maximum(scores[box.label], near, out=scores[box.label])
        learnt = (near > SIDES_FROM) & (x > box.left) & (x < box.right) & (y > box.top) & (y < box.bottom)
        if row >= 0 and column >= 0:
            learnt[row, column] = True
        far = (x - box.left + 0 * y, y - box.top + 0 * x, box.right - x + 0 * y, box.bottom - y + 0 * x)
        for plane, distance in zip(sides, far, strict=True):
            plane[learnt] = np.maximum(distance[learnt], FEWEST_SAMPLES) / LATENT_CELL
        counts[:, learnt] = 0
        counts[box.label, learnt] = near[learnt] / max(float(near[learnt].sum()), SIDES_FROM)
    return scores, sides, counts


def _score_loss(logits: Tensor, wanted: Tensor, mask: Tensor) -> Tensor:
    """Return the focal loss of scores, for each thing that there is: near a middle less than 1 is no large mistake.

    Every label counts alike, however many there are of it.
    """
    middle = wanted > 1 - 1e-4
    chance = torch.sigmoid(logits)
    hit = (1 - chance) ** 2 * functional.logsigmoid(logits)
    miss = (1 - wanted) ** 4 * chance**2 * functional.logsigmoid(-logits)
    missed = (torch.where(middle, hit, miss) * mask).sum(dim=(0, 2, 3))
    return -(missed / middle.sum(dim=(0, 2, 3)).clamp(min=1)).mean()


def _side_loss(found: Tensor, wanted: Tensor, counts: Tensor) -> Tensor:
    """Return how little boxes overlap the right ones (generalised, so that it pulls from afar), and sides differ.

    `counts` [n, labels, h, w]: every label that there is counts alike.
    """
    less, more = torch.minimum(found, wanted), torch.maximum(found, wanted)

    def area(sides: Tensor) -> Tensor:
        return (sides[:, 0] + sides[:, 2]) * (sides[:, 1] + sides[:, 3])

    shared, hull = area(less), area(more)
    covered = area(found) + area(wanted) - shared
    overlap = shared / (covered + 1e-4) - (hull - covered) / (hull + 1e-4)
    ratio = (torch.log(found + 0.05) - torch.log(wanted + 0.05)).abs().mean(dim=1)
    wrong = ((1 - overlap + SIZES * ratio)[:, None] * counts).sum(dim=(0, 2, 3))
    total = counts.sum(dim=(0, 2, 3))
    return (wrong / total.clamp(min=1)).sum() / (total > 0).sum().clamp(min=1)


class Detect:
    """Learns boxes."""

    def __init__(self, labels: tuple[str, ...], width: int = 64, blocks: int = 2) -> None:
        self.labels = labels
        self.design = detect_design(len(labels), width, blocks)

    def targets(self, seen: Sequence[Seen], size: tuple[int, int]) -> Mapping[str, Tensor]:
        """Return scores and sides of the boxes that each view shows."""
        fine = FINE * size[0], FINE * size[1]
        drawn = [drawn_targets(in_view(each.example.subject.truth, each.view), len(self.labels), fine) for each in seen]
        scores, sides, counts = (torch.from_numpy(np.stack(part)) for part in zip(*drawn, strict=True))
        return {"scores": scores, "sides": sides, "counts": counts}

    def loss(self, outputs: Mapping[str, Tensor], targets: Mapping[str, Tensor], mask: Tensor) -> Tensor:
        """Return the loss of scores and of sides."""
        here = mask.repeat_interleave(FINE, 2).repeat_interleave(FINE, 3)
        score = _score_loss(outputs["logits"], targets["scores"], here)
        return score + _side_loss(outputs["sides"], targets["sides"], targets["counts"] * here)

    def measured(self, network: HeadNetwork, held: Sequence[Example[Any]]) -> Mapping[str, Fact]:
        """Return the average precision at half overlap (AP50) of each label, and their mean, also for each rate."""
        pairs = [Detection.of(found_in(network, example), example) for example in held]
        each = [average_precision(pairs, number) for number in range(len(self.labels))]
        facts: dict[str, Fact] = {"AP50": round(float(np.mean([one.precision for one in each])), 4)}
        if len(self.labels) > 1:
            facts |= {f"AP50 of {name}": round(one.precision, 4) for name, one in zip(self.labels, each, strict=True)}
        shown = [pair.at_least(SHOWN) for pair in pairs]
        recalls = [average_precision(shown, number).recall for number in range(len(self.labels))]
        facts[f"found with a score of {SHOWN} or more"] = round(float(np.mean(recalls)), 4)
        for point in sorted({example.coding.point for example in held}):
            some = [pair for pair, example in zip(pairs, held, strict=True) if example.coding.point == point]
            mean = np.mean([average_precision(some, number).precision for number in range(len(self.labels))])
            facts[f"AP50 at displacement {point[0]:+}"] = round(float(mean), 4)
        return {**facts, "pictures measured on": len(held)}


def found_in(network: HeadNetwork, example: Example[Any]) -> FoundBoxes:
    """Return the boxes that a head finds in an example, in samples of the coded picture, best first."""
    outputs = outputs_of(network, example)
    return found_boxes(
        outputs["scores"],
        outputs["sides"],
        CELL,
        example.coded,
        least_q18=LEAST_Q18,
        overlap_percent=OVERLAP_PERCENT,
    )
