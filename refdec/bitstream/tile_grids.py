"""Start and length of synthesis tiles along one side of the picture (4.10.5), for the rules of 1.6.6."""

from __future__ import annotations

from dataclasses import dataclass

from refdec.clauses import clause

__all__ = ["Side", "tile_spans"]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the picture: its samples, and the regions along it: how many, and the samples of all but the last."""

    samples: int
    regions: int
    step: int


@clause("4.10.5")
def tile_spans(side: Side, tile: int, overlap: int, independent: bool) -> tuple[tuple[int, int], ...]:
    """(4.10.5) Return (start, length) of the tiles along a side; `tile` 0 is one tile.  In luma samples.

    Tiles do not straddle independent regions, and 0 <= overlap < tile, overlap < side (1.6.6).
    """
    if tile == 0:
        return ((0, side.samples),)
    edge = min(tile, side.samples)
    if not independent and overlap > 0:
        starts = range(0, side.samples - overlap, edge - overlap)
        return tuple((start, min(edge, side.samples - start)) for start in starts)
    growth = overlap // 2 if independent else 0
    return tuple(_grown(side, start, edge, growth) for start in range(0, side.samples, edge))


def _grown(side: Side, start: int, edge: int, growth: int) -> tuple[int, int]:
    """(4.10.5) Return the tile that starts at `start`, grown towards neighbours inside its region."""
    region = min(start // side.step, side.regions - 1) if side.regions > 1 else 0
    first = region * side.step
    last = side.samples if region == side.regions - 1 else first + side.step
    end = min(start + edge, side.samples)
    new_end = min(end + growth, side.samples) if end < last else end
    new_start = start - growth if start > first else start
    return new_start, new_end - new_start
