"""Files are written the same way every time, equal properties once, and are read as they were."""

from __future__ import annotations

from dataclasses import replace

from refdec.heif.heiffile import HeifFile, Item, Property, Reference
from refdec.heif.writing import write_heif
from tests.unit.heif.support import STREAM, boxes_of, heif_of, whole_file


def test_a_file_is_written_as_it_was() -> None:
    assert write_heif(heif_of(whole_file())) == whole_file()


def test_equal_properties_are_stored_once() -> None:
    (_, meta, _) = boxes_of(whole_file())
    properties = meta.first("iprp")
    assert properties is not None
    listed = properties.first("ipco")
    assert listed is not None
    assert len(listed.every("irot")) == 1
    turned = [item for item in heif_of(whole_file()).items if item.property_of("irot") is not None]
    assert len(turned) == 3


def test_large_numbers_of_items_and_properties() -> None:
    properties = tuple(Property(boxes_of(b"\0\0\0\x09irot\1")[0]) for _ in range(1))
    many = tuple(
        Property(replace(properties[0].box, kind="free", values={"data": number.to_bytes(2, "big")}))
        for number in range(200)
    )
    items = (Item(70000, "jai0", STREAM, many), Item(3, "abcd", b"", name="empty"))
    file = HeifFile("jaii", ("mif1",), 70000, items, (Reference("cdsc", 3, (70000,)),))
    again = heif_of(write_heif(file))
    first, second = again.items
    assert (first.id, bytes(first.data), len(first.properties)) == (70000, STREAM, 200)
    assert [bytes(each.box.values["data"]) for each in first.properties[-2:]] == [b"\0\xc6", b"\0\xc7"]
    assert (second.name, bytes(second.data), second.places) == ("empty", b"", ())
    assert again.references == file.references


def test_items_are_added_and_replaced() -> None:
    file = heif_of(whole_file())
    more = file.with_item(Item(9, "abcd", b"new"), Reference("cdsc", 9, (1,)))
    found = heif_of(write_heif(more)).item(9)
    assert found is not None and bytes(found.data) == b"new"
    replaced = more.with_item(Item(9, "abcd", b"newer"))
    assert len(replaced.items) == len(more.items)
