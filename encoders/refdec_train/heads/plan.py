"""How a head is trained, as a value: lengths, batches, learning rates."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

__all__ = ["HeadPlan"]

WARM_UP_STEPS = 100
LAST_RATE_SHARE = 1 / 50
AVERAGE_DECAY = 0.995
SHORTER, GENTLER = 5, 2


@dataclass(frozen=True, slots=True)
class HeadPlan:
    """`steps` in all, of batches of `batch` examples.

    `positions`: largest side of what a batch sees of an example, in positions of the latent (0: the whole); `cut`: it
    is cut smaller by up to this share of a side.  The learning rate goes from `rate` to a fiftieth of it as half a
    cosine, after a warm-up; `decay`: weight decay.  `seed`: of first weights and batches.
    `mixed`: pictures are laid over one another, in shares drawn from Beta(mixed, mixed), and so is what they shall say;
    0: not.  `halves`: products and maps are of bfloat16 in the training (weights, statistics and losses are
    not): twice as fast where a processor has them.  `noise`: latents are off by chance, by so many times the usual size
    of their channel.
    """

    steps: int
    batch: int = 32
    positions: int = 20
    cut: float = 0.3
    rate: float = 2e-3
    decay: float = 0.05
    seed: int = 1
    mixed: float = 0.0
    halves: bool = False
    noise: float = 0.0

    def short(self) -> HeadPlan:
        """Return the plan of a training that begins with a head of another model."""
        return replace(self, steps=max(1, self.steps // SHORTER), rate=self.rate / GENTLER)

    def rate_at(self, step: int) -> float:
        """Return the learning rate of a step."""
        done = min(step / max(self.steps, 1), 1.0)
        last = self.rate * LAST_RATE_SHARE
        cosine = last + (self.rate - last) * 0.5 * (1 + math.cos(math.pi * done))
        return cosine * min((step + 1) / min(WARM_UP_STEPS, 1 + self.steps // 2), 1.0)

    def kept_at(self, step: int) -> float:
        """Return how much of the moving average stays in a step."""
        return min(AVERAGE_DECAY, (1 + step) / (10 + step))
