"""Private regions: the key shows exactly what would have been encoded, and nobody else sees any of it."""

from __future__ import annotations

import io
import os
import stat
import warnings
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import refdec
from refdec import EncodeOptions, PrivateKey, PrivateRegions
from refdec.api.decode_file import decode_to_file
from refdec.api.decode_job import DecodeJob
from refdec.api.privacy import drop_private, new_key_file, read_key_file
from refdec.api.transcode import transcode
from refdec.bitstream.rendering import ContentLight, RenderingInfo
from refdec.errors import RefdecError
from refdec.formats.errors import FileUnwritable
from refdec.plugins.requests import CodingSettings
from refdec.plugins.source_picture import SourcePicture
from refdec.privacy.errors import PrivatePartInTheWay, PrivateRate, PrivateRegionInvalid, WrongKey
from tests.encodable import GOLDEN, photograph
from tests.full_disk import files_of_at_most

PICTURE = photograph(96, 128)
BOX = (40, 24, 30, 20)
KEY = PrivateKey(bytes(range(32)), False)
POINT: dict[str, Any] = {"displacement": 0, "chroma_displacement": 300}


def changed_inside(picture: npt.NDArray[Any]) -> npt.NDArray[Any]:
    other = picture.copy()
    x, y, w, h = BOX
    other[y : y + h, x : x + w] = np.random.default_rng(0).integers(0, 256, (h, w, 3), np.uint8)
    return other


def samples(data: bytes) -> str:
    return sha256(refdec.decode(data).array.tobytes()).hexdigest()


@pytest.fixture(scope="module")
def sealed() -> bytes:
    return refdec.encode(PICTURE, private=PrivateRegions([BOX], KEY), **POINT)


@pytest.mark.parametrize(
    "wishes",
    [
        POINT,
        {"displacement": 200, "chroma_displacement": 100, "regions": (1, 2), "independent_regions": True},
        {**POINT, "edition": "draft", "bit_depth": 10, "tools": "lef"},
        {**POINT, "chroma": "420", "cube_flags": True},
    ],
    ids=["plain", "regions", "draft", "420"],
)
def test_the_key_shows_what_would_have_been_encoded_byte_for_byte(wishes: dict[str, Any]) -> None:
    picture = photograph(128, 600) if "regions" in wishes else PICTURE
    data = refdec.encode(picture, private=PrivateRegions([BOX], KEY), **wishes)
    whole = refdec.encode(picture, **wishes)
    assert refdec.open_private(data, KEY) == whole
    assert samples(data) != samples(whole)


def test_a_searched_point_is_that_of_the_public_picture() -> None:
    data = refdec.encode(PICTURE, quality=30, private=PrivateRegions([BOX], KEY))
    left_out = refdec.encode(PICTURE, quality=30, private=PrivateRegions([BOX], None))
    assert drop_private(data) == left_out
    assert refdec.read_info(refdec.open_private(data, KEY)).displacement == refdec.read_info(left_out).displacement


@pytest.mark.parametrize("wishes", [{"psnr": 33.0}, {**POINT, "tools": "all"}, {**POINT, "grfs": True, "rvs": True}])
def test_the_public_codestream_does_not_depend_on_what_is_private(wishes: dict[str, Any]) -> None:
    made = [
        refdec.encode(picture, private=PrivateRegions([BOX], None), **wishes)
        for picture in (PICTURE, changed_inside(PICTURE))
    ]
    assert made[0] == made[1]


def test_nor_do_sealed_ones_but_for_the_seal(sealed: bytes) -> None:
    other = refdec.encode(changed_inside(PICTURE), private=PrivateRegions([BOX], KEY), **POINT)
    assert drop_private(other) == drop_private(sealed) and other != sealed


def test_nor_does_rendering_information_or_the_codestream_of_a_source() -> None:
    light = RenderingInfo(clli=ContentLight(1000, 400))
    source = replace(SourcePicture.from_rgb(PICTURE), rendering=light)
    private = PrivateRegions([BOX], KEY)
    public = refdec.encode(source, private=private, **POINT)
    assert (refdec.read_info(public).rendering or {}).get("clli") is None
    assert refdec.open_private(public, KEY) == refdec.encode(source, **POINT)
    stream = (GOLDEN / "kodim21_m1_+0_64x64.jai").read_bytes()
    with pytest.raises(RefdecError, match="codestream"):
        refdec.encode(stream, encoder="null", private=PrivateRegions([(0, 0, 8, 8)], None))


