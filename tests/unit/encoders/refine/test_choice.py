"""Symbols by rate and distortion."""

from __future__ import annotations

import numpy as np
from refdec_encoders.refine.choice import LARGEST, MOST_TRADE, RateDistortion, levels_of

from refdec.plugins.api import SymbolChoice
from refdec.plugins.core import Core
from tests.encodable import bundled


def chooser(costs: np.ndarray, luma: int, chroma: int = 0) -> RateDistortion:
    return RateDistortion(costs, (np.full((1, 1, 1), luma, np.int64), np.full((1, 1, 1), chroma, np.int64)))


def test_symbols_shrink_where_bits_cost_more_than_error() -> None:
    costs = np.abs(np.arange(-LARGEST, LARGEST + 1))[None, :].repeat(32, 0).astype(np.int32) << 16
    exact = np.array([0.9, 0.6, -1.6, 3.4, 0.2]) * 65536
    nearest = np.rint(exact / 65536).astype(np.int16)

    def choice(coded: np.ndarray, component: int = 0) -> SymbolChoice:
        shape = (1, 1, 5)
        return SymbolChoice(
            component, 0, 0, 0, 0, 2, exact.astype(np.int64).reshape(shape), nearest.reshape(shape),
            np.zeros(shape, np.int32), np.zeros(shape, np.int32), coded.reshape(shape),
        )  # fmt: skip

    every = np.ones(5, bool)
    assert chooser(costs, 0)(choice(every)).tolist() == [[[1, 1, -2, 3, 0]]]
    assert chooser(costs, 1 << 14)(choice(every)).tolist() == [[[1, 0, -1, 3, 0]]]
    assert chooser(costs, 1 << 14)(choice(every, 1)).tolist() == [[[1, 1, -2, 3, 0]]]
    hidden = np.array([False, True, True, True, True])
    assert chooser(costs, 0)(choice(hidden)).tolist() == [[[0, 1, -2, 3, 0]]]
    assert levels_of(np.array([-100, 63, 64, 9999], np.int32)).tolist() == [0, 0, 1, 31]


def test_a_bit_is_worth_more_steps_where_a_step_hurts_less() -> None:
    luma = np.array([100.0, 10.0, 0.001], np.float32).reshape(3, 1, 1)
    made = RateDistortion.of(Core(bundled()), 5.0, (luma, luma[:1]))
    assert made.trades_q16[0].reshape(-1).tolist() == [MOST_TRADE // 20, MOST_TRADE // 2, MOST_TRADE]
    assert made.costs.shape == (32, 2 * LARGEST + 1)
