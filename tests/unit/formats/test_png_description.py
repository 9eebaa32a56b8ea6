"""What PNG chunks say: colours, orientation, and the names of all that a codestream cannot carry."""

from __future__ import annotations

import struct
import zlib

import PIL.Image
import PIL.ImageCms
import pytest

from refdec.bitstream.rendering import Cicp, ContentLight, MasteringDisplay
from refdec.formats.colorimetry import CHROMATICITIES
from refdec.formats.description import SourceDescription
from refdec.formats.exif import exif_from_bytes, resolution_in_exif
from refdec.formats.png_reader import read_png
from refdec.limits import Limits
from tests.unit.formats.test_icc import SRGB_CURVE, curve, profile
from tests.unit.formats.test_png_reader import chunk, file, head

WIDE = chunk(b"cHRM", struct.pack(">8I", *CHROMATICITIES[9]))
SRGB = chunk(b"sRGB", b"\0")


def gamma(value: int) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", value))


def icc(data: bytes) -> bytes:
    return chunk(b"iCCP", b"name\0\0" + zlib.compress(data))


def described(*chunks: bytes) -> SourceDescription:
    data = file(head(2, 2, 8, 0), bytes(6), *chunks)
    return read_png(data, bits=None, limits=Limits()).description


@pytest.mark.parametrize(
    ("chunks", "points"),
    [
        ((), None),
        ((chunk(b"cICP", bytes([9, 16, 0, 1])),), (9, 16)),
        ((SRGB,), (1, 13)),
        ((SRGB, gamma(45455)), (1, 13)),
        ((gamma(45455),), (2, 4)),
        ((gamma(35714),), (2, 5)),
        ((gamma(100000), WIDE), (9, 8)),
        ((WIDE,), (9, 2)),
        ((icc(profile(SRGB_CURVE)),), (1, 13)),
        ((chunk(b"cICP", bytes([12, 13, 0, 1])), icc(profile(curve(461))), SRGB), (12, 13)),
    ],
)
def test_colours(chunks: tuple[bytes, ...], points: tuple[int, int] | None) -> None:
    found = described(*chunks).rendering
    assert (None if found is None else found.cicp) == (None if points is None else Cicp(*points, 0, 1, 2))


def test_colours_that_have_no_code_are_named() -> None:
    (named,) = described(icc(profile(curve(461))), gamma(55556)).left_behind  # the profile stands above gAMA
    assert "ICC profile" in named and "shown wrong" in named
    (named,) = described(gamma(55556)).left_behind
    assert named.startswith("the gamma 0.55556")
    (named,) = described(chunk(b"cHRM", struct.pack(">8I", *[30000] * 8))).left_behind
    assert "cHRM" in named
    (named,) = described(chunk(b"cICP", bytes([9, 16, 0, 0]))).left_behind
    assert named.startswith("the narrow range")
    assert described(chunk(b"cICP", bytes([1, 13, 1, 1]))).left_behind[0].startswith("a cICP chunk of the values 1, 13")
    assert described(chunk(b"iCCP", b"x\0\0damaged")).left_behind == (
        "an ICC profile without a name, without which its colours will be shown wrong",
    )
    assert described(SRGB, icc(profile(SRGB_CURVE))).left_behind == ()


def test_mastering_display_and_content_light() -> None:
    numbers = (35400, 14600, 8500, 39850, 6550, 2300, 15635, 16450, 10000000, 1)
    found = described(
        chunk(b"cICP", bytes([9, 16, 0, 0])),
        chunk(b"mDCV", struct.pack(">8H2I", *numbers)),
        chunk(b"cLLI", struct.pack(">II", 10000000, 4000000)),
    ).rendering
    assert found is not None and found.cicp == Cicp(9, 16, 0, 0, 2) and found.clli == ContentLight(1000, 400)
    assert found.mdcv == MasteringDisplay(
        (8500, 6550, 35400), (39850, 2300, 14600), 15635, 16450, 10000000, 1
    )  # green, blue, red
    (named,) = described(chunk(b"cLLI", struct.pack(">II", 10000001, 4000000))).left_behind
    assert "cLLI" in named


def exif(more: bool = False) -> bytes:
    made = PIL.Image.Exif()
    made[0x0112] = 6
    if more:
        made[0x010F], made[0x9003] = "Maker", "2026"
    return made.tobytes()[6:]


def test_orientation_and_names() -> None:
    plain = described(chunk(b"eXIf", exif()))
    assert (plain.orientation, plain.left_behind) == (6, ())
    full = described(
        chunk(b"eXIf", exif(more=True)),
        chunk(b"pHYs", struct.pack(">IIB", 11811, 11811, 1)),
        chunk(b"tEXt", b"Title\0Sea"),
        chunk(b"zTXt", b"Author\0\0" + zlib.compress(b"me")),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>"),
        chunk(b"tIME", bytes(7)),
    )
    assert full.left_behind == (
        "Exif data (DateTimeOriginal, Make)",
        "XMP metadata",
        "the resolution 300 x 300 dpi",
        "text (Title, Author)",
        "PNG chunks tIME",
    )
    assert "the resolution 300 x 300 dpi" in full.kept and resolution_in_exif(full.metadata.exif) == (11811, 11811)
    assert exif_from_bytes(full.metadata.exif)[0x010F] == "Maker"
    assert described(chunk(b"pHYs", struct.pack(">IIB", 2, 1, 0))).left_behind == ("the shape 2 : 1 of its pixels",)
    assert described(chunk(b"pHYs", struct.pack(">IIB", 1, 1, 0))).left_behind == ()


def test_orientations_where_other_programs_put_them() -> None:
    raw = "\nexif\n 100\n" + exif().hex() + "\n"
    for text in (b"tEXt", b"zTXt"):
        body = raw.encode() if text == b"tEXt" else b"\0" + zlib.compress(raw.encode())
        assert described(chunk(text, b"Raw profile type exif\0" + body)).orientation == 6
    xmp = b'<rdf tiff:Orientation="8"/>'
    packed = chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(xmp))
    for one in (chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp), packed):
        assert described(one).orientation == 8
    assert described(chunk(b"eXIf", b"junk")).orientation == 1
    assert described(chunk(b"eXIf", exif().replace(b"\0\6", b"\0\x63"))).orientation == 1


def test_many_chunks_make_no_long_sentence() -> None:
    found = described(*[chunk(b"a" + bytes([97 + n]) + b"Aa", b"") for n in range(26)])
    assert found.left_behind == ("PNG chunks aaAa, abAa, acAa and 23 more",)
