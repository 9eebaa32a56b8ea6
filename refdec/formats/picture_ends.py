"""Where a picture file ends, so that what stands behind its end can be named: further pictures, or other bytes.

In: the bytes of a JPEG, WebP, GIF or BMP file.  Out: the files that stand one after the other, and the number of bytes
after the last one; of a TIFF only how many pictures it chains.  What is damaged is taken to go on to the end: its
reader says what is wrong.
"""

from __future__ import annotations

import re
import struct

from refdec.formats.frames import MOST_PICTURES

__all__ = ["directories_of", "end_of"]

JPEG_START, END_OF_IMAGE, START_OF_SCAN = b"\xff\xd8\xff", 0xD9, 0xDA
STANDALONE = (0x01, *range(0xD0, 0xD9))
MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""A marker within entropy-coded data that ends them."""
SEVERAL_IN_ONE = b"MPF\0"
"""Begins the index of a JPEG file of several pictures: what follows the first one belongs to it."""
EXTENSION, IMAGE, TRAILER = 0x21, 0x2C, 0x3B


def end_of(data: bytes, format_name: str) -> tuple[list[bytes], int]:
    """Return the files in data, one after the other, and the number of bytes after the last one."""
    ends = {"JPEG": _jpeg_end, "WebP": _webp_end, "GIF": _gif_end, "BMP": _bmp_end}
    starts = {"JPEG": JPEG_START, "WebP": b"RIFF", "GIF": b"GIF8", "BMP": b"BM"}
    if format_name not in ends or (format_name == "JPEG" and SEVERAL_IN_ONE in data[: 1 << 17]):
        return [data], 0
    files: list[bytes] = []
    at = 0
    while len(files) < MOST_PICTURES and (not files or data.startswith(starts[format_name], at)):
        end = min(ends[format_name](data, at), len(data))
        files.append(data[at:end] if at or end < len(data) else data)
        at = end
    return files, len(data) - at


def _jpeg_end(data: bytes, at: int) -> int:
    """Walk the marker segments to EOI."""
    at += 2
    while at + 2 <= len(data):
        if data[at] != 0xFF:
            return len(data)
        kind = data[at + 1]
        at += 1 if kind == 0xFF else 2
        if kind == END_OF_IMAGE:
            return at
        if kind == 0xFF or kind in STANDALONE:
            continue
        at += int.from_bytes(data[at : at + 2], "big")
        if kind == START_OF_SCAN:
            found = MARKER.search(data, at)
            at = found.start() if found else len(data)
    return len(data)


def _webp_end(data: bytes, at: int) -> int:
    size = int.from_bytes(data[at + 4 : at + 8], "little")
    return at + 8 + size + (size & 1)


def _bmp_end(data: bytes, at: int) -> int:
    """Return the end that the header states; some writers state nothing, or less than the header."""
    size, _, begin = struct.unpack_from("<III", data, at + 2) if len(data) - at >= 14 else (0, 0, 0)
    return at + size if size > begin >= 14 else len(data)


def _gif_end(data: bytes, at: int) -> int:
    """Walk the blocks to the trailer."""
    if len(data) - at < 13:
        return len(data)
    at += 13 + _table_bytes(data[at + 10])
    while at < len(data):
        kind = data[at]
        if kind == TRAILER:
            return at + 1
        if kind == EXTENSION:
            at += 2
        elif kind == IMAGE and at + 10 <= len(data):
            at += 11 + _table_bytes(data[at + 9])
        else:
            return len(data)
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
    return len(data)


def _table_bytes(flags: int) -> int:
    """Return the bytes of the colour table that flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def directories_of(data: bytes) -> int:
    """Return how many pictures a TIFF file chains, at most one more than are counted; a broken chain ends.

    A reader that remembers each, to find a ring, takes the square of their number.
    """
    big = data[2:4] in (b"+\0", b"\0+")
    order = "<" if data[:2] == b"II" else ">"
    offset, count, entry_bytes = (f"{order}Q", f"{order}Q", 20) if big else (f"{order}I", f"{order}H", 12)
    found = 0
    try:
        (at,) = struct.unpack_from(offset, data, 8 if big else 4)
        while at and found <= MOST_PICTURES:
            (entries,) = struct.unpack_from(count, data, at)
            (at,) = struct.unpack_from(offset, data, at + struct.calcsize(count) + entry_bytes * entries)
            found += 1
    except (struct.error, OverflowError):
        pass
    return found
