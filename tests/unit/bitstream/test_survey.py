"""Surveys: what is wrong with a codestream, all of it (1.8)."""

from __future__ import annotations

from pathlib import Path

import pytest

from refdec.bitstream.errors import ReservedBitDepth
from refdec.bitstream.framing import read_codestream, survey_codestream, write_codestream
from refdec.bitstream.headers import read_headers
from refdec.bitstream.markers import Marker
from refdec.bitstream.survey import survey_headers
from refdec.errors import CodestreamError, RefdecError
from refdec.limits import Limits

VECTORS = Path(__file__).resolve().parents[2] / "golden" / "vectors"
DATA = (VECTORS / "bop_off_64x64.jai").read_bytes()


def parts() -> list[tuple[Marker, bytes]]:
    return [(part.marker, bytes(part.payload)) for part in read_codestream(DATA).substreams]


def test_a_sound_stream_is_what_the_reader_says() -> None:
    codestream, problems = survey_codestream(DATA)
    assert problems == ()
    assert codestream == read_codestream(DATA)
    survey = survey_headers(codestream)
    assert survey.problems == ()
    assert survey.headers == read_headers(codestream)


@pytest.mark.parametrize("length", range(0, 60, 3))
def test_the_last_problem_of_a_cut_stream_is_the_readers(length: int) -> None:
    with pytest.raises(CodestreamError) as raised:
        read_codestream(DATA[:length])
    _, problems = survey_codestream(DATA[:length])
    assert type(problems[-1]) is type(raised.value)
    assert problems[-1].at == raised.value.at


def test_forgiven_problems_and_the_rest_behind_them() -> None:
    first, *others = parts()
    data = write_codestream([others[0], first, *others, others[0]])
    codestream, problems = survey_codestream(data)
    assert [problem.code for problem in problems] == ["RD0102", "RD0109", "RD0109"]
    assert len(codestream.substreams) == len(others) + 3
    assert codestream.end == len(data)


def test_limits_end_a_survey() -> None:
    _, problems = survey_codestream(DATA, limits=Limits(substreams=2))
    assert [problem.code for problem in problems] == ["RD0001"]
    survey = survey_headers(read_codestream(DATA), limits=Limits(pixels=100))
    assert [problem.code for problem in survey.problems] == ["RD0001"]


def with_pih(change: dict[int, int]) -> RefdecError | None:
    """The first problem of `read_headers`, for a changed PIH; and the survey must hold it too."""
    payload = bytearray(parts()[0][1])
    for byte, value in change.items():
        payload[byte] = value
    data = write_codestream([(Marker.PIH, bytes(payload)), *parts()[1:]])
    survey = survey_headers(read_codestream(data))
    try:
        read_headers(read_codestream(data))
    except RefdecError as problem:
        alike = [found for found in survey.problems if found.code == problem.code]
        # where bits run out in an array, the reader names its first element, the survey the one that is not whole
        assert problem.code == "RD0119" or problem.at in {found.at for found in alike}
        assert alike
        return problem
    assert not survey.problems
    return None


def test_the_survey_holds_what_the_reader_raises() -> None:
    payload = parts()[0][1]
    seen = set()
    for byte in range(len(payload)):
        for bit in range(8):
            problem = with_pih({byte: payload[byte] ^ (1 << bit)})
            seen.add(None if problem is None else problem.code)
    assert {"RD0119", "RD0120", "RD0125", "RD0161", None} <= seen


def test_all_illegal_values_are_found() -> None:
    payload = parts()[0][1]
    changed = bytes([0x03, payload[1] & 0xF0 | 9, *payload[2:]])
    data = write_codestream([(Marker.PIH, changed), *parts()[1:]])
    survey = survey_headers(read_codestream(data))
    assert [getattr(problem, "element", "") for problem in survey.problems] == [
        "decoder_profile_id",
        "synthesis_transform_id[0]",
    ]
    assert survey.headers is None and survey.picture is not None


def test_reserved_bit_depth_is_not_supported() -> None:
    payload = bytearray(parts()[0][1])
    at = 72  # bit of bit_depth_idc in a header with two transforms
    payload[at >> 3] |= 0b01000000
    data = write_codestream([(Marker.PIH, bytes(payload)), *parts()[1:]])
    problems = survey_headers(read_codestream(data)).problems
    assert any(isinstance(problem, ReservedBitDepth) for problem in problems)


def test_lenient_turns_padding_into_warnings() -> None:
    data = write_codestream([(m, p + b"\x00\x00" if m is Marker.PIH else p) for m, p in parts()])
    assert [problem.code for problem in survey_headers(read_codestream(data)).problems] == ["RD0121"]
    lenient = survey_headers(read_codestream(data), lenient=True)
    assert lenient.problems == ()
    assert lenient.headers is not None and [w.code for w in lenient.headers.warnings] == ["RD0121"]


def test_tools_need_a_readable_picture_header() -> None:
    data = write_codestream([(m, p[:3] if m is Marker.PIH else p) for m, p in parts()])
    codestream = read_codestream(data)
    survey = survey_headers(codestream)
    assert [found.part.marker.name for found in survey.parts] == ["PIH", "RDI"]
    with pytest.raises(KeyError):
        survey.of(codestream.all(Marker.TON)[0])
