"""How a picture is cut into units of work (6.5 item 1): where a cut costs least, and small enough to share and to hold.

In: the choices of a decode.  Out: spans of rows and columns of the displayed picture, or of the coded one.  A cut never
changes a sample; one inside a synthesis tile costs the halo of the network on both sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from refdec.bitstream.transforms import Synthesis
from refdec.clauses import clause
from refdec.decoding.decoder import PictureDecoder
from refdec.picture.render import own_colour
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.tiles import synthesis_tiles

__all__ = ["UNIT_COLUMNS", "UNIT_ROWS", "Span", "UnitGrid", "needs_whole_planes", "unit_grid"]

Span = tuple[int, int]
LATENT_SAMPLES = 16
UNIT_ROWS, UNIT_COLUMNS = 512, 1024
"""Samples of a unit: halo and memory are small then, and so is the time at the end when only one worker is busy."""
HUGE_SAMPLES, NARROW_COLUMNS = 1 << 24, 768
"""From so many samples on several workers have narrower units: what they hold adds up to what the picture needs."""
UNITS_PER_WORKER = 6
SMALLEST_UNIT_ROWS = 128
REASON = "a decoder is free to cut its work; the text demands the integers of the whole"


@clause("6.5", kind="added", reason=REASON)
def needs_whole_planes(decoder: PictureDecoder) -> bool:
    """(6.5) Tell whether windows of the output would repeat too much work, so that planes are kept before the filters.

    eICCI reads what its earlier tiles wrote, all the way back; HOP tiles cannot be cut, so whatever looks beyond a tile
    after it (filters, interpolation of chroma) would synthesise the neighbours again.
    """
    picture, tools = decoder.headers.picture, decoder.tools
    if tools is not None and tools.icci is not None:
        return True
    if decoder.transform != Synthesis.HOP:
        return False
    filters = tools is not None and any(
        tool is not None for tool in (tools.efe_linear, tools.efe_nonlinear, tools.lef_ch_idx)
    )
    subsampled = (picture.s_ver, picture.s_hor) != (1, 1) or (picture.c_ver, picture.c_hor) != (1, 1)
    return filters or subsampled or own_colour(picture) != (decoder.colour or own_colour(picture))


@dataclass(frozen=True, slots=True)
class UnitGrid:
    """Units in raster order: every span of rows with every span of columns."""

    rows: tuple[Span, ...]
    columns: tuple[Span, ...]

    @property
    def count(self) -> int:
        """How many units there are."""
        return len(self.rows) * len(self.columns)

    def by_rows(self) -> list[list[Rect]]:
        """Return the units, row by row."""
        return [[Rect.between(left, top, right, bottom) for left, right in self.columns] for top, bottom in self.rows]

    def units(self) -> list[Rect]:
        """Return all units, in raster order."""
        return [unit for row in self.by_rows() for unit in row]


@clause("6.5", kind="added", reason=REASON)
def unit_grid(decoder: PictureDecoder, size_hw: tuple[int, int], workers: int) -> UnitGrid:
    """(6.5) Cut a picture of [h, w] samples so that all workers have something to do."""
    height, width = size_hw
    tiles = [tile.core for c in (0, 1) for tile in synthesis_tiles(decoder.headers.picture, c)]
    inside = decoder.transform != Synthesis.HOP
    tall, wide = UNIT_ROWS, UNIT_COLUMNS
    if workers > 1:
        wide = NARROW_COLUMNS if height * width >= HUGE_SAMPLES else UNIT_COLUMNS
        across = ceil_div(width, wide)
        share = ceil_div(height * across, UNITS_PER_WORKER * workers)
        tall = max(SMALLEST_UNIT_ROWS, min(UNIT_ROWS, share))
    rows = _spans((edge for core in tiles for edge in (core.y, core.bottom)), height, tall, inside)
    columns = _spans((edge for core in tiles for edge in (core.x, core.right)), width, wide, inside)
    return UnitGrid(rows, columns)


def _spans(edges: Iterable[int], length: int, target: int, inside: bool) -> tuple[Span, ...]:
    """Cut 0..length at some of the edges of tiles, and with `inside` between them, into spans of about `target`."""
    marks = sorted({0, length, *(edge - edge % 2 for edge in edges if 0 < edge < length)})
    spans: list[Span] = []
    begin = 0
    for mark, beyond in zip(marks[1:], [*marks[2:], None], strict=True):
        if beyond is not None and beyond - begin <= target:
            continue
        spans += _evenly(begin, mark, target) if inside else [(begin, mark)]
        begin = mark
    return tuple(spans)


def _evenly(begin: int, end: int, target: int) -> list[Span]:
    """Cut a span into equal parts of at most about `target`, at multiples of a latent position from its begin."""
    parts = max(1, ceil_div(end - begin, target + target // 8))
    step = ceil_div(ceil_div(end - begin, parts), LATENT_SAMPLES) * LATENT_SAMPLES
    return [(at, min(at + step, end)) for at in range(begin, end, step)]
