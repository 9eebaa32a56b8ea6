"""BT.709 luma of RGB codes."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.metrics.errors import NotRgb
from refdec.metrics.luma import luma_of_rgb


def test_primaries_have_their_weights() -> None:
    rgb = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0]]], np.uint8)
    assert luma_of_rgb(rgb)[0] == pytest.approx([54.213, 182.376, 18.411, 255.0, 0.0])


def test_ten_bits_come_to_the_same_scale() -> None:
    assert luma_of_rgb(np.full((1, 1, 3), 1023, np.uint16), 10)[0, 0] == pytest.approx(255.0)


@pytest.mark.parametrize("array", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3))])
def test_other_arrays_are_refused(array: np.ndarray) -> None:
    with pytest.raises(NotRgb):
        luma_of_rgb(array)
