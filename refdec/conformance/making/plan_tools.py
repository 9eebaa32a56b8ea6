"""Recipes around regions, tiles and the tools of TON (1.6.4, 1.6.6, 1.6.7, 4.10, 5.6 to 5.9).

In: the generators of a suite.  Out: recipes, each with one feature at an end of its range or inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from refdec.bitstream.editions import Edition
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.tools import EfeFilterSet, EfeLinear, ToolsHeader
from refdec.bitstream.transforms import Synthesis
from refdec.conformance.making.plan_picture import FORMATS
from refdec.conformance.making.recipe import Dice, Recipe, draft
from refdec.conformance.making.tool_drafts import NO_FILTER, icci_of, linear_of, linear_set, nonlinear_of
from refdec.tiling.analysis import official_synthesis_tiling

__all__ = ["tool_recipes"]

Make = Callable[[PictureHeader], ToolsHeader]
REGION_KINDS: dict[str, dict[str, Any]] = {
    "dependent": {"hd_overlap": 1, "mcm_overlap": 4},
    "no_overlap": {"hd_overlap": 0, "mcm_overlap": 0},
    "independent": {"independent_regions": True},
}
SOP: dict[str, Any] = {"synthesis_transforms": (Synthesis.SOP,)}
DRAFT_REMARK = "The picture header is that of the draft (clause 1.12)."


def _regions() -> Iterator[Recipe]:
    one: dict[str, Any] = {"regions": (1, 1), "hd_overlap": 0, "mcm_overlap": 0}
    yield Recipe("regions_1x1", "Partitioning into one region", draft(64, 64, **one))
    for rows, columns, size in ((1, 2, (560, 64)), (2, 1, (72, 290)), (2, 2, (530, 270)), (1, 3, (1060, 64))):
        for name, choices in REGION_KINDS.items():
            width, height = size
            headers = draft(width, height, regions=(rows, columns), **SOP, **choices)
            yield Recipe(f"regions_{rows}x{columns}_{name}", f"{rows} x {columns} regions, {name}", headers)
    headers = draft(530, 270, **SOP, regions=(2, 2), independent_regions=True, threads_r=(4, 2))
    absent = ((0, 1), (1, 2), (1, 3))
    yield Recipe("regions_absent", "Independent regions, three units of which are absent", headers, absent=absent)
    everything = tuple((c, k) for c in (0, 1) for k in range(4))
    yield Recipe("regions_all_absent", "Independent regions, no residual at all", headers, absent=everything)
    yield Recipe("regions_shuffled", "Independent regions in reverse order", headers, shuffled=True)
    headers = draft(530, 270, **SOP, regions=(2, 2), hd_overlap=1, mcm_overlap=3, threads_r=8, rvs=True)
    yield Recipe("regions_threads", "Dependent regions with threads: thread tables inside units", headers)
    for hd, mcm in ((3, 12), (2, 15)):
        headers = draft(1000, 64, **SOP, regions=(1, 2), hd_overlap=hd, mcm_overlap=mcm)
        yield Recipe(f"regions_overlap_{hd}_{mcm}", f"Overlaps {hd} and {mcm}", headers)


def _draft_edition(dice: Dice) -> Iterator[Recipe]:
    """Streams with the draft's picture header (1.12): a decoder of the published standard may refuse them."""
    old: dict[str, Any] = {"edition": Edition.DRAFT}

    def tools(picture: PictureHeader) -> ToolsHeader:
        return ToolsHeader((1, 1), efe_linear=linear_of(dice("draft"), picture, (4, 7), (2, 1)), lef_ch_idx=40)

    for first in Synthesis:
        headers = draft(96, 80, synthesis_transforms=tuple(range(first, -1, -1)), tools=tools, **old)
        yield Recipe(
            f"draft_{first.name.lower()}", f"Picture header of the draft, {first.name}", headers, remark=DRAFT_REMARK
        )
    headers = draft(64, 64, **SOP, model_id=3, level_idc=10, **old)
    yield Recipe("draft_level_10", "Model 3 at level 10, which the draft allows", headers, remark=DRAFT_REMARK)
    for rows, columns, size in ((2, 2, (161, 140)), (1, 3, (310, 64)), (3, 1, (64, 310))):
        for name, choices in REGION_KINDS.items():
            headers = draft(size[0], size[1], **SOP, regions=(rows, columns), **choices, **old)
            title = f"{rows} x {columns} regions, {name}, as small as the draft allows"
            yield Recipe(f"draft_regions_{rows}x{columns}_{name}", title, headers, remark=DRAFT_REMARK)


