"""ZIP archives, read strictly (4.11.3)."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from refdec.errors import WeightsError
from refdec.weights.bytesource import BufferSource, FileSource, byte_source
from refdec.weights.container import MOST_MEMBERS, ZipContainer
from refdec.weights.errors_files import (
    ArchiveDamaged,
    ArchiveTooLarge,
    MemberDamaged,
    MemberMissing,
    NotAnArchive,
    UnsupportedMember,
)
from tests.unit.weights.support import archive

TWO = {"a": b"first member", "b/c": bytes(5000)}


def patched(data: bytes, at: int, form: str, value: int) -> bytes:
    changed = bytearray(data)
    struct.pack_into(form, changed, at, value)
    return bytes(changed)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_stored_and_deflated(method: int) -> None:
    found = ZipContainer(archive(TWO, method))
    assert {name: bytes(found.read(name)) for name in found.members} == TWO


def test_members_of_a_real_checkpoint(examples: Path) -> None:
    path = examples / "ckpt_mini.pth"
    found = ZipContainer(path.read_bytes())
    with zipfile.ZipFile(path) as z:
        assert {i.filename: (i.file_size, i.CRC) for i in z.infolist()} == {
            m.name: (m.size, m.crc) for m in found.members.values()
        }


def test_a_file_and_a_buffer_give_the_same(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(archive(TWO))
    with path.open("rb") as file:
        found = ZipContainer(file)
        assert bytes(found.read("b/c")) == TWO["b/c"]


def test_zip64_end_records_and_sizes() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as z, z.open("big", "w", force_zip64=True) as member:
        member.write(b"abc" * 1000)
    assert bytes(ZipContainer(file.getvalue()).read("big")) == b"abc" * 1000
    plain = archive({"a": b"x" * 50})
    start, size = plain.index(b"PK\1\2"), plain.index(b"PK\5\6") - plain.index(b"PK\1\2")
    end64 = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, size, start)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, start + size, 1)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    whole = plain[: start + size] + end64 + locator + end
    assert bytes(ZipContainer(whole).read("a")) == b"x" * 50
    for at in (start + size + 16, start + size + 24, start + size + 40, start + size + 48, start + size + 56 + 8):
        with pytest.raises(ArchiveDamaged):
            ZipContainer(patched(whole, at, "<Q", 1 << 50))


def test_a_missing_zip64_size_is_damage() -> None:
    data = archive({"a": b"xyz"})
    with pytest.raises(ArchiveDamaged, match="ZIP64"):
        ZipContainer(patched(data, data.index(b"PK\1\2") + 24, "<I", 0xFFFFFFFF))


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"x" * 100, b"PK\5\6" + bytes(17), b"\x80\x02}."])
def test_other_files_are_no_archives(data: bytes) -> None:
    with pytest.raises(NotAnArchive):
        ZipContainer(data)


def test_an_archive_with_a_comment_is_found() -> None:
    file = io.BytesIO(archive(TWO))
    with zipfile.ZipFile(file, "a") as z:
        z.comment = b"PK\5\6 looks like an end record, and is none"
    assert bytes(ZipContainer(file.getvalue()).read("a")) == TWO["a"]


@pytest.mark.parametrize(
    ("place", "form", "value", "error"),
    [
        (b"PK\5\6", "4<H", 1, ArchiveDamaged),
        (b"PK\5\6", "8<H", 1, ArchiveDamaged),
        (b"PK\5\6", "12<I", 1 << 30, ArchiveDamaged),
        (b"PK\5\6", "16<I", 1 << 30, ArchiveDamaged),
        (b"PK\5\6", "16<I", 0, ArchiveDamaged),
        (b"PK\1\2", "8<H", 1, UnsupportedMember),
        (b"PK\1\2", "10<H", 12, UnsupportedMember),
        (b"PK\1\2", "20<I", 11, ArchiveDamaged),
        (b"PK\1\2", "28<H", 60000, ArchiveDamaged),
        (b"PK\1\2", "34<H", 3, ArchiveDamaged),
        (b"PK\1\2", "42<I", 1 << 20, ArchiveDamaged),
        (b"PK\1\2", "46<B", 0xFF, ArchiveDamaged),
    ],
)
def test_directories_that_contradict_themselves(place: bytes, form: str, value: int, error: type) -> None:
    data = archive(TWO)
    shift, kind = form.split("<")
    with pytest.raises(error):
        ZipContainer(patched(data, data.index(place) + int(shift), "<" + kind, value))


@pytest.mark.parametrize(
    ("at", "form", "value"), [(0, "<I", 0), (8, "<H", 8), (6, "<H", 1), (26, "<H", 9), (28, "<H", 900), (30, "<B", 98)]
)
def test_local_headers_that_contradict_the_directory(at: int, form: str, value: int) -> None:
    with pytest.raises(MemberDamaged):
        ZipContainer(patched(archive(TWO), at, form, value)).read("a")


def test_two_members_of_one_name() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as z, pytest.warns(UserWarning):
        z.writestr("a", b"1")
        z.writestr("a", b"2")
    with pytest.raises(ArchiveDamaged, match="same name"):
        ZipContainer(file.getvalue())


def test_members_must_not_overlap() -> None:
    """A bomb of many members that share one block of data."""
    data = archive({"a": b"x" * 1000, "b": b"y" * 1000})
    second = data.index(b"PK\1\2", data.index(b"PK\1\2") + 4)
    with pytest.raises(ArchiveDamaged, match="overlaps"):
        ZipContainer(patched(data, second + 42, "<I", 0))


def test_a_bomb_is_refused_before_it_is_inflated() -> None:
    data = archive({"a": bytes(10_000_000)}, zipfile.ZIP_DEFLATED)
    assert len(data) < 20_000
    with pytest.raises(ArchiveTooLarge):
        ZipContainer(data, most_bytes=1_000_000)
    with pytest.raises(MemberDamaged, match="inflate to its 5 bytes"):
        ZipContainer(patched(data, data.index(b"PK\1\2") + 24, "<I", 5)).read("a")
    with pytest.raises(MemberDamaged, match="inflate to its"):
        ZipContainer(patched(data, data.index(b"PK\1\2") + 24, "<I", 20_000_000)).read("a")


def test_members_are_counted_before_they_are_read() -> None:
    count = MOST_MEMBERS + 1
    end64 = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, 0, 0)
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, 0, 1)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    with pytest.raises(ArchiveTooLarge, match="members"):
        ZipContainer(end64 + locator + end)


def test_damaged_data_is_found() -> None:
    stored, deflated = archive(TWO), archive({"a": b"first member" * 9}, zipfile.ZIP_DEFLATED)
    with pytest.raises(MemberDamaged, match="CRC-32"):
        ZipContainer(patched(stored, 31, "<B", 0)).read("a")
    with pytest.raises(MemberDamaged):
        ZipContainer(patched(deflated, 31, "<B", 0xFF)).read("a")
    assert bytes(ZipContainer(patched(stored, 31, "<B", 0)).read("a", check_crc=False))[0] == 0


def test_a_missing_member_is_named() -> None:
    with pytest.raises(MemberMissing, match="'z'"):
        ZipContainer(archive(TWO)).read("z")


def test_truncated_archives_are_refused(examples: Path) -> None:
    data = (examples / "ckpt_mini.pth").read_bytes()
    for size in range(0, len(data), 7):
        with pytest.raises(WeightsError):
            ZipContainer(data[:size])


def test_mutated_archives_raise_nothing_but_weights_errors() -> None:
    base = archive({"a": b"text" * 30, "b": bytes(300)}, zipfile.ZIP_DEFLATED)
    chance = random.Random(1)
    refused = 0
    for _ in range(1000):
        data = bytearray(base)
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            found = ZipContainer(bytes(data))
            for name in found.members:
                assert zlib.crc32(found.read(name)) == found.members[name].crc
        except WeightsError:
            refused += 1
    assert refused > 300


def test_sources_check_every_read() -> None:
    for source in (BufferSource(b"abcdef"), FileSource(io.BytesIO(b"abcdef"))):
        assert bytes(source.read(2, 3)) == b"cde" and source.size == 6
        for offset, size in ((4, 3), (-1, 2), (0, -1), (7, 0)):
            with pytest.raises(ArchiveDamaged):
                source.read(offset, size)


def test_a_file_that_shrinks_is_noticed() -> None:
    file = io.BytesIO(b"abcdef")
    source = FileSource(file)
    file.truncate(3)
    with pytest.raises(ArchiveDamaged):
        source.read(2, 3)


def test_byte_source_takes_buffers_files_and_sources() -> None:
    source = BufferSource(bytearray(b"ab"))
    assert byte_source(source) is source
    assert byte_source(memoryview(b"abc")).size == 3
    assert byte_source(io.BytesIO(b"abcd")).size == 4
