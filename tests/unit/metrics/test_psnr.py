"""PSNR: closed forms, and the figures that were recorded for the reference pictures."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from refdec.metrics.errors import NotRgb
from refdec.metrics.psnr import psnr, psnr_luma, psnr_rgb


def test_a_uniform_error_of_one_code() -> None:
    plane = np.full((8, 8), 100, np.uint8)
    assert psnr(plane, plane + 1) == pytest.approx(20 * math.log10(255))
    assert psnr(plane, plane + 1, peak=1023) == pytest.approx(20 * math.log10(1023))


def test_equal_pictures_are_infinitely_good() -> None:
    picture = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    assert psnr_luma(picture, picture) == math.inf
    assert psnr_rgb(picture, picture) == math.inf


def test_an_error_in_green_alone() -> None:
    picture = np.full((4, 4, 3), 50, np.uint8)
    other = picture + np.array([0, 10, 0], np.uint8)
    assert psnr_rgb(picture, other) == pytest.approx(10 * math.log10(255**2 * 3 / 100))
    assert psnr_luma(picture, other) == pytest.approx(20 * math.log10(255 / 7.152))


def test_ten_bit_codes_use_their_own_peak() -> None:
    picture = np.zeros((4, 4, 3), np.uint16)
    other = picture + np.uint16(4)
    assert psnr_rgb(picture, other, 10) == pytest.approx(20 * math.log10(1023 / 4))
    assert psnr_luma(picture, other, 10) == pytest.approx(20 * math.log10(1023 / 4))


def test_rgb_is_asked_for() -> None:
    with pytest.raises(NotRgb):
        psnr_rgb(np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.uint8))


@pytest.mark.shared
@pytest.mark.parametrize(
    "name",
    ["kodim07_m1_+0_301x211", "kodim14_m1_+0_96x333", "kodim15_m1_+0_65x79", "kodim20_m1_+0", "kodim21_m1_+0_64x64"],
)
def test_recorded_psnr_of_the_reference_pictures(shared: Path, name: str) -> None:
    folder = shared / "weights" / "streams"
    case = json.loads((folder / "streams.json").read_text())["cases"][name]
    source = Image.open(shared / "images" / "kodak" / case["picture"]).convert("RGB")
    if case["crop"]:
        x, y, width, height = case["crop"]
        source = source.crop((x, y, x + width, y + height))
    original, decoded = np.asarray(source), np.asarray(Image.open(folder / f"{name}.png").convert("RGB"))
    assert psnr_luma(original, decoded) == pytest.approx(case["psnr_luma_db"], abs=0.001)
    assert psnr_rgb(original, decoded) == pytest.approx(case["psnr_rgb_db"], abs=0.001)
