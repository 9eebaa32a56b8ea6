"""Every error class is raised by a concrete input, tells its rule, and survives the way between processes (rule 3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from refdec.bitstream import edition_errors, errors, rule_errors, syntax
from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.headers import Edition, build_headers, read_headers
from refdec.bitstream.markers import Marker
from refdec.bitstream.rewriting import in_edition
from refdec.bitstream.tools import ToolsHeader
from refdec.bitstream.verbs import ElementRecord
from refdec.errors import RefdecError
from tests.headers import picture_header
from tests.payloads import check_payloads
from tests.unit.bitstream.support import icci, linear, nonlinear, patched, resized, stream, stream_of

Source = Callable[[], bytes]
INDEPENDENT: dict[str, Any] = {"regions": (2, 2), "independent_regions": True}
WIDE: dict[str, Any] = {"width": 3000, "height": 2100}


def cut(data: bytes, marker: Marker, size: int) -> bytes:
    return resized(data, marker, lambda payload: payload[:size])


def without(data: bytes, *markers: Marker) -> bytes:
    return write_codestream((p.marker, p.payload) for p in read_codestream(data).substreams if p.marker not in markers)


def twice(data: bytes, marker: Marker) -> bytes:
    parts = [(p.marker, p.payload) for p in read_codestream(data).substreams]
    return write_codestream(parts + [part for part in parts if part[0] is marker])


def matrix(*rows: tuple[int, int, int]) -> dict[str, Any]:
    changes = {"colour_transform_idx": 2, "colour_transform_matrix": rows, "colour_transform_offset": (0, 128, 128)}
    return {"changes": changes}


def tiles(**changes: tuple[int, int]) -> bytes:
    return stream(**WIDE, tile_size=1024, changes=changes)


def in_444_coded(output: tuple[int, int], coded: tuple[int, int]) -> bytes:
    changes = {"s_ver_minus1": output[0] - 1, "s_hor_minus1": output[1] - 1}
    changes |= {"c_ver_minus1": coded[0] - 1, "c_hor_minus1": coded[1] - 1}
    return stream(changes=changes)


def before_the_draft(profiles: tuple[int, ...], level: int) -> bytes:
    """1.12: stream_profile_idc, num_decoder_profiles_minus1, decoder_profile_idc, level_idc, then what came behind."""
    nibbles = [0, len(profiles) - 1, *profiles, level]
    start = bytes(high << 4 | low for high, low in zip([*nibbles, 0][::2], [*nibbles, 0][1::2], strict=False))
    return resized(stream(), Marker.PIH, lambda payload: start + payload[len(start) :])


# One stream for each class; the place is that of the element named in the error.
STREAMS: dict[type[RefdecError], Source] = {
    errors.NoStart: lambda: b"\x89PNG",
    errors.PictureHeaderNotFirst: lambda: without(stream(), Marker.PIH),
    errors.SubstreamTooLong: lambda: stream()[:-4],
    errors.CodestreamCut: lambda: stream()[:-2],
    errors.UnknownMarker: lambda: stream()[:-2] + b"\xff\x85\xff\x81",
    errors.SecondStart: lambda: stream()[:-2] + stream(),
    errors.CodeTooLong: lambda: b"\xff\x80\xff\x82" + bytes(8),
    errors.SizePaddingNotZero: lambda: bytes.fromhex("ff80ff8241aaff81"),
    errors.DuplicateSubstream: lambda: twice(stream(), Marker.TON),
    errors.SeveralResiduals: lambda: twice(stream(), Marker.SORS),
    errors.RepeatedRegion: lambda: resized(stream(**INDEPENDENT), Marker.SORP, lambda p: b"\x03" + p[1:]),
    errors.RegionOutOfRange: lambda: resized(stream(**INDEPENDENT), Marker.SORS, lambda p: bytes([p[0] + 1]) + p[1:]),
    errors.EmptyResidual: lambda: resized(stream(**INDEPENDENT), Marker.SORP, lambda p: b""),
    errors.HyperLatentsMissing: lambda: without(stream(), Marker.SOZ),
    errors.ResidualMissing: lambda: without(stream(), Marker.SORS),
    errors.QualityMapMissing: lambda: without(stream(quality_map_entropy_index=3), Marker.SOQ),
    errors.QualityMapUnexpected: lambda: stream()[:-2] + b"\xff\x8b\x80\xff\x81",
    errors.RegionTableTooLong: lambda: resized(
        stream(regions=(2, 1), hd_overlap=1, mcm_overlap=4), Marker.SORP, lambda p: b"\x08\x80" + p[1:]
    ),
    errors.OutOfBits: lambda: cut(stream(), Marker.PIH, 8),
    errors.ElementOutOfRange: lambda: patched(stream(), "model_id", 9),
    errors.SurplusBits: lambda: resized(stream(), Marker.TON, lambda p: p + b"\x00"),
    errors.AlignmentNotZero: lambda: resized(stream(), Marker.TON, lambda p: b"\x01"),
    errors.NotComputable: lambda: patched(stream(ToolsHeader(icci=icci(512, 32, 1))), "icci_tile_overlap", 31),
    errors.ReservedBitDepth: lambda: patched(stream(), "bit_depth_idc", 4),
    rule_errors.IllegalFormat: lambda: in_444_coded((1, 1), (2, 1)),
    rule_errors.FormatNotConvertible: lambda: in_444_coded((1, 2), (2, 2)),
    rule_errors.SingularColourMatrix: lambda: stream(**matrix((1, 2, 3), (2, 4, 6), (0, 0, 1))),
    rule_errors.UserColourTransform: lambda: stream(**matrix((255, 0, 0), (0, 255, 0), (0, 0, 255))),
    rule_errors.RegionsTooFine: lambda: stream(regions=(1, 4), hd_overlap=0, mcm_overlap=0),
    rule_errors.TooManyRegions: lambda: stream(regions=(1, 3), hd_overlap=0, mcm_overlap=0),
    rule_errors.TooManyIndependentRegions: lambda: stream(
        width=2200, height=2200, regions=(17, 17), independent_regions=True
    ),
    rule_errors.OverlapBeyondRegion: lambda: stream(regions=(2, 2), hd_overlap=1, mcm_overlap=5),
    rule_errors.TileOverlapBeyondTile: lambda: stream(width=2000, height=2000, tile_size=64, tile_overlap=64),
    rule_errors.TileOverlapBeyondPicture: lambda: stream(tile_size=1024, tile_overlap=288),
    rule_errors.TileGridsDiffer: lambda: tiles(synthesis_tile_size=(64, 32)),
    rule_errors.TileOverlapOffGrid: lambda: stream(**WIDE, **INDEPENDENT, tile_size=128, tile_overlap=48),
    rule_errors.IcciTileTooSmall: lambda: stream(ToolsHeader(icci=icci(160, 32, 9))),
    rule_errors.OffsetTileCountWrong: lambda: stream(ToolsHeader(efe_nonlinear=nonlinear(2))),
    rule_errors.MaskSizeWrong: lambda: stream(ToolsHeader(efe_linear=linear(), efe_nonlinear=nonlinear(mask=(3, 2)))),
    rule_errors.MaskWithoutAlternative: lambda: stream(
        ToolsHeader(efe_linear=linear(alternative=False), efe_nonlinear=nonlinear(mask=(3, 3)))
    ),
    rule_errors.UnknownLevel: lambda: stream(level_idc=13),
    rule_errors.ProfileViolated: lambda: stream(decoder_profile_id=0),
    rule_errors.LevelSizeExceeded: lambda: stream(width=3000, height=2074, level_idc=12),
    rule_errors.LevelModelForbidden: lambda: stream(model_id=3, level_idc=50),
    rule_errors.StreamProfileReserved: lambda: patched(stream(), "stream_profile_idc", 1),
    edition_errors.DraftHeader: lambda: stream(edition=Edition.DRAFT),
    edition_errors.HeaderOfOtherEdition: lambda: stream(edition=Edition.DRAFT),
    edition_errors.HeaderBeforeDraft: lambda: before_the_draft((0, 1), 5),
}
TOLERATED: set[type[RefdecError]] = {rule_errors.TooManyRegions, edition_errors.DraftHeader}
"""What a reader does not raise but keeps as a warning."""
OF_WRITERS: dict[type[RefdecError], Any] = {
    errors.ElementMissing: lambda: syntax.write("RDI", {}),
    edition_errors.HeaderAmbiguous: lambda: in_edition(
        stream(decoder_profile_id=0, synthesis_transforms=(0, 1)), Edition.DRAFT
    ),
}
NAMED: dict[type[RefdecError], Edition] = {edition_errors.HeaderOfOtherEdition: Edition.PUBLISHED}
"""The edition that the stream of a class is read by, where it is not left to the reader."""


def decode_headers(data: bytes, edition: Edition | None = None, tolerated: type[RefdecError] | None = None) -> None:
    """All that this package does with a stream; a warning of the tolerated class is raised."""
    codestream = read_codestream(data)
    headers = read_headers(codestream, edition=edition)
    check_payloads(codestream, headers)
    for warning in headers.warnings:
        if type(warning) is tolerated:
            raise warning


def cause(kind: type[RefdecError]) -> None:
    if kind in OF_WRITERS:
        OF_WRITERS[kind]()
    decode_headers(STREAMS[kind](), NAMED.get(kind), kind if kind in TOLERATED else None)


CAUSES = {kind: partial(cause, kind) for kind in (*STREAMS, *OF_WRITERS)}


def raised(kind: type[RefdecError]) -> Any:
    with pytest.raises(kind) as caught:
        cause(kind)
    assert type(caught.value) is kind
    return caught.value


@pytest.mark.parametrize("kind", CAUSES, ids=lambda kind: kind.__name__)
def test_error_is_raised_placed_and_explained(kind: type[RefdecError]) -> None:
    problem = raised(kind)
    assert problem.at is not None
    headline, *advice = problem.explain().splitlines()
    assert len(headline) < 200
    assert advice or kind is errors.ElementMissing
    assert kind.clause in str(problem) and f"byte.bit {problem.at}" in str(problem)


@pytest.mark.parametrize(
    ("kind", "element"),
    [
        (errors.ElementOutOfRange, "model_id"),
        (errors.ReservedBitDepth, "bit_depth_idc"),
        (errors.OutOfBits, "diff_display_img_width"),
        (rule_errors.LevelSizeExceeded, "level_idc"),
        (rule_errors.TileOverlapBeyondTile, "synthesis_tile_overlap[0]"),
        (rule_errors.OffsetTileCountWrong, "numTiles"),
        (rule_errors.MaskSizeWrong, "len_mask_x"),
        (rule_errors.RegionsTooFine, "num_hor_splits_minus1"),
        (rule_errors.TooManyRegions, "num_hor_splits_minus1"),
        (rule_errors.StreamProfileReserved, "stream_profile_idc"),
    ],
)
def test_place_is_that_of_the_element(kind: type[RefdecError], element: str) -> None:
    problem = raised(kind)
    assert problem.element == element
    data = STREAMS[kind]()
    codestream = read_codestream(data)
    picture = picture_header(300, 280)
    for part in codestream.substreams[:2]:
        known = picture.tools_environment()
        records: list[ElementRecord] = []
        try:
            syntax.annotate(part.marker.name, part.payload, known, first_byte=part.payload_offset, records=records)
        except errors.OutOfBits:
            assert kind is errors.OutOfBits
            assert problem.at == records[-1].bit_offset + records[-1].n_bits
            return
        found = [record.bit_offset for record in records if record.name == element]
        if found:
            assert problem.at == found[0]
            return
    pytest.fail(f"{element} is not coded")


def test_error_places_are_in_the_file_not_in_the_payload() -> None:
    """SOC, marker and size take 6 bytes; decoder_profile_id has stream_profile_idc before it, in the draft nothing."""
    for edition, bit in ((Edition.PUBLISHED, 4), (Edition.DRAFT, 0)):
        data = patched(stream(edition=edition), "decoder_profile_id", 7)
        with pytest.raises(errors.ElementOutOfRange) as caught:
            decode_headers(data, edition)
        part = read_codestream(data).only(Marker.PIH)
        assert part is not None and str(caught.value.at) == f"{part.payload_offset}.{bit}"


@pytest.mark.parametrize("value", [5, 6, 7])
def test_invalid_bit_depths_are_not_merely_reserved(value: int) -> None:
    with pytest.raises(errors.ElementOutOfRange):
        decode_headers(patched(stream(), "bit_depth_idc", value))


def test_unsupported_is_not_illegal() -> None:
    """A stream that is legal but reserved has another exit code than a broken one."""
    assert raised(errors.ReservedBitDepth).exit_code == 5
    assert raised(rule_errors.UserColourTransform).exit_code == 5
    assert raised(rule_errors.SingularColourMatrix).exit_code == 3


def small_stream() -> bytes:
    """A stream with every tool, short enough to cut at every byte."""
    mask = nonlinear(mask=(1, 1), tile=(64, 64))
    tools = ToolsHeader((1, 0), linear(), icci(0, 0, 1), mask, 159)
    cubes = np.ones((4, 1, 1), np.uint8)
    cubes[2] = 0
    picture = picture_header(64, 64, cube_flags=(cubes, None), quality_map_entropy_index=2, num_chs=(20, 9))
    return stream_of(replace(build_headers(picture, tools, None, b"user"), warnings=()))


def test_every_truncation_is_refused_on_purpose() -> None:
    data = small_stream()
    decode_headers(data)
    for size in range(len(data)):
        with pytest.raises(RefdecError):
            decode_headers(data[:size])


@pytest.mark.parametrize("lenient", [False, True])
def test_flipped_bits_give_errors_of_ours_or_headers(lenient: bool) -> None:
    """2000 random damages of one to three bytes: nothing but RefdecError comes out."""
    data = small_stream()
    rng = np.random.default_rng(1)
    refused = 0
    for _ in range(2000):
        damaged = bytearray(data)
        for place in rng.integers(0, len(data), rng.integers(1, 4)).tolist():
            damaged[place] ^= int(rng.integers(1, 256))
        try:
            codestream = read_codestream(bytes(damaged), lenient=lenient)
            headers = read_headers(codestream, lenient=lenient)
            check_payloads(codestream, headers)
        except RefdecError as problem:
            refused += 1
            assert problem.explain()
    assert 500 < refused < 2000


def test_annotating_damaged_headers_ends_too() -> None:
    """The viewer reads headers whose values are illegal, and says where it must stop."""
    data = small_stream()
    rng = np.random.default_rng(2)
    known = picture_header(64, 64).tools_environment()
    parts = [p for p in read_codestream(data).substreams if p.marker in (Marker.PIH, Marker.TON, Marker.RDI)]
    for _ in range(1000):
        part = parts[int(rng.integers(len(parts)))]
        damaged = bytearray(part.payload)
        damaged[int(rng.integers(len(damaged)))] ^= int(rng.integers(1, 256))
        try:
            assert syntax.annotate(part.marker.name, bytes(damaged), known)
        except RefdecError as problem:
            assert problem.explain()
