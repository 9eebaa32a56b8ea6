"""What is said of a picture made of tiles is true of all of them."""

from __future__ import annotations

import numpy as np

import refdec
from tests.unit.heif.grids import gray_stream, grid_data, streams


def test_gray_is_what_all_tiles_are() -> None:
    assert refdec.read_info(grid_data(coded=(gray_stream(),))).gray_components == 1
    for others in (streams()[0], gray_stream(3)):
        assert refdec.read_info(grid_data(coded=(gray_stream(), others))).gray_components is None


def test_private_regions_are_those_of_every_tile() -> None:
    private = refdec.PrivateRegions([(8, 16, 24, 10)], None)
    hiding = refdec.encode(np.zeros((64, 64, 3), np.uint8), private=private)
    found = refdec.read_info(grid_data(coded=(streams()[0], hiding, streams()[1])))
    assert found.private_regions == ("72,16,24,10", "72,80,24,10")


def test_damaged_tiles_are_passed_over() -> None:
    assert refdec.read_info(grid_data(damaged=True)).private_regions == ()
