"""What a search for a rate is after, and where it looks next (6.7 leaves the search to the encoder).

In: errors of the displacements that were tried.  Out: the next displacement.  An error grows with the displacement: of
a size it is the logarithm of how many times the goal's it is, of a PSNR the dB above the goal.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from refdec.weights.ranges import ModelRange

__all__ = ["SIZE_STEP", "Goal", "psnr_goal", "size_goal"]

MOST_STEP = 800
"""Displacements that one guess may go away from what was tried."""
SIZE_STEP, SIZE_BEND = 1 / 750, 1500.0
"""Usual growth of the logarithm of the size for a displacement, and in how many of them that growth falls by e."""
PSNR_STEP, PSNR_BEND = 1 / 140, 400.0
"""The same of the PSNR in dB, and of the mean squared error."""
ENOUGH_TRIES = 3
FINE_ENOUGH = 4
"""Displacements between two attempts, one with less PSNR and one with more, of which the second will do."""


@dataclass(frozen=True, slots=True)
class Goal:
    """The errors from `low` to `high` that meet a goal, and how errors usually behave.

    `aim`: the error that guesses go for.  `fineness`: how near to each other the attempts below and above may be at
    last.  `step`: usual growth of the error for a displacement.  `level` makes of an error what is straight over
    exp(-displacement / bend).
    """

    low: float
    high: float
    aim: float
    fineness: int
    step: float
    bend: float
    level: Callable[[float], float]

    def met(self, error: float) -> bool:
        """Tell whether an error is small enough."""
        return self.low <= error <= self.high

    def way(self, error: float) -> int:
        """Return for how many displacements an error usually stands."""
        return round(error / self.step)

    def sides(self, tried: Mapping[int, float], model: ModelRange) -> tuple[int, int]:
        """Return the displacements next below the goal and next above it; beyond the range where there is none."""
        above = min((at for at, error in tried.items() if error >= self.low), default=model.high + 1)
        below = max((at for at, error in tried.items() if error < self.low and at < above), default=model.low - 1)
        return below, above

    def close(self, below: int, above: int, model: ModelRange, tries: int) -> bool:
        """Tell whether nothing between the sides is worth a further try; where a curve jumps, the more the more tries.

        That is for goals that are not fine: another doubling for each try from the fourth on.
        """
        inside = model.low <= below and above <= model.high
        if not inside or self.fineness == 1:
            return above - below <= 1
        return above - below <= self.fineness << max(tries - ENOUGH_TRIES, 0)

    def next_place(self, tried: Mapping[int, float], model: ModelRange) -> int:
        """Return where to look next: between the sides, where the nearest attempts point to."""
        below, above = self.sides(tried, model)
        guess = self._guess(tried)
        if below < guess < above:
            return guess
        if guess <= below < model.low:
            return model.low
        if guess >= above > model.high:
            return model.high
        return (below + above) // 2

    def _guess(self, tried: Mapping[int, float]) -> int:
        """Return the displacement that the nearest attempts point to."""
        nearest = sorted(tried, key=lambda at: abs(tried[at] - self.aim))
        place = nearest[0]
        found = place + (self.aim - tried[place]) / self.step
        if len(nearest) > 1:
            found = self._through(place, nearest[1], tried, found)
        return round(min(max(found, place - MOST_STEP), place + MOST_STEP))

    def _through(self, first: int, second: int, tried: Mapping[int, float], otherwise: float) -> float:
        """Return where the curve through two attempts meets the aim, `otherwise` where it does not."""
        here, there, wanted = (self.level(error) for error in (tried[first], tried[second], self.aim))
        if here == there:
            return otherwise
        near, far = (math.exp(-at / self.bend) for at in (first, second))
        found = near + (wanted - here) * (far - near) / (there - here)
        return -self.bend * math.log(found) if found > 0 else otherwise


def size_goal(share: float) -> Goal:
    """Return the goal of a size, within a share of it."""
    return Goal(-share, share, 0.0, 1, SIZE_STEP, SIZE_BEND, lambda error: error)


def psnr_goal(tolerance: float) -> Goal:
    """Return the goal of a PSNR that is reached, by no more than `tolerance` dB, or by the smallest attempt if 0."""
    return Goal(0.0, tolerance, tolerance / 3, FINE_ENOUGH if tolerance else 1, PSNR_STEP, PSNR_BEND, _squared)


def _squared(decibels: float) -> float:
    """Return the squared error, relative to that at 0 dB."""
    return math.exp(-decibels * math.log(10) / 10)
