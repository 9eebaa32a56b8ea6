"""Skip mask and cube flags (3.7)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdec.latent.errors import LatentMismatch
from refdec.latent.skip import cube_grid, forced_positions, skip_mask


def test_example_c_2_threshold() -> None:
    assert skip_mask(np.array([[[382, 383, -5]]], np.int32), None).tolist() == [[[False, True, False]]]


def test_example_c_4_cubes() -> None:
    assert cube_grid(5, 19) == (1, 2)
    flags = np.ones((4, 1, 2), np.uint8)
    flags[0, 0, 0] = flags[3, 0, 1] = 0
    forced = forced_positions(flags, 5, 19)
    expected = np.zeros((5, 19), bool)
    expected[0::2, 0:16:2] = True
    expected[1::2, 17] = True
    np.testing.assert_array_equal(forced, expected)
    mask = skip_mask(np.zeros((3, 5, 19), np.int32), flags)
    np.testing.assert_array_equal(mask, np.broadcast_to(expected, (3, 5, 19)))


@given(
    h=st.integers(1, 50),
    w=st.integers(1, 50),
    top=st.integers(0, 49),
    left=st.integers(0, 49),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_window_of_the_mask_is_the_mask_of_the_window(h: int, w: int, top: int, left: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    base = rng.integers(300, 460, (2, h, w)).astype(np.int32)
    flags = rng.integers(0, 2, (4, *cube_grid(h, w))).astype(np.uint8)
    whole = skip_mask(base, flags)
    for i in range(h):
        for j in range(w):
            f = 2 * (i % 2) + j % 2
            assert whole[0, i, j] == (base[0, i, j] > 382 or flags[f, (i >> 1) >> 3, (j >> 1) >> 3] == 0)
    top, left = min(top, h - 1), min(left, w - 1)
    part = skip_mask(base[:, top:, left:], flags, origin=(top, left))
    np.testing.assert_array_equal(part, whole[:, top:, left:])


def test_flags_that_do_not_reach_are_refused() -> None:
    flags = np.ones((4, 1, 1), np.uint8)
    skip_mask(np.zeros((1, 16, 16), np.int32), flags)
    with pytest.raises(LatentMismatch):
        skip_mask(np.zeros((1, 17, 16), np.int32), flags)
    with pytest.raises(LatentMismatch):
        skip_mask(np.zeros((1, 8, 8), np.int32), flags, origin=(0, 16))
