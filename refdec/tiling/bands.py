"""Cutting work into parts with the same integers as the whole (6.5 item 1, 6.6): bands, channel slices, inner tiles.

In: sizes in latent samples and luma samples.  Out: slices and rectangles.  None of these cuts can be seen in a decoded
picture: bands are aligned with the 8x8 blocks of clause 3.6.1, inner tiles carry the halo of their network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from refdec.clauses import clause
from refdec.tiling.geometry import Rect

__all__ = ["BOP_HALO", "SOP_HALO", "Halo", "InnerTile", "channel_slices", "inner_tiles", "row_bands"]

BLOCK_ROWS = 8
LATENT_SAMPLES = 16


@clause("6.6")
@dataclass(frozen=True, slots=True)
class Halo:
    """(6.6) Latent samples that an inner tile needs above and left, and below and right."""

    before: int
    after: int


BOP_HALO = Halo(3, 3)
SOP_HALO = Halo(3, 4)


@clause("6.6")
@dataclass(frozen=True, slots=True)
class InnerTile:
    """(6.6) Synthesise `latent` with picture size `size` (h, w); `keep` of it goes to `at` of the whole tile."""

    latent: Rect
    size: tuple[int, int]
    keep: Rect
    at: Rect


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


@clause("6.6")
def inner_tiles(picture_hw: tuple[int, int], latent_rows: int, latent_columns: int, halo: Halo) -> Iterator[InnerTile]:
    """(6.6) Cut a synthesis tile of `picture_hw` luma samples into inner tiles of at most that many latent samples.

    Only for networks whose receptive field the halo covers (SOP, BOP); attention spans a whole tile.
    """
    height, width = picture_hw
    for top, bottom, y0, y1 in _cuts(height, latent_rows, halo):
        for left, right, x0, x1 in _cuts(width, latent_columns, halo):
            latent = Rect.between(x0, y0, x1, y1)
            fed = Rect.between(
                x0 * LATENT_SAMPLES,
                y0 * LATENT_SAMPLES,
                min(x1 * LATENT_SAMPLES, width),
                min(y1 * LATENT_SAMPLES, height),
            )
            at = Rect.between(left, top, right, bottom)
            yield InnerTile(latent, fed.size_hw, at.seen_from(fed), at)


def _cuts(samples: int, latent_step: int, halo: Halo) -> Iterator[tuple[int, int, int, int]]:
    """Yield per cut the samples it makes (first, beyond) and the latent samples it reads (first, beyond)."""
    total = -(-samples // LATENT_SAMPLES)
    for start in range(0, total, max(1, latent_step)):
        end = min(start + max(1, latent_step), total)
        yield (
            start * LATENT_SAMPLES,
            min(end * LATENT_SAMPLES, samples),
            max(0, start - halo.before),
            min(total, end + halo.after),
        )
