"""The path that ships against the oracle on whole planes: every stage, whatever is asked for, however it is cut."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refdec.decoding import cuts
from refdec.decoding.options import DecodeOptions
from refdec.decoding.whole import decode_codestream
from refdec.trace.fingerprints import Fingerprints
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack
from tests.oracle.decode import decode_whole

VECTORS = Path(__file__).resolve().parents[1] / "golden" / "vectors"
SMALL = (
    "bop_c420_tools_on_target",
    "bop_depreg_tools_on",
    "bop_diff_display",
    "bop_off_odd149x111",
    "bop_qmap_roirect_t4",
    "bop_rvs_cwg",
    "bop_tiles128",
    "bop_yuv420_67x65_note",
    "bop_yuv422_EFElinear_target",
    "hop_depreg_2x2_320x256",
    "hop_off_odd149x111",
    "hop_tiles128",
    "sop_lsbs",
    "sop_tools_on",
)
CHANNELS = st.none() | st.tuples(st.integers(0, 160), st.integers(0, 96))


@cache
def pack() -> WeightPack:
    return seeded_pack(1)


def require_equal(name: str, options: DecodeOptions) -> None:
    data = (VECTORS / f"{name}.jai").read_bytes()
    ours, theirs = Fingerprints(), Fingerprints()
    decoded = decode_codestream(data, pack(), options, observe=ours)
    expected = decode_whole(data, pack(), options, observe=theirs)
    assert decoded.warnings == expected.warnings
    assert dict(ours.sha256) == dict(theirs.sha256)
    assert all(np.array_equal(a, b) for a, b in zip(decoded.planes, expected.planes, strict=True))


@given(name=st.sampled_from(SMALL), channels=CHANNELS, filters=st.booleans())
@settings(deadline=None, max_examples=24, suppress_health_check=list(HealthCheck))
def test_every_stage_is_that_of_the_oracle(name: str, channels: tuple[int, int] | None, filters: bool) -> None:
    require_equal(name, DecodeOptions(channels=channels, filters=filters))


@pytest.mark.parametrize("name", ["bop_depreg_3x2_768x512", "bop_indreg_skip_rvs_thr4_600x400", "sop_off_768x512"])
def test_every_stage_of_a_picture_that_is_cut_into_small_units(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows that overlap must agree, and all of them together must be the stage: the collector sees to that."""
    monkeypatch.setattr(cuts, "UNIT_ROWS", 96)
    monkeypatch.setattr(cuts, "UNIT_COLUMNS", 160)
    require_equal(name, DecodeOptions())
