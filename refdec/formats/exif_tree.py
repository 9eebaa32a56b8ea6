"""Exif data as directories of entries, for a TIFF file: its own directory is the main one of Exif data.

In: Exif data from their TIFF header on, in either order of bytes.  Out: `ExifTree`, entries in little-endian order.
Nothing is trusted: entries that lie outside are left out, at most `MOST_ENTRIES` are read of a directory, and the
directories that are read are those of Exif, GPS and interoperability, once each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = [
    "BYTE",
    "ENTRY_BYTES",
    "EXIF_IFD",
    "GPS_IFD",
    "INTEROP_IFD",
    "LONG",
    "LONG8",
    "ORDERS",
    "SHORT",
    "SIZE_OF_KIND",
    "UNDEFINED",
    "Entries",
    "ExifTree",
    "exif_tree",
]

Entries: TypeAlias = dict[int, tuple[int, tuple[int, ...] | bytes]]
"""Kind and values of each tag; bytes are values in little-endian order."""
BYTE, ASCII, SHORT, LONG, RATIONAL, SBYTE, UNDEFINED = 1, 2, 3, 4, 5, 6, 7
SSHORT, SLONG, SRATIONAL, FLOAT, DOUBLE, LONG8 = 8, 9, 10, 11, 12, 16
SIZE_OF_KIND: Mapping[int, int] = {
    **{BYTE: 1, ASCII: 1, SHORT: 2, LONG: 4, RATIONAL: 8, SBYTE: 1, UNDEFINED: 1},
    **{SSHORT: 2, SLONG: 4, SRATIONAL: 8, FLOAT: 4, DOUBLE: 8, LONG8: 8},
}
WORD_OF_KIND = {**SIZE_OF_KIND, RATIONAL: 4, SRATIONAL: 4}
"""Bytes that are turned over together: a rational number is two words."""
EXIF_IFD, GPS_IFD, INTEROP_IFD = 0x8769, 0x8825, 0xA005
ORDERS: Mapping[bytes, Literal["little", "big"]] = {b"II*\0": "little", b"MM\0*": "big"}
ENTRY_BYTES, INLINE = 12, 4
MOST_ENTRIES = 1000


@dataclass(frozen=True, slots=True, eq=False)
class ExifTree:
    """The main directory without its pointers, the directories that it points to, by their tags, and (`interop`) the
    one that the directory of Exif points to.
    """

    main: Entries
    inner: Mapping[int, Entries]
    interop: Entries


def exif_tree(data: bytes) -> ExifTree:
    """Return the directories of Exif data, empty ones where these are damaged."""
    order = ORDERS.get(data[:4])
    if order is None:
        return ExifTree({}, {}, {})
    main = _entries(data, int.from_bytes(data[4:8], order), order)
    inner = {tag: found for tag in (EXIF_IFD, GPS_IFD) if (found := _pointed_at(data, main, tag, order))}
    return ExifTree(main, inner, _pointed_at(data, inner.get(EXIF_IFD, {}), INTEROP_IFD, order))


def _pointed_at(data: bytes, entries: Entries, tag: int, order: Literal["little", "big"]) -> Entries:
    """Take a pointer out of a directory, and return the directory that it points to."""
    kind, values = entries.pop(tag, (UNDEFINED, b""))
    start = int.from_bytes(values, "little") if kind == LONG and isinstance(values, bytes) else len(data)
    return _entries(data, start, order)


def _entries(data: bytes, start: int, order: Literal["little", "big"]) -> Entries:
    """Return the entries of a directory that lie in the data."""
    found: Entries = {}
    for index in range(min(int.from_bytes(data[start : start + 2], order), MOST_ENTRIES)):
        at = start + 2 + ENTRY_BYTES * index
        entry = data[at : at + ENTRY_BYTES]
        if len(entry) < ENTRY_BYTES:
            break
        tag, kind = int.from_bytes(entry[:2], order), int.from_bytes(entry[2:4], order)
        length = int.from_bytes(entry[4:8], order) * SIZE_OF_KIND.get(kind, 0)
        place = at + 8 if length <= INLINE else int.from_bytes(entry[8:12], order)
        if 0 < length <= len(data) - place:
            found[tag] = kind, _little(data[place : place + length], WORD_OF_KIND[kind], order)
    return found


def _little(values: bytes, word: int, order: Literal["little", "big"]) -> bytes:
    """Return words in little-endian order."""
    if order == "little" or word == 1:
        return values
    return b"".join(values[at : at + word][::-1] for at in range(0, len(values), word))
