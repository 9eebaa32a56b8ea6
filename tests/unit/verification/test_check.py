"""Verdicts: all broken rules, decoding, comparison."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refdec.bitstream.edition_errors import DraftHeader, HeaderOfOtherEdition
from refdec.bitstream.editions import Edition
from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.markers import Marker
from refdec.bitstream.rewriting import in_edition
from refdec.bitstream.rule_errors import TooManyRegions
from refdec.bitstream.userdata import weights_mark
from refdec.decoding.options import DecodeOptions
from refdec.decoding.whole import decode_codestream
from refdec.formats.files import write_picture
from refdec.formats.pictures import CodePicture, Colour
from refdec.limits import Limits
from refdec.verification.check import verify_codestream
from refdec.verification.errors import ExpectationMissing, OneExpectationForMany, ToleranceInvalid
from refdec.verification.expectation import Expectation, expectation_for
from refdec.verification.files import VerifyRequest, verify_file, verify_files
from refdec.verification.verdict import Conformity, Verdict
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack
from tests.unit.bitstream.support import patched

VECTORS = Path(__file__).resolve().parents[2] / "golden" / "vectors"
DATA = (VECTORS / "bop_off_64x64.jai").read_bytes()
YUV420 = VECTORS / "bop_yuv420_8bit.jai"
KINDS = ("VM_common_int/Y", "VM_common_int/UV", "VM_bop/decoder_Y", "VM_bop/decoder_UV", "VM_sop/decoder_Y")


@cache
def pack() -> WeightPack:
    """The seeded weights of the vectors, model 1."""
    return seeded_pack(1, [f"{kind}_0.012" for kind in (*KINDS, "VM_sop/decoder_UV")])


def parts(data: bytes = DATA) -> list[tuple[Marker, bytes]]:
    return [(part.marker, bytes(part.payload)) for part in read_codestream(data).substreams]


def flipped(data: bytes, marker: Marker, position: int, *, ordinal: int = 0) -> bytes:
    """The stream with one bit of one payload changed."""
    rows = parts(data)
    index = [k for k, (m, _) in enumerate(rows) if m is marker][ordinal]
    payload = bytearray(rows[index][1])
    payload[position] ^= 0x10
    rows[index] = (marker, bytes(payload))
    return write_codestream(rows)


@cache
def sound() -> Verdict:
    return verify_codestream(DATA, pack(), name="bop_off_64x64.jai")


def test_a_sound_stream() -> None:
    verdict = sound()
    assert (verdict.outcome, verdict.exit_code) == (Conformity.CONFORMANT, 0)
    assert verdict.picture == "64 x 64, 8 bit RGB"
    book = json.loads((VECTORS / "fingerprints.json").read_text())["cases"]["bop_off_64x64"]["sha256"]
    assert dict(verdict.fingerprints) == book
    assert next(verdict.lines()) == "bop_off_64x64.jai: conformant"


def test_recorded_fingerprints() -> None:
    expectation = Expectation(VECTORS / "fingerprints.json")
    verdict = verify_codestream(DATA, pack(), name="here/bop_off_64x64.jai", expectation=expectation)
    assert verdict.comparison is not None and verdict.comparison.accepted
    assert verdict.outcome is Conformity.CONFORMANT


def test_fingerprints_that_differ_name_the_stage(tmp_path: Path) -> None:
    other = dict(sound().fingerprints)
    other[next(key for key in other if key.startswith("psi.UV"))] = "0" * 64
    (tmp_path / "t.json").write_text(json.dumps({"sha256": other}))
    verdict = verify_codestream(DATA, pack(), expectation=Expectation(tmp_path / "t.json"))
    assert (verdict.outcome, verdict.exit_code) == (Conformity.DIFFERS, 4)
    assert any("first stage that differs: psi.UV" in line for line in verdict.lines())


def decoded_png(path: Path) -> CodePicture:
    from refdec.api.decode import decode

    picture = decode(DATA, weights=pack())
    made = CodePicture(picture.planes, 8, Colour.RGB)
    write_picture(path, made)
    return made


def test_expected_picture_exact_and_within_tolerance(tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    picture = decoded_png(path)
    assert verify_codestream(DATA, pack(), expectation=Expectation(path)).outcome is Conformity.CONFORMANT
    planes = [plane.copy() for plane in picture.components]
    planes[1][5, 6] ^= 1
    write_picture(path, CodePicture(tuple(planes), 8, Colour.RGB))
    verdict = verify_codestream(DATA, pack(), expectation=Expectation(path))
    assert verdict.exit_code == 4
    assert any("row 5, column 6, component G" in line for line in verdict.lines())
    for fraction, code in ((1.0, 0), (1 / (3 * 64 * 64), 0), (1e-6, 4)):
        chosen = Expectation(path, tolerance=1, fraction=fraction)
        assert verify_codestream(DATA, pack(), expectation=chosen).exit_code == code


def test_expected_picture_of_another_size(tmp_path: Path) -> None:
    path = tmp_path / "p.ppm"
    write_picture(path, CodePicture((np.zeros((64, 65), np.uint8),) * 3, 8, Colour.RGB))
    verdict = verify_codestream(DATA, pack(), expectation=Expectation(path, tolerance=255))
    assert verdict.exit_code == 4
    assert any("65 x 64 in the expected picture and 64 x 64 in the decoded one" in line for line in verdict.lines())


def test_raw_yuv_has_the_layout_of_the_header(tmp_path: Path) -> None:
    from refdec.api.decode import decode

    picture = decode(YUV420, weights=pack())
    path = tmp_path / "expected.yuv"
    path.write_bytes(b"".join(plane.tobytes() for plane in picture.planes))
    data = YUV420.read_bytes()
    assert verify_codestream(data, pack(), expectation=Expectation(path)).outcome is Conformity.CONFORMANT


@pytest.mark.shared
def test_expected_pictures_of_the_vectors(shared: Path) -> None:
    book = json.loads((VECTORS / "fingerprints.json").read_text())["cases"]
    for case, bits in (
        ("bop_off_64x64", None),
        ("bop_yuv420_8bit", None),
        ("bop_out10bit", 10),
        ("bop_yuv444_10bit", None),
    ):
        (path,) = (shared / "vectors" / case).glob("expected.*")
        facts = book[case]["picture"]
        chosen = Expectation(path, tolerance=facts["max"], fraction=facts["fraction"] + 1e-6, bit_depth=bits)
        verdict = verify_codestream((VECTORS / f"{case}.jai").read_bytes(), pack(), expectation=chosen)
        assert verdict.outcome is Conformity.CONFORMANT, list(verdict.lines())


def test_every_damaged_region_is_found() -> None:
    data = (VECTORS / "bop_depreg_threads8.jai").read_bytes()
    codestream = read_codestream(data)
    sorp, sors = codestream.only(Marker.SORP), codestream.only(Marker.SORS)
    assert sorp is not None and sors is not None
    damaged = flipped(data, Marker.SORP, 5000)
    damaged = flipped(damaged, Marker.SORP, len(sorp.payload) - 1000)
    damaged = flipped(damaged, Marker.SORS, 400)
    verdict = verify_codestream(damaged, pack())
    assert verdict.outcome is Conformity.NOT_CONFORMANT
    *finer, first, second, third = verdict.problems
    assert [type(problem) for problem in finer] == [TooManyRegions] * 2
    assert all(problem.code.startswith("RD02") and problem.at is not None for problem in (first, second, third))
    starts = [problem.at.bits >> 3 for problem in (first, second, third) if problem.at]
    assert starts[0] < starts[1] < sors.payload_offset <= starts[2]


def test_the_verdict_tells_the_way_to_the_error_that_ended_the_decoding() -> None:
    damaged = flipped(DATA, Marker.SORP, 20)
    verdict = verify_codestream(damaged, pack())
    problem = verdict.ended_by
    assert problem is not None and problem in verdict.problems
    (way,) = [entry["through"] for entry in verdict.as_json()["problems"] if "through" in entry]
    assert way[-1] == problem.clause == "2.10"
    assert any(step.startswith("2.6") for step in way) and len(way) > 2
    lines = list(verdict.lines())
    place = lines.index(f"    came through clauses {' > '.join(way)}")
    assert f"clause {problem.clause}, {problem.code}" in lines[place - 1]
    unread = verify_codestream(DATA[:100], pack())
    assert unread.ended_by is None and not [line for line in unread.lines() if "came through" in line]


DRAFT = (VECTORS.parent / "draft" / "bop_off_64x64.jai").read_bytes()


def test_the_published_standard_judges_streams_of_the_draft() -> None:
    """1.12: one problem, and all the rest is done as ever: decoding, fingerprints, comparison."""
    expectation = Expectation(VECTORS / "fingerprints.json")
    verdict = verify_codestream(DRAFT, pack(), name="bop_off_64x64.jai", expectation=expectation)
    assert (verdict.outcome, verdict.exit_code) == (Conformity.NOT_CONFORMANT, 3)
    (problem,) = verdict.problems
    assert isinstance(problem, DraftHeader) and problem.legal and str(problem.at) == "6.0"
    assert verdict.fingerprints == sound().fingerprints and verdict.picture == sound().picture
    assert verdict.comparison is not None and verdict.comparison.accepted
    assert verdict.warnings == ()


def test_the_draft_judges_where_it_is_asked_to() -> None:
    options = DecodeOptions(edition=Edition.DRAFT)
    verdict = verify_codestream(DRAFT, pack(), name="bop_off_64x64.jai", options=options)
    assert verdict.outcome is Conformity.CONFORMANT and verdict.fingerprints == sound().fingerprints
    wrong = verify_codestream(DATA, pack(), options=options)
    assert wrong.exit_code == 3 and isinstance(wrong.problems[0], HeaderOfOtherEdition)


def test_a_broken_stream_of_the_draft_has_both_problems() -> None:
    verdict = verify_codestream(flipped(DRAFT, Marker.SOZ, 100), pack())
    first, *others = verdict.problems
    assert isinstance(first, DraftHeader) and first.legal is False
    assert others and all(problem.code.startswith("RD02") for problem in others)


def test_more_regions_than_the_published_standard_allows_are_a_problem_to_a_verifier_only() -> None:
    """1.6.4: a decoder warns; by the draft there is nothing wrong."""
    data = (VECTORS / "bop_depreg_threads8.jai").read_bytes()
    verdict = verify_codestream(data, pack())
    assert verdict.exit_code == 3 and [type(problem) for problem in verdict.problems] == [TooManyRegions] * 2
    decoded = decode_codestream(data, pack())
    assert [type(warning) for warning in decoded.headers.warnings] == [TooManyRegions] * 2
    draft = verify_codestream(in_edition(data, Edition.DRAFT), pack(), options=DecodeOptions(edition=Edition.DRAFT))
    assert draft.outcome is Conformity.CONFORMANT


def test_a_reserved_stream_profile_can_be_overlooked() -> None:
    data = patched(DATA, "stream_profile_idc", 5)
    verdict = verify_codestream(data, pack())
    assert {problem.code for problem in verdict.problems} == {"RD0164"}
    relaxed = verify_codestream(data, pack(), options=DecodeOptions(any_level=True))
    assert relaxed.outcome is Conformity.CONFORMANT and relaxed.fingerprints == sound().fingerprints


def test_damaged_hyper_latents() -> None:
    verdict = verify_codestream(flipped(DATA, Marker.SOZ, 100), pack())
    assert verdict.exit_code == 3
    assert {problem.clause.split(".")[0] for problem in verdict.problems} == {"2"}


def test_header_and_payload_problems_together() -> None:
    data = patched(DATA, "level_idc", 10)  # a level that allows model 2 only
    verdict = verify_codestream(flipped(data, Marker.SORP, 300), pack())
    assert {problem.code for problem in verdict.problems} >= {"RD0163"}
    assert any(problem.code.startswith("RD02") for problem in verdict.problems)
    relaxed = verify_codestream(data, pack(), options=DecodeOptions(any_level=True))
    assert relaxed.outcome is Conformity.CONFORMANT


def test_closing_bits_are_checked_in_every_thread() -> None:
    data = bytearray((VECTORS / "bop_depreg_threads8.jai").read_bytes())
    part = read_codestream(bytes(data)).only(Marker.SOZ)
    assert part is not None
    from refdec.entropy.threads import read_sizes

    directory, *sizes = read_sizes(bytes(part.payload), 8)
    for thread in (2, 5):
        data[part.payload_offset + directory + sum(sizes[: thread + 1]) - 1] = 0
    verdict = verify_codestream(bytes(data), pack())
    assert [getattr(problem, "thread", None) for problem in verdict.problems if problem.code == "RD0204"][:2] == [2, 5]


def test_other_weights_are_not_the_streams_fault() -> None:
    rows = parts()
    marked = write_codestream([*rows, (Marker.UDI, weights_mark("ab" * 32))])
    verdict = verify_codestream(marked, pack())
    assert (verdict.outcome, verdict.exit_code) == (Conformity.UNSUPPORTED, 5)
    assert verify_codestream(marked, pack(), options=DecodeOptions(ignore_weights_fingerprint=True)).exit_code == 0


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(pixels=1000), "RD0001"),
        (Limits(substreams=2), "RD0001"),
        (Limits(memory_bytes=1 << 20), "RD0003"),
        (Limits(seconds=0.0), "RD0004"),
    ],
)
def test_limits_are_problems_but_not_the_streams_fault(limits: Limits, code: str) -> None:
    verdict = verify_codestream(DATA, pack(), options=DecodeOptions(limits=limits))
    assert (verdict.outcome, verdict.exit_code) == (Conformity.UNSUPPORTED, 5)
    assert [problem.code for problem in verdict.problems] == [code]


def test_problems_are_listed_by_place() -> None:
    data = bytearray(DATA)
    data[5] ^= 0xFF
    data[-600] ^= 0x40
    places = [problem.at for problem in verify_codestream(bytes(data[:-2]), pack()).problems]
    known = [place for place in places if place is not None]
    assert len(known) > 1 and known == sorted(known) and places[: len(known)] == known


def test_lenient_warns() -> None:
    odd = write_codestream([(m, p + b"\0" if m is Marker.RDI else p) for m, p in parts()])
    assert verify_codestream(odd, pack()).exit_code == 3
    verdict = verify_codestream(odd, pack(), options=DecodeOptions(lenient=True))
    assert verdict.exit_code == 0
    assert any("RD0121" in line for line in verdict.lines())


def test_json_is_plain() -> None:
    line = json.loads(json.dumps(verify_codestream(DATA[:100], pack()).as_json()))
    assert line["verdict"] == "not conformant" and line["exit_code"] == 3
    assert line["problems"][0]["code"] and line["problems"][0]["at"]


def test_mutated_streams_end_in_a_verdict() -> None:
    random.seed(3)
    for _ in range(60):
        data = bytearray(DATA)
        for _ in range(random.choice([1, 2, 4])):
            data[random.randrange(random.choice([60, len(data)]))] = random.randrange(256)
        verdict = verify_codestream(bytes(data), pack(), options=DecodeOptions(limits=Limits(pixels=1 << 18)))
        assert verdict.exit_code in (0, 3, 5)


def test_folders_of_expectations(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    assert expectation_for(Path("x/a.jai"), tmp_path, 0, 1.0, None).path == tmp_path / "a.png"
    with pytest.raises(ExpectationMissing, match=r"no b\.png"):
        expectation_for(Path("b.jai"), tmp_path, 0, 1.0, None)


@pytest.mark.parametrize(("tolerance", "fraction"), [(-1, 1.0), (0, 1.5), (0, -0.1)])
def test_tolerances_out_of_range(tolerance: int, fraction: float) -> None:
    with pytest.raises(ToleranceInvalid):
        Expectation(Path("x"), tolerance, fraction)


def test_one_picture_is_not_for_many(tmp_path: Path) -> None:
    with pytest.raises(OneExpectationForMany, match="--expect"):
        verify_files([tmp_path], VerifyRequest(expect=tmp_path / "x.png"))
    with pytest.raises(OneExpectationForMany, match="--trace"):
        verify_files([tmp_path], VerifyRequest(trace=tmp_path / "x.json"))


def test_a_file_leaves_its_trace(tmp_path: Path) -> None:
    verdict = verify_file(VECTORS / "bop_off_64x64.jai", VerifyRequest(trace=tmp_path), weights=pack())
    assert json.loads((tmp_path / "bop_off_64x64.json").read_text())["sha256"] == dict(verdict.fingerprints)


@pytest.mark.parametrize(
    ("limits", "code"), [(Limits(memory_bytes=1 << 20), "RD0003"), (Limits(seconds=0.0), "RD0004")]
)
def test_the_search_for_damaged_units_keeps_to_the_limits(limits: Limits, code: str) -> None:
    """What was found until then stands, and the limit says that there may be more."""
    data = flipped(patched(DATA, "level_idc", 10), Marker.SORP, 300)
    verdict = verify_codestream(data, pack(), options=DecodeOptions(limits=limits))
    assert {problem.code for problem in verdict.problems} == {"RD0163", code} and verdict.exit_code == 3
    roomy = DecodeOptions(limits=Limits(memory_bytes=1 << 30, seconds=600))
    free, bounded = verify_codestream(data, pack()), verify_codestream(data, pack(), options=roomy)
    assert list(bounded.lines()) == list(free.lines())


def test_a_verdict_asks_nothing_of_blas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its products would come out otherwise on several threads, or with other kernels of the library."""
    import threadpoolctl

    seen: list[str] = []

    def look(*arguments: Any, **more: Any) -> Any:
        seen.append("product")
        return multiply(*arguments, **more)

    def numbers() -> list[int]:
        return [one["num_threads"] for one in threadpoolctl.threadpool_info() if one["user_api"] == "blas"]

    multiply = np.matmul
    monkeypatch.setattr(np, "matmul", look)
    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        before = numbers()
        assert verify_codestream(DATA, pack()).exit_code == 0
        assert numbers() == before
    assert seen == []
