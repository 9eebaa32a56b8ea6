"""What options of a decode must have in common: filters on and off, all channels, regions, on real streams."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import refdec
from refdec.api.progressive import Progressive
from refdec.arithmetic.types import IntArray
from refdec.decoding.options import DecodeOptions
from refdec.decoding.whole import decode_codestream
from refdec.picture.colour import to_output
from refdec.picture.picture import PictureCodes
from refdec.picture.planes import Planes
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack

VECTORS = Path(__file__).resolve().parents[1] / "golden" / "vectors"
TOOLS = sorted(path.stem for path in VECTORS.glob("*.jai") if path.stem.startswith("bop") and "tools_on" in path.stem)
PLAIN = ["bop_off_64x64", "sop_off_odd149x111", "bop_yuv420_8bit", "bop_yuv444_c420"]
SETTINGS = settings(deadline=None, max_examples=15)


@cache
def pack() -> WeightPack:
    return seeded_pack(1)


@cache
def stages(case: str, filters: bool) -> dict[str, IntArray]:
    seen: dict[str, IntArray] = {}
    data = (VECTORS / f"{case}.jai").read_bytes()
    decode_codestream(data, pack(), DecodeOptions(filters=filters), observe=seen.__setitem__)
    return seen


@given(case=st.sampled_from(TOOLS))
@SETTINGS
def test_without_filters_the_picture_is_the_assembled_planes(case: str) -> None:
    on, off = stages(case, True), stages(case, False)
    headers = decode_codestream((VECTORS / f"{case}.jai").read_bytes(), pack()).headers
    before = Planes(*(np.asarray(on[f"pre_filters.{plane}"], np.int32) for plane in "YUV"))
    for i, plane in enumerate(to_output(before, headers.picture)):
        assert np.array_equal(off[f"final.{i}"], plane)
    assert any(not np.array_equal(on[f"final.{i}"], off[f"final.{i}"]) for i in range(3))
    assert not {name for name in off if name.startswith(("efe", "eicci", "lef"))}


@given(case=st.sampled_from(PLAIN))
@SETTINGS
def test_filters_change_nothing_where_the_stream_has_none(case: str) -> None:
    on, off = stages(case, True), stages(case, False)
    assert all(np.array_equal(on[f"final.{i}"], off[f"final.{i}"]) for i in range(3))


@cache
def opened(case: str) -> tuple[Progressive, PictureCodes]:
    path = VECTORS / f"{case}.jai"
    return refdec.open_progressive(path, weights=pack()), refdec.decode(path, weights=pack())


@given(
    case=st.sampled_from(["bop_off_64x64", "bop_threads_z8_r8", "bop_num_chs"]),
    steps=st.lists(st.tuples(st.integers(0, 170), st.integers(0, 100)), max_size=3),
)
@SETTINGS
def test_whatever_was_asked_before_all_channels_are_the_normal_decode(case: str, steps: list[tuple[int, int]]) -> None:
    stream, whole = opened(case)
    for step in steps:
        stream.preview(*step)
    last = stream.preview(*stream.channels)
    assert all(np.array_equal(a, b) for a, b in zip(last.planes, whole.planes, strict=True))


@given(data=st.data(), case=st.sampled_from([*TOOLS, *PLAIN]))
@SETTINGS
def test_a_region_is_the_crop_of_the_whole(data: st.DataObject, case: str) -> None:
    path = VECTORS / f"{case}.jai"
    whole = rgb(case)
    x, y = data.draw(st.integers(0, whole.width - 1)), data.draw(st.integers(0, whole.height - 1))
    w, h = data.draw(st.integers(1, whole.width - x)), data.draw(st.integers(1, whole.height - y))
    got = refdec.decode(path, weights=pack(), colour="RGB", region=(x, y, w, h))
    for a, b in zip(got.planes, whole.planes, strict=True):
        assert np.array_equal(a, b[y : y + h, x : x + w])


@cache
def rgb(case: str) -> PictureCodes:
    return refdec.decode(VECTORS / f"{case}.jai", weights=pack(), colour="RGB")
