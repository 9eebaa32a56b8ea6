"""What a training shall do, as values: lengths, batches, learning rates, ranges of rate.

A plan and a state are all that a training depends on, beside its pictures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from refdec_train.codec import Goal
from refdec_train.synthesis import BOP

__all__ = ["Plan"]

WARM_UP_STEPS = 200
LAST_RATE_SHARE = 1 / 30
"""The last learning rate, in parts of the first."""
AVERAGE_DECAY = 0.9993


@dataclass(frozen=True, slots=True)
class Plan:
    """`steps` in all, of batches of `batch` crops of `crop` samples, a multiple of 64.

    The learning rate goes from `rate` to a thirtieth of it as half a cosine.  `displacements`: rates from -n to n are
    trained, for a share `varied` of the pictures; the others have displacement 0.  `synthesis`: train this transform
    alone, on latents that stay.  `half`: products of matrices in bfloat16.  `held_every`: steps between two
    measurements on the pictures held back.
    """

    goal: Goal
    steps: int
    batch: int = 4
    crop: int = 256
    rate: float = 3e-4
    displacements: int = 600
    varied: float = 0.6
    synthesis: str | None = None
    half: bool = False
    seed: int = 1
    held_every: int = 1000

    @property
    def transform(self) -> str:
        """The transform whose pictures the loss looks at."""
        return self.synthesis or BOP

    @property
    def subject(self) -> str:
        """What is trained, in words."""
        return f"the synthesis {self.synthesis}" if self.synthesis else "the codec"

    def rate_at(self, step: int) -> float:
        """Return the learning rate of a step."""
        done = min(step / max(self.steps, 1), 1.0)
        last = self.rate * LAST_RATE_SHARE
        cosine = last + (self.rate - last) * 0.5 * (1 + math.cos(math.pi * done))
        return cosine * min((step + 1) / min(WARM_UP_STEPS, 1 + self.steps // 2), 1.0)

    def decay_at(self, step: int) -> float:
        """Return how much of the moving average stays in a step."""
        return min(AVERAGE_DECAY, (1 + step) / (10 + step))
