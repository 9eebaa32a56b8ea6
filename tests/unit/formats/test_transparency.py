"""Transparency at the depth of a file: exact where it can be, and colours divided by it where a format wants that."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.formats.transparency import at_depth, common_depth, kind_in, with_alpha
from refdec.heif.parts import AlphaPlane, Samples


def every_code(bits: int) -> Samples:
    codes = np.arange(1 << bits).reshape(1, -1)
    return codes.astype(np.uint8) if bits <= 8 else codes.astype(np.uint16)


@pytest.mark.parametrize(("old", "new"), [(8, 16), (1, 8), (4, 8), (8, 8), (10, 16), (12, 16), (8, 10)])
def test_more_bits_hold_all_codes(old: int, new: int) -> None:
    there = at_depth(every_code(old), old, new)
    assert (int(there[0, 0]), int(there[0, -1])) == (0, (1 << new) - 1)
    assert np.array_equal(at_depth(there, new, old), every_code(old))


def test_files_have_8_bits_or_16() -> None:
    assert [common_depth(*bits) for bits in ((8, 8), (8, 1), (10, 8), (8, 16), (10, 10))] == [8, 8, 16, 16, 16]


def test_colours_are_divided_where_a_format_cannot_say_that_they_are_multiplied() -> None:
    alpha = AlphaPlane(np.array([[0, 1, 51, 128, 255]], np.uint8), 8, premultiplied=True)
    colour = np.array([[0, 1, 10, 64, 200]], np.uint8)
    kept = with_alpha((colour,), 8, alpha, ".tif")
    assert np.array_equal(kept[0], colour) and kind_in(alpha, ".tif") == "premultiplied"
    divided, opaque = with_alpha((colour,), 8, alpha, ".png")
    assert divided.tolist() == [[0, 255, 50, 128, 200]] and np.array_equal(opaque, alpha.samples)
    assert kind_in(alpha, ".png") == "straight"


def test_straight_colours_stay() -> None:
    alpha = AlphaPlane(every_code(8), 8)
    colour = every_code(8)[:, ::-1]
    for suffix in (".png", ".tif"):
        kept, opaque = with_alpha((colour,), 8, alpha, suffix)
        assert np.array_equal(kept, colour) and np.array_equal(opaque, alpha.samples)
