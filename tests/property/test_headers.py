"""Headers written and read again are the same headers, and the same bytes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from refdec.bitstream import syntax
from refdec.bitstream.bits import BitReader, BitWriter
from refdec.bitstream.edition_errors import DraftHeader
from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.headers import (
    Edition,
    Headers,
    environment,
    field_list_name,
    read_headers,
    write_headers,
    write_stream,
)
from refdec.bitstream.markers import Marker
from refdec.bitstream.payloads import RESIDUAL_MARKERS, assemble_residual, residual_units
from refdec.bitstream.recognition import legal_start
from refdec.bitstream.rules import all_problems
from tests.payloads import check_payloads
from tests.property.strategies import legal_headers

PAYLOADS = st.lists(st.binary(max_size=30), min_size=1, max_size=1)


def stream(headers: Headers, units: list[bytes]) -> bytes:
    """A codestream with these headers and residual units."""
    residual = assemble_residual(units, headers.picture.independent_regions)
    single = {marker: [b"\x00\x00\x01"] for marker in (Marker.SOZ, Marker.SOQ)}
    return write_stream(headers, {**single, Marker.SORP: residual, Marker.SORS: residual})


@settings(max_examples=150, deadline=None)
@given(headers=legal_headers(1100), seed=st.integers(0, 2**32 - 1))
def test_headers_survive_the_round_trip(headers: Headers, seed: int) -> None:
    assert all_problems(headers) == []
    rng = np.random.default_rng(seed)
    units = [rng.bytes(int(rng.integers(0, 40))) for _ in range(headers.picture.num_regions)]
    data = stream(headers, units)
    codestream = read_codestream(data)
    found = read_headers(codestream, edition=headers.edition)
    check_payloads(codestream, found)
    assert found == headers and found.warnings == ()
    assert stream(found, units) == data
    for component in range(len(RESIDUAL_MARKERS)):
        assert [unit and unit.data for unit in residual_units(codestream, found, component)] == units


@settings(max_examples=150, deadline=None)
@given(headers=legal_headers(1100))
def test_the_reader_finds_the_edition(headers: Headers) -> None:
    """1.12: but for draft starts that are legal as published, and then read so."""
    codestream = read_codestream(stream(headers, [b""] * headers.picture.num_regions))
    part = codestream.only(Marker.PIH)
    assert part is not None and legal_start(part.payload, headers.edition)
    if headers.edition is Edition.DRAFT and legal_start(part.payload, Edition.PUBLISHED):
        assert headers.picture.decoder_profile_id == 0 and len(headers.picture.synthesis_transforms) > 1
        return
    found = read_headers(codestream)
    assert found == headers
    assert [type(warning) for warning in found.warnings] == [DraftHeader] * (headers.edition is Edition.DRAFT)


@settings(max_examples=60, deadline=None)
@given(headers=legal_headers(300))
def test_annotation_covers_every_bit(headers: Headers) -> None:
    """The records of a header, put side by side, are the header."""
    for marker, payload in write_headers(headers).items():
        writer = BitWriter()
        name, known = field_list_name(marker, headers.edition), environment(marker.name, headers.picture, payload)
        for record in syntax.annotate(name, payload, known):
            assert record.legal
            assert record.bit_offset.bits == writer.position
            writer.u(record.value, record.n_bits)
        assert writer.getvalue() == payload


@given(numbers=st.lists(st.integers(-(2**31) + 1, 2**31 - 1)))
def test_signed_codes_survive_the_round_trip(numbers: list[int]) -> None:
    writer = BitWriter()
    for number in numbers:
        writer.se(number)
    reader = BitReader(writer.getvalue())
    assert [reader.se() for _ in numbers] == numbers
    reader.finish()


@given(parts=st.lists(st.tuples(st.sampled_from([Marker.SORP, Marker.SORS]), st.binary(max_size=300)), max_size=20))
def test_framing_survives_the_round_trip(parts: list[tuple[Marker, bytes]]) -> None:
    whole = [(Marker.PIH, b"\x01"), *parts]
    found = read_codestream(write_codestream(whole)).substreams
    assert [(part.marker, bytes(part.payload)) for part in found] == whole
