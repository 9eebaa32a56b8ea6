"""Analysis tiles of encoders (4.10.6), and the tile sizes that writers choose (1.6.6, 4.10.5).

In: a partition and a component.  Out: tiles in component samples, with the rectangles of `y` and `z` that each one
yields and the part of them that is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

from refdec.clauses import clause
from refdec.limits import DEFAULT_LIMITS, Limits
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.regions import PartitionLike, Region, RegionGrid
from refdec.tiling.tiles import region_around, tile_rectangles

__all__ = [
    "AnalysisTile",
    "Piece",
    "Tiling",
    "analysis_tiles",
    "official_synthesis_tiling",
    "usual_analysis_tiling",
    "usual_regions",
    "usual_synthesis_tiling",
]

THRESHOLD_SAMPLES = 1 << 20
BLOCK_SAMPLES = 128
USUAL_SIZE, USUAL_OVERLAP, INDEPENDENT_OVERLAP = 1024, 64, 128
LARGEST_REGION_SAMPLES = 1 << 22
REGION_SIDES, MOST_INDEPENDENT = (1024, 2048), 256
"""Least sides of usual regions, the second where there would be more independent ones than can be numbered."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """Tile size (0: the whole picture is one tile) and overlap, in samples of the plane that is tiled."""

    size: int
    overlap: int


@clause("4.10.6")
@dataclass(frozen=True, slots=True)
class Piece:
    """(4.10.6) What one tile yields: `made` in the frame; `keep` of it, counted from its corner, is written to `at`."""

    made: Rect
    keep: Rect
    at: Rect


@clause("4.10.6")
@dataclass(frozen=True, slots=True)
class AnalysisTile:
    """(4.10.6) Analyse `rect` of the component plane into `y`, that into `z`; later tiles overwrite earlier ones."""

    rect: Rect
    y: Piece
    z: Piece


@clause(
    "4.9", kind="inferred", reason="the text lets a writer choose; the reference cuts on demand only, from 2^20 samples"
)
def usual_regions(height: int, width: int, *, independent: bool) -> tuple[int, int]:
    """(4.9) Rows and columns of regions that our encoder chooses: one up to 2^22 samples, then sides of 1024 or more.

    So a decoder need not decode all symbols of a large picture for a part of it.  There are never more than 1.6.4
    allows, and every region is larger than the extensions of 4.10.2.
    """
    if height * width <= LARGEST_REGION_SAMPLES:
        return 1, 1
    grids = [(max(1, height // side), max(1, width // side)) for side in REGION_SIDES]
    rows, columns = grids[0]
    return grids[1] if independent and rows * columns > MOST_INDEPENDENT else (rows, columns)


@clause("1.6.6")
def usual_synthesis_tiling(partition: PartitionLike) -> Tiling:
    """(1.6.6) Tile size and overlap that our encoder chooses, in luma samples: one tile up to 2^20 samples.

    With independent regions its tiles nest in them, which they need not (`official_synthesis_tiling`).  Tiles grow
    inside regions only, so networks see zero padding along the seams of regions and nowhere else; a tile that straddles
    regions has it on all four sides, and where it meets a tile that grew only one side of the seam had an overlap.  And
    the samples of a region follow from its own latents alone: another region that is absent or damaged leaves them be.
    """
    if partition.img_width * partition.img_height <= THRESHOLD_SAMPLES:
        return Tiling(0, 0)
    if not partition.independent_regions:
        return Tiling(USUAL_SIZE, USUAL_OVERLAP)
    return _nested_tiling(partition)


@clause("4.10.6")
def official_synthesis_tiling(partition: PartitionLike) -> Tiling:
    """(4.10.6) Tile size and overlap of the official writer, in luma samples, for a picture that it tiles at all.

    With independent regions, v and u are steps of whole blocks in both directions, each with the count of regions of
    the other direction, as the reference has it; the tile is their common divisor, less one that exceeds the picture.
    So tiles straddle the regions of most pictures: 2096 x 1400 with two columns gets tiles of 640, its seam is at 1024.
    Sizes above 4080 (more than synthesis_tile_size can say) and 128 (no more than the overlap) are returned as they
    come: the official writer fails there.
    """
    if not partition.independent_regions:
        return Tiling(USUAL_SIZE, USUAL_OVERLAP)
    height, width = partition.img_height, partition.img_width
    v = ceil_div(height, BLOCK_SAMPLES) // partition.num_hor * BLOCK_SAMPLES
    u = ceil_div(width, BLOCK_SAMPLES) // partition.num_ver * BLOCK_SAMPLES
    fitting = [step for step, extent in ((v, height), (u, width)) if 0 < step <= extent]
    return Tiling(gcd(*fitting), INDEPENDENT_OVERLAP) if fitting else Tiling(0, 0)


@clause("4.10.6")
def usual_analysis_tiling(partition: PartitionLike, component: int) -> Tiling:
    """(4.10.6) Tile size and overlap of the analysis, in component samples: half the luma numbers for chroma."""
    per_sample = 1 + component
    height, width = ceil_div(partition.img_height, per_sample), ceil_div(partition.img_width, per_sample)
    if height * width * per_sample**2 <= THRESHOLD_SAMPLES:
        return Tiling(0, 0)
    luma = Tiling(USUAL_SIZE, USUAL_OVERLAP) if not partition.independent_regions else _nested_tiling(partition)
    return Tiling(luma.size // per_sample, luma.overlap // per_sample)


@clause("4.10.6", kind="inferred", reason="the text advises a common divisor of the region steps, for better seams")
def _nested_tiling(partition: PartitionLike) -> Tiling:
    """(4.10.6) The largest tile up to 1024 that divides both region steps and exceeds the overlap, else one tile."""
    common = 0
    for extent, count in ((partition.img_height, partition.num_ver), (partition.img_width, partition.num_hor)):
        if count > 1:
            common = gcd(common, ceil_div(extent, BLOCK_SAMPLES) // count * BLOCK_SAMPLES)
    if common == 0:
        return Tiling(USUAL_SIZE, INDEPENDENT_OVERLAP)
    sizes = [n for n in range(INDEPENDENT_OVERLAP + 64, USUAL_SIZE + 1, 64) if common % n == 0]
    return Tiling(sizes[-1], INDEPENDENT_OVERLAP) if sizes else Tiling(0, 0)


@clause("4.10.6")
def analysis_tiles(
    partition: PartitionLike, component: int, tiling: Tiling, *, limits: Limits = DEFAULT_LIMITS
) -> tuple[AnalysisTile, ...]:
    """(4.10.6) Return the analysis tiles of a component (0 luma, 1 chroma at half size) in raster order.

    Raises the errors of RegionGrid.of and of tile_rectangles.
    """
    per_sample = 1 + component
    height, width = ceil_div(partition.img_height, per_sample), ceil_div(partition.img_width, per_sample)
    factor = 16 // per_sample
    if tiling.size == 0:
        rects: tuple[Rect, ...] = (Rect(0, 0, width, height),)
        tiling = Tiling(max(height, width), 0)
    regions: tuple[Region, ...] = ()
    if partition.independent_regions:
        regions = RegionGrid.of(partition, component, limits=limits).regions
    areas = tuple(_halved(region.image) if component else region.image for region in regions)
    if tiling.size < max(height, width) or tiling.overlap:
        rects = tile_rectangles(
            component, (height, width), tiling.size, tiling.overlap, areas, grid=factor, limits=limits
        )
    y_areas = tuple(region.y_core for region in regions)
    z_areas = tuple(region.z_core for region in regions)
    return tuple(
        AnalysisTile(
            rect,
            _piece(rect, (height, width), tiling, factor, y_areas),
            _piece(rect, (height, width), tiling, 4 * factor, z_areas),
        )
        for rect in rects
    )


def _halved(rect: Rect) -> Rect:
    return Rect(ceil_div(rect.x, 2), ceil_div(rect.y, 2), ceil_div(rect.w, 2), ceil_div(rect.h, 2))


def _piece(rect: Rect, plane_hw: tuple[int, int], tiling: Tiling, factor: int, regions: tuple[Rect, ...]) -> Piece:
    """(4.10.6) Return what a tile yields `factor` times smaller, cut by half the overlap on that scale."""
    made, trim = rect.downscaled(factor), tiling.overlap // 2 // factor
    if not regions:
        at = Rect.between(
            made.x + (trim if rect.x > 0 else 0),
            made.y + (trim if rect.y > 0 else 0),
            made.right - (trim if rect.right < plane_hw[1] else 0),
            made.bottom - (trim if rect.bottom < plane_hw[0] else 0),
        )
        return Piece(made, at.seen_from(made), at)
    region, at = region_around(made, regions), made
    if region is not None:
        x = made.x + (trim if made.x > region.x else 0)
        y = made.y + (trim if made.y > region.y else 0)
        high, wide = (ceil_div(min(tiling.size, n), factor) for n in plane_hw)
        at = Rect(x, y, min(made.right - x, wide), min(made.bottom - y, high))
    return Piece(made, at.seen_from(made), at)
