"""Markers and substreams (1.3), and the layouts of 1.4, on the worked examples and the conformance streams."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from refdec import tables
from refdec.bitstream.errors import SizePaddingNotZero, SubstreamTooLong, UnknownMarker
from refdec.bitstream.framing import Codestream, read_codestream, write_codestream
from refdec.bitstream.headers import Edition, Headers, read_headers, write_stream
from refdec.bitstream.markers import Marker, describe_code
from refdec.bitstream.payloads import (
    RESIDUAL_MARKERS,
    RegionUnit,
    assemble_residual,
    hyper_unit,
    quality_map_unit,
    residual_units,
)
from refdec.bitstream.rule_errors import TooManyRegions
from refdec.entropy.threads import read_sizes
from refdec.limits import Limits, TooLarge
from tests.payloads import check_payloads
from tests.unit.bitstream.support import stream

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
FRAMING = json.loads((GOLDEN / "examples" / "01-codestream-framing.json").read_text())["examples"]
STREAMS = sorted((GOLDEN / "vectors").glob("*.jai"))
# Made by the draft's software: more rows or columns of regions than the published standard allows (1.6.4).
FINER_REGIONS = {
    "bop_depreg_3x2_768x512": 1,
    "bop_depreg_threads8": 2,
    "bop_depreg_tools_on": 2,
    "hop_depreg_2x2_320x256": 2,
}


def units_of(codestream: Codestream, headers: Headers) -> Iterator[tuple[str, int, RegionUnit, int]]:
    """Marker, region, unit and threads of every unit, in the order of the examples."""
    for component, marker in enumerate(RESIDUAL_MARKERS):
        for region, unit in enumerate(residual_units(codestream, headers, component)):
            assert unit is not None
            yield marker.name, region, unit, headers.picture.num_threads_r[component]
    yield "SOZ", 0, hyper_unit(codestream), headers.picture.num_threads_z


@pytest.mark.parametrize("example", FRAMING, ids=[e["name"] for e in FRAMING])
def test_framing_example(example: dict[str, Any]) -> None:
    """01-codestream-framing.json: substreams, region and thread sizes, MD5 of every thread stream."""
    data = bytes.fromhex(example["codestream_hex"])
    codestream = read_codestream(data)
    # The dependent example extends regions of 128 samples by 256, which 4.10.2 forbids: it shows a layout, no picture.
    headers = read_headers(
        codestream, cross_checks="dependent" not in example["name"] or "independent" in example["name"]
    )
    assert [{"marker": p.marker.name, "size": len(p.payload)} for p in codestream.substreams] == example["substreams"]
    found = []
    for marker, region, unit, threads in units_of(codestream, headers):
        assert threads == example["num_threads"][marker]
        assert data[unit.offset : unit.offset + len(unit.data)] == unit.data
        place, *sizes = read_sizes(unit.data, threads)
        hashes = []
        for size in sizes:
            hashes.append(hashlib.md5(unit.data[place : place + size]).hexdigest())
            place += size
        found.append({"marker": marker, "region": region, "thread_sizes": sizes, "thread_md5": hashes})
    assert found == example["streams"]
    assert rebuilt(codestream, headers) == data


def rebuilt(codestream: Codestream, headers: Headers) -> bytes:
    """The codestream from its headers and units."""
    payloads: dict[Marker, list[bytes]] = {Marker.SOZ: [hyper_unit(codestream).data]}
    for component, marker in enumerate(RESIDUAL_MARKERS):
        units = [None if u is None else u.data for u in residual_units(codestream, headers, component)]
        payloads[marker] = assemble_residual(units, headers.picture.independent_regions)
    quality = quality_map_unit(codestream, headers)
    return write_stream(headers, {**payloads, Marker.SOQ: [quality.data] if quality else []})


def test_the_conformance_streams_are_here() -> None:
    assert len(STREAMS) == 111


@pytest.mark.parametrize("path", STREAMS, ids=lambda p: p.stem)
def test_conformance_stream_is_written_again_byte_for_byte(path: Path) -> None:
    data = path.read_bytes()
    codestream = read_codestream(data)
    headers = read_headers(codestream)
    check_payloads(codestream, headers)
    warned = [type(warning) for warning in headers.warnings]
    assert not codestream.warnings and warned == [TooManyRegions] * FINER_REGIONS.get(path.stem, 0)
    assert headers.edition is Edition.PUBLISHED
    assert rebuilt(codestream, headers) == data


def test_example_c_thread_sizes() -> None:
    """Example C: a unit of 44 bytes, sizes 10, 12, 9, 11."""
    assert read_sizes(bytes.fromhex("9500") + bytes([1] * 42), 4) == (2, 10, 12, 9, 11)


def test_example_d_dependent_regions() -> None:
    """Example D: the table 05 a1 20 before units of 44, 17 and any number of bytes."""
    units = [bytes([1] * 44), bytes([2] * 17), bytes([3] * 5)]
    (payload,) = assemble_residual(units, independent=False)
    assert payload == bytes.fromhex("05a120") + b"".join(units)
    data = stream(width=400, regions=(1, 3), hd_overlap=0, mcm_overlap=0)
    parts = [(p.marker, payload if p.marker is Marker.SORP else p.payload) for p in read_codestream(data).substreams]
    codestream = read_codestream(write_codestream(parts))
    found = residual_units(codestream, read_headers(codestream), 0)
    assert [unit and unit.data for unit in found] == units


def test_bytes_after_the_end_are_ignored() -> None:
    data = stream()
    codestream = read_codestream(data + b"more\xff\x80")
    assert codestream.substreams[-1].marker is Marker.SOZ
    assert (codestream.end, codestream.trailing_bytes) == (len(data), 6)


def test_marker_bytes_inside_a_payload_mean_nothing() -> None:
    data = write_codestream([(Marker.PIH, b"\xff\x81\xff\x80"), (Marker.UDI, b"\xff\x83")])
    assert [bytes(p.payload) for p in read_codestream(data).substreams] == [b"\xff\x81\xff\x80", b"\xff\x83"]


def test_substreams_come_in_any_order_after_the_first() -> None:
    data = stream()
    first, *rest = read_codestream(data).substreams
    turned = write_codestream((p.marker, p.payload) for p in [first, *reversed(rest)])
    codestream = read_codestream(turned)
    headers = read_headers(codestream)
    assert headers.substream_order == (Marker.PIH, Marker.SOZ, Marker.SORS, Marker.SORP, Marker.RDI, Marker.TON)
    assert rebuilt(codestream, headers) == turned


def test_places_of_substreams() -> None:
    codestream = read_codestream(bytes.fromhex("ff80ff8240aaff8c40bbff81"))
    assert [(p.offset, p.payload_offset) for p in codestream.substreams] == [(2, 5), (6, 9)]
    assert codestream.only(Marker.TON) is None
    assert codestream.only(Marker.UDI) == codestream.all(Marker.UDI)[0]


def test_lenient_reading_skips_unknown_words_and_warns_once() -> None:
    data = bytes.fromhex("ff80ff8240aaff8600000102ff8c40bbff81")
    with pytest.raises(UnknownMarker) as caught:
        read_codestream(data)
    assert str(caught.value.at) == "6.0"
    codestream = read_codestream(data, lenient=True)
    assert codestream.order == (Marker.PIH, Marker.UDI)
    assert [type(w) for w in codestream.warnings] == [UnknownMarker]


def test_lenient_reading_ends_where_user_data_are_cut() -> None:
    whole = write_codestream([(Marker.PIH, b"head"), (Marker.SOZ, b"z"), (Marker.UDI, bytes(range(200)))])
    before = write_codestream([(Marker.PIH, b"head"), (Marker.SOZ, b"z")])[:-2]
    for end in range(len(whole) - 200 - 1, len(whole) - 2):
        with pytest.raises(SubstreamTooLong, match="UDI claims 200 bytes"):
            read_codestream(whole[:end])
        codestream = read_codestream(whole[:end], lenient=True)
        assert [type(problem) for problem in codestream.warnings] == [SubstreamTooLong]
        assert codestream.order == (Marker.PIH, Marker.SOZ, Marker.UDI) and codestream.end == end
        part = codestream.only(Marker.UDI)
        assert part is not None and whole[len(before) :][: end - len(before)].endswith(bytes(part.payload))


def test_lenient_reading_passes_over_no_other_substream_that_is_cut() -> None:
    whole = write_codestream([(Marker.PIH, b"head"), (Marker.SOZ, bytes(200))])
    with pytest.raises(SubstreamTooLong, match="SOZ claims 200 bytes"):
        read_codestream(whole[:-50], lenient=True)


def test_lenient_reading_ignores_bits_after_a_size() -> None:
    data = bytes.fromhex("ff80ff8241aaff81")
    with pytest.raises(SizePaddingNotZero) as caught:
        read_codestream(data)
    assert str(caught.value.at) == "4.3"
    codestream = read_codestream(data, lenient=True)
    assert [type(w) for w in codestream.warnings] == [SizePaddingNotZero]


def test_limits_of_a_codestream() -> None:
    data = write_codestream([(Marker.PIH, b"")] + [(Marker.SORP, b"")] * 9)
    assert len(read_codestream(data, limits=Limits(substreams=10)).substreams) == 10
    with pytest.raises(TooLarge):
        read_codestream(data, limits=Limits(substreams=9))
    with pytest.raises(TooLarge):
        read_codestream(data, limits=Limits(codestream_bytes=len(data) - 1))


def test_markers_say_what_they_hold() -> None:
    assert {row["name"]: int(row["code"], 16) for row in tables.syntax()["markers"]} == dict(Marker.__members__)
    assert describe_code(0xFF83) == "TON (tools header)"
    assert describe_code(0xFF85) == "the reserved marker 0xFF85"
    assert describe_code(0x1234) == "0x1234, which is no marker"
