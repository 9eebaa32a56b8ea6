"""Bands, channel slices and inner tiles (6.5, 6.6)."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from refdec.tiling.bands import BOP_HALO, SOP_HALO, Halo, channel_slices, inner_tiles, row_bands
from refdec.tiling.geometry import ceil_div


@given(rows=st.integers(1, 300), most=st.integers(0, 100))
def test_bands_are_aligned_and_cover(rows: int, most: int) -> None:
    bands = list(row_bands(rows, most))
    assert [n for band in bands for n in range(band.start, band.stop)] == list(range(rows))
    assert all(band.start % 8 == 0 and band.stop - band.start <= max(8, most) for band in bands)


@given(channels=st.integers(1, 200), most=st.integers(-1, 210))
def test_channel_slices_cover(channels: int, most: int) -> None:
    parts = list(channel_slices(channels, most))
    assert [n for part in parts for n in range(part.start, part.stop)] == list(range(channels))


@given(
    height=st.integers(1, 500),
    width=st.integers(1, 500),
    rows=st.integers(1, 20),
    columns=st.integers(1, 20),
    halo=st.sampled_from([BOP_HALO, SOP_HALO, Halo(0, 2)]),
)
def test_inner_tiles_cover_once_and_carry_their_halo(
    height: int, width: int, rows: int, columns: int, halo: Halo
) -> None:
    frame = np.zeros((height, width), np.int32)
    total_rows, total_columns = ceil_div(height, 16), ceil_div(width, 16)
    for tile in inner_tiles((height, width), rows, columns, halo):
        frame[tile.at.rows, tile.at.columns] += 1
        assert tile.keep.size_hw == tile.at.size_hw
        assert tile.keep.right <= tile.size[1] and tile.keep.bottom <= tile.size[0]
        assert tile.latent.size_hw == (ceil_div(tile.size[0], 16), ceil_div(tile.size[1], 16))
        assert tile.latent.y <= max(0, tile.at.y // 16 - halo.before)
        assert tile.latent.bottom == min(total_rows, ceil_div(tile.at.bottom, 16) + halo.after)
        assert tile.latent.x <= max(0, tile.at.x // 16 - halo.before)
        assert tile.latent.right == min(total_columns, ceil_div(tile.at.right, 16) + halo.after)
        assert (16 * tile.latent.y + tile.keep.y, 16 * tile.latent.x + tile.keep.x) == (tile.at.y, tile.at.x)
    assert (frame == 1).all()
