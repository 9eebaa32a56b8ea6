"""A codestream as a stream of rows: entropy decoding whole, all else in windows that any number of workers make.

In: a codestream, a pack, the wanted colour and depth.  Out: bands of codes from top to bottom, equal to the whole
picture's codes bit for bit, whatever the number of workers.

Memory: symbols (int16) of the whole picture, 512 bytes for 256 pixels; latents of a few bands of rows; per worker one
unit of about half a megapixel.  Where filters or HOP need it (`cuts.needs_whole_planes`), whole planes in addition:
12 bytes a pixel before and as much after each filter.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.framing import Codestream
from refdec.bitstream.headers import Headers
from refdec.bitstream.payloads import residual_units
from refdec.clauses import clause
from refdec.decoding.compact import HyperLatents, decode_hyper
from refdec.decoding.cuts import HOP, UnitGrid, needs_whole_planes, unit_grid
from refdec.decoding.memory import streaming_bytes
from refdec.decoding.opening import (
    DEFAULT_LIMITS,
    DEFAULT_OPTIONS,
    CheckWeights,
    DecodeOptions,
    absent_warnings,
    open_codestream,
)
from refdec.decoding.output_old import OutputStages
from refdec.decoding.schedule import BandGrid, Kind, Schedule, make_schedule
from refdec.decoding.work import LATENT_CHANNELS, PictureState, decode_residual_of, run_step, unit_codes
from refdec.limits import Check, Limits, unchecked
from refdec.parallel.ordered import Pool
from refdec.parallel.pool import PoolKind, open_pool
from refdec.parallel.processes import available_cores, single_threaded_blas
from refdec.parallel.shared import SharedArray
from refdec.picture.errors import BitDepthOutOfRange
from refdec.picture.output import MAX_BITS, Codes
from refdec.picture.picture import Picture
from refdec.picture.planes import Planes, chroma_rect
from refdec.picture.render import Colour, own_colour, render
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.regions import RegionGrid
from refdec.weights.pack import WeightPack

__all__ = ["Band", "PictureStream", "open_stream"]

Band = tuple[Codes, Codes, Codes]
Progress = Callable[[float], None]
SMALL_BAND_ROWS, BAND_ROWS = 32, 64
WIDE, PIECE_COLUMNS, LEAST_PIECE_COLUMNS, BANDS_AT_START = 512, 256, 64, 2
"""Latents are made in bands of about 64 rows (wide pictures: 32) and pieces of up to 256 columns, about 64 MB each; in
smaller pieces where otherwise workers would wait for the first band."""
LEAST_SHARED_PIXELS, HOP_COST = 1 << 20, 10
"""From about one megapixel on workers win (0.6 s of work; up to 0.1 s to start them); HOP is ten times the work."""
REASON = "bounded memory; a decoder is free to cut its work, the text demands the integers of the whole"


@clause("6.5", kind="added", reason=REASON)
@dataclass(frozen=True, slots=True, eq=False)
class PictureStream:
    """An open codestream: what its picture is, before it is decoded.  `bands` decodes it."""

    codestream: Codestream
    stages: OutputStages
    bit_depth: int
    channels: tuple[int, int] | None
    warnings: tuple[str, ...]
    limits: Limits = DEFAULT_LIMITS
    check: Check = unchecked

    @property
    def headers(self) -> Headers:
        """The headers of the codestream."""
        return self.stages.headers

    @property
    def colour(self) -> Colour:
        """What the codes are: RGB or YUV."""
        return self.stages.colour or own_colour(self.headers.picture)

    @property
    def subsampling(self) -> tuple[int, int]:
        """(vertical, horizontal) of the second and third plane of codes."""
        picture = self.headers.picture
        kept = own_colour(picture) == "YUV" and self.colour == "YUV"
        return (picture.s_ver, picture.s_hor) if kept else (1, 1)

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """(height, width) of the planes of codes."""
        picture = self.headers.picture
        whole = Rect(0, 0, picture.display_width, picture.display_height)
        small = chroma_rect(whole, self.subsampling).size_hw
        return whole.size_hw, small, small

    def useful_workers(self, wanted: int | None) -> int:
        """Return how many of the wanted workers (None: one a core) are worth their start; one for small pictures."""
        picture = self.headers.picture
        cost = picture.display_height * picture.display_width * (HOP_COST if self.stages.transform == HOP else 1)
        if wanted == 1 or cost < LEAST_SHARED_PIXELS:
            return 1
        return available_cores() if wanted is None else wanted

    def picture(self, *, workers: int = 1, kind: PoolKind = "auto") -> Picture:
        """Decode and return the whole picture."""
        bits = self.bit_depth
        planes = [np.empty(size, np.uint8 if bits <= 8 else np.uint16) for size in self.sizes]
        done = [0, 0, 0]
        for band in self.bands(workers=workers, kind=kind):
            for i, rows in enumerate(band):
                planes[i][done[i] : done[i] + rows.shape[0]] = rows
                done[i] += rows.shape[0]
        rendering = self.headers.rendering
        whole = planes[0], planes[1], planes[2]
        return Picture(whole, bits, self.colour, self.subsampling, rendering, self.warnings)

    def bands(
        self, *, workers: int = 1, kind: PoolKind = "auto", on_progress: Progress = lambda share: None
    ) -> Generator[Band, None, None]:
        """Decode; yield codes of the three planes, some rows at a time.

        `kind`: see open_pool; fork, threads or inline ("auto" chooses), since the state of a picture is not sent about.

        Raises CodestreamError for damage behind the headers, TooMuchMemory, MissingCheckpoint, WorkerLost, and what
        `check` raises; it is called between the steps.
        """
        # First what a stream of a few bytes cannot pass, then what costs time and room for the size that it claims.
        hyper = decode_hyper(self.codestream, self.headers, self.stages.models)
        whole = needs_whole_planes(self.stages)
        picture = self.headers.picture
        shown = picture.display_height, picture.display_width
        grid = unit_grid(self.stages, (picture.img_height, picture.img_width) if whole else shown, workers)
        look_ahead = 1 if workers == 1 and kind in {"auto", "inline"} else 2 * workers
        bands = self._band_grid(workers)
        units = [grid.row(r) for r in range(len(grid.rows))]
        schedule = make_schedule(units, [self._needed(row, whole) for row in units], bands, look_ahead=look_ahead)
        self._require_memory(grid, schedule, bands, workers, whole=whole)
        with single_threaded_blas():
            state = self._state(hyper, grid, schedule, bands, whole=whole)
            self._load(state)
            with open_pool(state, workers=workers, look_ahead=look_ahead, kind=kind) as pool:
                for _ in pool.map(decode_residual_of, (0, 1)):
                    self.check()
                made = self._made(pool, state, schedule, on_progress)
                yield from self._whole(made, state) if whole else self._assembled(made, state, grid)

    def _band_grid(self, workers: int) -> BandGrid:
        height, width = self.headers.picture.lat_h, self.headers.picture.lat_w
        rows = SMALL_BAND_ROWS if width > WIDE else BAND_ROWS
        count = ceil_div(height, rows + rows // 8)
        pieces = ceil_div(workers, min(count, BANDS_AT_START))
        columns = max(LEAST_PIECE_COLUMNS, min(PIECE_COLUMNS, ceil_div(width, pieces)))
        return BandGrid(height, width, ceil_div(height, count), columns)

    def _needed(self, units: list[Rect], whole: bool) -> tuple[int, int]:
        """Return the latent rows that a row of units reads: first, and first beyond."""
        stages = self.stages
        rects = [
            stages.latent_of_synthesis(unit, unit) if whole else stages.latent_rect(stages.windows(unit))
            for unit in units
        ]
        return min(rect.y for rect in rects), max(rect.bottom for rect in rects)

    def _state(
        self, hyper: HyperLatents, grid: UnitGrid, schedule: Schedule, bands: BandGrid, *, whole: bool
    ) -> PictureState:
        """Reserve shared memory."""
        picture = self.headers.picture
        slots = planes = None
        if whole:
            planes = SharedArray((3, picture.img_height, picture.img_width), np.int32)
        else:
            tallest = max(bottom - top for top, bottom in grid.rows)
            widest = max(right - left for left, right in grid.columns)
            count = 1 + max(step.slot for step in schedule.steps)
            slots = SharedArray((count, 3 * tallest * widest * (1 if self.bit_depth <= 8 else 2)), np.uint8)
        first, second = (
            SharedArray((picture.num_chs_coded[c], picture.lat_h, picture.lat_w), np.int16) for c in (0, 1)
        )
        trunks = [SharedArray((*z_hat.shape[1:], z_hat.shape[0]), np.int16) for z_hat in hyper.z_hat]
        return PictureState(
            self.codestream,
            self.stages,
            hyper,
            (trunks[0], trunks[1]),
            (first, second),
            SharedArray((LATENT_CHANNELS, min(schedule.kept_bands * bands.rows, bands.height), bands.width), np.int32),
            slots,
            planes,
            self.subsampling,
            self.bit_depth,
            self.channels,
        )

    def _require_memory(
        self, grid: UnitGrid, schedule: Schedule, bands: BandGrid, workers: int, *, whole: bool
    ) -> None:
        """Raise TooMuchMemory before anything large is made."""
        if self.limits.memory_bytes is None:
            return
        unit = max(b - a for a, b in grid.rows) * max(b - a for a, b in grid.columns)
        slots = 0 if whole else 1 + max(step.slot for step in schedule.steps)
        needed = streaming_bytes(
            self.headers,
            self.stages.transform,
            unit,
            filters=self.stages.filters,
            whole_planes=whole,
            kept_rows=min(schedule.kept_bands * bands.rows, bands.height),
            slots_bytes=slots * 3 * unit * (1 if self.bit_depth <= 8 else 2),
            workers=workers,
        )
        self.limits.require_memory(needed)

    def _load(self, state: PictureState) -> None:
        """Build the networks now, so that forked workers share them; and import the kernels that they will call."""
        models, transform = self.stages.models, self.stages.transform
        models.context()
        for c in (0, 1):
            models.hyper_scale(c)
            models.hyper_decoder(c)
            models.synthesis(transform, c)

    def _made(
        self, pool: Pool[PictureState], state: PictureState, schedule: Schedule, on_progress: Progress
    ) -> Iterator[tuple[Rect, list[Codes]]]:
        """Run the schedule; yield each finished unit with its codes (none where planes are kept whole)."""
        total = len(schedule.steps)
        for n, (step, _) in enumerate(zip(schedule.steps, pool.map(run_step, schedule.steps), strict=True), 1):
            if step.kind is Kind.SAMPLES:
                yield step.rect, [] if state.slots is None else unit_codes(state, step)
            on_progress(n / total)
            self.check()

    def _assembled(
        self, made: Iterator[tuple[Rect, list[Codes]]], state: PictureState, grid: UnitGrid
    ) -> Iterator[Band]:
        """Join the units of a row to bands."""
        kind = np.uint8 if self.bit_depth <= 8 else np.uint16
        width = self.sizes[0][1]
        for top, bottom in grid.rows:
            place = Rect.between(0, top, width, bottom)
            rects = place, chroma_rect(place, self.subsampling)
            band = [np.empty(rect.size_hw, kind) for rect in (rects[0], rects[1], rects[1])]
            for _ in grid.columns:
                unit, planes = next(made)
                small = chroma_rect(unit, self.subsampling)
                for target, rect, codes_of_unit in zip(band, (unit, small, small), planes, strict=True):
                    target[:, rect.columns] = codes_of_unit
            yield band[0], band[1], band[2]
        for _ in made:
            raise AssertionError("the schedule ends with the last unit")

    def _whole(self, made: Iterator[tuple[Rect, list[Codes]]], state: PictureState) -> Iterator[Band]:
        """Wait for the whole planes, then filter, colour and cut them in this process."""
        from refdec.decoding.planes_old import filter_planes
        from refdec.decoding.window_old import scale_index_window
        from refdec.picture.colour import to_output

        for _ in made:
            pass
        assert state.planes is not None
        stages, picture = self.stages, self.headers.picture
        models, symbols = stages.models, state.compact
        frame = Rect(0, 0, picture.lat_w, picture.lat_h)

        def scale_index(channel: int) -> Int32Array:
            return scale_index_window(picture, symbols, models, channel, frame)

        synthesis = Planes(*state.planes.array)
        planes = filter_planes(picture, stages.tools, synthesis, scale_index, models, stages.transform)
        final = to_output(planes, picture, custom=stages.custom)
        yield render(final, picture, colour=stages.colour, bits=self.bit_depth).planes


@clause("6.5", kind="added", reason=REASON)
def open_stream(
    data: bytes,
    pack: WeightPack,
    options: DecodeOptions = DEFAULT_OPTIONS,
    *,
    colour: Colour | None = None,
    bits: int | None = None,
    limits: Limits = DEFAULT_LIMITS,
    check_weights: CheckWeights | None = None,
    check: Check = unchecked,
) -> PictureStream:
    """(6.5) Read the headers of a codestream and decide how it will be decoded; decodes no sample.

    Raises what decode_codestream raises for headers and choices, and BitDepthOutOfRange.
    """
    if bits is not None and not 1 <= bits <= MAX_BITS:
        raise BitDepthOutOfRange(bits)
    opened = open_codestream(data, pack, options, limits=limits, check_weights=check_weights)
    codestream, headers, picture = opened.codestream, opened.headers, opened.headers.picture
    stages = OutputStages(headers, opened.models, opened.transform, options.filters, colour, opened.custom)
    absent = tuple(
        (c, region.index)
        for c in (0, 1)
        for region, unit in zip(RegionGrid.of(picture, c).regions, residual_units(codestream, headers, c), strict=True)
        if unit is None
    )
    warnings = (*opened.warnings, *absent_warnings(absent))
    depth = picture.bit_depth if bits is None else bits
    return PictureStream(codestream, stages, depth, options.channels, warnings, limits, check)
