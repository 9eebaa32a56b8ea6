"""Writing HEIF files: items become boxes, their bytes one box after them, in the order of the items.

In: `HeifFile`.  Out: bytes, the same for the same file.  Properties that are equal are stored once.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from refdec.heif.boxes import FileBox
from refdec.heif.boxwriter import boxed, write_box
from refdec.heif.heiffile import HeifFile, Item

__all__ = ["LARGEST_OFFSET", "LARGE_MDAT_HEAD", "MDAT_HEAD", "meta_box", "write_heif"]

SHORT_IDS, LARGEST_OFFSET = 1 << 16, (1 << 32) - 1
MDAT_HEAD = 8
LARGE_MDAT_HEAD = 16
SHORT_INDICES = 1 << 7


def write_heif(file: HeifFile) -> bytes:
    """Return the bytes of a file.  Raises BoxUnwritable for what no field holds."""
    brands = tuple({"brand": brand} for brand in file.brands)
    values = {"major_brand": file.major_brand, "minor_version": file.minor_version, "compatible_brands": brands}
    head = write_box(FileBox("ftyp", values)) + b"".join(map(write_box, file.beside))
    sizes = [len(item.data) for item in file.items]
    starts = [0, *accumulate(sizes)]
    wide = len(head) + sum(sizes) + (1 << 24) > LARGEST_OFFSET
    meta_bytes = len(write_box(meta_box(file, starts, 0, wide=wide)))
    mdat_head = LARGE_MDAT_HEAD if MDAT_HEAD + starts[-1] > LARGEST_OFFSET else MDAT_HEAD
    first = len(head) + meta_bytes + mdat_head
    meta = write_box(meta_box(file, starts, first, wide=wide))
    return head + meta + boxed("mdat", b"".join(bytes(item.data) for item in file.items))


def meta_box(file: HeifFile, starts: list[int], first: int, *, wide: bool) -> FileBox:
    """Return the box of everything but the bytes; those of item i begin at byte `first` + starts[i]."""
    long = max((item.id for item in file.items), default=0) >= SHORT_IDS
    children = [
        FileBox("hdlr", {"handler_type": "pict", "name": ""}),
        FileBox("pitm", {"item_ID": file.primary}, version=int(long)),
        FileBox("iinf", children=tuple(map(_entry, file.items)), version=int(len(file.items) >= SHORT_IDS)),
        *_references(file, long=long),
        *_properties(file, long=long),
        *file.others,
        _locations(file, starts, first, long=long, wide=wide),
    ]
    return FileBox("meta", children=tuple(children))


def _entry(item: Item) -> FileBox:
    values: dict[str, Any] = {"item_ID": item.id, "item_type": item.kind, "item_name": item.name}
    if item.kind == "mime":
        values |= {"content_type": item.content_type, "content_encoding": item.content_encoding}
    if item.kind == "uri ":
        values |= {"item_uri_type": item.uri_type}
    return FileBox("infe", values, version=3 if item.id >= SHORT_IDS else 2, flags=int(item.hidden))


def _references(file: HeifFile, *, long: bool) -> list[FileBox]:
    boxes = tuple(
        FileBox(
            each.kind, {"from_item_ID": each.source, "references": [{"to_item_ID": target} for target in each.targets]}
        )
        for each in file.references
    )
    return [FileBox("iref", children=boxes, version=int(long))] if boxes else []


def _properties(file: HeifFile, *, long: bool) -> list[FileBox]:
    """Return the box of properties and of which item has which, nothing if no item has any."""
    numbers: dict[bytes, int] = {}
    boxes: list[FileBox] = []
    entries = []
    for item in file.items:
        associations = []
        for each in item.properties:
            written = write_box(each.box)
            if written not in numbers:
                boxes.append(each.box)
                numbers[written] = len(boxes)
            associations.append({"essential": int(each.essential), "property_index": numbers[written]})
        if associations:
            entries.append({"item_ID": item.id, "associations": associations})
    if not boxes:
        return []
    flags = int(len(boxes) >= SHORT_INDICES)
    which = FileBox("ipma", {"entries": entries}, version=int(long), flags=flags)
    return [FileBox("iprp", children=(FileBox("ipco", children=tuple(boxes)), which))]


def _locations(file: HeifFile, starts: list[int], first: int, *, long: bool, wide: bool) -> FileBox:
    items = [
        {
            "item_ID": item.id,
            "extents": [{"extent_offset": first + start, "extent_length": len(item.data)}],
        }
        for item, start in zip(file.items, starts, strict=False)
        if len(item.data)
    ]
    word = 8 if wide else 4
    values = {"offset_size": word, "length_size": word, "items": items}
    return FileBox("iloc", values, version=2 if long else 0)
