"""Decoded pictures as the arrays of other libraries."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.adapters.pixels import os_errors, shown_pixels
from refdec.formats.decoded import Picture
from refdec.formats.errors import FormatCannotHold
from refdec.heif.parts import AlphaPlane
from refdec.picture.output import Codes

PLANE: Codes = np.array([[0, 100], [200, 255]], np.uint8)
OPACITY: Codes = np.array([[0, 1], [2, 3]], np.uint8)


def test_gray_is_one_channel_where_it_was_one() -> None:
    gray = Picture((PLANE,), 8, "gray")
    assert np.array_equal(shown_pixels(gray, 1), PLANE)
    assert np.array_equal(shown_pixels(gray, 3), np.stack([PLANE] * 3, axis=-1))


def test_transparency_has_the_depth_of_the_colours() -> None:
    picture = Picture((PLANE,), 8, "gray", alpha=AlphaPlane(OPACITY, 2))
    assert shown_pixels(picture, 1).tolist() == [[[0, 0], [100, 85]], [[200, 170], [255, 255]]]
    assert shown_pixels(picture, 3).shape == (2, 2, 4)
    assert shown_pixels(picture, 1, 16).dtype == np.uint16


def test_colours_are_not_multiplied_by_it() -> None:
    half: Codes = np.full((2, 2), 128, np.uint8)
    picture = Picture((half // 2,), 8, "gray", alpha=AlphaPlane(half, 8, premultiplied=True))
    assert np.all(shown_pixels(picture, 1)[..., 0] == 128)


def test_chroma_is_divided_about_its_middle() -> None:
    half: Codes = np.full((2, 2), 128, np.uint8)
    picture = Picture((half // 2, half, half), 8, "YUV", alpha=AlphaPlane(half, 8, premultiplied=True))
    assert shown_pixels(picture, 3)[0, 0].tolist() == [128, 128, 128, 128]


def test_subsampled_chroma_is_no_array() -> None:
    picture = Picture((PLANE, PLANE[:1, :1], PLANE[:1, :1]), 8, "YUV", (2, 2))
    with pytest.raises(OSError, match="fewer samples than luma") as caught, os_errors():
        shown_pixels(picture, None)
    assert isinstance(caught.value.__cause__, FormatCannotHold)
