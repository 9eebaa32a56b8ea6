"""Originals behind codestreams: every sample, whatever the picture, and nothing else believed to be one."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

import refdec
from refdec.api.decode_file import decode_to_file
from refdec.api.decode_job import DecodeJob
from refdec.api.encode_file import encode_to_file
from refdec.api.encode_options import EncodeOptions
from refdec.api.lossless import add_lossless, drop_lossless
from refdec.api.transcode import transcode
from refdec.api.transcode_options import TranscodeOptions
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.layerrecord import LosslessRecord, layer_part, read_layer, with_layer
from refdec.bitstream.markers import Marker
from refdec.decoding.options import DecodeOptions
from refdec.formats.files import read_picture
from refdec.formats.stream_files import stream_in
from refdec.limits import Limits, TooMuchMemory
from refdec.lossless.errors import LayerDamaged, LayerOfOtherPicture
from tests.encodable import bundled, layered_ycc, photograph
from tests.unit.privacy.test_sealing import changed

PICTURE = photograph(70, 90)
NO_CHECK: dict[str, Any] = {"check": False}


def layered(picture: npt.NDArray[Any], **wishes: Any) -> bytes:
    return refdec.encode(picture, lossless="max_error" not in wishes, **(NO_CHECK | wishes))


def user_data(data: bytes) -> bytes:
    part = read_codestream(data).only(Marker.UDI)
    assert part is not None
    return bytes(part.payload)


def record_of(data: bytes) -> LosslessRecord:
    layer = layer_part(user_data(data))[1]
    assert layer is not None
    record = read_layer(layer)
    assert record is not None
    return record


@pytest.fixture(scope="module")
def exact() -> bytes:
    return layered(PICTURE, check=True)


def test_the_original_comes_back_and_the_lossy_picture_stays(exact: bytes) -> None:
    picture = refdec.decode(exact)
    assert np.array_equal(picture.array, PICTURE) and picture.warnings == ()
    lossy = refdec.decode(exact, lossy=True)
    assert not np.array_equal(lossy.array, PICTURE)
    alone = drop_lossless(exact)
    assert np.array_equal(refdec.decode(alone).array, lossy.array) and len(alone) < len(exact) // 4
    assert np.array_equal(refdec.decode(with_layer(exact, b"")).array, lossy.array)


@settings(max_examples=12, deadline=None)
@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    bits=st.integers(8, 16),
    gray=st.booleans(),
    seed=st.integers(0, 99),
)
def test_any_size_depth_and_colour_comes_back(height: int, width: int, bits: int, gray: bool, seed: int) -> None:
    shape = (height, width) if gray else (height, width, 3)
    dtype = np.uint8 if bits == 8 else np.uint16
    picture = np.random.default_rng(seed).integers(0, 1 << bits, shape, dtype)
    data = layered(picture, bits=bits)
    made = refdec.decode(data)
    assert made.bit_depth == bits and np.array_equal(made.array, picture)
    near = refdec.decode(layered(picture, bits=bits, max_error=3))
    assert abs(near.array.astype(np.int32) - picture).max() <= 3


@pytest.mark.parametrize("picture", [PICTURE[..., 1], np.stack([PICTURE[..., 1]] * 3, axis=-1)], ids=["1", "3"])
def test_gray_comes_back_as_it_was(picture: npt.NDArray[Any], tmp_path: Path) -> None:
    data = layered(picture)
    assert np.array_equal(refdec.decode(data).array, picture)
    for name in ("a.png", "a.ppm"):
        report = decode_to_file(data, tmp_path / name)
        found = np.asarray(Image.open(tmp_path / name))
        shown = picture if name == "a.png" or picture.ndim == 3 else np.stack([picture] * 3, axis=-1)
        assert report.fidelity == "lossless" and np.array_equal(found, shown)


def test_a_region_is_the_crop_of_the_original(exact: bytes) -> None:
    part = refdec.decode(exact, region=(11, 5, 30, 20))
    assert np.array_equal(part.array, PICTURE[5:25, 11:41])


@pytest.mark.parametrize(
    ("wishes", "why"),
    [
        ({"bit_depth": 10}, "8 bits of a sample, this is to have 10"),
        ({"colour": "YUV"}, "other colours"),
        ({"channels": (10, 10)}, "of the lossy one"),
        ({"filters": False}, "of the lossy one"),
    ],
)
def test_what_does_not_go_with_the_original_is_the_lossy_picture_and_says_so(
    exact: bytes, wishes: dict[str, Any], why: str
) -> None:
    picture = refdec.decode(exact, **wishes)
    assert any("not the original" in said and why in said for said in picture.warnings)
    assert all(
        np.array_equal(plane, other)
        for plane, other in zip(picture.planes, refdec.decode(exact, lossy=True, **wishes).planes, strict=True)
    )


def test_behind_ycbcr_the_original_is_rgb_everywhere(tmp_path: Path) -> None:
    data = layered_ycc(PICTURE[:64, :64])
    assert np.array_equal(refdec.decode(data).array, PICTURE[:64, :64])
    report = decode_to_file(data, tmp_path / "a.png")
    assert report.fidelity == "lossless" and report.warnings == ()
    assert np.array_equal(np.stack(read_picture(tmp_path / "a.png").components, axis=-1), PICTURE[:64, :64])


def test_files_say_how_near_they_are(exact: bytes, tmp_path: Path) -> None:
    near = layered(PICTURE, max_error=2)
    assert len(near) < len(exact)
    for data, fidelity in ((exact, "lossless"), (near, "within 2")):
        assert decode_to_file(data, tmp_path / "a.png").fidelity == fidelity
    assert decode_to_file(exact, tmp_path / "a.png", DecodeJob(lossy=True)).fidelity == "lossy"
    assert decode_to_file(exact, tmp_path / "a.jpg").fidelity == "lossy"
    said = decode_to_file(exact, tmp_path / "a.yuv")
    assert said.fidelity == "lossy" and any("not the original" in each for each in said.warnings)


def test_deep_pictures_through_files(tmp_path: Path) -> None:
    deep = (PICTURE.astype(np.uint16) << 8) + np.random.default_rng(1).integers(0, 256, PICTURE.shape, np.uint16)
    data = layered(deep)
    decode_to_file(data, tmp_path / "a.png")
    again = layered_file(tmp_path / "a.png")
    assert np.array_equal(refdec.decode(again).array, deep)
    shown = decode_to_file(data, tmp_path / "a.jpg")
    assert any("16 bits of a sample, this is to have 8" in said for said in shown.warnings)


def layered_file(path: Path) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return refdec.encode(path, lossless=True, check=False)


def test_a_layer_is_added_to_what_is_there(exact: bytes, tmp_path: Path) -> None:
    alone = drop_lossless(exact)
    assert add_lossless(alone, PICTURE) == exact
    assert add_lossless(exact, PICTURE, workers=2) == exact
    near = add_lossless(alone, PICTURE, max_error=1)
    assert record_of(near).max_error == 1 and abs(refdec.decode(near).array.astype(int) - PICTURE).max() == 1


def test_a_heif_file_carries_a_layer_and_stays_one(exact: bytes, tmp_path: Path) -> None:
    whole = refdec.encode(PICTURE, lossless=True, container="jaii", check=False)
    assert np.array_equal(refdec.decode(whole).array, PICTURE)
    alone = drop_lossless(whole)
    assert stream_in(alone).file is not None and stream_in(alone).codestream == drop_lossless(exact)
    again = add_lossless(alone, PICTURE)
    assert stream_in(again).codestream == exact and np.array_equal(refdec.decode(again).array, PICTURE)


@pytest.mark.parametrize("orientation", [3, 6])
def test_a_turned_photo_comes_back_upright(orientation: int, tmp_path: Path) -> None:
    image = Image.fromarray(PICTURE)
    exif = image.getexif()
    exif[274] = orientation
    image.save(tmp_path / "a.png", exif=exif)
    shown = np.asarray(ImageOps.exif_transpose(Image.open(tmp_path / "a.png")))
    encode_to_file(tmp_path / "a.png", tmp_path / "a.jaii", EncodeOptions(lossless=True, check=False))
    assert np.array_equal(refdec.decode(tmp_path / "a.jaii").array, shown)
    assert decode_to_file(tmp_path / "a.jaii", tmp_path / "b.png").fidelity == "lossless"
    assert np.array_equal(np.asarray(Image.open(tmp_path / "b.png")), shown)
    (tmp_path / "lossy.jaii").write_bytes(drop_lossless(tmp_path / "a.jaii"))
    (tmp_path / "c.jaii").write_bytes(add_lossless(tmp_path / "lossy.jaii", tmp_path / "a.png"))
    part = refdec.decode(tmp_path / "c.jaii", region=(3, 4, 20, 10))
    assert np.array_equal(part.array, shown[4:14, 3:23])


def test_reports_count_the_layer(exact: bytes, tmp_path: Path) -> None:
    report = encode_to_file(PICTURE, tmp_path / "a.jai", EncodeOptions(lossless=True, check=False))
    assert (tmp_path / "a.jai").read_bytes() == exact
    assert report.bytes == len(exact) and report.layer_bytes == len(exact) - len(with_layer(exact, b""))
    plain = encode_to_file(PICTURE, tmp_path / "b.jai", EncodeOptions(check=False))
    assert plain.layer_bytes == 0


def test_a_changed_layer_is_never_believed(exact: bytes) -> None:
    layer = layer_part(user_data(exact))[1]
    assert layer is not None
    for at in (17, 40, 100, len(layer) // 2):
        data = with_layer(exact, layer[:at] + bytes([layer[at] ^ 2]) + layer[at + 1 :])
        with pytest.raises((LayerDamaged, LayerOfOtherPicture)) as caught:
            refdec.decode(data)
        assert "--lossy" in caught.value.explain()
        assert refdec.decode(data, lossy=True).array.shape == PICTURE.shape
    cut = changed(exact, lambda payload: payload[:-1])
    with pytest.raises(LayerDamaged):
        refdec.decode(cut)


def test_a_layer_of_another_picture_is_told(exact: bytes) -> None:
    layer = layer_part(user_data(exact))[1]
    assert layer is not None
    other = with_layer(refdec.encode(PICTURE, quality=60, check=False), layer)
    with pytest.raises(LayerOfOtherPicture):
        refdec.decode(other)
    smaller = with_layer(refdec.encode(PICTURE[:64], check=False), layer)
    with pytest.raises(LayerDamaged, match="90 x 70"):
        refdec.decode(smaller)


def test_memory_is_asked_for_before_it_is_taken(exact: bytes) -> None:
    tight = Limits(memory_bytes=60 << 20)
    hostile = replace(record_of(exact), width=90, height=70)
    assert np.array_equal(refdec.decode(exact, limits=Limits(memory_bytes=1 << 30)).array, PICTURE)
    with pytest.raises(TooMuchMemory):
        refdec.decode(with_layer(exact, hostile.to_bytes()), limits=replace(tight, memory_bytes=1 << 20))


def test_transcoding_keeps_a_layer_that_still_fits(exact: bytes) -> None:
    kept = transcode(exact, options=TranscodeOptions(threads=4))
    assert np.array_equal(refdec.decode(kept).array, PICTURE)
    with pytest.warns(UserWarning, match="left behind"):
        requantised = transcode(exact, options=TranscodeOptions(displacement=-1500))
    assert layer_part(user_data(requantised))[1] is None
    assert refdec.decode(requantised).array.shape == PICTURE.shape


def test_encoding_a_layered_codestream_encodes_its_original(exact: bytes) -> None:
    again = refdec.encode(exact, lossless=True, check=False)
    assert again == exact


def test_options_of_the_rate_are_those_of_the_lossy_picture() -> None:
    better = layered(PICTURE, quality=80)
    assert len(with_layer(better, b"")) > len(with_layer(layered(PICTURE), b""))
    assert np.array_equal(refdec.decode(better, options=DecodeOptions(workers=2), weights=bundled()).array, PICTURE)
