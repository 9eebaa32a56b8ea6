"""Gradient descent on the targets of a piece: the steps of Adam (Kingma, Ba 2015), in units of the quantiser's step.

In: a piece and where to begin.  Out: targets that cost less, nearly all of them whole symbols.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from refdec_encoders.refine.layers import FloatArray
from refdec_encoders.refine.piece import Pair, Piece

__all__ = ["Course", "descended"]

FIRST_STEP, LAST_STEP = 0.25, 0.005
"""How far a target moves at most, about, in steps of the quantiser: first, and last."""
LIGHTEST, FULL_FROM = 0.5, 0.8
"""What the variance of rounding counts at first; from this share of the course on it counts in full."""
MEAN_DECAY, SQUARE_DECAY = 0.8, 0.98
TINY = np.float32(1e-12)


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """How a descent goes: what a bit costs, and how far along it is, 0..1, before each step; from 1 on it ends."""

    price: float
    done: Callable[[int], float]


def descended(piece: Piece, start: Pair, curvature: Pair, course: Course) -> Pair:
    """Return better targets of a piece."""
    targets, steps = list(start), piece.steps
    means: list[FloatArray] = [np.zeros_like(part) for part in start]
    squares: list[FloatArray] = [np.zeros_like(part) for part in start]
    k = 0
    while (done := course.done(k)) < 1:
        k += 1
        weight = np.float32(LIGHTEST + (1 - LIGHTEST) * min(1.0, done / FULL_FROM))
        variance = curvature[0] * weight, curvature[1] * weight
        _, slopes = piece.slope((targets[0], targets[1]), variance, course.price)
        size = FIRST_STEP * (1 - done) + LAST_STEP
        rate = np.float32(size * (1 - SQUARE_DECAY**k) ** 0.5 / (1 - MEAN_DECAY**k))
        for c, slope in enumerate(slopes):
            means[c] += np.float32(1 - MEAN_DECAY) * (slope - means[c])
            squares[c] += np.float32(1 - SQUARE_DECAY) * (slope * slope - squares[c])
            targets[c] = targets[c] - np.divide(rate * steps[c] * means[c], np.sqrt(squares[c]) + TINY)
    return targets[0], targets[1]
