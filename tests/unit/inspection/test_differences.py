"""Differences between two codestreams."""

from __future__ import annotations

from pathlib import Path

from refdec.bitstream.editions import Edition
from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.markers import Marker
from refdec.bitstream.rewriting import in_edition
from refdec.inspection.differences import compare_streams

VECTORS = Path(__file__).resolve().parents[2] / "golden" / "vectors"
DATA = (VECTORS / "bop_off_64x64.jai").read_bytes()


def parts() -> list[tuple[Marker, bytes]]:
    return [(part.marker, bytes(part.payload)) for part in read_codestream(DATA).substreams]


def test_equal_streams() -> None:
    assert compare_streams(DATA, DATA).equal


def test_a_changed_element_is_named() -> None:
    other = bytearray(DATA)
    other[9] ^= 0x20  # level_idc begins in the middle of byte 8
    found = compare_streams(DATA, bytes(other))
    assert [one.name for one in found.elements] == ["PIH.level_idc"]
    assert found.elements[0].at_a == "8.4"
    assert [one.name for one in found.substreams] == ["PIH"]


def test_streams_of_two_editions_differ_in_one_element() -> None:
    """1.12: only PIH differs, by stream_profile_idc; the rest is the same four bits earlier."""
    draft = in_edition(DATA, Edition.DRAFT)
    found = compare_streams(DATA, draft)
    assert [(one.name, one.a, one.b) for one in found.elements] == [("PIH.stream_profile_idc", 0, None)]
    assert [one.name for one in found.substreams] == ["PIH"]
    assert compare_streams(draft, draft).equal
    forced = compare_streams(DATA, draft, Edition.DRAFT)
    assert {one.name for one in forced.elements} >= {"PIH.decoder_profile_id", "PIH.level_idc"}


def test_a_changed_payload_byte_is_found() -> None:
    changed = [(m, p[:100] + bytes([p[100] ^ 1]) + p[101:] if m is Marker.SORP else p) for m, p in parts()]
    found = compare_streams(DATA, write_codestream(changed))
    assert not found.elements
    assert [(one.name, one.first_byte) for one in found.substreams] == [("SORP", 100)]


def test_absent_substreams_and_elements() -> None:
    fewer = [(m, p) for m, p in parts() if m is not Marker.TON]
    found = compare_streams(DATA, write_codestream(fewer))
    assert [(one.name, one.b_bytes) for one in found.substreams] == [("TON", None)]
    assert all(one.name.startswith("TON.") and one.b is None for one in found.elements)


def test_another_order_and_trailing_bytes() -> None:
    first, *others = parts()
    swapped = compare_streams(DATA, write_codestream([first, *reversed(others)]))
    assert swapped.order and not swapped.equal and not swapped.substreams
    longer = compare_streams(DATA, DATA + b"x")
    assert longer.rest and not longer.equal


def test_independent_regions_are_matched_by_their_index() -> None:
    data = (VECTORS / "hop_indreg_2x1_600x400.jai").read_bytes()
    rows = [(part.marker, bytes(part.payload)) for part in read_codestream(data).substreams]
    sorp = [k for k, (marker, _) in enumerate(rows) if marker is Marker.SORP]
    rows[sorp[1]] = (Marker.SORP, rows[sorp[1]][1] + b"\x01")
    found = compare_streams(data, write_codestream(rows))
    assert [one.name for one in found.substreams] == ["SORP region 1"]


def test_damaged_streams_are_compared_as_far_as_they_read() -> None:
    found = compare_streams(DATA, DATA[:500])
    assert not found.equal
    assert any(one.b_bytes is None for one in found.substreams)
