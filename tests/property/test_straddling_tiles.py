"""Tiles that straddle independent regions (1.6.6, 4.10.5): every way of decoding gives the samples of the whole."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refdec.bitstream.headers import build_headers
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.tools import ToolsHeader
from refdec.conformance.making.recipe import Recipe, dice_of, stream_of
from refdec.decoding import cuts
from refdec.decoding.models import models_of
from refdec.decoding.options import DecodeOptions
from refdec.decoding.previews import ProgressiveDecoder
from refdec.decoding.region import decode_region
from refdec.decoding.rows import open_stream
from refdec.picture.picture import PictureCodes
from refdec.picture.render import render
from refdec.tiling.geometry import Rect
from refdec.tiling.tiles import synthesis_tiles
from refdec.tiling.windows import latent_reach, synthesis_pieces
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack
from tests.headers import picture_header
from tests.oracle.decode import decode_whole

SOP, BOP, HOP = 0, 1, 2
# Rows and columns of regions with the heights and widths that have room for them: at most one row for every 256 samples
# begun and one column for every 512 (1.6.4).
SHAPES = (
    ((1, 2), (65, 150), (513, 680)),
    ((2, 1), (257, 420), (65, 150)),
    ((2, 2), (257, 330), (513, 600)),
    ((1, 3), (65, 100), (1025, 1100)),
    ((3, 1), (513, 600), (65, 100)),
)
TALL = ((2, 1), (257, 300), (65, 80))


@cache
def pack() -> WeightPack:
    return seeded_pack(1)


def header(
    width: int, height: int, regions: tuple[int, int], size: int, overlap: int, transform: int = SOP
) -> PictureHeader:
    return picture_header(
        width,
        height,
        synthesis_transforms=(transform,),
        regions=regions,
        independent_regions=True,
        num_chs=(4, 2),
        tile_size=size,
        tile_overlap=overlap,
    )


@st.composite
def straddling(draw: st.DrawFn) -> PictureHeader:
    """Pictures with independent regions and tiles of any size, often near that of a region."""
    transform = draw(st.sampled_from([SOP, SOP, SOP, BOP, HOP]))
    regions, heights, widths = TALL if transform == HOP else draw(st.sampled_from(SHAPES))
    height, width = draw(st.integers(*heights)), draw(st.integers(*widths))
    plain = header(width, height, regions, 16, 0, transform)
    near = [step + 16 * k for step in plain.region_steps for k in range(-4, 5) if step + 16 * k >= 32]
    size = draw(st.integers(3, 40).map(lambda k: 16 * k) | st.sampled_from(near))
    most = (min(size, width, height, 16 * 31 + 1) - 1) // 32
    return header(width, height, regions, size, 32 * draw(st.integers(0, most)), transform)


def textbook_tiles(picture: PictureHeader) -> list[tuple[Rect, Rect]]:
    """Every tile and what is kept of it, word by word as in 4.10.5."""
    height, width = picture.img_height, picture.img_width
    th, tw, a = min(picture.tile_size[0], height), min(picture.tile_size[0], width), picture.tile_overlap[0] // 2
    (down, across), regions = picture.region_steps, []
    for v in range(picture.num_ver):
        for h in range(picture.num_hor):
            bottom = height if v == picture.num_ver - 1 else (v + 1) * down
            right = width if h == picture.num_hor - 1 else (h + 1) * across
            regions.append((h * across, v * down, right, bottom))

    def around(left: int, top: int, right: int, bottom: int) -> tuple[int, int, int, int] | None:
        for rx, ry, r_right, r_bottom in regions:
            if rx <= left and right <= r_right and ry <= top and bottom <= r_bottom:
                return rx, ry, r_right, r_bottom
        return None

    found = []
    for y in range(0, height, th):
        for x in range(0, width, tw):
            left, top, right, bottom = x, y, min(x + tw, width), min(y + th, height)
            region = around(left, top, right, bottom)
            if region is not None:
                left, top = left - a * (x > region[0]), top - a * (y > region[1])
                right, bottom = (
                    right + min(a, width - right) * (right < region[2]),
                    bottom + min(a, height - bottom) * (bottom < region[3]),
                )
            rect = core = Rect.between(left, top, right, bottom)
            region = around(left, top, right, bottom)
            if region is not None:
                first_x, first_y = left + a * (left > region[0]), top + a * (top > region[1])
                core = Rect(first_x, first_y, min(right - first_x, tw), min(bottom - first_y, th))
            found.append((rect, core))
    return found


@given(picture=straddling(), component=st.integers(0, 1))
@settings(max_examples=200, deadline=None)
def test_tiles_are_those_of_the_text(picture: PictureHeader, component: int) -> None:
    assert [(tile.rect, tile.core) for tile in synthesis_tiles(picture, component)] == textbook_tiles(picture)


def whole(data: bytes, channels: tuple[int, int] | None = None) -> PictureCodes:
    decoded = decode_whole(data, pack(), DecodeOptions(channels=channels))
    return render(decoded.planes, decoded.headers.picture)


def assert_same(made: PictureCodes, expected: PictureCodes, at: Rect) -> None:
    for a, b in zip(made.planes, expected.planes, strict=True):
        assert np.array_equal(a, b[at.rows, at.columns]), at


def windows(picture: PictureHeader, seed: int) -> list[Rect]:
    """Rectangles around the corners of some cores, and one of what lies in no core if there is any."""
    rng, shown = random.Random(seed), Rect(0, 0, picture.img_width, picture.img_height)
    tiles = synthesis_tiles(picture, 0)
    found = []
    for tile in rng.sample(tiles, min(2, len(tiles))):
        for x, y in ((tile.core.x, tile.core.y), (tile.core.right, tile.core.bottom)):
            far = rng.randint(1, 40)
            found.append(Rect.between(x - far, y - far, x + far, y + far).intersection(shown))
    uncovered = np.ones(shown.size_hw, bool)
    for tile in tiles:
        uncovered[tile.core.rows, tile.core.columns] = False
    rows, columns = np.nonzero(uncovered)
    if rows.size:
        found.append(Rect(int(columns[-1]) - 15, int(rows[-1]) - 15, 16, 16))
    return found


def assert_all_agree(picture: PictureHeader, tools: ToolsHeader, seed: int) -> None:
    """Decode whole, by rows with one worker and two, by rectangles, and by previews."""
    headers = build_headers(picture, tools)
    data = stream_of(Recipe("straddling", "", headers), models_of(pack(), picture.model_id), dice_of(seed))
    everything, shown = whole(data), Rect(0, 0, picture.img_width, picture.img_height)
    for workers in (1, 2):
        assert_same(open_stream(data, pack()).picture(workers=workers), everything, shown)
    for window in windows(picture, seed):
        assert_same(decode_region(data, pack(), window).picture(), everything, window)
    progressive = ProgressiveDecoder(data, pack())
    for channels in ((2, 1), progressive.channels):
        preview = render(progressive.preview(*channels).planes, picture)
        assert_same(preview, whole(data, channels), shown)
    assert_same(preview, everything, shown)


def use_units(monkeypatch: pytest.MonkeyPatch, samples: int) -> None:
    for name in ("UNIT_ROWS", "UNIT_COLUMNS", "SMALLEST_UNIT_ROWS"):
        monkeypatch.setattr(cuts, name, samples)


@given(
    picture=straddling(),
    lsbs=st.tuples(st.integers(0, 1), st.integers(0, 1)),
    lef=st.none() | st.integers(0, 159),
    unit=st.sampled_from([64, 128, 512]),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_way_of_decoding_agrees(
    monkeypatch: pytest.MonkeyPatch,
    picture: PictureHeader,
    lsbs: tuple[int, int],
    lef: int | None,
    unit: int,
    seed: int,
) -> None:
    use_units(monkeypatch, unit)
    assert_all_agree(picture, ToolsHeader(lsbs_enable_flag=lsbs, lef_ch_idx=lef), seed)


# With the samples that lie in no core, and whether some lie in several.
SPECIAL = {
    "cores overlap across a seam": (header(520, 80, (1, 2), 240, 64), 0, True),
    "tiles leave their regions on two sides": (header(600, 300, (2, 2), 208, 160), 0, True),
    "tiles are larger than a region": (header(600, 300, (2, 2), 320, 288), 0, False),
    "rows in no core": (header(70, 1030, (2, 1), 272, 64), 32 * 70, True),
    "columns in no core": (header(1030, 70, (1, 2), 272, 64), 32 * 70, True),
    "rows in no core, tiles whole": (header(70, 1030, (2, 1), 272, 64, HOP), 32 * 70, True),
}


@pytest.mark.parametrize("name", SPECIAL)
def test_special_grids(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    picture, uncovered, several = SPECIAL[name]
    count = np.zeros((picture.img_height, picture.img_width), int)
    for tile in synthesis_tiles(picture, 0):
        count[tile.core.rows, tile.core.columns] += 1
    assert (int(np.count_nonzero(count == 0)), bool((count > 1).any())) == (uncovered, several)
    use_units(monkeypatch, 64)
    assert_all_agree(picture, ToolsHeader(lsbs_enable_flag=(1, 1)), 1)


def test_a_window_of_what_lies_in_no_core_names_the_latents_below_it() -> None:
    """So a stream of rows need not keep latents from the top of the picture for it."""
    picture = SPECIAL["rows in no core"][0]
    hole = Rect(0, 784, 70, 32)
    assert latent_reach(picture, 0, hole, (3, 3)) == Rect(0, 49, 5, 2)
    assert not synthesis_pieces(picture, 0, hole, (3, 3))
