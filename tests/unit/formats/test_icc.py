"""ICC profiles: which mean code points of H.273, and damaged ones."""

from __future__ import annotations

import random
import struct

import pytest
from PIL import ImageCms

from refdec.formats.colour_points import TABLES
from refdec.formats.icc import read_icc

COLORANTS = {
    1: (28576, 14581, 912, 25239, 46983, 6361, 9375, 3972, 46787),
    12: (33759, 15807, -69, 19135, 45367, 2745, 10296, 4363, 51385),
}
"""X, Y, Z of red, green and blue as profiles of sRGB and Display P3 have them."""


def curve(*numbers: int) -> bytes:
    return b"curv" + bytes(4) + struct.pack(f">I{len(numbers)}H", len(numbers), *numbers)


def parametric(kind: int, *numbers: int) -> bytes:
    return b"para" + bytes(4) + struct.pack(f">HH{len(numbers)}i", kind, 0, *numbers)


def point(*numbers: int) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *numbers)


def profile(trc: bytes, colorants: tuple[int, ...] = COLORANTS[1], **more: bytes) -> bytes:
    """A profile of a matrix and one curve; `more` are tags by their names."""
    tags = {b"rXYZ": point(*colorants[:3]), b"gXYZ": point(*colorants[3:6]), b"bXYZ": point(*colorants[6:])}
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), trc) | {name.encode(): body for name, body in more.items()}
    return joined(b"RGB ", tags)


def joined(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    at, table, bodies = 132 + 12 * len(tags), b"", b""
    for kind, body in tags.items():
        table += struct.pack(">4sII", kind, at + len(bodies), len(body))
        bodies += body
    head = bytes(16) + space + b"XYZ " + bytes(12) + b"acsp" + bytes(88)
    return head + struct.pack(">I", len(tags)) + table + bodies


SRGB_CURVE = parametric(3, 157286, 62119, 3417, 5072, 2651)
TABLE = curve(0, *TABLES[13], 65535)


def test_the_srgb_profile_of_a_well_known_library() -> None:
    found = read_icc(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    assert found.code_points == (1, 13) and "sRGB" in found.name


@pytest.mark.parametrize(
    ("trc", "transfer"),
    [
        (SRGB_CURVE, 13),
        (parametric(4, 157286, 62119, 3417, 5072, 2651, 0, 0), 13),
        (TABLE, 13),
        (parametric(3, 145636, 59632, 5904, 14564, 5308), 1),
        (curve(563), 4),
        (curve(717), 5),
        (curve(), 8),
        (parametric(0, 144179), 4),
        (parametric(0, 65536), 8),
        (curve(461), None),
        (parametric(0, 117965), None),
        (parametric(3, 157286, 62119, 3417, 5072, 6000), None),
        (parametric(2, 1, 1, 1, 1), None),
        (b"none" + bytes(8), None),
        (curve(0, 65535), 8),
    ],
)
def test_curves(trc: bytes, transfer: int | None) -> None:
    assert read_icc(profile(trc)).code_points == (None if transfer is None else (1, transfer))


def test_primaries_names_and_code_points() -> None:
    assert read_icc(profile(SRGB_CURVE, COLORANTS[12])).code_points == (12, 13)
    assert read_icc(profile(SRGB_CURVE, tuple(n + 900 for n in COLORANTS[12]))).code_points is None
    assert read_icc(profile(SRGB_CURVE, gTRC=curve(563))).code_points is None
    assert read_icc(profile(SRGB_CURVE, A2B0=b"table")).code_points is None
    assert read_icc(profile(curve(461), cicp=b"cicp" + bytes(4) + bytes([9, 16, 0, 1]))).code_points == (9, 16)
    assert read_icc(profile(SRGB_CURVE, cicp=b"cicp" + bytes(4) + bytes([9, 16, 9, 0]))).code_points is None
    old = b"desc" + bytes(4) + struct.pack(">I", 6) + b"Wide\n\0"
    new = b"mluc" + bytes(4) + struct.pack(">IIHHII", 1, 12, 0, 0, 8, 28) + "Wide".encode("utf-16-be")
    assert read_icc(profile(SRGB_CURVE, desc=old)).name == read_icc(profile(SRGB_CURVE, desc=new)).name == "Wide"


def test_gray_profiles() -> None:
    assert read_icc(joined(b"GRAY", {b"kTRC": SRGB_CURVE})).code_points == (1, 13)
    assert read_icc(joined(b"GRAY", {b"kTRC": curve(563)})).code_points == (2, 4)
    assert read_icc(joined(b"GRAY", {})).code_points is None
    assert read_icc(joined(b"CMYK", {b"kTRC": SRGB_CURVE})).code_points is None


def test_damaged_profiles_mean_nothing() -> None:
    good = profile(TABLE, desc=b"desc" + bytes(4) + struct.pack(">I", 4) + b"Wide")
    for length in range(len(good)):
        read_icc(good[:length])
    draw = random.Random(0)
    for _ in range(2000):
        damaged = bytearray(good)
        for _ in range(draw.randrange(1, 8)):
            damaged[draw.randrange(16, len(good))] = draw.randrange(256)
        read_icc(bytes(damaged))
    assert read_icc(b"").code_points is None and read_icc(good[:140]).code_points is None
