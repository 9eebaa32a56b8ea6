"""Limits (1.8 (7)): what is refused, and that it is refused before anything large is made."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refdec
from refdec.bitstream import levels
from refdec.bitstream.framing import read_codestream, write_codestream
from refdec.bitstream.headers import build_headers, read_headers, write_stream
from refdec.bitstream.markers import Marker
from refdec.bitstream.picture_header import PictureHeader
from refdec.decoding.region import decode_region
from refdec.decoding.rows import open_stream
from refdec.decoding.whole import decode_codestream
from refdec.errors import RefdecError
from refdec.limits import Limits, TimeIsUp, TooLarge, TooMuchMemory, unchecked
from refdec.parallel.clock import Deadline, check_of
from refdec.plugins.core import Core
from refdec.tiling.geometry import Rect
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack

VECTORS = Path(__file__).resolve().parents[1] / "golden" / "vectors"
SMALL = VECTORS / "bop_off_64x64.jai"


@cache
def pack() -> WeightPack:
    return seeded_pack(1)


def claiming(width: int, height: int, *, payload: bytes = b"\x01\x02\x03\x80", **changes: Any) -> bytes:
    """A stream of a few bytes that claims to be a picture of any size."""
    headers = read_headers(read_codestream(SMALL.read_bytes()))
    size: dict[str, Any] = {"img_width_minus64": width - 64, "img_height_minus64": height - 64, "level_idc": 52}
    cubes: dict[str, Any] = {"use_cube_flags": (0, 0), "cube_group_flag": (None, None), "cube_flag": (None, None)}
    picture = replace(headers.picture, **size, **cubes, **changes)
    wanted = (Marker.SORP, Marker.SORS, Marker.SOZ)
    return write_stream(build_headers(picture, headers.tools), {marker: [payload] for marker in wanted})


def peak_bytes_of(data: bytes, expected: type[RefdecError]) -> int:
    """The most memory that was allocated until the stream was refused, modules and tables not counted."""
    decode_codestream(SMALL.read_bytes(), pack())
    with pytest.raises(expected):
        decode_codestream(data, pack())
    tracemalloc.start()
    try:
        with pytest.raises(expected):
            decode_codestream(data, pack())
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_default_limits_allow_the_largest_level() -> None:
    largest = max(level.max_luma_samples for level in levels.levels())
    limits = Limits()
    assert limits.pixels >= largest
    assert limits.memory_bytes is None and limits.seconds is None
    headers = read_headers(read_codestream(claiming(65536, 6075)))
    assert headers.picture.img_width * headers.picture.img_height == largest


def test_a_hundred_bytes_that_claim_the_largest_size_allocate_nothing() -> None:
    data = claiming(65599, 65599)
    assert len(data) < 100
    assert peak_bytes_of(data, TooLarge) < 1 << 20


def test_a_hundred_bytes_that_claim_the_largest_level_cost_the_hyper_latent_at_most() -> None:
    """z is 1/16 byte a sample; it runs out of bits at once, and nothing larger has been made by then."""
    data = claiming(65536, 6075)
    assert len(data) < 100
    assert peak_bytes_of(data, refdec.CodestreamError) < 65536 * 6075 // 16 + (4 << 20)


def test_the_quality_map_of_a_tiny_stream_costs_its_own_size_at_most() -> None:
    streams = read_codestream(claiming(65536, 6075, gain_3D_enable_flag=1))
    parts = [(part.marker, part.payload) for part in streams.substreams]
    data = write_codestream([*parts, (Marker.SOQ, b"\x01\x02\x03\x80")])
    assert peak_bytes_of(data, refdec.CodestreamError) < 12 * (65536 * 6075 >> 8) + (4 << 20)


def test_a_tiny_stream_is_refused_before_its_tiles_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty bytes with a hundred thousand tiles: z runs out before anything is made of them."""
    data = claiming(5760, 5760, synthesis_tile_enable=(1, 1), synthesis_tile_size=(1, 1))

    def counted(*arguments: object, **more: object) -> None:
        raise AssertionError("tiles were listed")

    monkeypatch.setattr("refdec.decoding.cuts.synthesis_tiles", counted)
    monkeypatch.setattr("refdec.decoding.rows.SharedArray", counted)
    with pytest.raises(refdec.CodestreamError):
        open_stream(data, pack()).picture()


