"""How one picture is cut for its workers: units of samples, bands of latents, and the order of both.

In: the decoder of a picture, and how many workers there are.  Out: `RowPlan`.  Whatever it says, samples are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from refdec.bitstream.transforms import Synthesis
from refdec.clauses import clause
from refdec.decoding.cuts import UnitGrid, needs_whole_planes, unit_grid
from refdec.decoding.schedule import BandGrid, Schedule, make_schedule
from refdec.tiling.geometry import Rect, ceil_div

if TYPE_CHECKING:
    from refdec.decoding.decoder import PictureDecoder
    from refdec.parallel.pool import PoolKind

__all__ = ["RowPlan", "band_grid", "is_for_processes", "is_shared", "row_plan"]

SMALL_BAND_ROWS, BAND_ROWS, BAND_POSITIONS = 32, 64, 16_000
"""Latents are made in bands of about 64 rows; of wide pictures, whose bands lie in memory whole, in lower ones."""
PIECE_POSITIONS, SHARED_PIECE_POSITIONS, LEAST_PIECE_COLUMNS, BANDS_AT_START = 16_384, 6_144, 64, 2
"""Bands are cut into pieces, which take 5 to 8 KB for each position while they are made: where several workers do that
at a time, into smaller ones, and into more where otherwise workers would wait for the first band."""
LEAST_SHARED_PIXELS, LEAST_THREADED_PIXELS, HOP_COST = 1 << 20, 1 << 16, 10
"""From about one megapixel on workers win (0.3 s of work; up to 0.1 s to start them), and below that threads, which
share the layers; HOP is ten times the work."""
REASON = "a decoder is free to cut its work, the text demands the integers of the whole"


@dataclass(frozen=True, slots=True)
class RowPlan:
    """A picture, cut.

    `workers` take steps of the `schedule`, each at most `look_ahead` before what is taken; `threads` of one worker
    share its layers.  `grid`: units of samples; `bands`: of latents.  `whole`: planes are kept before the filters.
    """

    workers: int
    threads: int
    look_ahead: int
    whole: bool
    grid: UnitGrid
    bands: BandGrid
    schedule: Schedule

    @property
    def unit_hw(self) -> tuple[int, int]:
        """(height, width) that hold any unit, in luma samples."""
        rows, columns = ([last - first for first, last in spans] for spans in (self.grid.rows, self.grid.columns))
        return max(rows), max(columns)

    @property
    def slots(self) -> int:
        """How many finished units wait at a time; none where whole planes are kept."""
        return 0 if self.whole else 1 + max(step.slot for step in self.schedule.steps)

    @property
    def kept_rows(self) -> int:
        """Latent rows that are kept at a time."""
        return min(self.schedule.kept_bands * self.bands.rows, self.bands.height)


@clause("6.5", kind="added", reason=REASON)
def row_plan(decoder: PictureDecoder, workers: int, kind: PoolKind) -> RowPlan:
    """(6.5) Return how a picture is cut for so many workers; "auto" takes threads that share each layer for a picture
    that is too small for workers, or one tile of HOP.
    """
    picture, threads = decoder.headers.picture, 1
    whole = needs_whole_planes(decoder)
    size_hw = (picture.img_height, picture.img_width) if whole else (picture.display_height, picture.display_width)
    if kind == "auto" and (not is_for_processes(decoder) or unit_grid(decoder, size_hw, workers).count == 1):
        workers, threads = 1, workers
    grid = unit_grid(decoder, size_hw, workers)
    look_ahead = 1 if workers == 1 and kind in {"auto", "inline"} else 2 * workers
    bands = band_grid(picture.lat_h, picture.lat_w, workers)
    rows = grid.by_rows()
    schedule = make_schedule(rows, [_latent_rows(decoder, row, whole) for row in rows], bands, look_ahead=look_ahead)
    return RowPlan(workers, threads, look_ahead, whole, grid, bands, schedule)


def is_shared(decoder: PictureDecoder) -> bool:
    """Tell whether a picture is large enough for more than one worker or thread."""
    return _cost(decoder) >= LEAST_THREADED_PIXELS


def is_for_processes(decoder: PictureDecoder) -> bool:
    """Tell whether a picture is large enough for workers of its own; threads share the layers of others."""
    return _cost(decoder) >= LEAST_SHARED_PIXELS


def _cost(decoder: PictureDecoder) -> int:
    """Return the work, in pixels of BOP."""
    picture = decoder.headers.picture
    return picture.display_height * picture.display_width * (HOP_COST if decoder.transform == Synthesis.HOP else 1)


def band_grid(height: int, width: int, workers: int) -> BandGrid:
    """Return bands, and their pieces, of a latent of [height, width] positions."""
    rows = max(SMALL_BAND_ROWS, min(BAND_ROWS, BAND_POSITIONS // width))
    count = ceil_div(height, rows + rows // 8)
    rows, pieces = ceil_div(height, count), ceil_div(workers, min(count, BANDS_AT_START))
    most = (PIECE_POSITIONS if workers == 1 else SHARED_PIECE_POSITIONS) // rows
    columns = max(LEAST_PIECE_COLUMNS, min(most, ceil_div(width, pieces)))
    return BandGrid(height, width, rows, columns)


def _latent_rows(decoder: PictureDecoder, units: list[Rect], whole: bool) -> tuple[int, int]:
    """Return the latent rows that a row of units reads: first, and first beyond."""
    rects = []
    for unit in units:
        windows = None if whole else decoder.windows(unit)
        luma, chroma = (unit, unit) if windows is None else (windows.luma, windows.chroma)
        rects.append(decoder.latent_rect(luma, chroma))
    return min(rect.y for rect in rects), max(rect.bottom for rect in rects)
