"""Every error class of the tiling package, each with an input that raises it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from refdec.errors import RefdecError
from refdec.tiling import errors
from refdec.tiling.regions import RegionGrid
from refdec.tiling.tiles import icci_tiles, synthesis_tiles

from .support import Partition, TiledPicture

RAISES: dict[str, list[Callable[[], object]]] = {
    "RegionsTooFine": [
        lambda: RegionGrid.of(Partition(256, 256, 1, 3), 0),
        lambda: RegionGrid.of(Partition(256, 256, 0, 1), 0),
    ],
    "OverlapExceedsRegion": [
        lambda: RegionGrid.of(Partition(512, 512, 2, 1, False, 3, 8), 1),
        lambda: RegionGrid.of(Partition(512, 512, 1, 2, False, 2, 9), 0),
    ],
    "TileOverlapTooLarge": [
        lambda: synthesis_tiles(TiledPicture(512, 512, tile_size=(128, 128), tile_overlap=(128, 128)), 0),
        lambda: synthesis_tiles(TiledPicture(512, 64, tile_size=(128, 128), tile_overlap=(64, 64)), 1),
    ],
    "TileOverlapOffGrid": [
        lambda: synthesis_tiles(TiledPicture(512, 512, 2, 2, True, tile_size=(256, 256), tile_overlap=(80, 80)), 0),
    ],
    "IcciTilesImpossible": [
        lambda: icci_tiles(500, 420, 208, 48),
        lambda: icci_tiles(500, 170, 256, 48),
        lambda: icci_tiles(500, 64, 512, 64),
    ],
}


@pytest.mark.parametrize("name", errors.__all__)
def test_each_error_is_raised_and_explains_itself(name: str) -> None:
    kind = getattr(errors, name)
    assert issubclass(kind, RefdecError) and kind.code.startswith("RD04") and kind.clause
    for trigger in RAISES[name]:
        with pytest.raises(kind) as caught:
            trigger()
        first = caught.value.explain().splitlines()[0]
        assert first and kind.code in str(caught.value)


def test_codes_are_unique() -> None:
    codes = [getattr(errors, name).code for name in errors.__all__]
    assert len(set(codes)) == len(codes)
