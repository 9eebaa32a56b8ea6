"""All eight orientations, against Pillow's own way of turning pictures."""

from __future__ import annotations

import numpy as np
import PIL.Image
import PIL.ImageOps
import pytest

from refdec.formats.description import SourceDescription
from refdec.formats.orientation import SIDEWAYS, stored_rect, turned, upright
from refdec.formats.pictures import CodePicture, Colour
from refdec.tiling.geometry import Rect
from tests.unit.formats.support import picture


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_as_pillow_turns(orientation: int) -> None:
    made = picture(5, 7)
    image = PIL.Image.fromarray(np.stack(made.components, axis=-1))
    image.getexif()[0x0112] = orientation
    expected = np.asarray(PIL.ImageOps.exif_transpose(image))
    turned, sentence = upright(CodePicture(made.components, 8, Colour.RGB, SourceDescription(orientation)))
    assert np.array_equal(np.stack(turned.components, axis=-1), expected)
    assert turned.description.orientation == 1
    assert (str(orientation) in sentence) is (orientation > 1)
    assert upright(turned) == (turned, "")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_part_of_what_is_shown_is_found_in_what_is_stored(orientation: int) -> None:
    stored = np.arange(5 * 7, dtype=np.uint8).reshape(5, 7)
    shown = turned(stored, orientation)
    assert shown.shape == ((7, 5) if orientation in SIDEWAYS else (5, 7))
    for rect in (Rect(0, 0, 2, 3), Rect(1, 2, 3, 1), Rect(4, 0, 1, 5)):
        part = stored_rect(rect, orientation, *stored.shape)
        assert np.array_equal(turned(stored[part.rows, part.columns], orientation), shown[rect.rows, rect.columns])
