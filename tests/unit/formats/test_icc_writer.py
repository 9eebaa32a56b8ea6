"""ICC profiles of code points: a colour engine reads them, and comes to the values that the standards print."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from refdec.formats.colorimetry import CHROMATICITIES, CURVES
from refdec.formats.icc import read_icc
from refdec.formats.icc_writer import icc_profile


def engine(primaries: int, transfer: int, *, gray: bool = False) -> ImageCms.ImageCmsProfile:
    data = icc_profile(primaries, transfer, gray=gray)
    assert data is not None
    return ImageCms.ImageCmsProfile(io.BytesIO(data))


@pytest.mark.parametrize("gray", [False, True])
def test_srgb_is_what_the_engine_has_for_it(gray: bool) -> None:
    codes = np.random.default_rng(1).integers(0, 256, (64, 64) if gray else (64, 64, 3), np.uint8)
    wanted = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    made = ImageCms.profileToProfile(Image.fromarray(codes), engine(1, 13, gray=gray), wanted, outputMode="RGB")
    assert made is not None
    assert np.array_equal(np.asarray(made), np.stack([codes] * 3, axis=-1) if gray else codes)


def test_display_p3_has_the_columns_that_are_published_for_it() -> None:
    profile = engine(12, 13).profile
    columns = [getattr(profile, f"{name}_primary")[0] for name in ("red", "green", "blue")]
    published = [(0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)]
    assert np.allclose(columns, published, atol=2e-5)


@pytest.mark.parametrize("primaries", CHROMATICITIES)
@pytest.mark.parametrize("transfer", CURVES)
def test_white_is_white_and_black_is_black(primaries: int, transfer: int) -> None:
    codes = np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)
    wanted = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    made = ImageCms.profileToProfile(Image.fromarray(codes), engine(primaries, transfer), wanted)
    assert made is not None
    assert np.abs(np.asarray(made).astype(int) - codes).max() <= 1


def test_what_no_profile_can_say_has_none() -> None:
    assert [icc_profile(*tags) for tags in ((9, 16), (9, 18), (2, 13), (1, 2), (200, 1))] == [None] * 5


SAME = {6: 1, 14: 1, 15: 1}
"""Transfers of one curve."""


@pytest.mark.parametrize("primaries", CHROMATICITIES)
@pytest.mark.parametrize("transfer", CURVES)
def test_what_is_written_is_read_again(primaries: int, transfer: int) -> None:
    written = icc_profile(primaries, transfer)
    assert written is not None
    assert read_icc(written).code_points == (6 if primaries == 7 else primaries, SAME.get(transfer, transfer))
