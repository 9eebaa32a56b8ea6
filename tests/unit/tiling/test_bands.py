"""Bands and channel slices (6.5)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from refdec.tiling.bands import channel_slices, even_windows, row_bands
from refdec.tiling.geometry import Rect


@given(rows=st.integers(1, 300), most=st.integers(0, 100))
def test_bands_are_aligned_and_cover(rows: int, most: int) -> None:
    bands = list(row_bands(rows, most))
    assert [n for band in bands for n in range(band.start, band.stop)] == list(range(rows))
    assert all(band.start % 8 == 0 and band.stop - band.start <= max(8, most) for band in bands)


@given(channels=st.integers(1, 200), most=st.integers(-1, 210))
def test_channel_slices_cover(channels: int, most: int) -> None:
    parts = list(channel_slices(channels, most))
    assert [n for part in parts for n in range(part.start, part.stop)] == list(range(channels))


SPANS = st.tuples(st.integers(0, 60), st.integers(1, 200))


@given(x=SPANS, y=SPANS, most=st.tuples(st.integers(1, 5), st.integers(1, 5)), grid=st.sampled_from([1, 8, 16]))
def test_even_windows_cover_a_frame_once(
    x: tuple[int, int], y: tuple[int, int], most: tuple[int, int], grid: int
) -> None:
    frame = Rect(x[0], y[0], x[1], y[1])
    windows = even_windows(frame, (most[0] * grid, most[1] * grid), grid)
    assert windows == sorted(windows, key=lambda rect: (rect.y, rect.x))
    assert sum(rect.w * rect.h for rect in windows) == frame.w * frame.h
    assert all(frame.contains(rect) and not rect.empty for rect in windows)
    for rect in windows:
        assert rect.h <= most[0] * grid and rect.w <= most[1] * grid
        assert rect.x in (frame.x, rect.x // grid * grid) and rect.y in (frame.y, rect.y // grid * grid)


def test_what_fits_is_not_cut() -> None:
    assert even_windows(Rect(3, 4, 13, 12), (16, 16), 16) == [Rect(3, 4, 13, 12)]
