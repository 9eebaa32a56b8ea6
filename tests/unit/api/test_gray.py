"""Gray pictures come back gray, on every way, and in the colours of the standard for those who ask."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import refdec
from refdec.api.decode_file import decode_to_file
from refdec.api.decode_job import DecodeJob
from refdec.api.gray import AS_DECODED, GrayForm
from refdec.api.weights import load_weights
from refdec.decoding.options import DecodeOptions
from refdec.formats.decoded import Picture
from refdec.formats.files import read_picture
from refdec.verification.check import verify_codestream
from refdec.verification.expectation import Expectation

Array = npt.NDArray[Any]
ROWS, COLUMNS = np.mgrid[0:90, 0:110]
PLANE: Array = ((np.sin(ROWS / 9) + np.cos(COLUMNS / 7) + 2) * 63.7).astype(np.uint8)
REGION = (3, 5, 40, 50)


def crop(array: Array) -> Array:
    return array[5:55, 3:43]


@pytest.fixture(scope="module")
def one() -> bytes:
    return refdec.encode(PLANE, check=False)


@pytest.fixture(scope="module")
def three() -> bytes:
    return refdec.encode(np.stack([PLANE] * 3, axis=-1), check=False)


@pytest.fixture(scope="module")
def yuv() -> bytes:
    neutral = np.full((45, 55), 128, np.uint8)
    return refdec.encode(Picture((PLANE, neutral, neutral), 8, "YUV", (2, 2)), check=False)


def test_gray_comes_back_as_what_it_was(one: bytes, three: bytes, yuv: bytes) -> None:
    gray, rgb, planes = refdec.decode(one), refdec.decode(three), refdec.decode(yuv)
    assert (gray.colour, gray.array.shape, len(gray.planes)) == ("gray", (90, 110), 1)
    assert (rgb.colour, rgb.array.shape) == ("RGB", (90, 110, 3))
    assert all(np.array_equal(plane, gray.planes[0]) for plane in rgb.planes)
    assert (planes.colour, planes.subsampling) == ("YUV", (2, 2))
    assert [plane.shape for plane in planes.planes] == [(90, 110), (45, 55), (45, 55)]
    assert np.all(planes.planes[1] == 128) and np.all(planes.planes[2] == 128)
    assert repr(gray) == "<Picture 110 x 90, 8 bit gray>"
    assert np.abs(gray.array.astype(int) - PLANE).mean() < 8


def test_the_colours_of_the_standard_are_there_for_the_asking(one: bytes, three: bytes, yuv: bytes) -> None:
    rgb = refdec.decode(one, colour="RGB")
    assert rgb.colour == "RGB" and not np.array_equal(rgb.planes[0], rgb.planes[1])
    assert np.array_equal(rgb.array, refdec.decode(three, colour="RGB").array)
    assert refdec.decode(one, colour="YUV").colour == "YUV"
    standard = refdec.decode(yuv, colour="YUV")
    assert np.array_equal(standard.planes[0], refdec.decode(yuv).planes[0])
    assert not np.all(standard.planes[1] == 128)


def test_all_ways_give_the_same_luma(one: bytes, three: bytes, yuv: bytes) -> None:
    for data in (one, three, yuv):
        whole = refdec.decode(data, colour="gray").array
        assert whole.ndim == 2
        assert np.array_equal(refdec.decode(data, colour="gray", region=REGION).array, crop(whole))
        assert np.array_equal(refdec.decode(data, observe=lambda stage, array: None).planes[0], whole)
        assert np.array_equal(refdec.open_progressive(data).preview(160, 96).planes[0], whole)
        assert np.array_equal(refdec.decode(data, workers=2).planes[0], whole)
    assert np.array_equal(refdec.decode(three, region=REGION).array, crop(refdec.decode(three).array))


def test_encoding_again_keeps_the_mark(one: bytes, three: bytes) -> None:
    for data, components in ((one, 1), (three, 3)):
        assert refdec.read_info(data).gray_components == components
        for source in (data, refdec.decode(data)):
            again = refdec.encode(source, check=False)
            assert refdec.read_info(again).gray_components == components
    assert refdec.read_info(refdec.encode(refdec.decode(one, colour="RGB"), check=False)).gray_components is None


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "tif", "ppm", "pgm", "pnm", "yuv", "npy"])
def test_files_are_gray(one: bytes, three: bytes, suffix: str, tmp_path: Path) -> None:
    luma = refdec.decode(one).array
    for data, components in ((one, 1), (three, 3)):
        whole = decode_to_file(data, io.BytesIO(), DecodeJob(suffix=f".{suffix}"))
        alone = suffix == "pgm" or (components == 1 and suffix != "ppm")
        assert whole.colour == ("gray" if alone else "YUV" if suffix == "yuv" else "RGB")
        target = tmp_path / "o_40x50_8bit_400.yuv" if suffix == "yuv" and alone else tmp_path / f"o_40x50_444.{suffix}"
        decode_to_file(data, target, DecodeJob(DecodeOptions(region=REGION), f".{suffix}"))
        if suffix in ("png", "ppm", "pgm", "pnm", "yuv", "npy"):
            back = read_picture(target)
            assert len(back.components) == (1 if alone else 3) and back.is_gray
            assert np.array_equal(back.components[0], crop(luma))


@pytest.mark.parametrize("suffix", ["png", "yuv", "npy"])
def test_verify_accepts_what_decode_writes(one: bytes, three: bytes, yuv: bytes, suffix: str, tmp_path: Path) -> None:
    for name, data in (("one", one), ("three", three), ("yuv", yuv)):
        if name == "yuv" and suffix == "npy":
            continue  # planes of different sizes
        target = tmp_path / f"{name}.{suffix}"
        for colour in (None, "RGB"):
            decode_to_file(data, target, DecodeJob(DecodeOptions(colour=colour)))
            verdict = verify_codestream(data, load_weights(None), expectation=Expectation(target))
            assert verdict.comparison is not None and verdict.comparison.accepted, (name, colour)


def test_the_form_of_nothing_changes_nothing() -> None:
    assert AS_DECODED.planes((PLANE,)) == (PLANE,)
    assert GrayForm("YUV", (2, 2)).sizes(((5, 7),)) == ((5, 7), (3, 4), (3, 4))
