"""Which symbols are worth their bits when latents are quantised a second time (2.10, 3.B.3).

In: the symbols before rounding, and the distribution of each.  Out: the symbols to code.

What comes in lies on a grid: most values that are not 0 are one old step.  Rounded to nearest, they would all stay up
to steps of twice the size, and all vanish there: bytes would hardly fall, then leap, and between there would be no
rate.  So the next smaller symbol is taken where the bits that it saves weigh more than what it loses, which happens at
another step for every level.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from refdec.arithmetic.types import Int16Array, Int32Array, Int64Array, IntArray
from refdec.clauses import clause
from refdec.encoding.values import SymbolChoice
from refdec.latent.sigma import levels

__all__ = ["WorthTheirBits", "worth_their_bits"]

TRADE_Q16 = 4096
"""Squared steps that a bit is worth, in 1/65536: a sixteenth, measured; the slope of fine steps would be a ninth."""
LARGEST = 192
"""Symbols beyond this cost the same as it: they are escapes at every level."""
REASON = "an encoder is free to choose symbols"


@dataclass(frozen=True, slots=True, eq=False)
class WorthTheirBits:
    """A symbol chooser: minimises (exact - q)^2 + trade * bits over the nearest symbol and the next one towards 0.

    `costs`: 1/65536 bit, int32 [32, 2 * LARGEST + 1].
    """

    costs: Int32Array

    @clause("3.B.3", kind="added", reason=REASON)
    def __call__(self, choice: SymbolChoice) -> Int16Array:
        """(3.B.3) Return the symbols to code."""
        made = choice.nearest.copy()
        active = (made != 0) & choice.coded
        nearest = made[active].astype(np.int64)
        smaller = nearest - np.sign(nearest)
        exact = choice.exact_q16[active]
        level = levels(np.ascontiguousarray(choice.scale_index[active])).astype(np.intp)
        saved = self._bits_q16(nearest, level) - self._bits_q16(smaller, level)
        # (exact - smaller)^2 - (exact - nearest)^2, Q32; the nearest is at most half a step away, or saturated
        off = np.clip(exact - (nearest << 16), -(1 << 17), 1 << 17)
        lost = ((off + (np.sign(nearest) << 16)) ** 2) - off**2
        made[active] = np.where(lost < TRADE_Q16 * saved, smaller, nearest).astype(np.int16)
        return made

    def _bits_q16(self, symbols: Int64Array, level: IntArray) -> Int64Array:
        return self.costs[level, np.clip(symbols, -LARGEST, LARGEST) + LARGEST].astype(np.int64)


@lru_cache(maxsize=1)
def worth_their_bits() -> WorthTheirBits:
    """Return the chooser with the costs of the entropy coder."""
    from refdec.entropy.cost import symbol_cost_table_q16

    return WorthTheirBits(symbol_cost_table_q16(LARGEST))
