"""Synthesis tiles (4.10.5, 1.6.6) and tiles of the ICCI filter (5.7.4): where each is cut, which part of it is kept.

In: picture size, tile size and overlap in luma samples, regions.  Out: tiles in raster order; later tiles overwrite
earlier ones.  Nothing is blended: seams are hard cuts.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Protocol

from refdec.clauses import clause
from refdec.limits import DEFAULT_LIMITS, Limits
from refdec.tiling.errors import IcciTilesImpossible, TileOverlapOffGrid, TileOverlapTooLarge
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.regions import PartitionLike, RegionGrid

__all__ = [
    "FilterTile",
    "Tile",
    "TileBorders",
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
Span = tuple[int, int]
"""First sample and first sample beyond."""


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
    rects = tile_rectangles(component, (height, width), size, overlap, regions, grid=LATENT_SAMPLES, limits=limits)
    cores = (tile_core(rect, (height, width), size, overlap // 2, regions) for rect in rects)
    return tuple(
        Tile(rect, rect.downscaled(LATENT_SAMPLES), core.seen_from(rect), core)
        for rect, core in zip(rects, cores, strict=True)
    )


@clause("4.10.5")
def tile_rectangles(
    component: int,
    picture_hw: tuple[int, int],
    size: int,
    overlap: int,
    regions: tuple[Rect, ...],
    *,
    grid: int,
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[Rect, ...]:
    """(4.10.5) Return the rectangles of a component's tiles, in samples of the plane; `regions` only if independent.

    `grid` is the distance of latent samples in that plane.  Raises TileOverlapTooLarge, TileOverlapOffGrid, TooLarge.
    """
    rows, columns = _starts(component, picture_hw, size, overlap, bool(regions), grid)
    limits.require("the number of tiles", len(rows) * len(columns), limits.tiles)
    return tuple(_rectangle(x, y, picture_hw, size, overlap, regions) for y in rows for x in columns)


def _starts(
    component: int, picture_hw: Span, size: int, overlap: int, independent: bool, grid: int
) -> tuple[range, range]:
    """Return the first rows and the first columns of all tiles before they grow; raises as tile_rectangles."""
    if overlap >= min(size, *picture_hw):
        raise TileOverlapTooLarge(size, overlap, min(picture_hw))
    if independent and (overlap // 2) % grid:
        raise TileOverlapOffGrid(component, overlap)
    shared = 0 if independent else overlap
    rows, columns = (range(0, n - shared, min(size, n) - shared) for n in picture_hw)
    return rows, columns


def _rectangle(x: int, y: int, picture_hw: Span, size: int, overlap: int, regions: tuple[Rect, ...]) -> Rect:
    """Return the tile that starts at x, y."""
    rect = Rect(x, y, min(size, picture_hw[1] - x), min(size, picture_hw[0] - y))
    return _grown(rect, region_around(rect, regions), overlap // 2, picture_hw) if regions else rect


@clause("4.10.5")
@dataclass(frozen=True, slots=True)
class TileBorders:
    """(4.10.5) A grid of synthesis tiles without its tiles: where the rows and the columns of tiles begin and end.

    Tile (i, j) covers columns across[row_kinds[i]][j] and rows down[column_kinds[j]][i] of the picture.  There are two
    kinds of rows and of columns at most, numbered as they occur, and no two alike.
    """

    across: tuple[tuple[Span, ...], ...]
    row_kinds: tuple[int, ...]
    down: tuple[tuple[Span, ...], ...]
    column_kinds: tuple[int, ...]


@clause("4.10.5")
def tile_borders(header: TilingLike, component: int) -> TileBorders:
    """(4.10.5) Return the borders of synthesis tiles: two grids have the same tiles if and only if these are equal.

    Regions form a grid: a tile lies inside one if its rows lie in a row of regions and its columns in a column of them.
    Only then does it grow, in each direction by itself.  So the columns of tiles have two forms at most, one in rows of
    tiles that may grow and one in those that straddle regions; rows alike.  A header of 30 bytes may have a million
    tiles; their borders are a few thousand.  Whether the same part of each tile is kept is not compared: decoding of
    chroma looks up the luma latent of its tile only.  Raises as synthesis_tiles, without TooLarge.
    """
    size, overlap = header.tile_size[component], header.tile_overlap[component]
    picture_hw = header.img_height, header.img_width
    regions: tuple[Rect, ...] = ()
    if size == 0:
        size, overlap = max(picture_hw), 0
    elif header.independent_regions:
        regions = tuple(region.image for region in RegionGrid.of(header, component).regions)
    starts = _starts(component, picture_hw, size, overlap, bool(regions), LATENT_SAMPLES)
    bands = (
        sorted({(region.y, region.bottom) for region in regions}),
        sorted({(region.x, region.right) for region in regions}),
    )
    rows, columns = (
        _lanes(firsts, size, overlap // 2, extent, band)
        for firsts, extent, band in zip(starts, picture_hw, bands, strict=True)
    )
    across, row_kinds = _kinds(rows, columns)
    down, column_kinds = _kinds(columns, rows)
    return TileBorders(across, row_kinds, down, column_kinds)


@dataclass(frozen=True, slots=True)
class _Lane:
    """A row or a column of tiles: its span, the same grown, and whether it is inside a row or column of regions."""

    span: Span
    grown: Span
    inside: bool


def _lanes(firsts: range, size: int, half: int, extent: int, bands: list[Span]) -> list[_Lane]:
    """Return the rows or the columns of tiles that start at `firsts`; `bands` of regions, none: no tile grows."""
    lanes = []
    for first in firsts:
        span = first, min(first + size, extent)
        around = bisect_right(bands, first, key=lambda band: band[0])
        inside = around > 0 and span[1] <= bands[around - 1][1]
        lanes.append(_Lane(span, _grown_span(span, bands[around - 1], half, extent) if inside else span, inside))
    return lanes


def _kinds(lanes: list[_Lane], others: list[_Lane]) -> tuple[tuple[tuple[Span, ...], ...], tuple[int, ...]]:
    """Return which spans tiles have in the other direction: every kind once, and the kind of each lane."""
    spans = {True: tuple(other.grown for other in others), False: tuple(other.span for other in others)}
    found = list(dict.fromkeys(lane.inside for lane in lanes))
    kinds = tuple(dict.fromkeys(spans[inside] for inside in found))
    numbers = {inside: kinds.index(spans[inside]) for inside in found}
    return kinds, tuple(numbers[lane.inside] for lane in lanes)


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


def _grown(rect: Rect, region: Rect | None, half: int, picture_hw: Span) -> Rect:
    """(4.10.5) Grow a tile by half the overlap towards its neighbours if it lies inside a region."""
    if region is None:
        return rect
    x, right = _grown_span((rect.x, rect.right), (region.x, region.right), half, picture_hw[1])
    y, bottom = _grown_span((rect.y, rect.bottom), (region.y, region.bottom), half, picture_hw[0])
    return Rect.between(x, y, right, bottom)


def _grown_span(span: Span, region: Span, half: int, extent: int) -> Span:
    """(4.10.5) Grow a tile in one direction.

    The growth is limited by the picture, not by the region, as the text has it: tiles that do not end with their region
    may reach into the next one.
    """
    first, beyond = span
    return (
        first - (half if first > region[0] else 0),
        beyond + (min(half, extent - beyond) if beyond < region[1] else 0),
    )


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
