"""The borders of a tile grid tell the whole grid (4.10.5, 1.6.6), whether tiles nest in regions or straddle them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from refdec.limits import TooLarge
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.tiles import TileBorders, synthesis_tiles, tile_borders

from .support import TiledPicture

# Two grids of the same tiles from different elements: in the first, column 0 grows and column 1 straddles the seam at
# 256; in the second, column 0 straddles it and column 1 grows.
SAME_BY_GROWTH = TiledPicture(416, 144, 1, 2, True, tile_size=(208, 272), tile_overlap=(128, 128))
# Whether tiles grow in one direction depends on the other one: rows and columns of both kinds.
ONE_GROWS = TiledPicture(800, 700, 2, 2, True, tile_size=(336, 336), tile_overlap=(64, 96))


def tile_sizes(largest_overlap: int) -> st.SearchStrategy[tuple[int, int]]:
    """Tile size and overlap in samples."""
    return st.tuples(st.integers(1, 40), st.integers(0, largest_overlap)).map(
        lambda pair: (16 * pair[0], 16 * min(pair[1], pair[0] - 1))
    )


@st.composite
def tiled_pictures(draw: st.DrawFn) -> TiledPicture:
    """Any header that has tile grids; the components often differ in one number or in none."""
    width, height = draw(st.integers(64, 1100)), draw(st.integers(64, 1100))
    independent = draw(st.booleans())
    tilings = [draw(tile_sizes(15))]
    other = tilings[0][0] + 16 * draw(st.integers(-4, 4)), tilings[0][1] + 32 * draw(st.integers(-2, 2))
    tilings.append(draw(st.sampled_from([tilings[0], other, (0, 0), draw(tile_sizes(15))])))
    if draw(st.booleans()):
        tilings.reverse()
    if independent:
        tilings = [(size, overlap // 32 * 32) for size, overlap in tilings]
    for size, overlap in tilings:
        assume(size == 0 or 0 <= overlap < min(size, width, height))
    picture = TiledPicture(
        width,
        height,
        tile_size=(tilings[0][0], tilings[1][0]),
        tile_overlap=(tilings[0][1], tilings[1][1]),
    )
    if not independent:
        return picture
    rows, columns = (draw(st.integers(1, ceil_div(side, 128))) for side in (height, width))
    return replace(picture, num_ver=rows, num_hor=columns, independent_regions=True)


def drawn(borders: TileBorders) -> list[Rect]:
    """The tiles that borders stand for, in raster order."""
    return [
        Rect.between(left, top, right, bottom)
        for i, kind in enumerate(borders.row_kinds)
        for (left, right), (top, bottom) in (
            (borders.across[kind][j], borders.down[other][i]) for j, other in enumerate(borders.column_kinds)
        )
    ]


@given(picture=tiled_pictures())
@settings(max_examples=400, deadline=None)
@example(picture=SAME_BY_GROWTH)
@example(picture=replace(SAME_BY_GROWTH, img_height=400, num_ver=2))
@example(picture=ONE_GROWS)
@example(picture=replace(ONE_GROWS, tile_overlap=(0, 96)))
def test_equal_borders_mean_equal_grids(picture: TiledPicture) -> None:
    grids = [[tile.rect for tile in synthesis_tiles(picture, c)] for c in (0, 1)]
    borders = [tile_borders(picture, c) for c in (0, 1)]
    assert (grids[0] == grids[1]) == (borders[0] == borders[1])
    for grid, found in zip(grids, borders, strict=True):
        assert drawn(found) == grid
        assert len(found.across) <= 2 and len(found.down) <= 2
        assert len(set(found.across)) == len(found.across) and len(set(found.down)) == len(found.down)


def test_other_elements_can_give_the_same_tiles() -> None:
    first, second = ([tile.rect for tile in synthesis_tiles(SAME_BY_GROWTH, c)] for c in (0, 1))
    assert first == second == [Rect(0, 0, 272, 144), Rect(208, 0, 208, 144)]
    assert tile_borders(SAME_BY_GROWTH, 0) == tile_borders(SAME_BY_GROWTH, 1)


@pytest.mark.parametrize(("size", "overlap"), [(16, 0), (48, 32)])
def test_millions_of_tiles_are_compared_without_making_them(size: int, overlap: int) -> None:
    picture = TiledPicture(65599, 65599, 16, 16, True, tile_size=(size, size + 16), tile_overlap=(overlap, overlap))
    first, second = (tile_borders(picture, c) for c in (0, 1))
    assert first != second
    assert len(first.row_kinds) == len(first.column_kinds) == ceil_div(65599, size)
    with pytest.raises(TooLarge):
        synthesis_tiles(picture, 0)
