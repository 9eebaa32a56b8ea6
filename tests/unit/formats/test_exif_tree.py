"""Directories of Exif data, in either order of bytes, whole and damaged."""

from __future__ import annotations

import pytest
from PIL.Image import Exif
from PIL.TiffImagePlugin import IFDRational

from refdec.formats.exif_tree import EXIF_IFD, INTEROP_IFD, LONG, SHORT, SIZE_OF_KIND, exif_tree

MAKE, ORIENTATION, EXPOSURE, LATITUDE, GPS_IFD = 0x010F, 0x0112, 0x829A, 0x0002, 0x8825


def exif(order: str = "<") -> bytes:
    """Return Exif data with all directories, from their TIFF header on."""
    made = Exif()
    made.endian = order
    made[MAKE], made[ORIENTATION] = "A maker of cameras", 6
    made[EXIF_IFD] = {EXPOSURE: IFDRational(1, 250), INTEROP_IFD: {1: "R98"}}
    made[GPS_IFD] = {LATITUDE: (IFDRational(52), IFDRational(30), IFDRational(1, 3))}
    return made.tobytes().removeprefix(b"Exif\0\0")


@pytest.mark.parametrize("order", ["<", ">"])
def test_all_directories_are_read_in_either_order_of_bytes(order: str) -> None:
    data = exif(order)
    assert data[:2] == {"<": b"II", ">": b"MM"}[order]
    tree = exif_tree(data)
    assert tree.main[MAKE] == (2, b"A maker of cameras\0")
    assert tree.main[ORIENTATION] == (SHORT, b"\6\0")
    assert EXIF_IFD not in tree.main and GPS_IFD not in tree.main and set(tree.inner) == {EXIF_IFD, GPS_IFD}
    assert tree.inner[EXIF_IFD][EXPOSURE][1] == bytes([1, 0, 0, 0, 250, 0, 0, 0])
    thirds = tree.inner[GPS_IFD][LATITUDE][1]
    assert [int.from_bytes(thirds[at : at + 4], "little") for at in (0, 4, 16, 20)] == [52, 1, 1, 3]
    assert tree.interop[1][1] == b"R98\0"


@pytest.mark.parametrize("order", ["<", ">"])
def test_entries_that_lie_outside_are_left_out(order: str) -> None:
    data, whole = exif(order), exif_tree(exif(order))
    for end in range(len(data)):
        tree = exif_tree(data[:end])
        pointers = {EXIF_IFD, GPS_IFD}
        assert {tag: entry for tag, entry in tree.main.items() if tag not in pointers}.items() <= whole.main.items()
        for tag, entries in tree.inner.items():
            assert set(entries) <= set(whole.inner[tag]) | {INTEROP_IFD}


def test_what_is_no_exif_data_has_no_directories() -> None:
    for data in (b"", b"II*", b"JJ*\0" + bytes(40), b"II*\0\xff\xff\xff\xff"):
        tree = exif_tree(data)
        assert (tree.main, dict(tree.inner), tree.interop) == ({}, {}, {})


def test_kinds_that_do_not_exist_are_left_out() -> None:
    entry = MAKE.to_bytes(2, "little") + (99).to_bytes(2, "little") + (1).to_bytes(4, "little") + bytes(4)
    assert exif_tree(b"II*\0\x08\0\0\0\1\0" + entry).main == {}
    assert SIZE_OF_KIND[LONG] == 4
