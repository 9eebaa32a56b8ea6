"""The classic method on pixels sees a thing, in whatever light, and nothing where nothing is."""

from __future__ import annotations

import numpy as np

from refdec.bench.tasks.classic import classic_strengths
from tests.encodable import photograph


def test_a_thing_is_stronger_than_light_and_noise() -> None:
    chance = np.random.default_rng(1)
    still = photograph(96, 128).astype(np.float64) * 0.6 + 30
    frames = []
    for number in range(8):
        whole = still.copy()
        if number == 6:
            whole[32:64, 48:80] = 220
        lit = whole * (1 + 0.03 * number) + 2 * number + chance.normal(0, 2, whole.shape)
        frames.append(np.clip(lit, 0, 255).astype(np.uint8))
    strengths = list(classic_strengths(frames))
    assert len(strengths) == 8 and strengths[0].shape == (6, 8) and not strengths[0].any()
    assert strengths[6][2:4, 3:5].min() > 4 > max(strengths[n].max() for n in (1, 2, 3, 4, 5, 7))
