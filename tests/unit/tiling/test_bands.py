"""Bands and channel slices (6.5)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from refdec.tiling.bands import channel_slices, row_bands


@given(rows=st.integers(1, 300), most=st.integers(0, 100))
def test_bands_are_aligned_and_cover(rows: int, most: int) -> None:
    bands = list(row_bands(rows, most))
    assert [n for band in bands for n in range(band.start, band.stop)] == list(range(rows))
    assert all(band.start % 8 == 0 and band.stop - band.start <= max(8, most) for band in bands)


@given(channels=st.integers(1, 200), most=st.integers(-1, 210))
def test_channel_slices_cover(channels: int, most: int) -> None:
    parts = list(channel_slices(channels, most))
    assert [n for part in parts for n in range(part.start, part.stop)] == list(range(channels))
