"""TIFF that Pillow has no mode for: read by tifffile, or refused with what makes an array of it, not as damaged."""

from __future__ import annotations

import io
import random
import sys
from typing import Any

import numpy as np
import PIL.ImageCms
import pytest

from refdec.errors import RefdecError
from refdec.formats.errors import AlphaNotSupported, PictureTooLarge, PictureUnsupported, SeveralPictures
from refdec.formats.files import read_picture
from refdec.formats.pictures import Colour
from refdec.limits import Limits
from tests.unit.formats.support import picture

tifffile = pytest.importorskip("tifffile")
PLANE = picture(9, 8, 16).components[0]
RAMP = np.tile(np.linspace(0, 65535, 8).astype(np.uint16), (9, 1))


def tiff(array: np.ndarray, photometric: str = "minisblack", **options: Any) -> bytes:
    target = io.BytesIO()
    tifffile.imwrite(target, array, photometric=photometric, **options)
    return target.getvalue()


def gray_alpha(kind: str = "unassalpha", **options: Any) -> bytes:
    return tiff(np.dstack([PLANE, RAMP]), planarconfig="contig", extrasamples=[kind], **options)


@pytest.mark.parametrize("options", [{}, {"byteorder": ">"}, {"compression": "zlib"}])
@pytest.mark.parametrize("kind", ["unassalpha", "assocalpha"])
def test_gray_of_16_bits_keeps_its_transparency(kind: str, options: dict[str, Any]) -> None:
    """Found: it was called "no sound TIFF file", as Pillow has no mode for it."""
    found = read_picture(gray_alpha(kind, **options), keep_alpha=True)
    assert (found.bits, found.colour, len(found.components)) == (16, Colour.GRAY, 1)
    assert np.array_equal(found.components[0], PLANE) and found.alpha is not None
    assert np.array_equal(found.alpha.samples, RAMP) and found.alpha.premultiplied is (kind == "assocalpha")
    with pytest.raises(AlphaNotSupported):
        read_picture(gray_alpha(kind, **options))


def test_planes_apart() -> None:
    data = tiff(np.stack([PLANE, RAMP]), planarconfig="separate", extrasamples=["unassalpha"])
    found = read_picture(data, keep_alpha=True)
    assert np.array_equal(found.components[0], PLANE) and found.alpha is not None
    assert np.array_equal(found.alpha.samples, RAMP)


def test_what_stands_beside_goes_along() -> None:
    lab = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("LAB")).tobytes()
    extra = [(271, 2, 0, "Maker", True), (34675, 7, len(lab), lab, True)]
    described = read_picture(gray_alpha("unspecified", extratags=extra)).description
    assert "1 further channel beside its colours" in described.left_behind
    assert any("Make" in name for name in described.left_behind) and described.metadata.icc == lab


def test_limits_and_several_pictures() -> None:
    with pytest.raises(PictureTooLarge):
        read_picture(gray_alpha(), limits=Limits(pixels=9 * 8 - 1))
    target = io.BytesIO()
    with tifffile.TiffWriter(target) as file:
        for plane in (PLANE, PLANE[::-1]):
            file.write(np.dstack([plane, RAMP]), photometric="minisblack", extrasamples=["unassalpha"])
    with pytest.raises(SeveralPictures, match="2 pictures"):
        read_picture(target.getvalue())
    found = read_picture(target.getvalue(), frame=2, keep_alpha=True)
    assert np.array_equal(found.components[0], PLANE[::-1])


@pytest.mark.parametrize(
    ("array", "photometric", "words"),
    [
        (np.zeros((9, 8, 5), np.uint8), "minisblack", "5 channels of uint8 (minisblack)"),
        (np.zeros((9, 8, 3), np.uint32), "rgb", "3 channels of uint32 (rgb)"),
        (np.zeros((9, 8), np.float64), "minisblack", "1 channel of float64 (minisblack)"),
    ],
)
def test_other_kinds_are_refused_with_what_makes_an_array_of_them(
    array: np.ndarray, photometric: str, words: str
) -> None:
    with pytest.raises(PictureUnsupported) as refused:
        read_picture(tiff(array, photometric, planarconfig="contig" if array.ndim == 3 else None))
    assert words in str(refused.value) and "tifffile.imread(FILE)" in refused.value.explain()


def test_signed_bytes_are_read_where_none_is_negative() -> None:
    """Found: Pillow takes -1 for 255."""
    signed = np.arange(120, dtype=np.int8).reshape(10, 12)
    assert np.array_equal(read_picture(tiff(signed)).components[0], signed)
    with pytest.raises(PictureUnsupported, match="samples of -1 to 118") as refused:
        read_picture(tiff(signed - np.int8(1)))
    assert "+ 128" in refused.value.explain()


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    data = gray_alpha()
    monkeypatch.setitem(sys.modules, "tifffile", None)
    with pytest.raises(PictureUnsupported, match=r"pip install 'refdec\[tiff\]'"):
        read_picture(data)


def test_damage_is_an_error_of_ours() -> None:
    data, draw = gray_alpha(compression="zlib"), random.Random(1)
    for length in range(8, len(data), 7):
        with pytest.raises(RefdecError):
            read_picture(data[:length], suffix=".tif")
    for _ in range(150):
        damaged = bytearray(data)
        damaged[draw.randrange(len(data))] = draw.randrange(256)
        try:
            assert read_picture(bytes(damaged), suffix=".tif", keep_alpha=True).components[0].size <= 10**6
        except RefdecError:
            continue
