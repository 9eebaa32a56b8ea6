"""Writes a ZIP archive of stored members, byte for byte the same each time: no clock, no owner, fixed order.

In: names and bytes.  Out: an archive in a binary file that need not seek.  Data start at multiples of 64 bytes, so that
arrays of a mapped file are aligned.
"""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

from refdec.weights.errors_files import ArchiveTooLarge

__all__ = ["ArchiveWriter"]

VERSION = 20
UTF8_NAMES = 0x800
FIRST_OF_1980 = 0x21
PADDING_FIELD = 0xD935
ALIGNMENT = 64
LOCAL_SIZE, EXTRA_HEAD = 30, 4
LARGEST = (1 << 32) - 2
MOST_MEMBERS = (1 << 16) - 2


class ArchiveWriter:
    """Members go straight to the file; `close` writes the directory (and leaves the file open)."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._at = file, 0
        self._directory: list[bytes] = []

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._at += len(data)

    def add(self, name: str, data: bytes) -> None:
        """Append a member; raises ArchiveTooLarge above 4 GiB (a pack of all published files has 0.2)."""
        raw, crc, header = name.encode("utf-8"), zlib.crc32(data), self._at
        padding = -(header + LOCAL_SIZE + len(raw) + EXTRA_HEAD) % ALIGNMENT
        if header + LOCAL_SIZE + len(raw) + EXTRA_HEAD + padding + len(data) > LARGEST:
            raise ArchiveTooLarge("bytes", header + len(data), LARGEST)
        fields = struct.pack("<5H3IH", VERSION, UTF8_NAMES, 0, 0, FIRST_OF_1980, crc, len(data), len(data), len(raw))
        extra = struct.pack("<2H", PADDING_FIELD, padding) + bytes(padding)
        self._write(b"PK\3\4" + fields + struct.pack("<H", len(extra)) + raw + extra)
        self._write(data)
        made_by = struct.pack("<H", VERSION)
        self._directory.append(b"PK\1\2" + made_by + fields + struct.pack("<4H2I", 0, 0, 0, 0, 0, header) + raw)

    def close(self) -> None:
        """Write the directory; raises ArchiveTooLarge where the format cannot count the members."""
        count, start = len(self._directory), self._at
        if count > MOST_MEMBERS:
            raise ArchiveTooLarge("members", count, MOST_MEMBERS)
        self._write(b"".join(self._directory))
        self._write(b"PK\5\6" + struct.pack("<4H2IH", 0, 0, count, count, self._at - start, start, 0))
