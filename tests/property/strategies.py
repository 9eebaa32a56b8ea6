"""Strategies that several property tests share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from refdec.bitstream.headers import Edition, Headers, build_headers
from refdec.bitstream.levels import smallest_level, smallest_profile
from refdec.bitstream.markers import Marker
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.rendering import Cicp, ContentLight, DynamicMetadata, MasteringDisplay, RenderingInfo
from refdec.bitstream.tools import EfeFilterSet, EfeLinear, EfeNonlinear, Icci, IcciTile, ToolsHeader
from refdec.tables import syntax
from refdec.tiling.geometry import ceil_div
from tests.headers import picture_header

__all__ = ["EDITIONS", "legal_headers", "legal_pictures", "legal_rendering", "legal_tools", "most_regions"]

EDITIONS = st.sampled_from(list(Edition))

FORMATS = [((1, 1), (1, 1)), ((1, 1), (1, 2)), ((1, 1), (2, 2)), ((1, 2), (1, 2)), ((2, 2), (2, 2))]
TRANSFORMS = [(0,), (1,), (2,), (1, 0), (0, 1), (2, 1, 0), (0, 2), (1, 2, 0)]
THREADS = st.sampled_from([1, 2, 4, 8, 16])
U8, U16, U32 = (st.integers(0, (1 << bits) - 1) for bits in (8, 16, 32))
FLAG = st.integers(0, 1)
SPLITS = syntax()["constants"]["EFE_NUM_SPLIT"]
NARROWEST_ICCI_TILE = 176


def codes(draw: st.DrawFn, shape: tuple[int, ...], high: int) -> np.ndarray[Any, np.dtype[np.int32]]:
    """An array of random numbers 0..high."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return rng.integers(0, high, shape, endpoint=True).astype(np.int32)


def most_regions(height: int, width: int, edition: Edition) -> tuple[int, int]:
    """The most rows and columns of regions (1.6.4, 1.12)."""
    least = (256, 512) if edition is Edition.PUBLISHED else (128, 128)
    return ceil_div(height, least[0]), ceil_div(width, least[1])


