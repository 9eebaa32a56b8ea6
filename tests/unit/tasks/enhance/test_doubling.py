"""The enlargement that details are added to: a cubic, the same in parts, exact for straight lines."""

from __future__ import annotations

import numpy as np
from refdec_tasks.enhance.doubling import enlarged_q14

ONE = 1 << 14


def test_a_slope_stays_a_slope() -> None:
    codes = np.broadcast_to(np.arange(20, dtype=np.uint8)[:, None, None] * 10, (20, 8, 1))
    made = enlarged_q14(codes, slice(0, 20), slice(0, 8))
    assert made.shape == (40, 16, 1)
    assert made[4:36, 5, 0].tolist() == [(5 * row * 2 - 5) * ONE // 2 for row in range(4, 36)]


def test_it_is_pillows_cubic() -> None:
    from PIL import Image

    codes = np.random.default_rng(1).integers(60, 200, (14, 18, 3)).astype(np.uint8)
    theirs = np.asarray(Image.fromarray(codes).resize((36, 28), Image.Resampling.BICUBIC)).astype(int)
    made = np.rint(enlarged_q14(codes, slice(0, 14), slice(0, 18)) / ONE)
    inside = (slice(4, -4), slice(4, -4))
    assert np.abs(made[inside] - theirs[inside]).max() <= 1, "both rounded, theirs twice"


def test_parts_are_the_parts_of_the_whole() -> None:
    codes = np.random.default_rng(2).integers(0, 256, (13, 9, 1)).astype(np.uint8)
    whole = enlarged_q14(codes, slice(0, 13), slice(0, 9))
    part = enlarged_q14(codes, slice(4, 13), slice(2, 5))
    assert np.array_equal(part, whole[8:26, 4:10])
