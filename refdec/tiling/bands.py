"""Cutting work into parts with the same integers as the whole (6.5 item 1): bands and channel slices.

In: sizes in latent samples.  Out: slices.  None of these cuts can be seen in a decoded picture: bands are aligned with
the 8x8 blocks of clause 3.6.1, and channels are independent on the scale path.
"""

from __future__ import annotations

from collections.abc import Iterator

from refdec.clauses import clause

__all__ = ["channel_slices", "row_bands"]

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
