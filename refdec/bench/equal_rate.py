"""Equal rates for codecs that know qualities only: the quality whose file is nearest to a size.

In: a function from quality to bits, and the bits wanted.  Out: a quality.
"""

from __future__ import annotations

import math
from collections.abc import Callable

__all__ = ["nearest_quality"]

LOWEST, HIGHEST = 1, 100
CLOSE = 0.005
"""A share of the bits: nearer is near enough."""


def nearest_quality(bits_at: Callable[[float], int], wanted_bits: float, finest: float) -> float:
    """Return the quality 1..100, a multiple of `finest`, whose bits are nearest to `wanted_bits` of those tried.

    Halves the span as long as bits grow with quality, first in whole qualities, then in `finest` (1 / a whole number).
    """
    seen: dict[float, int] = {}

    def bits(quality: float) -> int:
        if quality not in seen:
            seen[quality] = bits_at(quality)
        return seen[quality]

    def distance(quality: float) -> float:
        return abs(math.log(seen[quality] / wanted_bits))

    low, high = float(LOWEST), float(HIGHEST)
    for step in dict.fromkeys((1.0, finest)):
        for end in (low, high):
            bits(end)
        while high - low > step and min(map(distance, seen)) > CLOSE:
            middle = low + step * max(round((high - low) / (2 * step)), 1)
            low, high = (middle, high) if bits(middle) <= wanted_bits else (low, middle)
    return min(seen, key=lambda quality: (distance(quality), quality))
