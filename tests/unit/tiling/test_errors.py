"""Every error class of the tiling package, each with an input that raises it."""

from __future__ import annotations

from collections.abc import Callable

from refdec.errors import RefdecError
from refdec.tiling import errors
from refdec.tiling.regions import RegionGrid
from refdec.tiling.tiles import icci_tiles, synthesis_tiles

from .support import Partition, TiledPicture

CAUSES: dict[type[RefdecError], list[Callable[[], object]]] = {
    errors.RegionsTooFine: [
        lambda: RegionGrid.of(Partition(256, 256, 1, 3), 0),
        lambda: RegionGrid.of(Partition(256, 256, 0, 1), 0),
    ],
    errors.OverlapExceedsRegion: [
        lambda: RegionGrid.of(Partition(512, 512, 2, 1, False, 3, 8), 1),
        lambda: RegionGrid.of(Partition(512, 512, 1, 2, False, 2, 9), 0),
    ],
    errors.TileOverlapTooLarge: [
        lambda: synthesis_tiles(TiledPicture(512, 512, tile_size=(128, 128), tile_overlap=(128, 128)), 0),
        lambda: synthesis_tiles(TiledPicture(512, 64, tile_size=(128, 128), tile_overlap=(64, 64)), 1),
    ],
    errors.TileOverlapOffGrid: [
        lambda: synthesis_tiles(TiledPicture(512, 512, 2, 2, True, tile_size=(256, 256), tile_overlap=(80, 80)), 0),
    ],
    errors.IcciTilesImpossible: [
        lambda: icci_tiles(500, 420, 208, 48),
        lambda: icci_tiles(500, 170, 256, 48),
        lambda: icci_tiles(500, 64, 512, 64),
    ],
}
