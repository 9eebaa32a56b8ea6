"""Worked example 1 of 7.7, and what the curves are like as a whole."""

from __future__ import annotations

import numpy as np

from refdec.lossless.curves import LEAST, LOUDNESS, RATES, SQUASH, STRETCH


def test_worked_example_1() -> None:
    assert [int(SQUASH[x + 2048]) for x in (-2048, -256, 0, 1, 256, 2047)] == [32, 17625, 32768, 32832, 47910, 65504]
    assert [int(STRETCH[p]) for p in (0, 1024, 2047, 2048, 3072, 4095)] == [-2047, -281, 0, 1, 282, 2047]
    assert [int(LOUDNESS[v]) for v in (0, 1, 2, 4, 12, 100, 4095)] == [0, 1, 2, 4, 8, 18, 40]


def test_curves_rise_and_stay_within_their_bounds() -> None:
    for curve in (SQUASH, STRETCH, LOUDNESS):
        assert np.all(np.diff(curve) >= 0)
    assert SQUASH.min() == LEAST and SQUASH.max() == (1 << 16) - LEAST
    assert (len(SQUASH), len(STRETCH), len(LOUDNESS)) == (4096, 4096, 4096)


def test_loudness_is_the_logarithm() -> None:
    for value, quarter in enumerate(LOUDNESS.tolist()):
        assert 2**quarter * 4**4 <= (value + 4) ** 4 < 2 ** (quarter + 1) * 4**4


def test_a_counter_learns_less_with_every_bit() -> None:
    assert np.all(np.diff(RATES) <= 0) and RATES[0] == 327680 // 8 and RATES.min() > 0