@st.composite
def _regions(draw: st.DrawFn, height: int, width: int, edition: Edition) -> dict[str, Any]:
    blocks = ceil_div(height, 128), ceil_div(width, 128)
    most = most_regions(height, width, edition)
    rows, columns = draw(st.integers(1, min(most[0], 16))), draw(st.integers(1, min(most[1], 16)))
    steps = [128 * (b // n) for b, n in zip(blocks, (rows, columns), strict=True) if n > 1]
    smallest = min(steps, default=1 << 16)
    return {
        "regions": (rows, columns),
        "independent_regions": draw(st.booleans()),
        "hd_overlap": draw(st.integers(0, min(3, smallest // 128))),
        "mcm_overlap": draw(st.integers(0, min(15, smallest // 32))),
    }


@st.composite
def _tiles(draw: st.DrawFn, height: int, width: int, regions: dict[str, Any]) -> dict[str, Any]:
    size = draw(st.sampled_from(range(16, 16 * 256, 16)))
    unit = 32 if regions.get("independent_regions", False) else 16
    largest = (min(size, height, width, 16 * 31 + 1) - 1) // unit
    return {"tile_size": size, "tile_overlap": unit * draw(st.integers(0, largest))}


@st.composite
def _cubes(draw: st.DrawFn, picture: PictureHeader) -> PictureHeader:
    """The header with cube flags in one or both components, some group flags redundant."""
    shape = (4 * picture.cube_h * picture.cube_w,)
    use, groups, flags = [], [], []
    for _ in (0, 1):
        on = draw(FLAG)
        row = tuple((codes(draw, shape, 9) > 0).astype(int).tolist()) if on else None
        needed = None if row is None else [int(0 in row[k : k + 8]) for k in range(0, len(row), 8)]
        extra = None if needed is None else tuple(int(flag or draw(st.booleans())) for flag in needed)
        use.append(on)
        groups.append(extra)
        flags.append(row)
    return replace(
        picture,
        use_cube_flags=(use[0], use[1]),
        cube_group_flag=(groups[0], groups[1]),
        cube_flag=(flags[0], flags[1]),
    )


@st.composite
def legal_pictures(draw: st.DrawFn, max_side: int = 700, edition: Edition = Edition.DRAFT) -> PictureHeader:
    """Picture headers that a decoder of some profile and level must take; sides up to `max_side` samples.

    The draft allows small pictures more regions, so those are drawn where no edition is asked for.
    """
    side = st.integers(64, max_side)
    width, height = draw(side), draw(side)
    output, coded = draw(st.sampled_from(FORMATS))
    model, transforms = draw(st.integers(0, 3)), draw(st.sampled_from(TRANSFORMS))
    lowest = smallest_level(width * height, model, edition)
    channels = draw(U8), draw(U8)
    regions = draw(st.just({}) | _regions(height, width, edition))
    picture = picture_header(
        width - draw(st.integers(0, 63)),
        height - draw(st.integers(0, 63)),
        coded_size=(width, height),
        model_id=model,
        beta_log=(draw(st.integers(-2048, 2047)), draw(st.integers(-2048, 2047))),
        synthesis_transforms=transforms,
        decoder_profile_id=draw(st.integers(smallest_profile(transforms), 2)),
        level_idc=draw(st.sampled_from([lowest or 52, 52])),
        bit_depth=draw(st.sampled_from([8, 10])),
        output_format=output,
        coded_format=coded,
        colour_transform_idx=draw(FLAG),
        threads_z=draw(THREADS),
        threads_r=(draw(THREADS), draw(THREADS)),
        threads_q=draw(THREADS),
        num_chs=channels,
        rvs=(draw(st.booleans()), draw(st.booleans())),
        grfs_flags=(
            codes(draw, (min(channels[0], 160),), 1).tolist() if draw(FLAG) else None,
            codes(draw, (min(channels[1], 96),), 1).tolist() if draw(FLAG) else None,
        ),
        quality_map_entropy_index=draw(st.none() | st.integers(0, 7)),
        **regions,
        **draw(st.just({}) | _tiles(height, width, regions)),
    )
    return draw(_cubes(picture))


@st.composite
def _filter_set(draw: st.DrawFn, planes: int) -> EfeFilterSet:
    high = draw(U16)
    index = draw(st.integers(0, 8)), draw(st.integers(0, 8))
    edges = [draw(st.integers(1, 4)) if i else 0 for i in index]
    chroma = [
        codes(draw, (SPLITS[i - 1], planes, e, e), high) if i else None for i, e in zip(index, edges, strict=True)
    ]
    luma = [codes(draw, (SPLITS[i - 1], e, e), high) if i else None for i, e in zip(index, edges, strict=True)]
    return EfeFilterSet(index, (edges[0], edges[1]), draw(U16), high, (chroma[0], chroma[1]), (luma[0], luma[1]))


@st.composite
def _icci(draw: st.DrawFn, picture: PictureHeader) -> Icci:
    sides = picture.img_height, picture.img_width
    size = overlap = 0
    count = 1
    if min(sides) >= NARROWEST_ICCI_TILE and draw(st.booleans()):
        overlap = 16 * draw(st.integers(0, min(31, (min(sides) - 1) // 16)))
        size = 16 * draw(st.integers((NARROWEST_ICCI_TILE + overlap) // 16, 255))
        rows, columns = (ceil_div(n - overlap, min(size, n) - overlap) for n in sides)
        count = rows * columns
    return Icci(size, overlap, tuple(draw(_icci_tile()) for _ in range(count)))


@st.composite
def _icci_tile(draw: st.DrawFn) -> IcciTile:
    use = draw(FLAG), draw(FLAG), draw(FLAG)
    short = draw(FLAG) if any(use) else 0
    index = st.integers(0, 1 if short else 9)
    return IcciTile(use, short, (draw(index) if use[0] else 0, draw(index) if use[1] or use[2] else 0))


@st.composite
def _nonlinear(draw: st.DrawFn, picture: PictureHeader, alternative: bool) -> EfeNonlinear:
    planes = picture.chroma_size
    high = draw(U16)
    masks = (draw(FLAG), draw(FLAG)) if alternative else (0, 0)
    block = draw(st.integers(16, 1023)) if any(masks) else 0
    shape = tuple(ceil_div(n, block) for n in planes) if block else ()
    on = draw(FLAG), draw(FLAG)
    tile = (draw(st.integers(32, 65535)), draw(st.integers(32, 65535))) if any(on) else (0, 0)
    count = ceil_div(planes[0], tile[0]) * ceil_div(planes[1], tile[1]) if any(on) else 0
    w5 = [codes(draw, shape, 2).astype(np.uint8) if flag else None for flag in masks]
    a1 = [codes(draw, (count, 8), high) if flag else None for flag in on]
    luma = codes(draw, (2, count), 65535)
    return EfeNonlinear(
        draw(U16), high, *masks, block, (w5[0], w5[1]), on, tile[1], tile[0], luma[0], luma[1], (a1[0], a1[1])
    )


@st.composite
def legal_tools(draw: st.DrawFn, picture: PictureHeader) -> ToolsHeader:
    """Tools headers that fit a picture header."""
    same = (picture.s_ver, picture.s_hor) == (picture.c_ver, picture.c_hor)
    linear = None
    if draw(FLAG):
        sets = _filter_set(1 if same else 4)
        linear = EfeLinear((draw(st.integers(0, 32767)), draw(st.integers(0, 32767))), (draw(sets), draw(sets)))
    alternative = linear is not None and any(linear.sets[0].best_cand_idx)
    icci_possible = (picture.s_ver, picture.s_hor) != (2, 2)
    return ToolsHeader(
        (draw(FLAG), draw(FLAG)),
        linear,
        draw(_icci(picture)) if icci_possible and draw(FLAG) else None,
        draw(_nonlinear(picture, alternative)) if draw(FLAG) else None,
        draw(st.none() | st.integers(0, 159)),
    )


def legal_rendering() -> st.SearchStrategy[RenderingInfo]:
    """Rendering information with any of its parts."""
    triple = st.tuples(U16, U16, U16)
    return st.builds(
        RenderingInfo,
        st.none() | st.builds(Cicp, U8, U8, U8, FLAG, st.integers(0, 7)),
        st.none() | st.builds(MasteringDisplay, triple, triple, U16, U16, U32, U32),
        st.none() | st.builds(ContentLight, U16, U16),
        st.none() | st.builds(DynamicMetadata, U8, st.binary(max_size=40)),
    )


@st.composite
def legal_headers(draw: st.DrawFn, max_side: int = 700) -> Headers:
    """Headers of either edition that break no rule, field by field or across fields; any legal order of substreams."""
    edition = draw(EDITIONS)
    picture = draw(legal_pictures(max_side, edition))
    tools = draw(st.just(ToolsHeader()) | legal_tools(picture))
    user_data = draw(st.none() | st.binary(max_size=20))
    headers = build_headers(picture, tools, draw(legal_rendering()), user_data, edition=edition)
    absent = set()
    if tools == ToolsHeader() and draw(st.booleans()):
        absent.add(Marker.TON)
    if headers.rendering == RenderingInfo() and draw(st.booleans()):
        absent.add(Marker.RDI)
        headers = replace(headers, rendering=None)
    first, *rest = (marker for marker in headers.substream_order if marker not in absent)
    order = draw(st.just(rest) | st.permutations(rest))
    return replace(headers, substream_order=(first, *order))
