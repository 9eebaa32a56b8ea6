"""Rate control: the model and displacement that meet a rate or a quality (6.7 leaves both to the encoder).

In: what codes a picture at a model and a displacement, cheaply, again and again.  Out: the best codestream that was
seen. Everything that is coded is integer; only the search itself reckons with floats, and the same picture takes the
same steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from refdec import tables
from refdec.clauses import clause
from refdec.errors import UsageError

__all__ = [
    "Attempt",
    "ModelRange",
    "RateOutOfReach",
    "Search",
    "chroma_displacement",
    "sensible_range",
]

CHROMA_OFFSET = 300
"""Chroma this far above luma costs 2 to 3 % of the bits for half a decibel of RGB PSNR."""
SENSIBLE = (-1000, 800)
"""Displacements of luma, and of chroma always; beyond them streams decode, but far from what anyone wants."""
MOST_TRIES = 14


def sensible_range(reference: bool) -> tuple[int, int]:
    """Return the displacements of luma that rate control may use, inclusive.

    `reference`: whether the latents come from the reference software's analysis, whose range 3.B.2 recommends.
    """
    if not reference:
        return SENSIBLE
    low, high = tables.model_constants()["common"]["beta_displacement_log_encoder_range"]
    return low, high


class RateOutOfReach(UsageError):
    """No model and displacement of the weights at hand meets the rate or the quality that was asked for."""

    code, clause = "RD0961", ""

    def __init__(self, wanted: float, unit: str, low: float, high: float) -> None:
        super().__init__(wanted, unit, low, high)
        self.wanted, self.unit, self.low, self.high = wanted, unit, low, high

    def explain(self) -> str:
        return (
            f"{self.wanted:g} {self.unit} is out of reach for this picture and these weights: they reach "
            f"{self.low:.4g} to {self.high:.4g} {self.unit}.\n"
            "Ask for something in between, or fix the point yourself: --model M --displacement D"
        )


@dataclass(frozen=True, slots=True)
class ModelRange:
    """A model and the displacements of luma that rate control may use, inclusive."""

    model_id: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """A codestream that was made on the way: `psnr` dB of luma, None where nobody asked."""

    model_id: int
    displacement: int
    chroma_displacement: int
    data: bytes
    psnr: float | None = None

    @property
    def point(self) -> tuple[int, int, int]:
        """Model, displacement of luma, displacement of chroma."""
        return self.model_id, self.displacement, self.chroma_displacement

    @property
    def bits(self) -> int:
        """Bits of the whole codestream."""
        return 8 * len(self.data)


Try = Callable[[int, int, int], Attempt]
"""Code at (model_id, displacement, chroma displacement)."""


@clause("3.B.2", kind="added", reason="how an encoder chooses the chroma displacement is left open")
def chroma_displacement(displacement: int, offset: int | None = None) -> int:
    """(3.B.2) Return the displacement of chroma that goes with luma's; `offset` None: the default, CHROMA_OFFSET."""
    wanted = displacement + (CHROMA_OFFSET if offset is None else offset)
    return min(max(wanted, SENSIBLE[0]), SENSIBLE[1])


class Search:
    """One search for one picture; attempts are kept, so no point is coded twice."""

    def __init__(self, models: Sequence[ModelRange], attempt: Try, offset: int | None) -> None:
        self._models = tuple(models)
        self._try = attempt
        self._offset = offset
        self._seen: dict[tuple[int, int, int], Attempt] = {}

    def at(self, model: ModelRange, displacement: int, chroma: int | None = None) -> Attempt:
        """Return the attempt at a point."""
        if chroma is None:
            chroma = chroma_displacement(displacement, self._offset)
        point = (model.model_id, displacement, chroma)
        if point not in self._seen:
            self._seen[point] = self._try(*point)
        return self._seen[point]

    def for_bits(self, wanted_bits: float, tolerance: float, pixels: int) -> Attempt:
        """Return the attempt nearest to a size, within `tolerance` (a share) wherever the steps are fine enough.

        Raises RateOutOfReach with the range in bits per pixel.
        """

        def error(attempt: Attempt) -> float:
            return math.log(attempt.bits / wanted_bits)

        goal = tolerance / 4
        for model in self._by_distance(error):
            found = self._bracketed(model, error, goal)
            if found is not None:
                if abs(error(found)) > tolerance:
                    found = self._by_chroma(model, found, error, goal)
                return found
        bits = [attempt.bits for attempt in self._seen.values()]
        raise RateOutOfReach(wanted_bits / pixels, "bits per pixel", min(bits) / pixels, max(bits) / pixels)

    def for_psnr(self, wanted: float) -> Attempt:
        """Return the smallest attempt whose luma reaches a PSNR in dB.  Raises RateOutOfReach."""

        def error(attempt: Attempt) -> float:
            assert attempt.psnr is not None
            return attempt.psnr - wanted

        for model in self._by_distance(error):
            found = self._bracketed(model, error, 0.0)
            if found is not None:
                reaching = [a for a in self._seen.values() if a.model_id == model.model_id and error(a) >= 0]
                return min(reaching, key=lambda attempt: attempt.bits, default=found)
        reached = [attempt.psnr for attempt in self._seen.values() if attempt.psnr is not None]
        raise RateOutOfReach(wanted, "dB", min(reached), max(reached))

    def _by_distance(self, error: Callable[[Attempt], float]) -> list[ModelRange]:
        """Return the models, those first that are nearest to the goal in the middle of their range."""
        if len(self._models) < 2:
            return list(self._models)
        return sorted(self._models, key=lambda model: abs(error(self.at(model, 0))))

    def _bracketed(self, model: ModelRange, error: Callable[[Attempt], float], goal: float) -> Attempt | None:
        """Return the attempt of a model with the smallest error, None where its range does not hold the goal.

        Regula falsi with the Illinois rule on whole displacements; `error` grows with the displacement.
        """
        low, high = (self.at(model, displacement) for displacement in (model.low, model.high))
        below, above = error(low), error(high)
        if not below <= goal or not above >= -goal:
            return None
        best = min((low, high), key=lambda attempt: abs(error(attempt)))
        side = 0
        for _ in range(MOST_TRIES):
            gap = high.displacement - low.displacement
            if abs(error(best)) <= goal or gap <= 1:
                break
            share = -below / (above - below) if above > below else 0.5
            place = low.displacement + min(max(round(share * gap), 1), gap - 1)
            middle = self.at(model, place)
            best = min((best, middle), key=lambda attempt: abs(error(attempt)))
            if error(middle) <= 0:
                low, below = middle, error(middle)
                above = above / 2 if side < 0 else above
                side = -1
            else:
                high, above = middle, error(middle)
                below = below / 2 if side > 0 else below
                side = 1
        return best

    def _by_chroma(self, model: ModelRange, start: Attempt, error: Callable[[Attempt], float], goal: float) -> Attempt:
        """Return the best attempt near a luma point with other chroma: for tiny pictures, where a step is coarse."""
        best = start
        for displacement in (start.displacement, start.displacement - 1, start.displacement + 1):
            if not model.low <= displacement <= model.high:
                continue
            usual = chroma_displacement(displacement, self._offset)
            for change in range(-300, 301, 25):
                chroma = min(max(usual + change, SENSIBLE[0]), SENSIBLE[1])
                best = min((best, self.at(model, displacement, chroma)), key=lambda attempt: abs(error(attempt)))
                if abs(error(best)) <= goal:
                    return best
        return best
