"""Bits, bytes and descriptors (1.2)."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.bitstream.bits import BitReader, BitWriter
from refdec.bitstream.errors import (
    AlignmentNotZero,
    CodeTooLong,
    OutOfBits,
    SurplusBits,
)
from refdec.errors import BitOffset

# The table of 1.2.
UE_TABLE = {
    0: "80",
    1: "40",
    2: "60",
    6: "38",
    7: "10",
    16: "0880",
    19: "0a00",
    255: "008000",
    256: "008080",
    8604: "000433a0",
    65535: "0000800000",
}


@pytest.mark.parametrize(("number", "code"), UE_TABLE.items())
def test_table_1_2_of_unsigned_codes(number: int, code: str) -> None:
    writer = BitWriter()
    writer.ue(number)
    writer.byte_align()
    assert writer.getvalue().hex() == code
    reader = BitReader(bytes.fromhex(code))
    assert reader.ue() == number
    assert reader.byte_align() == 0
    assert reader.left == 0


@pytest.mark.parametrize("number", [0, 1, -1, 2, -2, 3, 1000, -1000, 2**31 - 1, -(2**31 - 1)])
def test_signed_codes_come_back(number: int) -> None:
    writer = BitWriter()
    writer.se(number)
    assert BitReader(writer.getvalue()).se() == number


def test_example_c_deltas() -> None:
    """Example C: the deltas 0, -2, 1 of thread sizes 10, 12, 9, 11 are the bytes 95 00."""
    writer = BitWriter()
    for delta in (0, -2, 1):
        writer.se(delta)
    assert writer.getvalue().hex() == "9500"
    reader = BitReader(bytes.fromhex("9500"))
    assert [reader.se() for _ in range(3)] == [0, -2, 1]


def test_example_d_region_sizes() -> None:
    """Example D: region sizes 44 and 17 are the bytes 05 a1 20."""
    reader = BitReader(bytes.fromhex("05a120"))
    assert [reader.ue(), reader.ue()] == [44, 17]
    assert reader.byte_align() == 0


def test_zero_bits_give_zero() -> None:
    reader = BitReader(b"")
    assert reader.u(0) == 0
    assert list(reader.run(0, 5)) == [0] * 5
    assert list(reader.run(0, 500)) == [0] * 500


def test_positions_count_from_the_file() -> None:
    reader = BitReader(b"\xff\x00", first_byte=100)
    reader.u(9)
    assert (reader.position, reader.left, reader.place) == (9, 7, BitOffset(809))


def test_more_than_31_leading_zeros_are_refused() -> None:
    with pytest.raises(CodeTooLong):
        BitReader(bytes(4) + b"\xff" * 8).ue()
    largest = BitWriter()
    largest.ue(2**32 - 2)
    assert BitReader(largest.getvalue()).ue() == 2**32 - 2
    with pytest.raises(ValueError, match="no ue"):
        BitWriter().ue(2**32 - 1)


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00\x00\x00", b"\x00\x01"])
def test_a_cut_code_is_refused(data: bytes) -> None:
    with pytest.raises(OutOfBits):
        BitReader(data).ue()


def test_reading_past_the_end_is_refused() -> None:
    reader = BitReader(b"\xab")
    assert reader.u(5) == 0b10101
    with pytest.raises(OutOfBits) as caught:
        reader.u(4, "level_idc")
    assert (caught.value.wanted, caught.value.left, caught.value.at) == (4, 3, BitOffset(5))
    with pytest.raises(OutOfBits):
        reader.run(2, 2)


def test_end_of_a_header() -> None:
    BitReader(b"").finish()
    padded = BitReader(b"\x80")
    padded.u(1)
    padded.finish()
    with pytest.raises(SurplusBits):
        BitReader(b"\x00").finish()
    dirty = BitReader(b"\x81")
    dirty.u(1)
    with pytest.raises(AlignmentNotZero):
        dirty.finish()


@pytest.mark.parametrize("bits", [1, 2, 7, 8, 13, 16, 32])
@pytest.mark.parametrize("offset", [0, 3])
def test_a_run_is_its_values_in_turn(bits: int, offset: int) -> None:
    values = np.random.default_rng(bits).integers(0, 1 << bits, 37)
    row, single = BitWriter(), BitWriter()
    for writer in (row, single):
        writer.u(0, offset)
    row.run(values, bits)
    for value in values.tolist():
        single.u(value, bits)
    assert row.getvalue() == single.getvalue()
    reader = BitReader(row.getvalue())
    reader.u(offset)
    assert list(reader.run(bits, 37)) == values.tolist()
    assert reader.position == offset + 37 * bits


def test_values_that_do_not_fit_are_a_bug_of_the_caller() -> None:
    writer = BitWriter()
    with pytest.raises(ValueError, match="does not fit"):
        writer.u(4, 2)
    with pytest.raises(ValueError, match="does not fit"):
        writer.run([1, 4], 2)
    with pytest.raises(ValueError, match="does not fit"):
        writer.u(-1, 8)
    writer.run([], 8)
    assert writer.getvalue() == b""