def _tiles() -> Iterator[Recipe]:
    for size, overlap in ((16, 0), (48, 16), (64, 32), (80, 48), (4080, 48)):
        headers = draft(112, 97, tile_size=size, tile_overlap=overlap)
        yield Recipe(f"tiles_{size}_{overlap}", f"Synthesis tiles of {size}, overlap {overlap}", headers)
    for transform in (Synthesis.SOP, Synthesis.HOP):
        headers = draft(96, 80, tile_size=64, tile_overlap=32, synthesis_transforms=(transform,))
        yield Recipe(f"tiles_{transform.name.lower()}", f"Synthesis tiles with {transform.name}", headers)
    for size, overlap in ((64, 32), (128, 0), (32, 0)):
        headers = draft(530, 270, **SOP, regions=(2, 2), independent_regions=True, tile_size=size, tile_overlap=overlap)
        title = f"Tiles of {size}, overlap {overlap}, in independent regions"
        yield Recipe(f"tiles_independent_{size}_{overlap}", title, headers)
    headers = draft(560, 72, **SOP, regions=(1, 2), hd_overlap=1, mcm_overlap=4, tile_size=64, tile_overlap=16)
    yield Recipe("tiles_dependent", "Tiles across dependent regions", headers)
    changes = {"synthesis_tile_enable": (1, 0), "synthesis_tile_size": (8, 0), "synthesis_tile_overlap": (1, 0)}
    yield Recipe("tiles_one_component", "Tiles as large as the picture, in luma only", draft(96, 80, changes=changes))


def _straddling() -> Iterator[Recipe]:
    """Yield tiles across the seams of independent regions: those of the official writer, and some whose cores meet."""
    two: dict[str, Any] = {**SOP, "regions": (1, 2), "independent_regions": True, "num_chs": (24, 8)}
    tiling = official_synthesis_tiling(draft(840, 520, **two).picture)
    headers = draft(840, 520, **two, tile_size=tiling.size, tile_overlap=tiling.overlap)
    title = f"Tiles of the official writer, {tiling.size} and {tiling.overlap}, straddle two independent regions"
    yield Recipe("tiles_official_840x520", title, headers)
    title = "A tile grows beyond its independent region and keeps all, so that the next one overwrites some of it"
    yield Recipe("tiles_grown_beyond", title, draft(520, 72, **two, tile_size=240, tile_overlap=64))


def _linear(dice: Dice) -> Iterator[Recipe]:
    for pattern in range(1, 9):
        other = pattern % 8 + 1
        edge = (pattern % 4 + 1, (pattern + 2) % 4 + 1)

        def tools(picture: PictureHeader, pattern: int = pattern, other: int = other, edge: Any = edge) -> ToolsHeader:
            return ToolsHeader(efe_linear=linear_of(dice(f"efe{pattern}"), picture, (pattern, other), edge))

        title = f"EFE linear, patterns {pattern} and {other}, kernels {edge[0]} and {edge[1]}"
        yield Recipe(f"efe_linear_{pattern}", title, draft(97, 83, tools=tools))
    for name, (output, coded) in FORMATS.items():

        def other_format(picture: PictureHeader, name: str = name) -> ToolsHeader:
            return ToolsHeader(efe_linear=linear_of(dice(f"efe{name}"), picture, (3, 6), (4, 4)))

        headers = draft(79, 85, tools=other_format, output_format=output, coded_format=coded, colour_transform_idx=0)
        yield Recipe(f"efe_linear_format_{name}", f"EFE linear in format {name}", headers)
    for name, patterns in (("u", (2, 0)), ("v", (0, 5)), ("none", (0, 0))):

        def one_plane(picture: PictureHeader, patterns: Any = patterns) -> ToolsHeader:
            return ToolsHeader(efe_linear=linear_of(dice("one"), picture, patterns))

        yield Recipe(f"efe_linear_{name}", f"EFE linear for plane {name}", draft(64, 64, tools=one_plane))
    for name, low, high, mean in (("lowest", 0, 0, (0, 0)), ("highest", 65535, 65535, (32767, 32767))):
        code = np.full((1, 1, 1, 1), high, np.int32)
        part = EfeFilterSet((1, 1), (1, 1), low, high, (code, code), (code[0], code[0]))
        headers = draft(64, 64, tools=ToolsHeader(efe_linear=EfeLinear(mean, (NO_FILTER, part))))
        yield Recipe(f"efe_linear_{name}", f"EFE linear, symbols and means {name}", headers, exact_only=True)


