"""What Exif data and XMP say of a picture, and what they say of it once it was turned."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import pytest
from PIL.Image import Exif

from refdec.formats.exif import (
    ORIENTATION,
    exif_beside,
    exif_from_bytes,
    exif_with_resolution,
    facts_of_exif,
    resolution_in_exif,
    turned_upright,
)
from refdec.heif.parts import Metadata

XMP = b'<rdf:Description tiff:Orientation="8" dc:title="x"/>'


def data(order: str = "<", orientation: int | None = 6) -> bytes:
    made = Exif()
    made.endian = order
    made[0x010F] = "Maker"
    if orientation is not None:
        made[ORIENTATION] = orientation
    return made.tobytes().removeprefix(b"Exif\0\0")


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_picture_that_was_turned_is_said_to_be_upright(order: str) -> None:
    turned = turned_upright(Metadata(exif=data(order), xmp=XMP))
    assert exif_from_bytes(turned.exif)[ORIENTATION] == 1
    assert exif_from_bytes(turned.exif)[0x010F] == "Maker"
    assert turned.xmp == XMP.replace(b'"8"', b'"1"')


def test_metadata_without_an_orientation_stay_as_they_are() -> None:
    for exif in (b"", b"no TIFF header", data(orientation=None), data()[:12]):
        held = Metadata(exif=exif, xmp=b"<x/>")
        assert turned_upright(held) == held


def test_damaged_exif_data_say_nothing_but_that() -> None:
    facts = facts_of_exif(lambda: exif_from_bytes(b"II*\0\xff\xff"))
    assert facts.orientation == 1 and not facts.resolved
    assert facts_of_exif(lambda: exif_from_bytes(data())).orientation == 6


def test_xmp_names_the_orientation_where_exif_data_do_not() -> None:
    assert facts_of_exif(lambda: exif_from_bytes(data(orientation=None)), XMP).orientation == 8
    assert facts_of_exif(lambda: exif_from_bytes(data(orientation=9))).orientation == 1


def test_beside_samples_stays_what_is_not_about_them() -> None:
    made = Exif()
    made[0x010F], made[0x0100], made[0x011A], made[ORIENTATION] = "Maker", 640, 72.0, 6
    made[0x8769] = {0x9003: "2026:01:02 03:04:05"}
    kept = exif_beside(exif_from_bytes(made.tobytes()))
    kept = exif_from_bytes(kept.tobytes())
    assert kept[0x010F] == "Maker" and kept[0x011A] == 72.0
    assert 0x0100 not in kept and ORIENTATION not in kept
    assert kept.get_ifd(0x8769)[0x9003] == "2026:01:02 03:04:05"


def test_a_resolution_alone_makes_exif_data() -> None:
    inches = exif_with_resolution(b"", Fraction(300), Fraction(7205, 100))
    found = exif_from_bytes(inches)
    assert (found[0x011A], found[0x011B], found[0x0128]) == (300, Fraction(7205, 100), 2) and len(found) == 3
    assert resolution_in_exif(inches) == (11811, 2837)
    assert resolution_in_exif(exif_with_resolution(b"", Fraction(11811, 100), Fraction(3), per_centimetre=True)) == (
        11811,
        300,
    )


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("odd", [False, True])
def test_a_resolution_goes_beside_what_is_there(order: str, odd: bool) -> None:
    made = Exif()
    made.endian = order
    made[0x010F], made[0x0132], made[ORIENTATION], made[0x9C9B] = "Maker", "2026:01:02 03:04:05", 6, b"t\0"
    made[0x8769] = {0x9003: "2026:01:02 03:04:05", 0x927C: bytes(range(40))}
    made[0x8825] = {1: "N", 2: (50.0, 6.0, 7.0)}
    data = made.tobytes()[6:] + (b"x" if odd and len(made.tobytes()) % 2 == 0 else b"")
    again = exif_with_resolution(data, Fraction(300), Fraction(150))
    assert again[8 : len(data)] == data[8:], "nothing moves"
    before, after = exif_from_bytes(data), exif_from_bytes(again)
    assert resolution_in_exif(again) == (11811, 5906)
    assert {tag: value for tag, value in after.items() if tag in before} == dict(before)
    assert len(after) == len(before) + 3
    for directory in (0x8769, 0x8825):
        assert dict(after.get_ifd(directory)) == dict(before.get_ifd(directory))
    tags = [int.from_bytes(again[at : at + 2], "little" if order == "<" else "big") for at in _entries_of(again)]
    assert tags == sorted(tags), "as TIFF has them"
    twice = exif_with_resolution(again, Fraction(72), Fraction(72))
    assert resolution_in_exif(twice) == (2835, 2835) and len(exif_from_bytes(twice)) == len(after)


def _entries_of(data: bytes) -> range:
    order: Literal["little", "big"] = "little" if data[:2] == b"II" else "big"
    start = int.from_bytes(data[4:8], order)
    return range(start + 2, start + 2 + 12 * int.from_bytes(data[start : start + 2], order), 12)


def test_damaged_or_full_exif_data_stay_as_they_are() -> None:
    full = data() + bytes(65500 - len(data()))
    for kept in (b"II*\0\xff\xff\0\0", b"II*\0\x08\0\0\0\xff\xff", b"nothing at all", full):
        assert exif_with_resolution(kept, Fraction(300), Fraction(300)) == kept


def test_what_states_no_resolution_has_none() -> None:
    for nothing in (b"", b"II*\0\xff\xff", data(), exif_with_resolution(b"", Fraction(0), Fraction(1))):
        assert resolution_in_exif(nothing) is None
    huge = Exif()
    huge[0x011A], huge[0x011B], huge[0x0128] = 1e9, 1e9, 2
    assert resolution_in_exif(huge.tobytes()) is None
    strange = Exif()
    strange[0x011A], strange[0x011B], strange[0x0128] = 10.0, 10.0, 7
    assert resolution_in_exif(strange.tobytes()) is None
