"""Reading HEIF files: boxes become items with their bytes, properties and references.

In: the bytes of a file and `Limits`.  Out: `HeifFile`.  Every number that points somewhere is compared with what is
there; the bytes of all items together are not more than twice those of the file, whatever their parts claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from refdec.bitstream.firstbytes import is_heif
from refdec.errors import BitOffset
from refdec.heif.boxes import FileBox
from refdec.heif.boxreader import read_boxes
from refdec.heif.errors import BoxMissing, BoxRepeated, ItemOutside, ItemUnknown, ItemUnreadable, NoBoxes
from refdec.heif.heiffile import HeifFile, Item, Property, Reference
from refdec.limits import Limits

__all__ = ["FileBytes", "heif_of_boxes", "read_heif"]

IN_FILE, IN_IDAT = 0, 1
WRITTEN_ANEW = frozenset({"hdlr", "pitm", "iinf", "iloc", "iref", "iprp", "idat", "dinf", "free", "skip"})
"""Boxes of meta that a writer makes from the items."""
SPACE = frozenset({"ftyp", "meta", "mdat", "free", "skip"})
KEPT_AT_TOP = frozenset({"uuid"})
UNUSED = 0
MOST_OVERLAP = 2
"""The bytes of all items together are at most so many times those of the file: items may share theirs, but not all."""


class FileBytes(Protocol):
    """The bytes of a file, there already or read when they are asked for."""

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> bytes | memoryview: ...


def read_heif(data: bytes | memoryview, *, limits: Limits) -> HeifFile:
    """Read a file.  Raises NoBoxes, what `read_boxes` raises, and the errors of items."""
    if not is_heif(bytes(data[:8])):
        raise NoBoxes(at=BitOffset(0))
    return heif_of_boxes(read_boxes(data, limits=limits), data)


def heif_of_boxes(boxes: tuple[FileBox, ...], data: FileBytes) -> HeifFile:
    """Return the file of its boxes.  Raises BoxMissing, BoxRepeated, ItemUnknown, ItemOutside, ItemUnreadable."""
    top = FileBox("", children=boxes)
    kind, meta = _only(top, "ftyp", ""), _only(top, "meta", "")
    primary = _only(meta, "pitm", "meta/").values["item_ID"]
    bytes_of = _Bytes(memoryview(data) if isinstance(data, bytes) else data, _single(meta, "idat"))
    places = _locations(_only(meta, "iloc", "meta/"))
    properties = _properties(meta)
    items = tuple(
        _item(entry, places.get(entry.values["item_ID"]), bytes_of, properties)
        for entry in _only(meta, "iinf", "meta/").every("infe")
    )
    _require_known(items, primary, meta)
    return HeifFile(
        kind.values["major_brand"],
        tuple(each["brand"] for each in kind.values["compatible_brands"]),
        primary,
        items,
        tuple(_references(meta, {item.id for item in items})),
        kind.values["minor_version"],
        tuple(box for box in meta.children if box.kind not in WRITTEN_ANEW),
        tuple(box for box in boxes if box.kind in KEPT_AT_TOP),
        tuple(sorted({box.kind for box in boxes} - SPACE - KEPT_AT_TOP)),
    )


def _only(parent: FileBox, kind: str, path: str) -> FileBox:
    """Return the one box of a type.  Raises BoxMissing, BoxRepeated."""
    found = parent.every(kind)
    if not found:
        raise BoxMissing(path + kind, at=parent.place)
    if len(found) > 1:
        raise BoxRepeated(path.rstrip("/") or "the file", f"a box {kind}", at=found[1].place)
    return found[0]


def _single(meta: FileBox, kind: str) -> FileBox | None:
    """Return the box of a type that may be there once, None without one.  Raises BoxRepeated."""
    return _only(meta, kind, "meta/") if meta.every(kind) else None


def _require_known(items: tuple[Item, ...], primary: int, meta: FileBox) -> None:
    """Raise BoxRepeated for two items of one number, ItemUnknown where the primary one is none."""
    seen: set[int] = set()
    for item in items:
        if item.id in seen:
            raise BoxRepeated("meta/iinf", f"item {item.id}", at=meta.place)
        seen.add(item.id)
    if primary not in seen:
        raise ItemUnknown("meta/pitm", f"item {primary}", at=meta.place)


# -- bytes of items


@dataclass(frozen=True, slots=True)
class _Location:
    """Where the bytes of an item are: an entry of iloc, with the place of that box."""

    entry: Mapping[str, Any]
    at: BitOffset


def _locations(iloc: FileBox) -> dict[int, _Location]:
    found: dict[int, _Location] = {}
    for entry in iloc.values["items"]:
        number = entry["item_ID"]
        if number in found:
            raise BoxRepeated("meta/iloc", f"item {number}", at=iloc.place)
        found[number] = _Location(entry, iloc.place)
    return found


class _Bytes:
    """Hands out the bytes of items: views where they are in one piece, and never more than twice the file."""

    def __init__(self, data: FileBytes, idat: FileBox | None) -> None:
        self._data = data
        self._idat = idat
        self._handed_out = 0

    def of(self, number: int, location: _Location) -> tuple[bytes | memoryview, tuple[tuple[int, int], ...]]:
        """Return the bytes of an item and the (byte, length) of its parts.  Raises ItemOutside, ItemUnreadable."""
        entry, method = location.entry, location.entry.get("construction_method", IN_FILE)
        if entry["data_reference_index"]:
            raise ItemUnreadable(number, "its bytes are in another file", at=location.at)
        source: FileBytes
        if method == IN_IDAT and self._idat is not None:
            first, source = self._idat.payload_at, memoryview(self._idat.values["data"])
        elif method == IN_FILE:
            first, source = 0, self._data
        else:
            raise ItemUnreadable(number, "its bytes are made of those of other items", at=location.at)
        parts, places = [], []
        for extent in entry["extents"]:
            start, length = entry["base_offset"] + extent["extent_offset"], extent["extent_length"]
            left = len(source) - start
            if length == UNUSED and len(entry["extents"]) == 1:
                length = max(left, 0)  # all there is
            if left < length:
                raise ItemOutside(number, first + start, length, max(left, 0), at=location.at)
            parts.append(source[start : start + length])
            places.append((first + start, length))
        self._handed_out += sum(map(len, parts))
        if self._handed_out > MOST_OVERLAP * len(self._data):  # a writer would write each item apart
            raise ItemOutside(number, 0, self._handed_out, len(self._data), at=location.at)
        return parts[0] if len(parts) == 1 else b"".join(parts), tuple(places)


def _item(
    entry: FileBox, location: _Location | None, bytes_of: _Bytes, properties: Mapping[int, tuple[Property, ...]]
) -> Item:
    """Return one item, with no bytes where it has no place."""
    values, number = entry.values, entry.values["item_ID"]
    if values["item_protection_index"]:
        raise ItemUnreadable(number, "it is encrypted", at=entry.place)
    data, places = (b"", ()) if location is None else bytes_of.of(number, location)
    return Item(
        number,
        values["item_type"],
        data,
        properties.get(number, ()),
        values["item_name"],
        values.get("content_type", ""),
        values.get("content_encoding") or "",
        values.get("item_uri_type", ""),
        bool(entry.flags & 1),
        places,
    )


# -- what belongs to what


def _properties(meta: FileBox) -> dict[int, tuple[Property, ...]]:
    """Return the properties of each item that has any.  Raises ItemUnknown for one that there is not."""
    parent = _single(meta, "iprp")
    if parent is None:
        return {}
    listed = _only(parent, "ipco", "meta/iprp/").children
    found: dict[int, tuple[Property, ...]] = {}
    for box in parent.every("ipma"):
        for entry in box.values["entries"]:
            own = []
            for association in entry["associations"]:
                index = association["property_index"]
                if index > len(listed):
                    raise ItemUnknown("meta/iprp/ipma", f"property {index}", at=box.place)
                if index:  # 0 is none
                    own.append(Property(listed[index - 1], bool(association["essential"])))
            if entry["item_ID"] in found:
                raise BoxRepeated("meta/iprp/ipma", f"item {entry['item_ID']}", at=box.place)
            found[entry["item_ID"]] = tuple(own)
    return found


def _references(meta: FileBox, known: set[int]) -> Iterator[Reference]:
    """Yield the references.  Raises ItemUnknown for one from or to an item that there is not."""
    parent = _single(meta, "iref")
    for box in () if parent is None else parent.children:
        source = box.values["from_item_ID"]
        targets = tuple(each["to_item_ID"] for each in box.values["references"])
        for number in (source, *targets):
            if number not in known:
                raise ItemUnknown(f"meta/iref/{box.kind}", f"item {number}", at=box.place)
        yield Reference(box.kind, source, targets)