def test_large_pictures_are_cut_so_that_what_is_sealed_is_short() -> None:
    picture = photograph(1024, 1040)
    data = refdec.encode(picture, quality=10, check=False, private=PrivateRegions([(700, 700, 64, 64)], KEY))
    info = refdec.read_info(data)
    assert (info.regions, info.independent_regions) == ((2, 2), True)
    assert info.sealed_bytes is not None and info.sealed_bytes < 0.6 * len(drop_private(data))
    whole = refdec.open_private(data, KEY)
    assert whole == refdec.encode(picture, quality=10, check=False, regions=(2, 2), independent_regions=True)
    kept = refdec.encode(
        picture, quality=10, check=False, regions=(1, 2), private=PrivateRegions([(700, 700, 64, 64)], KEY)
    )
    assert refdec.read_info(kept).regions == (1, 2)


def test_planes_that_are_subsampled() -> None:
    y, u, v = PICTURE[..., 0], PICTURE[::2, ::2, 1], PICTURE[::2, ::2, 2]
    other = [plane.copy() for plane in (y, u, v)]
    other[0][25, 41] ^= 1
    for plane in other[1:]:
        plane[12, 20] ^= 255  # the luma samples 40, 41 of the rows 24, 25: three of them private
    pictures = [SourcePicture((a, b, c), 8, "YUV", (2, 2)) for a, b, c in ((y, u, v), other)]
    private = PrivateRegions([(41, 25, 7, 7)], None)
    first, second = (refdec.encode(picture, private=private, **POINT) for picture in pictures)
    assert first == second


def test_what_is_gray_but_for_its_private_part() -> None:
    gray = np.repeat(PICTURE[..., :1], 3, axis=2)
    data = refdec.encode(changed_inside(gray), private=PrivateRegions([BOX], KEY), **POINT)
    assert (
        refdec.read_info(data).gray_components,
        refdec.read_info(refdec.open_private(data, KEY)).gray_components,
    ) == (
        3,
        None,
    )


def test_a_gray_picture_without_its_chroma() -> None:
    wishes: dict[str, Any] = {"displacement": 0, "chroma": "400"}
    gray = PICTURE[..., 0]
    made = refdec.encode(gray, private=PrivateRegions([BOX], KEY), **wishes)
    assert refdec.open_private(made, KEY) == refdec.encode(gray, **wishes)


def test_a_key_that_does_not_fit_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileUnwritable, match=r"my\.key cannot be written"), files_of_at_most(10):
        new_key_file(tmp_path / "my.key")
    assert not list(tmp_path.iterdir())


def test_files_and_reports(sealed: bytes, tmp_path: Path) -> None:
    key = new_key_file(tmp_path / "my.key")
    assert read_key_file(tmp_path / "my.key") == key
    assert stat.S_IMODE((tmp_path / "my.key").stat().st_mode) == 0o600 or os.name == "nt"

    def shown(job: DecodeJob) -> tuple[bytes, tuple[str, ...]]:
        sink = io.BytesIO()
        report = decode_to_file(sealed, sink, replace(job, suffix=".png"))
        return sink.getvalue(), report.warnings

    public, said = shown(DecodeJob())
    assert said == ("the public picture: private regions, 1, are sealed, a key shows what they hold",)
    whole, said = shown(DecodeJob(key=KEY))
    assert said == () and whole != public
    with pytest.raises(WrongKey):
        shown(DecodeJob(key=key))
    again, said = shown(DecodeJob(key=key, or_public=True))
    assert again == public and "RD1908" in said[0]


def test_every_decoder_shows_the_public_picture(sealed: bytes) -> None:
    assert samples(sealed) == samples(drop_private(sealed))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shown = refdec.decode(sealed)
    assert shown.array.shape == (96, 128, 3)
    assert shown.warnings == ("the public picture: private regions, 1, are sealed, a key shows what they hold",)


def test_encoding_it_again_says_what_is_left_behind(sealed: bytes) -> None:
    with pytest.warns(refdec.PictureWarning, match="private regions"):
        refdec.encode(sealed, **POINT)


def test_transcoding_waits_for_a_decision(sealed: bytes) -> None:
    with pytest.raises(PrivatePartInTheWay, match="sealed"):
        transcode(sealed, threads=2)
    public = transcode(drop_private(sealed), threads=2)
    assert refdec.read_info(public).private_regions == ("40,24,30,20",)
    assert samples(transcode(refdec.open_private(sealed, KEY), threads=2)) == samples(refdec.open_private(sealed, KEY))


def test_wishes_that_contradict_themselves() -> None:
    private = PrivateRegions([BOX], None)
    for wish in ({"bpp": 1.0}, {"max_bytes": 9999}):
        with pytest.raises(PrivateRate):
            EncodeOptions(private=private, settings=CodingSettings(), **wish)
    with pytest.raises(PrivateRegionInvalid, match="leaves the picture"):
        refdec.encode(PICTURE, private=PrivateRegions([(100, 0, 29, 4)], None))
