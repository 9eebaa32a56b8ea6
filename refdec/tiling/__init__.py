"""Regions and tiles (chapter 4 clauses 9 and 10, 1.6.4, 1.6.6, 5.7.4): rectangles only, no samples."""

from __future__ import annotations

from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.regions import HyperStep, LatentStep, Partition, Region, RegionGrid
from refdec.tiling.tiles import FilterTile, Tile, TiledPicture, icci_tiles, synthesis_tiles

__all__ = [
    "FilterTile",
    "HyperStep",
    "LatentStep",
    "Partition",
    "Rect",
    "Region",
    "RegionGrid",
    "Tile",
    "TiledPicture",
    "ceil_div",
    "icci_tiles",
    "synthesis_tiles",
]
