"""Cutting work into parts with the same integers as the whole (6.5 item 1): bands and channel slices.

In: sizes in latent samples.  Out: slices.  None of these cuts can be seen in a decoded picture: bands are aligned with
the 8x8 blocks of clause 3.6.1, and channels are independent on the scale path.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from refdec.clauses import clause
from refdec.tiling.geometry import Rect, ceil_div

__all__ = ["channel_slices", "even_windows", "row_bands"]

BLOCK_ROWS = 8


@clause("6.5", kind="added", reason="bounded memory; the text allows any cut that keeps the integers")
def row_bands(rows: int, most: int) -> Iterator[slice]:
    """(6.5) Cut `rows` latent rows into bands of at most `most` rows (at least 8), each starting at a multiple of 8."""
    step = max(BLOCK_ROWS, most - most % BLOCK_ROWS)
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows))


@clause("6.5", kind="added", reason="bounded memory; channels are independent on the scale path")
def channel_slices(channels: int, most: int) -> Iterator[slice]:
    """(6.5) Cut `channels` into slices of at most `most` (at least 1)."""
    step = max(1, most)
    for start in range(0, channels, step):
        yield slice(start, min(start + step, channels))


@clause("6.5", kind="added", reason="bounded memory; the text allows any cut that keeps the integers")
def even_windows(frame: Rect, most_hw: tuple[int, int], grid: int) -> list[Rect]:
    """(6.5) Cut a frame into windows of about equal size, at most `most_hw` (h, w), in raster order.

    Cuts lie on multiples of `grid`, counted from the origin that the frame is counted from; `most_hw` are such
    multiples.
    """
    rows, columns = (
        _even_spans(first, beyond, most, grid)
        for first, beyond, most in ((frame.y, frame.bottom, most_hw[0]), (frame.x, frame.right, most_hw[1]))
    )
    return [Rect.between(left, top, right, bottom) for top, bottom in rows for left, right in columns]


def _even_spans(first: int, beyond: int, most: int, grid: int) -> list[tuple[int, int]]:
    """Cut a span at multiples of `grid` into as few parts of at most `most` as there need to be."""
    begin = first // grid * grid
    step = ceil_div(ceil_div(beyond - begin, ceil_div(beyond - begin, most)), grid) * grid
    marks = [first, *range(begin + step, beyond, step), beyond]
    return list(pairwise(marks))
