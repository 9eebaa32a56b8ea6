"""The borders of a tile grid tell the whole grid (4.10.5, 1.6.6)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from refdec.tiling.tiles import synthesis_tiles, tile_borders

from .support import TiledPicture

SIZES = st.tuples(st.integers(1, 20), st.integers(0, 3)).map(
    lambda pair: (16 * pair[0], 16 * min(pair[1], pair[0] - 1))
)


@given(
    width=st.integers(64, 700),
    height=st.integers(64, 700),
    tiles=st.tuples(SIZES, SIZES),
    split=st.sampled_from([1, 2]),
)
def test_equal_borders_mean_equal_grids(
    width: int, height: int, tiles: tuple[tuple[int, int], tuple[int, int]], split: int
) -> None:
    (first, first_overlap), (second, second_overlap) = tiles
    if max(first_overlap, second_overlap) >= min(width, height):
        return
    picture = TiledPicture(width, height, tile_size=(first, second), tile_overlap=(first_overlap, second_overlap))
    if split == 2 and min(width, height) > 256:
        # tiles that nest: every region but the last spans a multiple of 128 samples
        nested = (32 if first % 128 else 128, 64 if second % 128 else 128)
        overlaps = (first_overlap // 32 * 32 % nested[0], second_overlap // 32 * 32 % nested[1])
        picture = replace(
            picture, num_ver=2, num_hor=2, independent_regions=True, tile_size=nested, tile_overlap=overlaps
        )
    grids = [[tile.rect for tile in synthesis_tiles(picture, c)] for c in (0, 1)]
    borders = [tile_borders(picture, c) for c in (0, 1)]
    assert (grids[0] == grids[1]) == (borders[0] == borders[1])
    for grid, (column, row) in zip(grids, borders, strict=True):
        assert {rect.y for rect in grid} == {rect.y for rect in column}
        assert {rect.x for rect in grid} == {rect.x for rect in row}
        assert len(grid) == len(column) * len(row)
