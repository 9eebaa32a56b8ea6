"""Floats as codes for viewing: which curve, where it ends, and what is no light."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.api.tone_map import pq_to_light
from refdec.bitstream.rendering import Cicp
from refdec.formats.errors import PictureUnsupported
from refdec.formats.float_view import picture_of_floats, viewed
from refdec.formats.kinds import FloatView
from refdec.picture.floats import FloatPlanes


def single(*values: float) -> FloatPlanes:
    return FloatPlanes((np.array([values], np.float32).view(np.uint32),), 32)


def codes(*values: float, how: FloatView = "sdr") -> list[int]:
    planes: list[int] = viewed(single(*values), how, 1, "PFM").planes[0][0].tolist()
    return planes


def test_light_up_to_1_has_the_curve_of_srgb_alone() -> None:
    assert codes(0, 0.0031308, 0.18, 0.5, 1) == [0, 2651, 30235, 48192, 65535]
    assert "tone curve" not in viewed(single(0.2, 1), "sdr", 1, "PFM").remark


def test_light_above_1_bends_and_ends_at_white() -> None:
    made = codes(0.05, 0.18, 0.5, 1, 4, 16)
    assert made == sorted(made) and made[-1] == 65535 and len(set(made)) == 6
    assert (
        0.7 < made[1] / 30235 < 1 and "tone curve that ends at 16" in viewed(single(0.5, 0.6, 16), "sdr", 1, "x").remark
    )


@pytest.mark.parametrize(("scale", "stops"), [(1000.0, -11), (1e-5, 15), (1.0, 0)])
def test_exposure_changes_by_whole_stops_where_nothing_would_be_seen(scale: float, stops: int) -> None:
    said = viewed(single(*(scale * value for value in (0.2, 0.5, 0.8))), "sdr", 1, "PFM")
    assert (f"by {abs(stops)} stops" in said.remark) == bool(stops)
    assert 2000 < said.planes[0][0, 0] < said.planes[0][0, 1] < 65535


def test_what_is_no_light_is_black_or_white() -> None:
    assert codes(float("nan"), -1, -0.0, float("-inf"), float("inf"), 0.5)[:5] == [0, 0, 0, 0, 65535]
    assert codes(0, 0) == [0, 0] and codes(float("nan")) == [0]
    assert codes(3.4e38, 1e-45) == [48174, 0]


def test_pq_has_graphics_white_at_1() -> None:
    made = np.array(codes(0, 1, 1000 / 203, 10000 / 203, 1e9, how="pq"))
    light = pq_to_light(made / 65535)
    assert light[:3] == pytest.approx([0, 203, 1000], rel=1e-3) and made[3:].tolist() == [65535, 65535]
    said = viewed(single(1), "pq", 9, "OpenEXR").rendering
    assert said is not None and said.cicp == Cicp(9, 16, 0, 1, 2)


def test_codes_are_taken_as_they_are_or_refused() -> None:
    assert codes(0, 0.25, 1, how="codes") == [0, 16384, 65535]
    with pytest.raises(PictureUnsupported, match=r"beyond 0..1 \(2 of 4 are NaN, 0.5 to 7.0\) as codes"):
        codes(float("nan"), 0.5, 7, float("nan"), how="codes")
    with pytest.raises(PictureUnsupported, match=r"beyond 0..1 \(1 of 1 are NaN\) as codes"):
        codes(float("nan"), how="codes")
    assert viewed(single(0), "codes", 1, "PFM").rendering is None
    for value in (-0.1, 1.5, float("nan")):
        with pytest.raises(PictureUnsupported):
            codes(value, how="codes")


def test_the_picture_keeps_its_floats() -> None:
    half = np.array([[0x3800, 0x3C00]], np.uint16)
    picture = picture_of_floats(FloatPlanes((half, half, half, half), 16), "sdr", 2, "OpenEXR")
    assert len(picture.components) == 3 and picture.floats is not None and picture.floats.has_alpha
    assert picture.bits == 16 and picture.description.rendering is not None
    assert picture.description.rendering.cicp == Cicp(1, 13, 0, 1, 2)
    assert picture.description.remarks == ("linear light of OpenEXR is shown by the curve of sRGB",)
    gray = picture_of_floats(FloatPlanes((half, np.full_like(half, 0x3C00)), 16), "sdr", 12, "TIFF")
    assert gray.floats is not None and not gray.floats.has_alpha and len(gray.components) == 1
