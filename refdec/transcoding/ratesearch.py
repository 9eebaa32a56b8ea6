"""The displacement of luma at which latents that are there, quantised again, meet a rate or a size.

In: a function that codes them at a displacement, and the range that is sensible.  Out: the displacement, or None.
"""

from __future__ import annotations

from collections.abc import Callable

from refdec.encoding.quality import QUALITIES, largest_fitting
from refdec.encoding.ratecontrol import Attempt, RateOutOfReach, Search
from refdec.weights.ranges import ModelRange

__all__ = ["largest_displacement", "nearest_displacement"]


def largest_displacement(code: Callable[[int], bytes], low: int, high: int, most_bytes: int) -> int | None:
    """Return the largest of a hundred displacements, both ends among them, whose codestream has at most so many bytes.

    None: there is none.
    """
    steps = QUALITIES[-1] - QUALITIES[0]
    places = {step: low + (high - low) * (step - QUALITIES[0]) // steps for step in QUALITIES}
    asked: list[tuple[int, int]] = []

    def at(step: int) -> bytes:
        data = code(places[step])
        asked.append((len(data), places[step]))
        return data

    largest_fitting(at, most_bytes)
    return max((place for size, place in asked if size <= most_bytes), default=None)


def nearest_displacement(
    code: Callable[[int], bytes], model: ModelRange, bpp: float, tolerance: float, pixels: int
) -> int | None:
    """Return the displacement whose codestream comes nearest to a rate; None: it is out of reach."""

    def attempt(model_id: int, luma: int, chroma: int) -> Attempt:
        return Attempt(model_id, luma, chroma, code(luma))

    try:
        return Search((model,), attempt, 0).for_bits(bpp * pixels, tolerance, pixels).displacement
    except RateOutOfReach:
        return None