def test_memory_is_refused_before_anything_is_allocated() -> None:
    data = SMALL.read_bytes()
    limits = Limits(memory_bytes=1 << 20)
    with pytest.raises(TooMuchMemory, match="the limit is 1 MiB"):
        decode_codestream(data, pack(), options=refdec.DecodeOptions(limits=limits))
    with pytest.raises(TooMuchMemory):
        open_stream(data, pack(), options=refdec.DecodeOptions(limits=limits)).picture()
    with pytest.raises(TooMuchMemory):
        decode_region(data, pack(), Rect(0, 0, 16, 16), options=refdec.DecodeOptions(limits=limits))
    with pytest.raises(TooMuchMemory) as caught:
        refdec.decode(data, weights=pack(), limits=limits)
    for stage in ("symbols", "latent", "picture"):
        with pytest.raises(TooMuchMemory):
            refdec.read_latents(data, stage=stage, weights=pack(), limits=limits)
    with pytest.raises(TooMuchMemory):
        refdec.open_progressive(data, weights=pack(), limits=limits)
    with pytest.raises(TooMuchMemory):
        Core(pack(), limits=limits).decode(data)
    assert "--region" in caught.value.explain() and "--limit-memory" in caught.value.explain()


def test_enough_memory_changes_nothing() -> None:
    data = SMALL.read_bytes()
    roomy = Limits(memory_bytes=1 << 30)
    assert np.array_equal(
        refdec.decode(data, weights=pack(), limits=roomy).array, refdec.decode(data, weights=pack()).array
    )


def test_a_check_ends_every_kind_of_decode() -> None:
    data = SMALL.read_bytes()
    calls: list[int] = []

    def third() -> None:
        calls.append(1)
        if len(calls) % 3 == 0:
            raise TimeIsUp(7)

    with pytest.raises(TimeIsUp, match="7 s"):
        decode_codestream(data, pack(), check=third)
    with pytest.raises(TimeIsUp):
        open_stream(data, pack(), check=third).picture()


@pytest.mark.parametrize("case", ["bop_off_64x64", "bop_tools_on_target_320x256"])
def test_a_check_ends_a_region_at_any_of_its_steps(case: str) -> None:
    data = (VECTORS / f"{case}.jai").read_bytes()
    calls: list[int] = []
    decode_region(data, pack(), Rect(0, 0, 16, 16), check=lambda: calls.append(1))
    assert len(calls) > 4, "after the residual, the latents, each tile, the filters"

    for last in range(len(calls)):
        left = [last]

        def count_down(left: list[int] = left) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise TimeIsUp(1)

        with pytest.raises(TimeIsUp):
            decode_region(data, pack(), Rect(0, 0, 16, 16), check=count_down)


def test_a_check_ends_whole_planes_after_their_filters() -> None:
    data = (VECTORS / "bop_eICCI.jai").read_bytes()
    stages: list[str] = []

    def after_the_filters() -> None:
        if "eicci.V" in stages:
            raise TimeIsUp(1)

    with pytest.raises(TimeIsUp):
        decode_codestream(data, pack(), observe=lambda stage, array: stages.append(stage), check=after_the_filters)
    assert "final.0" not in stages


def test_seconds_become_a_check_that_uses_the_callers_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("refdec.parallel.clock.time.monotonic", lambda: now[0])
    check = Deadline(5)
    check()
    now[0] = 105.0
    check()
    now[0] = 105.5
    with pytest.raises(TimeIsUp):
        check()
    assert check_of(Limits()) is unchecked
    assert isinstance(check_of(Limits(seconds=1)), Deadline)


def test_no_time_at_all_is_refused_by_the_python_interface() -> None:
    for more in ({}, {"region": (0, 0, 16, 16)}, {"observe": lambda stage, array: None}):
        with pytest.raises(TimeIsUp):
            refdec.decode(SMALL, weights=pack(), limits=Limits(seconds=0.0), **more)
    for stage in ("symbols", "latent", "picture"):
        with pytest.raises(TimeIsUp):
            refdec.read_latents(SMALL, stage=stage, weights=pack(), limits=Limits(seconds=0.0))
    opened = refdec.open_progressive(SMALL, weights=pack(), limits=Limits(seconds=0.0))
    with pytest.raises(TimeIsUp):
        opened.preview(10, 5)
    core = Core(pack(), limits=Limits(seconds=0.0))
    with pytest.raises(TimeIsUp):
        core.decode(SMALL.read_bytes())
    with pytest.raises(TimeIsUp):
        core.read(SMALL.read_bytes(), "latent")


def test_tiles_and_regions_have_limits_of_their_own() -> None:
    header: PictureHeader = read_headers(read_codestream(SMALL.read_bytes())).picture
    assert header.num_regions == 1
    with pytest.raises(TooLarge, match="substreams"):
        read_codestream(SMALL.read_bytes(), limits=Limits(substreams=3))
    with pytest.raises(TooLarge, match="header elements"):
        read_headers(read_codestream(SMALL.read_bytes()), limits=Limits(header_elements=10))
