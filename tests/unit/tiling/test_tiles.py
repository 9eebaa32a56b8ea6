"""Synthesis tiles (4.10.5) and ICCI tiles (5.7.4)."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdec.limits import Limits, TooLarge
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.regions import RegionGrid
from refdec.tiling.tiles import FilterTile, Tile, icci_tiles, region_around, synthesis_tiles

from .support import TiledPicture


def numbers(rect: Rect) -> list[int]:
    return [rect.x, rect.y, rect.w, rect.h]


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("component", [0, 1])
def test_example_10_7_synthesis_tiles(examples: Path, number: int, component: int) -> None:
    grid = json.loads((examples / "tiling_grids.json").read_text())["grids"][number]
    picture = TiledPicture(
        grid["W"],
        grid["H"],
        grid["num_ver"],
        grid["num_hor"],
        bool(grid["region_residual_in_its_own_substream_flag"]),
        grid["hyper_decoder_overlap_in_latent_samples"],
        grid["mcm_overlap_in_latent_samples"],
        (grid["synthesis_tile_size"],) * 2,
        (grid["synthesis_tile_overlap"],) * 2,
    )
    ours = [
        {"image": numbers(t.rect), "latent": numbers(t.latent), "core": numbers(t.core)}
        for t in synthesis_tiles(picture, component)
    ]
    assert ours == [tile for row in grid["synthesis"] for tile in row]


def test_example_10_7_c_straddling_tiles_keep_everything() -> None:
    picture = TiledPicture(2500, 2100, 2, 2, True, tile_size=(1024, 1024), tile_overlap=(128, 128))
    tiles = synthesis_tiles(picture, 0)
    assert [(numbers(t.rect), numbers(t.core)) for t in tiles[:3]] == [
        ([0, 0, 1088, 1024], [0, 0, 1024, 1024]),
        ([1024, 0, 1024, 1024], [1024, 0, 1024, 1024]),
        ([1984, 0, 516, 1024], [2048, 0, 452, 1024]),
    ]
    assert [(numbers(t.rect), numbers(t.core)) for t in tiles[6:]] == [
        ([0, 1984, 1088, 116], [0, 2048, 1024, 52]),
        ([1024, 2048, 1024, 52], [1024, 2048, 1024, 52]),
        ([1984, 1984, 516, 116], [2048, 2048, 452, 52]),
    ]


def test_tiling_disabled_is_one_tile() -> None:
    whole = Rect(0, 0, 149, 111)
    assert synthesis_tiles(TiledPicture(149, 111), 0) == (Tile(whole, Rect(0, 0, 10, 7), whole, whole),)


@st.composite
def tiled_pictures(draw: st.DrawFn) -> TiledPicture:
    """Grids whose cores meet without a gap: with independent regions the tile size divides both region steps."""
    width, height = draw(st.integers(64, 900)), draw(st.integers(64, 900))
    if draw(st.booleans()):
        rows, columns = draw(st.integers(1, ceil_div(height, 256))), draw(st.integers(1, ceil_div(width, 256)))
        overlap = draw(st.sampled_from([0, 32, 64]))
        if min(width, height) <= overlap:
            overlap = 0
        return TiledPicture(width, height, rows, columns, True, tile_size=(128, 128), tile_overlap=(overlap, overlap))
    size, overlap = 16 * draw(st.integers(2, 20)), 16 * draw(st.integers(0, 10))
    overlap = overlap if overlap < min(size, width, height) else 0
    return TiledPicture(width, height, tile_size=(size, size), tile_overlap=(overlap, overlap))


@given(picture=tiled_pictures(), component=st.sampled_from([0, 1]))
def test_cores_cover_the_picture_exactly_once(picture: TiledPicture, component: int) -> None:
    frame = np.zeros((picture.img_height, picture.img_width), np.int32)
    for tile in synthesis_tiles(picture, component):
        assert tile.rect.contains(tile.core)
        assert tile.core_in_tile == tile.core.seen_from(tile.rect)
        assert (tile.rect.x % 16, tile.rect.y % 16) == (0, 0)
        assert tile.latent == Rect(
            tile.rect.x // 16, tile.rect.y // 16, ceil_div(tile.rect.w, 16), ceil_div(tile.rect.h, 16)
        )
        frame[tile.core.rows, tile.core.columns] += 1
    assert (frame == 1).all()


def test_the_number_of_tiles_is_bounded_before_the_list_is_made() -> None:
    picture = TiledPicture(65599, 65599, tile_size=(32, 32), tile_overlap=(16, 16))
    with pytest.raises(TooLarge):
        synthesis_tiles(picture, 0, limits=Limits(tiles=10_000))
    with pytest.raises(TooLarge):
        icci_tiles(65599, 65599, 192, 16, limits=Limits(tiles=10_000))


@pytest.mark.parametrize(
    "case", ["bop_tiles128", "bop_tiles256_600x400", "hop_tiles128", "sop_tiles128", "bop_indreg_2x1_600x400"]
)
@pytest.mark.parametrize("component", [0, 1])
def test_reference_tiles_of_the_vectors(shared: Path, case: str, component: int) -> None:
    folder = shared / "vectors" / case
    head = dict(json.loads((folder / "syntax.json").read_text())["picture_header"]["region_0"]["elements"])
    picture = TiledPicture(
        head["img_width_minus64"] + 64,
        head["img_height_minus64"] + 64,
        head.get("num_ver_splits_minus1", 0) + 1,
        head.get("num_hor_splits_minus1", 0) + 1,
        bool(head.get("region_residual_in_its_own_substream_flag", 0)),
        tile_size=tuple(16 * head["synthesis_tile_size"] for _ in (0, 1)),
        tile_overlap=tuple(16 * head["synthesis_tile_overlap"] for _ in (0, 1)),
    )
    theirs = json.loads((folder / "case.json").read_text())["tiles"]
    tiles = synthesis_tiles(picture, component)
    for key, ours in (("image_tiles", [t.rect for t in tiles]), ("latent_tiles", [t.latent for t in tiles])):
        areas = theirs[f"{('Y', 'UV')[component]}.tiles.syn.{key}"]
        assert [numbers(r) for r in ours] == [[int(n) for n in re.findall(r"\d+", area)] for area in areas], key


def test_example_5_7_4_icci_tiles() -> None:
    tiles = icci_tiles(500, 420, 256, 48)
    assert [(t.rect.y, t.rect.x, t.rect.h, t.rect.w) for t in tiles] == [
        (0, 0, 256, 256),
        (0, 208, 256, 212),
        (208, 0, 80, 256),
        (208, 208, 80, 212),
        (240, 0, 260, 256),
        (240, 208, 260, 212),
    ]


def test_icci_disabled_is_one_tile_of_the_display() -> None:
    shown = Rect(0, 0, 90, 70)
    assert icci_tiles(128, 128, 0, 0, display_hw=(70, 90)) == (FilterTile(shown, shown, shown),)


@given(
    height=st.integers(64, 1500),
    width=st.integers(64, 1500),
    size=st.integers(14, 60),
    overlap=st.integers(1, 12),
    hidden=st.tuples(st.integers(0, 300), st.integers(0, 300)),
)
def test_icci_cores_partition_the_planes(
    height: int, width: int, size: int, overlap: int, hidden: tuple[int, int]
) -> None:
    size, overlap = 16 * size, 16 * overlap
    shown = (max(1, height - hidden[0]), max(1, width - hidden[1]))
    narrow = min(height, width) < 176 or size - overlap < 176 or min(height, width) <= overlap
    if narrow:
        return
    tiles = icci_tiles(height, width, size, overlap, display_hw=shown)
    step = [ceil_div(n - overlap, min(size, n) - overlap) for n in (height, width)]
    assert len(tiles) == step[0] * step[1]
    frame = np.zeros(shown, np.int32)
    for tile in tiles:
        frame[tile.core.rows, tile.core.columns] += 1
        assert tile.core.empty or tile.rect.contains(tile.core)
    assert (frame >= 1).all()
    # A last tile that takes 176 samples from a neighbour at the border begins at the border itself (5.7.4): it then
    # writes again, as the later one, what the neighbour keeps.
    if not _reaches_back_to_border(height, size, overlap) and not _reaches_back_to_border(width, size, overlap):
        assert (frame == 1).all()


def _reaches_back_to_border(extent: int, size: int, overlap: int) -> bool:
    """Whether the second and last tile of a direction, too narrow by itself, is widened to the first sample."""
    step = min(size, extent) - overlap
    starts = range(0, extent - overlap, step)
    return len(starts) == 2 and extent - starts[-1] < 176 and starts[-1] == 176


@st.composite
def grown_grids(draw: st.DrawFn) -> TiledPicture:
    """Independent regions with tiles that need not divide them (worked grid (c) shows the rule)."""
    width, height = draw(st.integers(300, 1500)), draw(st.integers(300, 1500))
    rows, columns = draw(st.integers(1, height // 128)), draw(st.integers(1, width // 128))
    size = 64 * draw(st.integers(3, 12))
    return TiledPicture(width, height, rows, columns, True, tile_size=(size, size), tile_overlap=(128, 128))


@given(picture=grown_grids(), component=st.sampled_from([0, 1]))
def test_the_region_of_a_tile_is_found_as_by_looking_at_all(picture: TiledPicture, component: int) -> None:
    areas = tuple(region.image for region in RegionGrid.of(picture, component).regions)
    for tile in synthesis_tiles(picture, component):
        for rect in (tile.rect, tile.core):
            assert region_around(rect, areas) == next((area for area in areas if area.contains(rect)), None)
