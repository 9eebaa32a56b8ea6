"""Rules between elements (1.8 (10), (11)): what is refused, and what just is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from refdec.bitstream import rule_errors as broken
from refdec.bitstream.errors import AlignmentNotZero, SurplusBits
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import Edition, build_headers, read_headers
from refdec.bitstream.levels import level, levels, profile_named, profiles, smallest_level
from refdec.bitstream.markers import Marker
from refdec.bitstream.payloads import payload_problems, residual_units
from refdec.bitstream.rules import all_problems, check_headers
from refdec.bitstream.tools import ToolsHeader
from tests.headers import picture_header
from tests.payloads import check_payloads
from tests.unit.bitstream.support import icci, linear, nonlinear, resized, stream

DEPENDENT: dict[str, Any] = {"hd_overlap": 1, "mcm_overlap": 4}


def problems(
    tools: ToolsHeader | None = None,
    width: int = 300,
    height: int = 280,
    edition: Edition = Edition.PUBLISHED,
    **choices: Any,
) -> list[type]:
    headers = build_headers(picture_header(width, height, **choices), tools, edition=edition)
    return [type(problem) for problem in all_problems(headers)]


@pytest.mark.parametrize(
    ("output", "coded"),
    [((1, 1), (1, 1)), ((1, 1), (1, 2)), ((1, 1), (2, 2)), ((1, 2), (1, 2)), ((2, 2), (2, 2))],
)
def test_legal_formats(output: tuple[int, int], coded: tuple[int, int]) -> None:
    assert problems(output_format=output, coded_format=coded) == []


def test_illegal_formats() -> None:
    assert problems(output_format=(1, 2), coded_format=(2, 2)) == [broken.FormatNotConvertible]
    assert problems(coded_format=(2, 1)) == [broken.IllegalFormat]
    assert problems(output_format=(2, 1)) == [broken.IllegalFormat] * 2
    assert problems(output_format=(2, 1), coded_format=(2, 2)) == [broken.IllegalFormat]


def test_regions_may_be_as_fine_as_blocks_and_no_finer() -> None:
    """1.6.4: 300 x 280 has 3 x 3 blocks of 128; the draft has no other bound."""
    draft: dict[str, Any] = {"edition": Edition.DRAFT}
    assert problems(regions=(3, 3), **DEPENDENT, **draft) == []
    assert problems(regions=(1, 1), **DEPENDENT, **draft) == []
    for edition in Edition:
        assert problems(regions=(4, 1), **DEPENDENT, edition=edition) == [broken.RegionsTooFine]
        assert problems(regions=(2, 4), independent_regions=True, edition=edition) == [broken.RegionsTooFine]


@pytest.mark.parametrize(
    ("regions", "expected"),
    [((3, 2), []), ((4, 2), ["rows"]), ((3, 3), ["columns"]), ((4, 3), ["rows", "columns"]), ((1, 1), [])],
)
@pytest.mark.parametrize("independent", [False, True])
def test_regions_are_as_many_as_the_published_standard_allows(
    regions: tuple[int, int], expected: list[str], independent: bool
) -> None:
    """1.6.4: at most ceil(H/256) rows and ceil(W/512) columns of 513 x 513; a reader only warns."""
    choices: dict[str, Any] = {"width": 513, "height": 513, "regions": regions, "hd_overlap": 1, "mcm_overlap": 4}
    data = stream(**choices, independent_regions=independent)
    headers = read_headers(read_codestream(data))
    found = all_problems(headers)
    assert [type(problem) for problem in found] == [broken.TooManyRegions] * len(expected)
    assert [problem.direction for problem in found if isinstance(problem, broken.TooManyRegions)] == expected
    assert [type(warning) for warning in headers.warnings] == [broken.TooManyRegions] * len(expected)
    assert all(isinstance(warning, broken.TooManyRegions) and warning.at is not None for warning in headers.warnings)
    check_headers(headers)
    draft = read_headers(read_codestream(stream(**choices, edition=Edition.DRAFT)), edition=Edition.DRAFT)
    assert draft.warnings == () and all_problems(draft) == []


@pytest.mark.parametrize(
    ("size", "regions"), [((512, 256), (1, 1)), ((513, 257), (2, 2)), ((1024, 512), (2, 2)), ((1025, 513), (3, 3))]
)
def test_the_bound_on_regions_counts_begun_samples(size: tuple[int, int], regions: tuple[int, int]) -> None:
    width, height = size
    rows, columns = regions
    legal: dict[str, Any] = {"width": width, "height": height, **DEPENDENT}
    assert problems(regions=regions, **legal) == []
    assert problems(regions=(rows + 1, columns), **legal)[0] is broken.TooManyRegions
    assert problems(regions=(rows, columns + 1), **legal)[0] is broken.TooManyRegions


def test_independent_regions_are_numbered_in_a_byte() -> None:
    size: dict[str, Any] = {"width": 8704, "height": 4352, "independent_regions": True}
    for edition in Edition:
        assert problems(regions=(16, 16), **size, edition=edition) == []
        assert problems(regions=(16, 17), **size, edition=edition) == [broken.TooManyIndependentRegions]


def test_extensions_stay_inside_the_neighbour() -> None:
    """4.10.2: 128 * hd <= R and 32 * mc <= R, for each direction with several regions."""
    draft: dict[str, Any] = {"edition": Edition.DRAFT, "width": 512, "height": 512}
    assert problems(**draft, regions=(2, 2), hd_overlap=2, mcm_overlap=8) == []
    assert problems(**draft, regions=(2, 3), hd_overlap=2, mcm_overlap=4) == [broken.OverlapBeyondRegion]
    assert problems(**draft, regions=(2, 3), hd_overlap=1, mcm_overlap=5) == [broken.OverlapBeyondRegion]
    assert problems(width=640, height=512, regions=(2, 2), hd_overlap=2, mcm_overlap=8) == []
    assert problems(width=640, height=520, regions=(3, 1), hd_overlap=2, mcm_overlap=4) == [broken.OverlapBeyondRegion]
    assert problems(width=640, height=520, regions=(3, 1), hd_overlap=1, mcm_overlap=5) == [broken.OverlapBeyondRegion]
    assert problems(width=300, height=1000, regions=(3, 1), hd_overlap=2, mcm_overlap=8) == []
    assert problems(regions=(1, 1), hd_overlap=3, mcm_overlap=15) == []


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({"tile_size": 128, "tile_overlap": 112}, []),
        ({"tile_size": 128, "tile_overlap": 0}, []),
        ({"tile_size": 128, "tile_overlap": 128}, [broken.TileOverlapBeyondTile] * 2),
        ({"tile_size": 1024, "tile_overlap": 272}, []),
        ({"tile_size": 1024, "tile_overlap": 288}, [broken.TileOverlapBeyondPicture] * 2),
        (
            {"tile_size": 128, "tile_overlap": 16, "independent_regions": True, "regions": (2, 2)},
            [broken.TileOverlapOffGrid] * 2,
        ),
        ({"tile_size": 128, "tile_overlap": 32, "independent_regions": True, "regions": (2, 2)}, []),
        ({"tile_size": 256, "tile_overlap": 32, "independent_regions": True, "regions": (2, 2)}, []),
        ({"tile_size": 256, "tile_overlap": 32, "independent_regions": True, "regions": (1, 1)}, []),
        ({"tile_size": 0, "independent_regions": True, "regions": (2, 2)}, []),
    ],
)
def test_synthesis_tiles(choices: dict[str, Any], expected: list[type]) -> None:
    """1.6.6: with independent regions of 300 x 280 by blocks of 128; tiles of 256 straddle them, which is legal."""
    for edition in Edition:
        found = problems(**choices, edition=edition)
        assert [kind for kind in found if kind is not broken.TooManyRegions] == expected


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"synthesis_tile_enable": (1, 0)}, False),
        ({"synthesis_tile_overlap": (4, 5)}, False),
        ({"synthesis_tile_size": (64, 200)}, False),
        ({"synthesis_tile_size": (200, 255)}, True),
        ({"synthesis_tile_size": (200, 0), "synthesis_tile_enable": (1, 0)}, True),
        ({"synthesis_tile_size": (200, 250), "synthesis_tile_overlap": (3, 9)}, True),
    ],
)
def test_both_components_have_the_same_grid(changes: dict[str, Any], same: bool) -> None:
    """1.6.6: the grids count, not the elements: a picture of one tile is the same with any tile size above it."""
    data = stream(width=2000, height=1500, tile_size=1024, changes=changes)
    headers = read_headers(read_codestream(data), cross_checks=False)
    assert [type(p) for p in all_problems(headers)] == ([] if same else [broken.TileGridsDiffer])


def test_icci_tiles_of_chapter_5() -> None:
    """5.7.4: 420 x 500, tiles 256 / 48 are legal; they must advance by 176, and 176 samples must be there."""
    assert problems(ToolsHeader(icci=icci(256, 48, 6)), width=420, height=500) == []
    assert problems(ToolsHeader(icci=icci(0, 0, 1)), width=64, height=64) == []
    assert problems(ToolsHeader(icci=icci(208, 48, 9)), width=420, height=500) == [broken.IcciTileTooSmall]
    assert problems(ToolsHeader(icci=icci(256, 48, 2)), width=160, height=500) == [broken.IcciTileTooSmall]


def test_efe_nonlinear_fits_the_chroma_planes() -> None:
    """1.6.7: the planes are those of the output format, 140 x 150 for 300 x 280 in 4:2:0."""
    assert problems(ToolsHeader(efe_nonlinear=nonlinear(8, (140, 75)))) == []
    assert problems(ToolsHeader(efe_nonlinear=nonlinear(2, (140, 75))), output_format=(2, 2)) == []
    assert problems(ToolsHeader(efe_nonlinear=nonlinear(3, (140, 75))), output_format=(2, 2)) == [
        broken.OffsetTileCountWrong
    ]


def test_masks_fit_and_have_an_alternative() -> None:
    """1.6.7: blocks of 128 in 300 x 280 are 3 x 3."""
    assert problems(ToolsHeader(efe_linear=linear(), efe_nonlinear=nonlinear(mask=(3, 3)))) == []
    assert (
        problems(ToolsHeader(efe_linear=linear(), efe_nonlinear=nonlinear(mask=(2, 4)))) == [broken.MaskSizeWrong] * 2
    )
    assert problems(ToolsHeader(efe_nonlinear=nonlinear(mask=(3, 3)))) == [broken.MaskWithoutAlternative]


def test_every_problem_is_listed() -> None:
    """Verification shows all broken rules, a decoder stops at the first."""
    choices: dict[str, Any] = {"level_idc": 10, "decoder_profile_id": 0, "model_id": 1, "tile_size": 64}
    data = stream(width=3000, height=3000, regions=(30, 7), **choices, changes={"stream_profile_idc": 15})
    headers = read_headers(read_codestream(data), cross_checks=False)
    assert [type(p) for p in all_problems(headers)] == [
        broken.TooManyRegions,
        broken.RegionsTooFine,
        broken.TileOverlapBeyondTile,
        broken.TileOverlapBeyondTile,
        broken.StreamProfileReserved,
        broken.ProfileViolated,
        broken.LevelSizeExceeded,
        broken.LevelModelForbidden,
    ]
    with pytest.raises(broken.RegionsTooFine):
        check_headers(headers)


def test_profile_and_level_can_be_overlooked() -> None:
    codestream = read_codestream(stream(level_idc=50, decoder_profile_id=0))
    with pytest.raises(broken.ProfileViolated):
        read_headers(codestream)
    assert read_headers(codestream, any_level=True).picture.level_idc == 50
    reserved = read_codestream(stream(changes={"stream_profile_idc": 3}))
    with pytest.raises(broken.StreamProfileReserved):
        read_headers(reserved)
    assert read_headers(reserved, any_level=True).picture.stream_profile_idc == 3


def test_levels_are_those_of_1_7_2() -> None:
    assert [row.level_idc for row in levels()] == [10, 11, 12, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52]
    assert [row.synthesis_transforms for row in profiles()] == [(0,), (0, 1), (0, 1, 2)]
    assert level(13) is None
    for row, draft in zip(levels(), levels(Edition.DRAFT), strict=True):
        assert (row.level_idc, row.max_luma_samples) == (draft.level_idc, draft.max_luma_samples)
        classes = ((2,), (2, 3), (0, 1, 2, 3))
        assert row.models == classes[row.level_idc % 10]
        assert draft.models == ((3,), *classes[1:])[row.level_idc % 10]


def test_profile_1_is_base_and_main_its_alias() -> None:
    assert [row.name for row in profiles()] == ["simple", "base", "high"]
    base = profile_named("base")
    assert base is not None and base.decoder_profile_id == 1 and profile_named("main") is base
    assert profile_named("Main") is None


def test_model_class_0_has_one_model_another_in_each_edition() -> None:
    """1.7.2, 1.12."""
    for edition, allowed, forbidden in ((Edition.PUBLISHED, 2, 3), (Edition.DRAFT, 3, 2)):
        assert problems(level_idc=10, model_id=allowed, edition=edition) == []
        assert problems(level_idc=10, model_id=forbidden, edition=edition) == [broken.LevelModelForbidden]
        assert problems(level_idc=11, model_id=forbidden, edition=edition) == []


def test_smallest_level() -> None:
    assert smallest_level(6220800, 2) == 10
    assert smallest_level(6220800, 3) == 11
    assert smallest_level(6220800, 3, Edition.DRAFT) == 10
    assert smallest_level(6220800, 2, Edition.DRAFT) == 11
    assert smallest_level(6220801, 0) == 22
    assert smallest_level(398131200, 1) == 52
    assert smallest_level(398131201, 1) is None


def test_size_limit_of_a_level_is_inclusive() -> None:
    assert problems(width=3000, height=2073, level_idc=12) == []
    assert problems(width=3110, height=2001, level_idc=12) == [broken.LevelSizeExceeded]


def test_lenient_reading_ignores_the_end_of_headers() -> None:
    """1.8 (9)."""
    surplus = resized(stream(), Marker.TON, lambda payload: payload + b"\x00\x01")
    dirty = resized(surplus, Marker.PIH, lambda payload: payload[:-1] + bytes([payload[-1] | 1]))
    codestream = read_codestream(dirty)
    with pytest.raises(AlignmentNotZero):
        read_headers(codestream)
    headers = read_headers(codestream, lenient=True)
    assert [type(w) for w in headers.warnings] == [AlignmentNotZero, SurplusBits]


def test_absent_residuals() -> None:
    """1.4.4: an absent independent region is zero; a whole absent substream only where the reader recovers."""
    data = stream(regions=(2, 2), independent_regions=True)
    codestream = read_codestream(resized(data, Marker.SORP, lambda payload: None if payload[0] in (1, 2) else payload))
    headers = read_headers(codestream)
    check_payloads(codestream, headers)
    assert [unit is None for unit in residual_units(codestream, headers, 0)] == [False, True, True, False]
    dependent = read_codestream(resized(stream(), Marker.SORS, lambda payload: None))
    headers = read_headers(dependent)
    assert residual_units(replace(dependent, lenient=True), headers, 1) == [None]
    assert len(payload_problems(dependent, headers)) == 1
    check_payloads(replace(dependent, lenient=True), headers)