def _icci(dice: Dice) -> Iterator[Recipe]:
    uses = ((1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1))
    for index in range(10):
        use = uses[index % 7]

        def long_list(picture: PictureHeader, use: Any = use, index: int = index) -> ToolsHeader:
            return ToolsHeader(icci=icci_of(picture, use, 0, (index, 9 - index)))

        headers = draft(64, 80, tools=long_list)
        yield Recipe(f"eicci_long_{index}", f"eICCI, long list {index} and {9 - index}, planes {use}", headers)
    for transform in range(3):
        for model in range(4):
            index = (transform + model) % 2

            def short_list(picture: PictureHeader, index: int = index) -> ToolsHeader:
                return ToolsHeader(icci=icci_of(picture, (1, 1, 1), 1, (index, 1 - index)))

            headers = draft(64, 64, tools=short_list, model_id=model, synthesis_transforms=(transform,))
            name = f"eicci_short_{'sbh'[transform]}op_model{model}"
            yield Recipe(name, f"eICCI, short list, model {model}", headers)
    headers = draft(64, 64, tools=lambda picture: ToolsHeader(icci=icci_of(picture, (0, 0, 0), 0, (0, 0))))
    yield Recipe("eicci_nothing", "eICCI on, no plane used", headers)
    for size, overlap in ((192, 16), (208, 32)):

        def tiled(picture: PictureHeader, size: int = size, overlap: int = overlap) -> ToolsHeader:
            return ToolsHeader(icci=icci_of(picture, (1, 1, 1), 0, (4, 7), size, overlap))

        headers = draft(392, 180, **SOP, tools=tiled)
        yield Recipe(f"eicci_tiles_{size}_{overlap}", f"eICCI tiles of {size}, overlap {overlap}", headers)
    for name in ("444_from_420", "422"):
        output, coded = FORMATS[name]
        headers = draft(
            80,
            72,
            output_format=output,
            coded_format=coded,
            colour_transform_idx=0,
            tools=lambda picture: ToolsHeader(icci=icci_of(picture, (1, 1, 1), 0, (2, 3))),
        )
        remark = "Writers of the reference software never send this (1.10 note 9)." if name == "422" else ""
        yield Recipe(f"eicci_format_{name}", f"eICCI in format {name}", headers, remark=remark)


def _nonlinear(dice: Dice) -> Iterator[Recipe]:
    for name, enabled, tile in (
        ("u", (1, 0), None),
        ("v", (0, 1), None),
        ("tiles", (1, 1), (32, 40)),
        ("one_sample_tiles", (1, 1), (1, 64)),
        ("columns", (1, 1), (64, 1)),
        ("none", (0, 0), None),
    ):

        def tools(picture: PictureHeader, name: str = name, enabled: Any = enabled, tile: Any = tile) -> ToolsHeader:
            return ToolsHeader(efe_nonlinear=nonlinear_of(dice(f"nl{name}"), picture, enabled, tile))

        title = f"EFE non-linear: {name.replace('_', ' ')}"
        yield Recipe(f"efe_nonlinear_{name}", title, draft(96, 80, tools=tools))
    for name, luma in (("lowest", (0, 0)), ("highest", (65535, 65535)), ("wide", (0, 65535))):

        def ends(picture: PictureHeader, luma: Any = luma) -> ToolsHeader:
            return ToolsHeader(efe_nonlinear=nonlinear_of(dice("nl"), picture, (1, 1), luma=luma))

        yield Recipe(f"efe_nonlinear_luma_{name}", f"EFE non-linear, luma range {luma}", draft(64, 64, tools=ends))
    for name, masks, block in (("u", (1, 0), None), ("uv", (1, 1), 16), ("samples", (1, 1), 1), ("one", (1, 1), 1023)):

        def masked(picture: PictureHeader, name: str = name, masks: Any = masks, block: Any = block) -> ToolsHeader:
            linear = linear_of(dice("mask"), picture, (2, 4), alternative=(1, 3))
            nonlinear = nonlinear_of(dice(f"mask{name}"), picture, (1, 1), masks=masks, block=block)
            return ToolsHeader(efe_linear=linear, efe_nonlinear=nonlinear)

        headers = draft(96, 72, tools=masked)
        yield Recipe(f"efe_mask_{name}", f"On/off switch by masks: {name}", headers)

    for name, low, high, code in (("lowest", 0, 0, 0), ("highest", 65535, 65535, 65535), ("zero", 0, 65535, 0)):

        def symbols(picture: PictureHeader, low: int = low, high: int = high, code: int = code) -> ToolsHeader:
            curve = np.full((1, 8), code, np.int32)
            made = nonlinear_of(dice("nl"), picture, (1, 1), (65535, 65535))
            return ToolsHeader(efe_nonlinear=replace(made, minSymbol=low, maxSymbol=high, A1=(curve, curve)))

        headers = draft(64, 64, tools=symbols)
        yield Recipe(f"efe_nonlinear_symbols_{name}", f"EFE non-linear, symbols {name}", headers, exact_only=True)

    def second_only(picture: PictureHeader) -> ToolsHeader:
        linear = linear_of(dice("mask"), picture, (2, 4), alternative=(1, 3))
        return ToolsHeader(efe_linear=linear, efe_nonlinear=nonlinear_of(dice("v"), picture, (0, 1), masks=(0, 1)))

    remark = "The switch does nothing here; the reference encoder would expect it to (1.10 note 14)."
    yield Recipe("efe_mask_v_only", "Mask of V without that of U", draft(64, 64, tools=second_only), remark=remark)
    output, coded = FORMATS["420"]
    headers = draft(
        98,
        90,
        output_format=output,
        coded_format=coded,
        colour_transform_idx=0,
        tools=lambda picture: ToolsHeader(
            efe_linear=EfeLinear((12800, 12800), (linear_set(dice("a"), picture, (8, 7), (3, 2)), NO_FILTER)),
            efe_nonlinear=nonlinear_of(dice("b"), picture, (1, 1), (45, 49), masks=(1, 1), block=20),
        ),
    )
    yield Recipe("efe_alternative_only", "Only the alternative picture is filtered, 4:2:0", headers)


