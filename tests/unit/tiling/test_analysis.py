"""Analysis tiles (4.10.6) and the tile sizes that writers choose."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.tiling.analysis import Tiling, analysis_tiles, usual_analysis_tiling, usual_synthesis_tiling
from refdec.tiling.geometry import Rect, ceil_div

from .support import Partition


def test_usual_sizes() -> None:
    small, large = Partition(1024, 1024), Partition(1025, 1024)
    assert usual_synthesis_tiling(small) == Tiling(0, 0)
    assert usual_synthesis_tiling(large) == Tiling(1024, 64)
    assert usual_analysis_tiling(large, 0) == Tiling(1024, 64)
    assert usual_analysis_tiling(large, 1) == Tiling(512, 32)
    assert usual_analysis_tiling(small, 1) == Tiling(0, 0)


def test_independent_regions_get_a_tile_that_nests() -> None:
    assert usual_synthesis_tiling(Partition(2048, 2048, 2, 2, True)) == Tiling(1024, 128)
    assert usual_synthesis_tiling(Partition(2500, 2100, 2, 2, True)) == Tiling(256, 128)
    assert usual_analysis_tiling(Partition(2500, 2100, 2, 2, True), 1) == Tiling(128, 64)
    assert usual_synthesis_tiling(Partition(2500, 2100, 1, 1, True)) == Tiling(1024, 128)
    assert usual_synthesis_tiling(Partition(1408, 1024, 1, 11, True)) == Tiling(0, 0)


@pytest.mark.parametrize("component", [0, 1])
@pytest.mark.parametrize(
    "partition",
    [
        Partition(2001, 1500),
        Partition(1500, 1101, 2, 2, False, 1, 4),
        Partition(2500, 2100, 2, 2, True),
        Partition(99, 65),
    ],
)
def test_pieces_cover_both_tensors(partition: Partition, component: int) -> None:
    tiling = usual_analysis_tiling(partition, component)
    factor = 16 >> component
    plane = [ceil_div(n, 1 + component) for n in (partition.img_height, partition.img_width)]
    tiles = analysis_tiles(partition, component, tiling)
    covered = np.zeros(plane, bool)
    for name, scale in (("y", factor), ("z", 4 * factor)):
        frame = np.zeros([ceil_div(n, scale) for n in plane], bool)
        for tile in tiles:
            piece = getattr(tile, name)
            assert piece.made.size_hw == (ceil_div(tile.rect.h, scale), ceil_div(tile.rect.w, scale))
            assert piece.keep == piece.at.seen_from(piece.made)
            frame[piece.at.rows, piece.at.columns] = True
            covered[tile.rect.rows, tile.rect.columns] = True
        assert frame.all() and covered.all()


def test_the_usual_z_trim_is_zero_without_independent_regions() -> None:
    tiles = analysis_tiles(Partition(2001, 1500), 0, Tiling(1024, 64))
    assert all(t.z.keep == Rect(0, 0, t.z.made.w, t.z.made.h) for t in tiles)
    assert tiles[1].rect == Rect(960, 0, 1024, 1024)
    assert tiles[1].y.keep == Rect(2, 0, 60, 62) and tiles[1].y.at == Rect(62, 0, 60, 62)
