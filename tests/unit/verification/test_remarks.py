"""Remarks of a verdict: they tell what breaks no rule, and leave verdict and exit code alone."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.markers import Marker
from refdec.bitstream.userdata import weights_mark
from refdec.verification.check import verify_codestream
from refdec.verification.verdict import Conformity, Verdict
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack
from tests.unit.bitstream.support import patched

VECTORS = Path(__file__).resolve().parents[2] / "golden" / "vectors"
DATA = (VECTORS / "bop_off_64x64.jai").read_bytes()
KINDS = ("VM_common_int/Y", "VM_common_int/UV", "VM_bop/decoder_Y", "VM_bop/decoder_UV")


@cache
def pack(seed: int = 1) -> WeightPack:
    """Seeded weights of model 1; those of the vector have the seed 1."""
    return seeded_pack(seed, [f"{kind}_0.012" for kind in KINDS])


def other_model() -> WeightPack:
    """A pack without the model of the vector."""
    return seeded_pack(1, [f"{kind}_0.002" for kind in KINDS])


def of(data: bytes, weights: WeightPack | None = None) -> Verdict:
    return verify_codestream(data, weights or pack())


def test_bytes_after_eoc_are_a_remark() -> None:
    verdict = of(DATA + b"tail")
    assert (verdict.outcome, verdict.exit_code) == (Conformity.CONFORMANT, 0)
    assert verdict.remarks == (
        f"bytes after EOC, 4 from byte {len(DATA)} on, are no part of the codestream (clause 1.3)",
    )
    assert f"  remark: {verdict.remarks[0]}" in list(verdict.lines())
    assert verdict.as_json()["remarks"] == list(verdict.remarks)
    assert not of(DATA).remarks


def test_without_its_weights_a_legal_stream_is_not_supported() -> None:
    verdict = of(DATA, other_model())
    assert (verdict.outcome, verdict.exit_code) == (Conformity.UNSUPPORTED, 5)
    assert [problem.code for problem in verdict.problems] == ["RD0601"]
    (remark,) = verdict.remarks
    assert "are legal" in remark and "--weights" in remark


def test_without_its_weights_a_broken_rule_is_found_all_the_same() -> None:
    verdict = of(patched(DATA, "level_idc", 10), other_model())
    assert (verdict.outcome, verdict.exit_code) == (Conformity.NOT_CONFORMANT, 3)
    assert not verdict.remarks


def test_synthesis_alone_may_be_missing() -> None:
    """The entropy-coded data are decoded then, and the verdict is the same."""
    common = seeded_pack(1, [f"{kind}_0.012" for kind in KINDS[:2]])
    verdict = of(DATA, common)
    assert (verdict.exit_code, [problem.code for problem in verdict.problems]) == (5, ["RD0601"])


def test_garbage_of_a_stream_that_names_no_weights_may_be_the_weights() -> None:
    verdict = of(DATA, pack(2))
    assert verdict.outcome is Conformity.NOT_CONFORMANT
    assert verdict.remarks == (
        "the stream does not say for which weights it was made; with other weights it may be legal",
    )


def test_a_stream_that_names_its_weights_is_not_excused() -> None:
    from refdec.decoding.models import stream_fingerprint

    parts = [(part.marker, bytes(part.payload)) for part in read_codestream(DATA).substreams]
    named = [*parts[:-1], (Marker.UDI, weights_mark(stream_fingerprint(pack(), 1))), parts[-1]]
    place = next(index for index, (marker, _) in enumerate(named) if marker is Marker.SORP)
    payload = bytearray(named[place][1])
    payload[len(payload) // 2] ^= 0x10
    named[place] = (Marker.SORP, bytes(payload))
    verdict = of(write_codestream(named))
    assert verdict.outcome is Conformity.NOT_CONFORMANT and not verdict.remarks


@pytest.mark.parametrize("kept", [16, 40, 300, len(DATA) - 2, len(DATA) - 1])
def test_a_cut_file_names_the_cut_first_and_nothing_behind_it_as_absent(kept: int) -> None:
    verdict = of(DATA[:kept])
    codes = [problem.code for problem in verdict.problems]
    assert codes[0] in {"RD0103", "RD0104"} and verdict.exit_code == 3
    assert not {"RD0114", "RD0115", "RD0116"} & set(codes)


def test_the_cut_comes_before_problems_at_earlier_places() -> None:
    verdict = of(patched(DATA, "level_idc", 10)[:-2])
    assert verdict.problems[0].code == "RD0104" and len(verdict.problems) > 1
    others = [problem.at for problem in verdict.problems[1:] if problem.at is not None]
    assert others == sorted(others)