def _lef() -> Iterator[Recipe]:
    for channel in (0, 77, 159):
        headers = draft(97, 65, tools=ToolsHeader(lef_ch_idx=channel))
        yield Recipe(f"lef_{channel}", f"LEF by channel {channel}", headers)
    headers = draft(71, 69, coded_size=(96, 80), rvs=True, tools=ToolsHeader(lef_ch_idx=5))
    yield Recipe("lef_display", "LEF with RVS and a displayed size below the coded one", headers)


def _large(dice: Dice) -> Iterator[Recipe]:
    headers = draft(64, 32600, **SOP, regions=(128, 1), hd_overlap=1, mcm_overlap=4)
    yield Recipe("regions_128x1", "128 rows of regions", headers)
    headers = draft(65100, 64, **SOP, regions=(1, 128), independent_regions=True)
    yield Recipe("regions_1x128", "128 columns of independent regions", headers)
    choices: dict[str, Any] = {"regions": (16, 16), "independent_regions": True, "threads_r": 16}
    headers = draft(2048, 2048, **SOP, **choices, edition=Edition.DRAFT)
    yield Recipe("regions_256", "256 independent regions, the most there can be", headers)
    headers = draft(520, 512, **SOP, tile_size=512, tile_overlap=496)
    yield Recipe("tiles_512_496", "The greatest overlap of synthesis tiles", headers)
    headers = draft(520, 512, **SOP, tools=lambda p: ToolsHeader(icci=icci_of(p, (1, 1, 1), 0, (0, 9), 4080, 496)))
    yield Recipe("eicci_tiles_4080_496", "The greatest size and overlap of eICCI tiles", headers)

    def most_tiles(picture: PictureHeader) -> ToolsHeader:
        return ToolsHeader(efe_nonlinear=nonlinear_of(dice("many"), picture, (1, 1), (1, 65535)))

    headers = draft(64, 8191, **SOP, tools=most_tiles)
    yield Recipe("efe_nonlinear_8191_tiles", "The greatest number of EFE non-linear tiles", headers)

    def long_mask(picture: PictureHeader) -> ToolsHeader:
        linear = linear_of(dice("long"), picture, (1, 1), alternative=(1, 1))
        return ToolsHeader(efe_linear=linear, efe_nonlinear=nonlinear_of(dice("long"), picture, masks=(1, 1), block=1))

    for size in ((1023, 64), (64, 1023)):
        headers = draft(*size, **SOP, tools=long_mask)
        yield Recipe(f"efe_mask_{size[0]}x{size[1]}", "The greatest length of a mask", headers)


def tool_recipes(dice: Dice, *, full: bool) -> Iterator[Recipe]:
    """Yield the recipes around regions, tiles and tools; `full`: also those of large pictures."""
    yield from _regions()
    yield from _draft_edition(dice)
    yield from _tiles()
    yield from _straddling()
    yield from _linear(dice)
    yield from _icci(dice)
    yield from _nonlinear(dice)
    yield from _lef()
    if full:
        yield from _large(dice)
