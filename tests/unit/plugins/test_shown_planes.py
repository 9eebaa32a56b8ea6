"""Planes of a task take the colours of the codestream: RGB, gray with one or three channels, and no custom matrix."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.picture.errors import CustomColourUnsupported
from refdec.plugins.shown_planes import shown_codes
from tests.sample_bundles import sample_headers

WHITE, MIDDLE = 255 << 18, (255 << 18) // 2
PLANES = np.array([[[0, 100 << 18, WHITE + 5, -7]], [[MIDDLE] * 4], [[MIDDLE] * 4]], np.int32)


@pytest.mark.parametrize("transform", [0, 1])
def test_colours(transform: int) -> None:
    rgb = shown_codes(sample_headers(colour_transform_idx=transform), PLANES)
    assert rgb.dtype == np.uint8 and rgb.tolist() == [[[0] * 3, [100] * 3, [255] * 3, [0] * 3]]
    red = np.array([[[76 << 18]], [[85 << 18]], [[255 << 18]]], np.int32)
    r, g, b = shown_codes(sample_headers(), red)[0, 0].tolist()
    assert r > 200 and g < 40 and b < 40


def test_gray() -> None:
    assert shown_codes(sample_headers(gray_components=1), PLANES).tolist() == [[0, 100, 255, 0]]
    assert shown_codes(sample_headers(gray_components=3), PLANES).shape == (1, 4, 3)


def test_a_matrix_in_the_stream_has_no_meaning() -> None:
    with pytest.raises(CustomColourUnsupported):
        shown_codes(sample_headers(colour_transform_idx=2), PLANES)
