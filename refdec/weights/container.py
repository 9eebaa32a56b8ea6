"""ZIP archives, read strictly (4.11.3): the container of checkpoints, of .npz files and of our packs.

In: a byte source.  Out: `ZipContainer`, whose members are found by name and read one by one.  The central directory
decides; local headers must agree with it.  Every size is checked before anything is allocated, members must not
overlap, and the sum of all sizes has a limit: nothing that unpacks to far more than it is.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from refdec.clauses import clause
from refdec.errors import BitOffset
from refdec.weights.bytesource import ByteSource, Readable, byte_source
from refdec.weights.errors_files import (
    ArchiveDamaged,
    ArchiveTooLarge,
    MemberDamaged,
    MemberMissing,
    NotAnArchive,
    UnsupportedMember,
)

__all__ = ["MOST_BYTES", "MOST_MEMBERS", "Member", "ZipContainer"]

MOST_MEMBERS = 1 << 16
MOST_DIRECTORY_BYTES = 1 << 24
MOST_BYTES = 1 << 30
"""All members together, unpacked; the largest published checkpoint has 62.8 MB."""
STORED, DEFLATED = 0, 8
ENCRYPTED = 0x41
END, END64, LOCATOR64, ENTRY, LOCAL = b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\1\2", b"PK\3\4"
END_SIZE, LOCATOR_SIZE, END64_SIZE, ENTRY_SIZE, LOCAL_SIZE = 22, 20, 56, 46, 30
LONGEST_COMMENT = 65535
ALL_ONES_32, ALL_ONES_16 = 0xFFFFFFFF, 0xFFFF
ZIP64_FIELD = 1


@dataclass(frozen=True, slots=True)
class Member:
    """One line of the central directory: where a member is and how large."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    header: int
    """Offset of the local header."""
    room: int
    """Offset at which the next member, or the directory, starts."""


def _damaged(reason: str, offset: int) -> ArchiveDamaged:
    return ArchiveDamaged(reason, at=BitOffset.of_byte(max(offset, 0)))


def _find_end(source: ByteSource) -> tuple[int, int, int]:
    """Return (number of members, offset and size of the central directory); raises NotAnArchive, ArchiveDamaged."""
    tail_size = min(source.size, END_SIZE + LONGEST_COMMENT)
    tail = bytes(source.read(source.size - tail_size, tail_size))
    at = tail.rfind(END)
    while at >= 0:
        if at + END_SIZE <= tail_size:
            disk, first, here, total, size, offset, comment = struct.unpack_from("<4H2IH", tail, at + 4)
            if at + END_SIZE + comment == tail_size:
                break
        at = tail.rfind(END, 0, at)
    else:
        raise NotAnArchive(source.size)
    place = source.size - tail_size + at
    large = ALL_ONES_16 in (here, total) or ALL_ONES_32 in (size, offset)
    if large and place >= LOCATOR_SIZE and source.read(place - LOCATOR_SIZE, 4) == LOCATOR64:
        return _find_end64(source, place - LOCATOR_SIZE)
    if disk or first or here != total:
        raise _damaged("it is a part of several", place)
    if offset + size > place:
        raise _damaged("its directory lies outside the file", place)
    return total, offset, size


def _find_end64(source: ByteSource, place: int) -> tuple[int, int, int]:
    """Read the ZIP64 end record that the locator at `place` points to."""
    _, disk, at, _ = struct.unpack("<4sIQI", source.read(place, LOCATOR_SIZE))
    if disk or at + END64_SIZE > place:
        raise _damaged("its ZIP64 end record lies outside the file", place)
    magic, *_, disk, first, here, total, size, offset = struct.unpack("<4sQ2H2I4Q", source.read(at, END64_SIZE))
    if magic != END64 or disk or first or here != total or offset + size > at:
        raise _damaged("its ZIP64 end record contradicts itself", at)
    return int(total), int(offset), int(size)


