"""The record of private regions in UDI: what is written is read, at its place, and cut or foreign data are none."""

from __future__ import annotations

import pytest

from refdec.bitstream.framing import read_codestream
from refdec.bitstream.markers import Marker
from refdec.bitstream.privaterecord import (
    MOST_RECTANGLES,
    PrivateRecord,
    Sealed,
    private_part,
    read_private_record,
    with_user_data,
)
from refdec.bitstream.userdata import gray_mark, weights_mark
from refdec.tiling.geometry import Rect
from tests.encodable import GOLDEN

RECTANGLES = (Rect(1, 2, 3, 4), Rect(0, 0, 65599, 65599))
SEALED = Sealed(True, bytes(range(32)), bytes(range(16)), bytes(range(12)), bytes(range(16, 32)), b"ciphertext")
RECORDS = [PrivateRecord(RECTANGLES), PrivateRecord(RECTANGLES[:1], SEALED), PrivateRecord(RECTANGLES * 128)]
MARKS = [b"", weights_mark("5e" * 32), gray_mark(1), weights_mark("00" * 32) + gray_mark(3)]


@pytest.mark.parametrize("marks", MARKS)
@pytest.mark.parametrize("record", RECORDS)
def test_a_record_stands_behind_the_marks(record: PrivateRecord, marks: bytes) -> None:
    assert read_private_record(marks + record.to_bytes()) == record
    assert private_part(marks + record.to_bytes()) == (marks, record.to_bytes())
    assert read_private_record(marks) is None and private_part(marks) == (marks, None)


def test_the_layout_is_as_documented() -> None:
    head = b"refdec-private/1" + b"\2" + b"\0\1" + b"\0\0\0\1" + b"\0\0\0\2" + b"\0\0\0\3" + b"\0\0\0\4"
    parts = SEALED.public_sha256 + SEALED.salt + SEALED.nonce + SEALED.key_check + b"\0\0\0\x0a"
    assert PrivateRecord(RECTANGLES[:1], SEALED).to_bytes() == head + parts + b"ciphertext"
    assert PrivateRecord(RECTANGLES[:1]).to_bytes() == head.replace(b"\2", b"\0", 1)


@pytest.mark.parametrize("record", RECORDS[:2])
def test_a_cut_record_is_none(record: PrivateRecord) -> None:
    whole = record.to_bytes()
    assert all(read_private_record(whole[:end]) is None for end in range(len(whole)))
    assert read_private_record(whole + b"\0") is None


def test_records_of_another_form_are_none() -> None:
    whole = bytearray(PrivateRecord(RECTANGLES).to_bytes())
    for place, value in ((16, 3), (17, 0xFF)):
        other = whole.copy()
        other[place] = value
        assert read_private_record(bytes(other)) is None
    too_many = PrivateRecord(RECTANGLES[:1] * (MOST_RECTANGLES + 1)).to_bytes()
    assert read_private_record(too_many) is None
    assert read_private_record(b"somebody's" + PrivateRecord(RECTANGLES).to_bytes()) is None


def test_user_data_come_and_go_and_all_else_stays() -> None:
    data = (GOLDEN / "kodim21_m1_+0_64x64.jai").read_bytes()
    bare = with_user_data(data, b"")
    assert Marker.UDI not in read_codestream(bare).order
    with_some = with_user_data(bare, b"some")
    assert read_codestream(with_some).order[:3] == (Marker.PIH, Marker.TON, Marker.UDI)
    assert with_user_data(with_some, b"") == bare
    kept = read_codestream(data).only(Marker.UDI)
    assert kept is not None and with_user_data(with_user_data(data, b"other"), bytes(kept.payload)) == data
