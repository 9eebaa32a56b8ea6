"""What Exif data and XMP say of a picture, and what they say of it once it was turned."""

from __future__ import annotations

from fractions import Fraction

import pytest
from PIL.Image import Exif

from refdec.formats.exif import (
    ORIENTATION,
    exif_beside,
    exif_from_bytes,
    exif_of_resolution,
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
    inches = exif_of_resolution(Fraction(300), Fraction(7205, 100))
    found = exif_from_bytes(inches)
    assert (found[0x011A], found[0x011B], found[0x0128]) == (300, Fraction(7205, 100), 2) and len(found) == 3
    assert resolution_in_exif(inches) == (11811, 2837)
    assert resolution_in_exif(exif_of_resolution(Fraction(11811, 100), Fraction(3), per_centimetre=True)) == (
        11811,
        300,
    )


def test_what_states_no_resolution_has_none() -> None:
    for nothing in (b"", b"II*\0\xff\xff", data(), exif_of_resolution(Fraction(0), Fraction(1))):
        assert resolution_in_exif(nothing) is None
    huge = Exif()
    huge[0x011A], huge[0x011B], huge[0x0128] = 1e9, 1e9, 2
    assert resolution_in_exif(huge.tobytes()) is None
    strange = Exif()
    strange[0x011A], strange[0x011B], strange[0x0128] = 10.0, 10.0, 7
    assert resolution_in_exif(strange.tobytes()) is None
