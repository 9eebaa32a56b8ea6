"""Requests: rate targets, settings, what they ask of an encoder."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from refdec.bitstream.levels import profiles
from refdec.plugins.errors import RequestInvalid
from refdec.plugins.rate_targets import BitsPerPixel, LumaPsnr, MaxBytes, OperatingPoint, Quality
from refdec.plugins.requests import ALL_TOOLS, Capabilities, CodingSettings, EncodeRequest, profile_names


def test_chroma_follows_luma_unless_told_otherwise() -> None:
    assert OperatingPoint(1, -300).displacements == (-300, -300)
    assert OperatingPoint(1, -300, 0).displacements == (-300, 0)


def test_numbers_of_numpy_are_numbers() -> None:
    assert Quality(np.int64(7)) == Quality(7)  # type: ignore[arg-type]
    assert MaxBytes(np.int32(7)) == MaxBytes(7)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        (EncodeRequest(OperatingPoint(0)), "point"),
        (EncodeRequest(BitsPerPixel(0.5)), "bpp"),
        (EncodeRequest(LumaPsnr(32.0)), "psnr"),
        (EncodeRequest(Quality(50)), "point"),
        (EncodeRequest(MaxBytes(5000)), "point"),
    ],
)
def test_the_kind_of_target(request_: EncodeRequest, kind: str) -> None:
    assert request_.rate_control == kind
    assert request_.model_id is None
    assert request_.for_model(2).model == request_.for_model(2).model_id == 2
    with pytest.raises(RequestInvalid, match="for_model"):
        print(request_.model)
    assert request_.for_model(2).target == request_.target
    request_.progress(0.5)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: OperatingPoint(4),
        lambda: OperatingPoint(0, 2048),
        lambda: OperatingPoint(0, 0, -2049),
        lambda: BitsPerPixel(0),
        lambda: BitsPerPixel(float("nan")),
        lambda: BitsPerPixel(1, tolerance=0),
        lambda: LumaPsnr(0),
        lambda: LumaPsnr(100),
        lambda: Quality(0),
        lambda: Quality(101),
        lambda: Quality(True),
        lambda: Quality(50.0),  # type: ignore[arg-type]
        lambda: MaxBytes(0),
        lambda: MaxBytes(1.5),  # type: ignore[arg-type]
        lambda: CodingSettings(profile="huge"),
        lambda: CodingSettings(synthesis=("SOP", "SOP")),
        lambda: CodingSettings(synthesis=("TOP",)),
        lambda: CodingSettings(regions=(0, 1)),
        lambda: CodingSettings(regions=(1, 129)),
        lambda: CodingSettings(threads=3),
        lambda: CodingSettings(bit_depth=12),
        lambda: CodingSettings(coded_subsampling=(2, 1)),
        lambda: CodingSettings(tile_size=100),
        lambda: CodingSettings(tile_size=4096),
        lambda: CodingSettings(quality_map=np.zeros((2, 2), np.int8)),
        lambda: CodingSettings(quality_map=np.full((2, 2), 9, np.int32)),
        lambda: CodingSettings(quality_map=np.full((2, 2), -(2**31), np.int32)),
        lambda: CodingSettings(quality_map=np.zeros((0, 2), np.int32)),
        lambda: EncodeRequest(OperatingPoint(0), time_budget_seconds=0),
        lambda: EncodeRequest(OperatingPoint(0), model_id=7),
    ],
)
def test_values_out_of_range_are_refused(wrong: Any) -> None:
    with pytest.raises(RequestInvalid):
        wrong()


def test_defaults_ask_for_no_tool() -> None:
    assert CodingSettings().tools_in_use() == ()
    assert CodingSettings(tile_size=0).tools_in_use() == ()


@pytest.mark.parametrize(
    ("settings", "tools"),
    [
        (CodingSettings(regions=(2, 1)), ("regions",)),
        (CodingSettings(regions=(2, 1), independent_regions=True), ("independent_regions", "regions")),
        (CodingSettings(threads=4, rvs=True, grfs=True, lsbs=True), ("grfs", "lsbs", "rvs", "threads")),
        (CodingSettings(quality_map=np.full((2, 3), -8, np.int32), tile_size=256), ("quality_map", "tiles")),
    ],
)
def test_tools_in_use(settings: CodingSettings, tools: tuple[str, ...]) -> None:
    assert settings.tools_in_use() == tools
    assert set(tools) <= set(ALL_TOOLS)


@pytest.mark.parametrize(
    ("given", "name"), [("simple", "simple"), ("base", "base"), ("main", "base"), ("high", "high")]
)
def test_profiles_have_one_name_each_and_the_draft_s_is_taken_too(given: str, name: str) -> None:
    assert CodingSettings(profile=given).profile == name
    assert Capabilities(profiles=(given,)).profiles == (name,)


def test_names_of_profiles_are_those_of_the_table() -> None:
    assert Capabilities().profiles == profile_names() == tuple(row.name for row in profiles())
    with pytest.raises(RequestInvalid, match="simple, base, high"):
        CodingSettings(profile="huge")
    assert Capabilities(profiles=("huge",)).profiles == ("huge",)  # refused when the encoder is admitted


def test_the_quality_map_is_frozen() -> None:
    settings = CodingSettings(quality_map=np.zeros((2, 3), np.int32))
    assert settings.quality_map is not None
    with pytest.raises(ValueError, match="read-only"):
        settings.quality_map[0, 0] = 1
