"""Boxes become items: their bytes wherever they lie, and nothing that is not there."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from refdec.bitstream.firstbytes import is_heif
from refdec.heif.boxes import FileBox
from refdec.heif.errors import ItemOutside
from refdec.heif.reading import read_heif
from refdec.heif.writing import write_heif
from tests.fuzz.containers import mutate_heif
from tests.fuzz.targets import heif
from tests.unit.heif.support import LIMITS, STREAM, heif_of, setting, whole_file, with_box

LENGTH = len(STREAM)


def test_every_item_of_a_whole_file() -> None:
    file = heif_of(whole_file())
    assert (file.major_brand, file.brands, file.primary) == ("jaii", ("jaii", "mif1", "miaf"), 1)
    kinds = [(item.kind, item.hidden) for item in file.items]
    assert kinds == [("Exif", True), ("mime", True), ("jai0", True), ("jai0", False), ("unci", True)]
    picture = file.item(1)
    assert picture is not None and bytes(picture.data) == STREAM
    ((at, length),) = picture.places
    assert whole_file()[at : at + length] == STREAM
    assert {each.kind for each in file.references} == {"cdsc", "thmb", "auxl"}
    assert [item.kind for item in file.pointing_at("thmb", 1)] == ["jai0"]


def test_items_in_several_parts_and_in_idat() -> None:
    idat = FileBox("idat", {"data": b"ABCDEF"})
    data = with_box("meta", lambda box: replace(box, children=(*box.children, idat)))

    def located(at: int) -> bytes:
        """Place the picture from a byte on, in two parts, and another item inside idat."""
        halves = [{"extent_offset": at, "extent_length": 7}, {"extent_offset": at + 7, "extent_length": LENGTH - 7}]
        inside = [{"extent_offset": 2, "extent_length": 3}]
        items = [{"item_ID": 1, "extents": halves}, {"item_ID": 2, "construction_method": 1, "extents": inside}]
        return with_box("meta/iloc", lambda box: replace(setting(items=items)(box), version=1), data)

    found = heif_of(located(located(0).index(STREAM)))
    first, second = found.item(1), found.item(2)
    assert first is not None and second is not None
    assert bytes(first.data) == STREAM and bytes(second.data) == b"CDE"
    assert len(first.places) == 2


def test_parts_that_lie_over_each_other_do_not_grow() -> None:
    whole = {"extent_offset": 0, "extent_length": len(whole_file()) - 100}
    items = [{"item_ID": 1, "extents": [whole] * 50}]
    with pytest.raises(ItemOutside):
        heif_of(with_box("meta/iloc", setting(items=items)))


def test_items_that_lie_over_each_other_do_not_grow() -> None:
    """A file that is written again holds the bytes of each item, so many small entries must not claim all of them."""
    whole = [{"extent_offset": 0, "extent_length": len(whole_file()) - 100}]
    items = [{"item_ID": number, "extents": whole} for number in (1, 2, 3)]
    assert len(heif_of(with_box("meta/iloc", setting(items=items[:2]))).items) == 5
    with pytest.raises(ItemOutside):
        heif_of(with_box("meta/iloc", setting(items=items)))


def test_boxes_that_are_not_known_are_kept() -> None:
    strange = FileBox("grpl", {"data": b"groups"})
    data = with_box("meta", lambda box: replace(box, children=(*box.children, strange)))
    file = heif_of(data)
    assert [box.kind for box in file.others] == ["grpl"] and file.left_out == ()
    again = heif_of(write_heif(file))
    assert [bytes(box.values["data"]) for box in again.others] == [b"groups"]
    assert heif_of(whole_file() + b"\0\0\0\x08moov").left_out == ("moov",)


def test_what_is_a_heif_file_its_first_bytes_say() -> None:
    assert is_heif(whole_file()) and not is_heif(STREAM) and not is_heif(b"")
    assert read_heif(memoryview(whole_file()), limits=LIMITS).primary == 1


def test_changed_boxes_end_in_a_file_or_one_error() -> None:
    """A small part of what the fuzz target `heif` tries."""
    draw, found = Random(3), 0

    def plain(data: bytes) -> bytes:
        at = draw.randrange(max(len(data), 1))
        return data[:at] + bytes([draw.randrange(256)]) + data[at + draw.randrange(3) :]

    for _ in range(300):
        data = mutate_heif(whole_file(), draw, plain)
        heif(data)
        found += data != whole_file()
    assert found > 200