def _zip64(extra: bytes, size: int, packed: int, header: int, at: int) -> tuple[int, int, int]:
    """Replace the fields that are all ones by those of the ZIP64 extra field, in its fixed order."""
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        body = extra[position + 4 : position + 4 + length]
        position += 4 + length
        if kind == ZIP64_FIELD:
            values = iter(struct.unpack(f"<{len(body) // 8}Q", body[: len(body) // 8 * 8]))
            try:
                return tuple(next(values) if v == ALL_ONES_32 else v for v in (size, packed, header))  # type: ignore[return-value]
            except (StopIteration, RuntimeError):
                break
    raise _damaged("a ZIP64 size is missing", at)


def _entries(directory: bytes, count: int, start: int) -> Iterator[Member]:
    """Walk the central directory; `start` is its offset in the file."""
    position = 0
    for _ in range(count):
        at = start + position
        if position + ENTRY_SIZE > len(directory) or directory[position : position + 4] != ENTRY:
            raise _damaged("its directory is cut", at)
        fields = struct.unpack_from("<4H3I3H2H2I", directory, position + 8)
        flags, method, _, _, crc, packed, size, *lengths, disk, _, _, header = fields
        name_size, extra_size, comment_size = lengths
        body = directory[position + ENTRY_SIZE : position + ENTRY_SIZE + name_size + extra_size]
        position += ENTRY_SIZE + name_size + extra_size + comment_size
        if len(body) < name_size + extra_size or position > len(directory):
            raise _damaged("its directory is cut", at)
        try:
            name = body[:name_size].decode("utf-8")
        except UnicodeDecodeError:
            raise _damaged("the name of a member is not UTF-8", at) from None
        if ALL_ONES_32 in (size, packed, header):
            size, packed, header = _zip64(body[name_size:], size, packed, header, at)
        if disk:
            raise _damaged("it is a part of several", at)
        if flags & ENCRYPTED:
            raise UnsupportedMember(name, "encrypted")
        if method not in (STORED, DEFLATED):
            raise UnsupportedMember(name, f"compressed by method {method}")
        if method == STORED and packed != size:
            raise _damaged(f"{name!r} is stored, but its two sizes differ", at)
        yield Member(name, method, crc, packed, size, header, 0)
    if position != len(directory):
        raise _damaged("its directory is longer than its members", start + position)


def _with_room(members: list[Member], end: int) -> Iterator[Member]:
    """Give each member the place where the next one starts; raises ArchiveDamaged where two overlap."""
    order = sorted(members, key=lambda m: m.header)
    starts = [*(member.header for member in order), end]
    for member, following in zip(order, starts[1:], strict=True):
        if member.header + LOCAL_SIZE + len(member.name.encode()) + member.packed > following:
            raise _damaged(f"{member.name!r} overlaps what follows it", member.header)
        yield Member(member.name, member.method, member.crc, member.packed, member.size, member.header, following)


@clause("4.11.3")
class ZipContainer:
    """(4.11.3) The members of a ZIP archive by name.

    Raises NotAnArchive, ArchiveDamaged, ArchiveTooLarge or UnsupportedMember on opening; `most_bytes` limits the
    unpacked size of all members together.
    """

    def __init__(self, readable: Readable, *, most_bytes: int = MOST_BYTES) -> None:
        self._source = byte_source(readable)
        count, offset, size = _find_end(self._source)
        if count > MOST_MEMBERS:
            raise ArchiveTooLarge("members", count, MOST_MEMBERS)
        if size > MOST_DIRECTORY_BYTES:
            raise ArchiveTooLarge("bytes of directory", size, MOST_DIRECTORY_BYTES)
        members = list(_entries(bytes(self._source.read(offset, size)), count, offset))
        total = sum(member.size for member in members)
        if total > most_bytes:
            raise ArchiveTooLarge("bytes", total, most_bytes)
        named = {member.name: member for member in _with_room(members, offset)}
        if len(named) != count:
            raise _damaged("two members have the same name", offset)
        self.members: Mapping[str, Member] = MappingProxyType(named)

    def member(self, name: str) -> Member:
        """Return the directory's line for a member; raises MemberMissing."""
        try:
            return self.members[name]
        except KeyError:
            raise MemberMissing(name) from None

    def _packed(self, member: Member) -> memoryview:
        """Return a member's bytes as they lie in the file, after checking its local header."""
        header = self._source.read(member.header, LOCAL_SIZE)
        magic, flags, method, name_size, extra_size = struct.unpack("<4s2xHH16x2H", header)
        start = member.header + LOCAL_SIZE + name_size + extra_size
        if magic != LOCAL or method != member.method or flags & ENCRYPTED or start + member.packed > member.room:
            raise MemberDamaged(member.name, "has a local header that contradicts the directory")
        name = bytes(self._source.read(member.header + LOCAL_SIZE, name_size))
        if name != member.name.encode():
            raise MemberDamaged(member.name, "has another name in its local header")
        return self._source.read(start, member.packed)

    def read(self, name: str, *, check_crc: bool = True) -> memoryview:
        """Return the bytes of a member, unpacked; `check_crc` off where the caller knows a stronger hash.

        Raises MemberMissing, MemberDamaged, and ArchiveDamaged where the file ends too early.
        """
        member = self.member(name)
        data = self._packed(member)
        if member.method == DEFLATED:
            data = memoryview(_inflated(data, member))
        if check_crc and zlib.crc32(data) != member.crc:
            raise MemberDamaged(name, "does not have its CRC-32")
        return data


def _inflated(packed: memoryview, member: Member) -> bytes:
    """Inflate a member, never to more than one byte above the size that its line promises."""
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = machine.decompress(packed, member.size + 1)
    except zlib.error:
        raise MemberDamaged(member.name, "cannot be inflated") from None
    if len(data) != member.size or not machine.eof or machine.unused_data:
        raise MemberDamaged(member.name, f"does not inflate to its {member.size} bytes")
    return data
