"""Grids: which tiles there are, how they lie, and what is cut out of them."""

from __future__ import annotations

import pytest

from refdec.heif.errors import NoJpegAiItem
from refdec.heif.grid import first_coded, grid_of, is_grid
from refdec.heif.grid_errors import GridWrong
from refdec.inspection.box_tree import box_tree
from refdec.tiling.geometry import Rect
from tests.unit.heif.grids import SIZE, grid_data, streams
from tests.unit.heif.support import LIMITS, heif_of, setting, whole_file, with_box


@pytest.mark.parametrize("wide", [False, True])
def test_tiles_are_listed_row_by_row(wide: bool) -> None:
    grid = grid_of(heif_of(grid_data(wide=wide)))
    assert (grid.rows, grid.columns, grid.width, grid.height) == (2, 3, *SIZE)
    assert [tile.id for tile in grid.tiles] == [1, 2, 3, 4, 5, 6]
    assert grid.place(4, 64, 64) == Rect(64, 64, 64, 64)
    alone = grid.tile_file(1)
    assert bytes(alone.primary_item.data) == streams()[1] and not is_grid(alone)


def test_references_that_are_no_grid_are_refused() -> None:
    with pytest.raises(GridWrong, match="2 x 3 tiles are 6, it lists 0"):
        grid_of(heif_of(with_box("meta/iref/dimg", lambda box: None, grid_data())))
    targets = [{"to_item_ID": number} for number in (1, 2, 3, 4, 5, 11)]
    other = with_box("meta/iref/dimg", setting(references=targets), grid_data())
    with pytest.raises(NoJpegAiItem):
        grid_of(heif_of(other))


def test_the_first_codestream_is_that_of_the_first_tile() -> None:
    data = grid_data()
    tree = box_tree(data, LIMITS)
    assert tree.of_tiles and data[tree.codestream_at :].startswith(streams()[0])
    file = heif_of(whole_file())
    assert first_coded(file) is file.primary_item
    assert first_coded(heif_of(grid_data(payload=b"\0"))) is None
