"""The order of the units of one picture: latents first, a few rows ahead of the samples that are made from them.

In: which latent rows each row of units reads.  Out: steps, and how many bands of latents must be kept at a time.

A pool hands out step n only after the result of step n - look_ahead has been taken (see `parallel.ordered`).  So a step
may rely on steps that lie at least that far before it, and no worker ever waits for another: where too little lies
between, idle steps are put in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from refdec.tiling.geometry import Rect, ceil_div

__all__ = ["BandGrid", "Kind", "Schedule", "Step", "make_schedule"]


class Kind(IntEnum):
    """What a step does: nothing, latents of a rectangle of their frame, or samples of a rectangle of the picture."""

    IDLE = 0
    LATENTS = 1
    SAMPLES = 2


@dataclass(frozen=True, slots=True)
class Step:
    """One unit of work; `slot` is the buffer that takes its samples."""

    kind: Kind
    rect: Rect
    slot: int


@dataclass(frozen=True, slots=True)
class BandGrid:
    """Bands of `rows` latent rows, cut into pieces of at most `columns`; the frame is [height, width]."""

    height: int
    width: int
    rows: int
    columns: int

    @property
    def count(self) -> int:
        """Number of bands."""
        return ceil_div(self.height, self.rows)

    def pieces(self, band: int) -> list[Rect]:
        """Return the pieces of a band, evenly wide."""
        top, bottom = band * self.rows, min((band + 1) * self.rows, self.height)
        parts = ceil_div(self.width, self.columns)
        step = ceil_div(ceil_div(self.width, parts), 2) * 2
        return [Rect.between(x, top, min(x + step, self.width), bottom) for x in range(0, self.width, step)]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Steps in order; `kept_bands` bands of latents are in memory at a time."""

    steps: tuple[Step, ...]
    kept_bands: int


def make_schedule(
    rows: list[list[Rect]], needed: list[tuple[int, int]], bands: BandGrid, *, look_ahead: int
) -> Schedule:
    """Return the schedule of rows of units, of which row r reads the latent rows needed[r][0] .. needed[r][1] - 1."""
    kinds = list(_ordered(rows, [(beyond - 1) // bands.rows for _, beyond in needed], bands, look_ahead))
    steps = tuple(Step(kind, rect, n % look_ahead) for n, (kind, rect, _) in enumerate(kinds))
    return Schedule(steps, _kept(kinds, needed, bands, look_ahead))


def _ordered(
    rows: list[list[Rect]], last_band: list[int], bands: BandGrid, look_ahead: int
) -> Iterator[tuple[Kind, Rect, int]]:
    """Yield (kind, rectangle, band or row)."""
    lead = ceil_div(look_ahead, len(rows[0])) if look_ahead > 1 else 0
    made = posted = 0
    ready: list[int] = []  # index of the last step of each band
    for r, units in enumerate(rows):
        beyond = max(last_band[: r + lead + 1]) + 1
        if r == 0:
            beyond = _busy_start(bands, beyond, look_ahead // 2)
        for band in range(made, beyond):
            for piece in bands.pieces(band):
                yield Kind.LATENTS, piece, band
                posted += 1
            ready.append(posted - 1)
            made = band + 1
        while posted - ready[last_band[r]] < look_ahead:
            yield Kind.IDLE, Rect(0, 0, 0, 0), -1
            posted += 1
        for unit in units:
            yield Kind.SAMPLES, unit, r
            posted += 1


def _busy_start(bands: BandGrid, beyond: int, workers: int) -> int:
    """Return the band to stop before at the start: samples wait for the first one, so every worker gets a piece."""
    while beyond < bands.count and sum(len(bands.pieces(band)) for band in range(beyond)) < workers:
        beyond += 1
    return beyond


def _kept(steps: list[tuple[Kind, Rect, int]], needed: list[tuple[int, int]], bands: BandGrid, look_ahead: int) -> int:
    """Return the fewest bands that need to be kept: none is replaced before the steps that read it are finished."""
    first: dict[int, int] = {}
    last_use: dict[int, int] = {}
    for n, (kind, _, index) in enumerate(steps):
        if kind is Kind.LATENTS:
            first.setdefault(index, n)
        elif kind is Kind.SAMPLES:
            for band in range(needed[index][0] // bands.rows, (needed[index][1] - 1) // bands.rows + 1):
                last_use[band] = n
    for kept in range(1, bands.count):
        pairs = ((first[band], last_use.get(band - kept, -look_ahead)) for band in first if band >= kept)
        if all(begin - use >= look_ahead for begin, use in pairs):
            return kept
    return bands.count
