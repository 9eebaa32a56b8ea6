"""Pictures as cameras, editors and pipes give them: nothing of them is dropped without a word.

Before: an upside-down picture stayed upside down, cICP and profiles were dropped, only the first picture of a file or
a pipe was coded, and all of that in silence.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import PIL.ImageCms
import PIL.ImageOps
import pytest

import refdec
from refdec.api.errors import LayoutWithoutRaw, PictureNotEncodable, UnknownChroma
from refdec.api.source_wishes import SourceWishes
from refdec.api.sources import source_picture
from refdec.bitstream.rendering import Cicp
from refdec.formats.errors import SeveralPictures, YuvLayoutUnknown
from tests.encodable import photograph
from tests.unit.formats.test_png_reader import by_pillow, chunk

PHOTO = photograph(70, 90)


def tagged_png(kind: bytes, body: bytes, array: np.ndarray = PHOTO) -> bytes:
    """A PNG with a chunk behind its header."""
    plain = by_pillow(PIL.Image.fromarray(array))
    return plain[:33] + chunk(kind, body) + plain[33:]


def turned(orientation: int, kind: str) -> tuple[bytes, np.ndarray]:
    """A file with an orientation, and its samples the right way up."""
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    target = io.BytesIO()
    PIL.Image.fromarray(PHOTO).save(target, kind, exif=exif, **({"lossless": True} if kind == "WEBP" else {}))
    with PIL.Image.open(io.BytesIO(target.getvalue())) as image:
        return target.getvalue(), np.asarray(PIL.ImageOps.exif_transpose(image).convert("RGB"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_encoded_the_right_way_up_and_that_is_said(kind: str, orientation: int) -> None:
    data, expected = turned(orientation, kind)
    found = source_picture(data)
    assert np.array_equal(np.stack(found.planes, axis=-1), expected)
    said = [sentence for sentence in found.warnings if f"orientation {orientation}" in sentence]
    assert len(said) == (orientation > 1)


@pytest.mark.parametrize("points", [(9, 16), (12, 13), (1, 8), (9, 18)])
def test_cicp_comes_back_out_of_every_route(points: tuple[int, int], tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(tagged_png(b"cICP", bytes([*points, 0, 1])))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first = refdec.encode(path, check=False)
    picture = refdec.decode(first)
    assert picture.rendering is not None and picture.rendering.cicp == Cicp(*points, 0, 1, 2)
    for again in (refdec.encode(picture, check=False), refdec.encode(first, check=False)):
        assert refdec.decode(again).rendering == picture.rendering
    assert refdec.encode(first, encoder="null") == first


def test_pictures_without_tags_have_the_bytes_that_they_had() -> None:
    assert refdec.encode(by_pillow(PIL.Image.fromarray(PHOTO)), check=False) == refdec.encode(PHOTO, check=False)


def test_an_srgb_profile_needs_no_warning_and_another_is_named() -> None:
    srgb = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("sRGB")).tobytes()
    found = source_picture(by_pillow(PIL.Image.fromarray(PHOTO), icc_profile=srgb))
    assert found.warnings == () and found.rendering is not None
    assert found.rendering.cicp == Cicp(1, 13, 0, 1, 2)
    other = srgb.replace(b"XYZ \0\0\0\0\0\0", b"XYZ \0\0\0\0\0\1")
    (sentence,) = source_picture(by_pillow(PIL.Image.fromarray(PHOTO), icc_profile=other)).warnings
    assert "ICC profile" in sentence and "shown wrong" in sentence


def test_what_is_left_behind_is_said_in_python_and_strip_silences() -> None:
    data = tagged_png(b"gAMA", struct.pack(">I", 55556))
    with pytest.warns(refdec.PictureWarning, match=r"left behind.*gamma 0\.55556"):
        refdec.encode(data, check=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        refdec.encode(data, check=False, strip=True)


def test_raw_yuv_in_python() -> None:
    raw = bytes(90 * 70 * 3 // 2)
    options = refdec.EncodeOptions(format="yuv", size=(90, 70))
    assert options.picture_of(raw).subsampling == (2, 2)
    assert refdec.EncodeOptions(size=(90, 70), subsampling="444").picture_of(raw * 2).subsampling == (1, 1)
    with pytest.raises(SeveralPictures, match="2 pictures"):
        options.picture_of(raw * 2)
    with pytest.raises(YuvLayoutUnknown):
        refdec.EncodeOptions(format="yuv").picture_of(raw)
    for wishes in ({"format": "png", "size": (1, 1)}, {"subsampling": "420"}):
        with pytest.raises(LayoutWithoutRaw):
            refdec.EncodeOptions(**wishes)
    with pytest.raises(UnknownChroma):
        refdec.EncodeOptions(size=(1, 1), subsampling="411")


def test_images_of_pillow_are_read_as_their_files() -> None:
    data, expected = turned(6, "PNG")
    with PIL.Image.open(io.BytesIO(data)) as image:
        found = source_picture(image)
        assert np.array_equal(np.stack(found.planes, axis=-1), expected) and "orientation 6" in found.warnings[0]
    frames = [PIL.Image.new("L", (80, 80), value) for value in (10, 20)]
    target = io.BytesIO()
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:])
    with PIL.Image.open(target) as animation:
        with pytest.raises(SeveralPictures):
            source_picture(animation)
        assert source_picture(animation, SourceWishes(frame=2)).planes[0][0, 0] == 20 and animation.tell() == 0
        animation.seek(1)
        assert source_picture(animation).planes[0][0, 0] == 20


class Lazy:
    """Something that becomes an array when asked."""

    def __array__(self, dtype: object = None, copy: object = None) -> np.ndarray:
        return PHOTO


@pytest.mark.parametrize(
    "array",
    [
        np.asfortranarray(PHOTO),
        PHOTO[::-1][::-1],
        np.repeat(PHOTO, 2, axis=1)[:, ::2],
        PHOTO.view(np.recarray),
        Lazy(),
    ],
)
def test_arrays_of_any_layout(array: Any) -> None:
    assert np.array_equal(np.stack(source_picture(array).planes, axis=-1), PHOTO)


def test_arrays_of_any_order_of_bytes() -> None:
    for order in "<>":
        deep = (PHOTO.astype(np.uint16) << 2).astype(f"{order}u2")
        found = source_picture(deep, SourceWishes(bits=10))
        assert found.planes[0].dtype == np.uint16 and np.array_equal(np.stack(found.planes, axis=-1), deep)


@pytest.mark.parametrize(
    ("array", "advice"),
    [
        (np.ma.masked_equal(PHOTO, 3), "filled"),
        (PHOTO > 100, r"astype\(np.uint8\) \* 255"),
        (PHOTO / 255, "np.rint"),
        (PHOTO.astype(np.int64), "astype"),
        (PHOTO.astype(np.uint32), "astype"),
        (PHOTO[None].repeat(2, axis=0), "2 pictures"),
        (np.dstack([PHOTO, PHOTO[..., :1]]), r"\.\.\., :3"),
        (PHOTO.transpose(2, 0, 1), "transpose"),
        (PHOTO[0, :, 0], "rows, columns"),
    ],
)
def test_arrays_that_are_no_picture_get_the_line_that_makes_one(array: np.ndarray, advice: str) -> None:

    with pytest.raises(PictureNotEncodable) as caught:
        source_picture(array)

    assert re.search(advice, caught.value.explain())
