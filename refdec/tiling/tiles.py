"""Synthesis tiles (4.10.5, 1.6.6) and tiles of the ICCI filter (5.7.4): where each is cut, which part of it is kept.

In: picture size, tile size and overlap in luma samples, regions.  Out: tiles in raster order; later tiles overwrite
earlier ones.  Nothing is blended: seams are hard cuts.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Protocol

from refdec.clauses import clause
from refdec.limits import Limits
from refdec.tiling.errors import IcciTilesImpossible, TileOverlapOffGrid, TileOverlapTooLarge
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.regions import PartitionLike, RegionGrid

__all__ = [
    "FilterTile",
    "Tile",
    "TilingLike",
    "icci_tiles",
    "region_around",
    "synthesis_tiles",
    "tile_borders",
    "tile_core",
    "tile_rectangles",
]

LATENT_SAMPLES = 16
ICCI_NARROWEST = 176
DEFAULT_LIMITS = Limits()


@clause("1.6.6")
class TilingLike(PartitionLike, Protocol):
    """(1.6.6) What synthesis tiles depend on; a picture header has it.

    Per component, tile size (0: one tile) and overlap in luma samples.
    """

    @property
    def tile_size(self) -> tuple[int, int]: ...
    @property
    def tile_overlap(self) -> tuple[int, int]: ...


@clause("4.10.5")
@dataclass(frozen=True, slots=True)
class Tile:
    """(4.10.5) Synthesise `rect` (luma samples) from `latent`; write `core_in_tile` of it to `core` of the picture."""

    rect: Rect
    latent: Rect
    core_in_tile: Rect
    core: Rect


@clause("5.7.4")
@dataclass(frozen=True, slots=True)
class FilterTile:
    """(5.7.4) Filter `rect` of the planes, keep `core`; a tile outside the displayed area is empty, not absent."""

    rect: Rect
    core_in_tile: Rect
    core: Rect


@clause("4.10.5")
def synthesis_tiles(header: TilingLike, component: int, *, limits: Limits = DEFAULT_LIMITS) -> tuple[Tile, ...]:
    """(4.10.5) Return the synthesis tiles of a component in raster order.

    Raises TileOverlapTooLarge, TileOverlapOffGrid, the errors of RegionGrid.of, or TooLarge.
    """
    size, overlap = header.tile_size[component], header.tile_overlap[component]
    height, width = header.img_height, header.img_width
    if size == 0:
        whole = Rect(0, 0, width, height)
        return (Tile(whole, whole.downscaled(LATENT_SAMPLES), whole, whole),)
    regions: tuple[Rect, ...] = ()
    if header.independent_regions:
        regions = tuple(region.image for region in RegionGrid.of(header, component, limits=limits).regions)
    rects = tile_rectangles((height, width), size, overlap, regions, grid=LATENT_SAMPLES, limits=limits)
    cores = (tile_core(rect, (height, width), size, overlap // 2, regions) for rect in rects)
    return tuple(
        Tile(rect, rect.downscaled(LATENT_SAMPLES), core.seen_from(rect), core)
        for rect, core in zip(rects, cores, strict=True)
    )


@clause("4.10.5")
def tile_rectangles(
    picture_hw: tuple[int, int],
    size: int,
    overlap: int,
    regions: tuple[Rect, ...],
    *,
    grid: int,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Rect, ...]:
    """(4.10.5) Return the rectangles of enabled tiling, in samples of the plane; `regions` only if independent.

    `grid` is the distance of latent samples in that plane.  Raises TileOverlapTooLarge, TileOverlapOffGrid, TooLarge.
    """
    rows, columns = _starts(picture_hw, size, overlap, bool(regions), grid)
    limits.require("the number of tiles", len(rows) * len(columns), limits.tiles)
    return tuple(_rectangle(x, y, picture_hw, size, overlap, regions) for y in rows for x in columns)


def _starts(picture_hw: tuple[int, int], size: int, overlap: int, nested: bool, grid: int) -> tuple[range, range]:
    """Return the first rows and the first columns of all tiles before they grow; raises as tile_rectangles."""
    if overlap >= min(size, *picture_hw):
        raise TileOverlapTooLarge(size, overlap, min(picture_hw))
    if nested and (overlap // 2) % grid:
        raise TileOverlapOffGrid(overlap, grid)
    shared = 0 if nested else overlap
    rows, columns = (range(0, n - shared, min(size, n) - shared) for n in picture_hw)
    return rows, columns


def _rectangle(x: int, y: int, picture_hw: tuple[int, int], size: int, overlap: int, regions: tuple[Rect, ...]) -> Rect:
    """Return the tile that starts at x, y."""
    rect = Rect(x, y, min(size, picture_hw[1] - x), min(size, picture_hw[0] - y))
    return _grown(rect, region_around(rect, regions), overlap // 2, picture_hw) if regions else rect


@clause("4.10.5")
def tile_borders(header: TilingLike, component: int) -> tuple[tuple[Rect, ...], tuple[Rect, ...]]:
    """(4.10.5) Return the first column and the first row of synthesis tiles: two grids are equal if these are.

    That holds where tiles nest in independent regions (1.6.6): the rows of a tile then depend on its place in the
    column only.  A header of 30 bytes may have a million tiles; their borders are a few thousand.  Raises as
    synthesis_tiles, without TooLarge.
    """
    size, overlap = header.tile_size[component], header.tile_overlap[component]
    picture_hw = header.img_height, header.img_width
    if size == 0:
        whole = Rect(0, 0, picture_hw[1], picture_hw[0])
        return (whole,), (whole,)
    regions: tuple[Rect, ...] = ()
    if header.independent_regions:
        regions = tuple(region.image for region in RegionGrid.of(header, component).regions)
    rows, columns = _starts(picture_hw, size, overlap, bool(regions), LATENT_SAMPLES)
    return (
        tuple(_rectangle(0, y, picture_hw, size, overlap, regions) for y in rows),
        tuple(_rectangle(x, 0, picture_hw, size, overlap, regions) for x in columns),
    )


def region_around(rect: Rect, regions: tuple[Rect, ...]) -> Rect | None:
    """Return the region that holds all of a tile, or None if the tile straddles regions.

    Regions come in raster order, so the last one that begins above and left of the tile is the only candidate.
    """
    row = bisect_right(regions, rect.y, key=lambda region: region.y)
    if row == 0:
        return None
    first = bisect_left(regions, regions[row - 1].y, key=lambda region: region.y)
    place = bisect_right(regions, rect.x, first, row, key=lambda region: region.x)
    candidate = regions[max(place - 1, first)]
    return candidate if candidate.contains(rect) else None


def _grown(rect: Rect, region: Rect | None, half: int, picture_hw: tuple[int, int]) -> Rect:
    """(4.10.5) Grow a tile by half the overlap towards its neighbours within its region.

    The growth at the bottom and at the right is limited by the picture, not by the region, as the text has it.
    """
    if region is None:
        return rect
    height, width = picture_hw
    x = rect.x - (half if rect.x > region.x else 0)
    y = rect.y - (half if rect.y > region.y else 0)
    right, bottom = rect.right, rect.bottom
    if right < region.right:
        right += min(half, width - right)
    if bottom < region.bottom:
        bottom += min(half, height - bottom)
    return Rect.between(x, y, right, bottom)


@clause("4.10.5")
def tile_core(rect: Rect, picture_hw: tuple[int, int], size: int, half: int, regions: tuple[Rect, ...]) -> Rect:
    """(4.10.5) Return the part of a tile that is kept, in samples of the picture."""
    height, width = picture_hw
    if not regions:
        return Rect.between(
            rect.x + (half if rect.x > 0 else 0),
            rect.y + (half if rect.y > 0 else 0),
            rect.right - (half if rect.right < width else 0),
            rect.bottom - (half if rect.bottom < height else 0),
        )
    region = region_around(rect, regions)
    if region is None:
        return rect
    x = rect.x + (half if rect.x > region.x else 0)
    y = rect.y + (half if rect.y > region.y else 0)
    return Rect(x, y, min(rect.right - x, size, width), min(rect.bottom - y, size, height))


@clause("5.7.4")
def icci_tiles(
    img_h: int,
    img_w: int,
    size: int,
    overlap: int,
    *,
    display_hw: tuple[int, int] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[FilterTile, ...]:
    """(5.7.4) Return the tiles of the ICCI filter in raster order, from coded size, tile size (0: one) and overlap.

    All in luma samples.  `display_hw` is the size of the planes that are filtered, where smaller than the coded size.
    Raises IcciTilesImpossible or TooLarge.
    """
    shown = Rect(0, 0, *reversed(display_hw or (img_h, img_w)))
    if size == 0:
        return (FilterTile(shown, shown, shown),)
    rows, columns = _icci_spans(img_h, size, overlap, limits), _icci_spans(img_w, size, overlap, limits)
    limits.require("the number of ICCI tiles", len(rows) * len(columns), limits.tiles)
    half = overlap // 2
    tiles = []
    for top, bottom in rows:
        for left, right in columns:
            rect = Rect.between(left, top, right, bottom)
            core = tile_core(rect, (img_h, img_w), size, half, ()).intersection(shown)
            rect = rect.intersection(shown)
            tiles.append(FilterTile(rect, core.seen_from(rect), core))
    return tuple(tiles)


def _icci_spans(extent: int, size: int, overlap: int, limits: Limits) -> list[tuple[int, int]]:
    """(5.7.4) First sample and first sample beyond of the tiles of one direction."""
    if overlap < 0 or size - overlap < ICCI_NARROWEST or extent <= overlap:
        raise IcciTilesImpossible(size, overlap, extent)
    step = min(size, extent) - overlap
    limits.require("the number of ICCI tiles", ceil_div(extent - overlap, step), limits.tiles)
    spans = [(start, min(start + size, extent)) for start in range(0, extent - overlap, step)]
    start, end = spans[-1]
    if end - start < ICCI_NARROWEST:
        if len(spans) == 1:
            raise IcciTilesImpossible(size, overlap, extent)
        before = spans[-2]
        spans[-2:] = [(before[0], before[1] - ICCI_NARROWEST), (start - ICCI_NARROWEST, end)]
    return spans
