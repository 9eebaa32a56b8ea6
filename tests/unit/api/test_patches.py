"""Decoded pictures as patches: a position for each 16 x 16 samples, luma, colour, zeros."""

from __future__ import annotations

import numpy as np

from refdec.api.patches import LUMA, patches_of
from tests.encodable import photograph


def test_patches_have_the_shape_of_latents() -> None:
    for size in ((96, 128), (65, 100), (20, 30)):
        found = patches_of(photograph(*size))
        rows, columns = (-(-max(side, 64) // 16) for side in size)
        assert found.shape == (256, rows, columns) and found.dtype == np.float16
        assert not found[144:LUMA].any() and not found[LUMA + 72 :].any()


def test_a_patch_holds_its_part_of_the_picture() -> None:
    picture = np.full((64, 96, 3), 128, np.uint8)
    picture[16:32, 32:48] = (228, 128, 128)
    found = patches_of(picture)
    changed = np.abs(found).max(axis=0) > 0.5
    assert changed[1, 2] and changed.sum() == 1
    middle = found[:144, 1, 2].reshape(12, 12)[3:9, 3:9] * 32 + 128
    assert np.allclose(middle, 128 + 0.299 * 100, atol=2)
