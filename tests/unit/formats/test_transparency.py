"""Transparency at the depth of a file: exact where it can be, and colours divided by it where a format wants that."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.formats.transparency import at_depth, common_depth, kind_in, pixels_of, with_alpha, with_key
from refdec.heif.parts import AlphaPlane, Samples
from refdec.picture.output import as_codes


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


@pytest.mark.parametrize("bits", [8, 10, 16])
def test_chroma_is_divided_about_its_middle(bits: int) -> None:
    """Found: chroma was divided as light is, so that gray became purple where it was half transparent."""
    most, middle = (1 << bits) - 1, 1 << (bits - 1)
    shares = np.array([[0, 1, most // 4, most // 2, most]])
    alpha = AlphaPlane(as_codes(shares, bits), bits, premultiplied=True)
    luma, gray = as_codes(shares // 2, bits), as_codes(np.full((1, 5), middle), bits)
    straight = middle + (middle // 2) * np.array([[0, 1, 1, 1, 1]])
    multiplied = as_codes(np.round(middle + (straight - middle) * shares / most).astype(int), bits)
    y, u, v, opaque = with_alpha((luma, gray, multiplied), bits, alpha, ".npy", is_ycc=True)
    assert np.array_equal(u, gray) and np.array_equal(opaque, alpha.samples)
    assert np.abs(v.astype(int) - straight)[0, 2:].max() <= 3 and v[0, 0] == middle, "nothing is there: no colour"
    assert np.abs(y.astype(int)[0, 2:] - most // 2).max() <= 3 and y[0, 0] == 0


def test_planes_of_ycc_become_pixels_without_a_tint() -> None:
    alpha = AlphaPlane(np.array([[64, 255]], np.uint8), 8, premultiplied=True)
    planes = (np.array([[32, 100]], np.uint8), *(np.full((1, 2), 128, np.uint8),) * 2)
    assert pixels_of(planes, 8, 8, alpha, is_ycc=True).tolist() == [[[128, 128, 128, 64], [100, 128, 128, 255]]]


def test_a_transparent_colour_is_a_channel_where_a_sample_has_it() -> None:
    samples = np.array([[[1, 2, 3], [1, 2, 4]]], np.uint16)
    assert with_key(samples, np.array([1, 2, 9])) is samples
    assert with_key(samples, np.array([1, 2, 4])).tolist() == [[[1, 2, 3, 65535], [1, 2, 4, 0]]]
