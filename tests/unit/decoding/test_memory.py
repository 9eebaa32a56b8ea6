"""The memory that a decode is said to need is an upper bound of what it takes, and not far from it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from refdec.bundles import Stage
from refdec.bundles.making import decode_to_stage
from refdec.decoding.memory import FIXED_BYTES, whole_bytes
from refdec.decoding.opening import parse
from refdec.decoding.options import DecodeOptions
from refdec.decoding.region import decode_region
from refdec.decoding.rows import open_stream
from refdec.decoding.whole import decode_codestream
from refdec.limits import DEFAULT_LIMITS, Limits, TooMuchMemory
from refdec.tiling.geometry import Rect
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack
from tests.memory import peak_of
from tests.oracle.values import unobserved

VECTORS = Path(__file__).resolve().parents[2] / "golden" / "vectors"
CASES = (
    "bop_off_64x64",
    "sop_off_768x512",
    "bop_off_768x512",
    "bop_tools_on_target_320x256",
    "hop_tools_on",
    "hop_tiles128",
    "bop_yuv420_tools_on",
    "sop_tools_on",
    "bop_depreg_3x2_768x512",
    "bop_tiles128",
)
NEAR = 3
"""An estimate is at most that many times the peak (beside what does not grow)."""


@cache
def pack() -> WeightPack:
    return seeded_pack(1)


def needed_by(call: Callable[[Limits], object]) -> int:
    """The estimate that a decode compares with its limit."""
    with pytest.raises(TooMuchMemory) as caught:
        call(Limits(memory_bytes=0))
    return caught.value.needed_bytes


@pytest.mark.parametrize("case", CASES)
def test_whole_bundles_stay_below_their_estimate(case: str) -> None:
    data = (VECTORS / f"{case}.jai").read_bytes()
    _, headers = parse(data, DecodeOptions())
    needed = whole_bytes(headers, headers.picture.synthesis_transforms[0])
    assert needed == needed_by(
        lambda limits: decode_to_stage(data, pack(), Stage.PICTURE, options=DecodeOptions(limits=limits))
    )
    peak = peak_of(lambda: decode_to_stage(data, pack(), Stage.PICTURE))
    assert peak <= needed <= NEAR * peak + FIXED_BYTES


@pytest.mark.parametrize("case", CASES)
def test_an_observed_decode_stays_below_its_estimate(case: str) -> None:
    data = (VECTORS / f"{case}.jai").read_bytes()
    needed = needed_by(lambda limits: decode_codestream(data, pack(), DecodeOptions(limits=limits), observe=unobserved))
    assert peak_of(lambda: decode_codestream(data, pack(), observe=unobserved)) <= needed
    plain = needed_by(lambda limits: decode_codestream(data, pack(), options=DecodeOptions(limits=limits)))
    assert peak_of(lambda: decode_codestream(data, pack())) <= plain


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("case", CASES)
def test_the_streaming_decoder_stays_below_its_estimate(case: str, workers: int) -> None:
    data = (VECTORS / f"{case}.jai").read_bytes()

    def decode(limits: Limits = DEFAULT_LIMITS) -> object:
        return open_stream(data, pack(), options=DecodeOptions(limits=limits)).picture(workers=workers)

    assert peak_of(decode) <= needed_by(decode)


@pytest.mark.parametrize("case", ["bop_off_768x512", "sop_tools_on", "hop_tiles128"])
@pytest.mark.parametrize("side", [16, 96])
def test_the_region_decoder_stays_below_its_estimate(case: str, side: int) -> None:
    data = (VECTORS / f"{case}.jai").read_bytes()
    rect = Rect(32, 16, side, side)
    needed = needed_by(lambda limits: decode_region(data, pack(), rect, options=DecodeOptions(limits=limits)))
    peak = peak_of(lambda: decode_region(data, pack(), rect))
    assert peak <= needed
    if case == "bop_off_768x512":
        assert needed < needed_by(lambda limits: decode_codestream(data, pack(), options=DecodeOptions(limits=limits)))


def test_filters_that_do_not_run_need_nothing() -> None:
    _, headers = parse((VECTORS / "bop_tools_on.jai").read_bytes(), DecodeOptions())
    assert whole_bytes(headers, 1, filters=False) < whole_bytes(headers, 1)
