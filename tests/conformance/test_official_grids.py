"""The grids of the official writer (4.9, 4.10.5, 4.10.6): tiles across seams of independent regions, decoded every way.

All samples of the three smallest pictures are compared, and of the others those where tiles and regions meet; with
REFDEC_ALL_GRIDS=1 all samples of all ten (about four minutes, 2.3 GB).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pytest

from refdec.bitstream.headers import Headers, build_headers, write_stream
from refdec.bitstream.levels import smallest_level
from refdec.bitstream.markers import Marker
from refdec.bitstream.payloads import RESIDUAL_MARKERS, assemble_residual
from refdec.bitstream.picture_header import COMPONENT_CHANNELS, PictureHeader
from refdec.conformance.making.plan_tools import tool_recipes
from refdec.conformance.making.recipe import dice_of
from refdec.decoding.hyper import HyperLatents, HyperSide, decode_hyper
from refdec.decoding.latents import LatentSource, latent_window
from refdec.decoding.models import Models, models_of
from refdec.decoding.opening import parse
from refdec.decoding.options import DecodeOptions
from refdec.decoding.region import decode_region
from refdec.decoding.rows import open_stream
from refdec.decoding.symbols import decode_symbols, run_of_channels
from refdec.entropy.hyper import encode_z
from refdec.entropy.residual import encode_residual
from refdec.picture.colour import to_output
from refdec.picture.output import Codes, codes
from refdec.picture.picture import PictureCodes
from refdec.picture.planes import Planes
from refdec.picture.render import render
from refdec.tiling.analysis import Tiling, official_synthesis_tiling
from refdec.tiling.geometry import Rect
from refdec.tiling.regions import RegionGrid
from refdec.tiling.tiles import Tile, region_around, synthesis_tiles
from refdec.weights.pack import WeightPack
from refdec.weights.seeded import seeded_pack
from tests.headers import picture_header
from tests.oracle.decode import decode_whole
from tests.oracle.planes import synthesise_tile

SOP, MODEL, CHANNELS = 0, 1, (3, 2)
EVERYTHING = os.environ.get("REFDEC_ALL_GRIDS") == "1"


@dataclass(frozen=True)
class Grid:
    """A picture, its independent regions by the rule of 4.9, and what its tiles must be: edge, count, straddling."""

    width: int
    height: int
    columns: int
    rows: int
    tile: int
    tiles: int
    straddling: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


GRIDS = [
    Grid(2096, 1400, 2, 1, 640, 12, 3),
    Grid(2000, 3000, 1, 2, 1024, 6, 2),
    Grid(3000, 2000, 2, 1, 1024, 6, 2),
    Grid(3840, 2160, 3, 2, 640, 24, 6),
    Grid(4096, 2304, 4, 2, 512, 40, 8),
    Grid(4032, 3024, 3, 2, 1024, 12, 8),
    Grid(5120, 2880, 5, 2, 512, 60, 10),
    Grid(4608, 3456, 4, 3, 768, 30, 14),
    Grid(6000, 4000, 5, 3, 384, 176, 32),
    Grid(8000, 6000, 7, 5, 768, 88, 40),
]
WHOLE = GRIDS if EVERYTHING else GRIDS[:3]
"""Pictures of which all samples are compared."""


def header(grid: Grid) -> PictureHeader:
    """The header that the official writer would send, with few channels."""

    def with_tiles(tiling: Tiling) -> PictureHeader:
        return picture_header(
            grid.width,
            grid.height,
            model_id=MODEL,
            synthesis_transforms=(SOP,),
            level_idc=smallest_level(grid.width * grid.height, MODEL) or 0,
            regions=(grid.rows, grid.columns),
            independent_regions=True,
            num_chs=CHANNELS,
            tile_size=tiling.size,
            tile_overlap=tiling.overlap,
        )

    return with_tiles(official_synthesis_tiling(with_tiles(Tiling(0, 0))))


@lru_cache(maxsize=1)
def pack() -> WeightPack:
    return seeded_pack(1)


@lru_cache(maxsize=1)
def stream(grid: Grid) -> bytes:
    """A codestream of that header: hyper latents and symbols from a generator, coded and put together here."""
    picture, models, dice = header(grid), models_of(pack(), MODEL), dice_of(1)(str(grid))
    luma, chroma = (
        np.rint(3 * dice.standard_normal((COMPONENT_CHANNELS[c], picture.z_h, picture.z_w))).clip(-31, 31)
        for c in (0, 1)
    )
    z = luma.astype(np.int8), chroma.astype(np.int8)
    hyper = HyperSide.of(picture, models, HyperLatents(z))
    payloads = {Marker.SOZ: [encode_z(z[0], z[1], models.z_tables(0), models.z_tables(1), 1)]}
    for c, marker in enumerate(RESIDUAL_MARKERS):
        units: list[bytes | None] = []
        for region in RegionGrid.of(picture, c).regions:
            levels, coded = run_of_channels(hyper, c, region.y_core, slice(0, CHANNELS[c]))
            symbols = np.where(coded, np.rint(2 * dice.standard_normal(coded.shape)), 0).astype(np.int16)
            units.append(encode_residual(symbols, levels, coded, 1))
        payloads[marker] = assemble_residual(units, picture.independent_regions)
    return write_stream(build_headers(picture), payloads)


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_the_official_writer_straddles_regions(grid: Grid) -> None:
    picture = header(grid)
    assert official_synthesis_tiling(picture) == Tiling(grid.tile, 128)
    regions = tuple(region.image for region in RegionGrid.of(picture, 0).regions)
    tiles = synthesis_tiles(picture, 0)
    assert (len(tiles), sum(region_around(tile.rect, regions) is None for tile in tiles)) == (
        grid.tiles,
        grid.straddling,
    )
    # Tiles and regions are multiples of 128, tiles grow by 64: none leaves its region, and every core is the tile.
    assert [tile.core for tile in tiles] == [
        Rect(x, y, min(grid.tile, grid.width - x), min(grid.tile, grid.height - y))
        for y in range(0, grid.height, grid.tile)
        for x in range(0, grid.width, grid.tile)
    ]
    assert [tile.rect for tile in synthesis_tiles(picture, 1)] == [tile.rect for tile in tiles]


def test_example_10_7_e_twelve_tiles_of_2096x1400_by_hand() -> None:
    """Regions 0..1023 and 1024..2095; the second column of tiles, 640..1279, lies across their seam and never grows."""
    tiles = [((t.rect.x, t.rect.y, t.rect.w, t.rect.h), (t.core.x, t.core.y, t.core.w, t.core.h)) for t in by_hand()]
    assert tiles == [
        ((0, 0, 704, 704), (0, 0, 640, 640)),
        ((640, 0, 640, 640), (640, 0, 640, 640)),
        ((1216, 0, 768, 704), (1280, 0, 640, 640)),
        ((1856, 0, 240, 704), (1920, 0, 176, 640)),
        ((0, 576, 704, 768), (0, 640, 640, 640)),
        ((640, 640, 640, 640), (640, 640, 640, 640)),
        ((1216, 576, 768, 768), (1280, 640, 640, 640)),
        ((1856, 576, 240, 768), (1920, 640, 176, 640)),
        ((0, 1216, 704, 184), (0, 1280, 640, 120)),
        ((640, 1280, 640, 120), (640, 1280, 640, 120)),
        ((1216, 1216, 768, 184), (1280, 1280, 640, 120)),
        ((1856, 1216, 240, 184), (1920, 1280, 176, 120)),
    ]


def by_hand() -> tuple[Tile, ...]:
    picture = header(GRIDS[0])
    assert [region.image for region in RegionGrid.of(picture, 0).regions] == [
        Rect(0, 0, 1024, 1400),
        Rect(1024, 0, 1072, 1400),
    ]
    return synthesis_tiles(picture, 0)


def test_the_bundled_suite_has_a_grid_of_the_official_writer() -> None:
    (recipe,) = (r for r in tool_recipes(dice_of(1), full=False) if r.name == "tiles_official_840x520")
    picture = recipe.headers.picture
    assert (picture.tile_size, picture.tile_overlap) == ((256, 256), (128, 128))
    assert [(tile.rect.x, tile.rect.right) for tile in synthesis_tiles(picture, 0)[:4]] == [
        (0, 320),
        (256, 512),
        (448, 832),
        (704, 840),
    ]


def crop(picture: PictureCodes, at: Rect) -> list[np.ndarray]:
    return [plane[at.rows, at.columns] for plane in picture.planes]


def assert_same(made: list[np.ndarray], expected: list[np.ndarray], where: object) -> None:
    for a, b in zip(made, expected, strict=True):
        assert np.array_equal(a, b), where


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_whole_rows_workers_and_regions_agree(grid: Grid) -> None:
    if grid not in WHOLE:
        pytest.skip(
            "all samples of the larger pictures are compared with REFDEC_ALL_GRIDS=1 only; minutes and gigabytes"
        )
    data = stream(grid)
    decoded = decode_whole(data, pack())
    everything = render(decoded.planes, decoded.headers.picture)
    for workers in (1, 2):
        made = open_stream(data, pack()).picture(workers=workers)
        assert_same(list(made.planes), list(everything.planes), f"{workers} workers")
    for region in RegionGrid.of(header(grid), 0).regions:
        made = decode_region(data, pack(), region.image).picture()
        assert_same(list(made.planes), crop(everything, region.image), region.image)


def meetings(picture: PictureHeader) -> list[Rect]:
    """Small windows where straddling tiles meet others, one beside a seam of regions and one on it."""
    regions = tuple(region.image for region in RegionGrid.of(picture, 0).regions)
    straddling = [t for t in synthesis_tiles(picture, 0) if region_around(t.rect, regions) is None]
    seams = [(tile, edge) for tile in straddling for edge in regions if tile.rect.contains(Rect(edge.x, edge.y, 1, 1))]
    tile = straddling[len(straddling) // 2]
    shown = Rect(0, 0, picture.img_width, picture.img_height)
    points = [(tile.rect.right, tile.rect.bottom)]
    points += [(edge.x, min(tile.rect.bottom, edge.bottom)) for tile, edge in seams[-1:]]
    return [Rect.between(x - 40, y - 24, x + 24, y + 40).intersection(shown) for x, y in points]


@pytest.mark.parametrize("grid", GRIDS, ids=str)
def test_where_tiles_meet_a_window_is_the_synthesis_of_whole_tiles(grid: Grid) -> None:
    """What 4.10.5 says of each tile that a window touches, against a window that sees only its own reach."""
    data = stream(grid)
    codestream, headers = parse(data, DecodeOptions())
    models = models_of(pack(), MODEL)
    side = HyperSide.of(headers.picture, models, decode_hyper(codestream, headers, models))
    symbols = LatentSource(decode_symbols(codestream, headers, side).values, None, side)
    for window in meetings(headers.picture):
        expected = by_whole_tiles(headers, symbols, models, window)
        assert_same(list(decode_region(data, pack(), window).picture().planes), expected, window)


def by_whole_tiles(headers: Headers, symbols: LatentSource, models: Models, window: Rect) -> list[Codes]:
    """Codes of a window from all tiles whose cores it touches."""
    picture = headers.picture
    planes = [np.zeros(window.size_hw, np.int32) for _ in range(3)]
    for tile in synthesis_tiles(picture, 0):
        part = tile.core.intersection(window)
        if part.empty:
            continue
        latents = latent_window(headers, symbols, models, tile.latent).latent
        moved = Tile(tile.rect, tile.latent.seen_from(tile.latent), tile.core_in_tile, tile.core)
        made = np.concatenate([synthesise_tile(moved, latents, models, SOP, c) for c in (0, 1)])
        inside, into = part.seen_from(tile.rect), part.seen_from(window)
        for plane, values in zip(planes, made, strict=True):
            plane[into.rows, into.columns] = values[inside.rows, inside.columns]
    return [codes(plane, picture.bit_depth) for plane in to_output(Planes(*planes), picture)]
