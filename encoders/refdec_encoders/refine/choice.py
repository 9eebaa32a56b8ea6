"""Symbols by rate and distortion: where a smaller symbol saves more bits than it costs, it is taken (2.10, 3.B.3).

In: the symbols before rounding, and the distribution of each.  Out: the symbols to code.  A quantiser's step is the
unit of distortion; how much one counts is known by channel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec.plugins.api import CoreServices, Int16Array, Int32Array, Int64Array, SymbolChoice
from refdec_encoders.refine.layers import FloatArray

__all__ = ["LARGEST", "RateDistortion", "levels_of"]

LARGEST = 192
"""Symbols beyond this cost the same as it: they are escapes at every level."""
FAR = 1 << 30
MOST_TRADE = 1 << 16
"""A bit is never worth more than a squared step: symbols would vanish that context and colour rely on."""


def levels_of(scale_index: Int32Array) -> Int32Array:
    """(3.2) Return the distribution, 0..31, of each scale index."""
    levels: Int32Array = np.clip((scale_index + 64) >> 7, 0, 31)
    return levels


@dataclass(frozen=True, slots=True, eq=False)
class RateDistortion:
    """A symbol chooser: minimises (exact - q)^2 + trade * bits over the nearest symbol and smaller ones.

    `costs`: 1/65536 bit, int32 [32, 2 * LARGEST + 1].  `trades_q16`: squared steps that a bit is worth, in 1/65536, by
    channel of luma and of chroma, int64 [C, 1, 1].
    """

    costs: Int32Array
    trades_q16: tuple[Int64Array, Int64Array]

    @classmethod
    def of(cls, core: CoreServices, price: float, curvature: tuple[FloatArray, FloatArray]) -> RateDistortion:
        """Return the chooser for the price of a bit and what a squared error of a step costs by channel [C, 1, 1]."""
        luma, chroma = (
            np.minimum(price / part.astype(np.float64) * MOST_TRADE, MOST_TRADE).astype(np.int64) for part in curvature
        )
        return cls(core.symbol_cost_table_q16(LARGEST), (luma, chroma))

    def bits_q16(self, symbols: Int64Array, levels: Int32Array) -> Int64Array:
        """Return what symbols cost at their levels, 1/65536 bit."""
        column = np.clip(symbols, -LARGEST, LARGEST) + LARGEST
        return self.costs[levels, column].astype(np.int64)

    def __call__(self, choice: SymbolChoice) -> Int16Array:
        """Return the symbols to code."""
        nearest = choice.nearest.astype(np.int64)
        active = nearest != 0
        chosen = choice.nearest.copy()
        if not active.any():
            return chosen
        exact, levels, symbol = choice.exact_q16[active], levels_of(choice.scale_index[active]), nearest[active]
        trade = np.broadcast_to(self.trades_q16[choice.component], nearest.shape)[active]
        smaller = symbol - np.sign(symbol)
        best, best_cost = symbol, self._cost_q32(exact, symbol, levels, trade)
        for candidate in (smaller, np.where(np.abs(symbol) == 2, 0, smaller)):
            cost = self._cost_q32(exact, candidate, levels, trade)
            better = cost < best_cost
            best, best_cost = np.where(better, candidate, best), np.where(better, cost, best_cost)
        chosen[active] = best.astype(np.int16)
        return np.where(choice.coded, chosen, np.int16(0))

    def _cost_q32(self, exact_q16: Int64Array, symbol: Int64Array, levels: Int32Array, trade: Int64Array) -> Int64Array:
        """Return distortion + trade * bits, Q32."""
        error = np.clip(exact_q16 - (symbol << 16), -FAR, FAR)
        total: Int64Array = error * error + trade * self.bits_q16(symbol, levels)
        return total
