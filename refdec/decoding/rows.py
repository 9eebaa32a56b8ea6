"""A codestream as a stream of rows: entropy decoding whole, all else in windows that any number of workers make.

In: a codestream, a pack, the wanted colour and depth.  Out: bands of codes from top to bottom, equal to the whole
picture's codes bit for bit, whatever the number of workers.

Memory: symbols (int16) of the whole picture, 512 bytes for 256 pixels; latents of a few bands of rows; per worker one
unit of about half a megapixel.  Where filters or HOP need it (`cuts.needs_whole_planes`), whole planes in addition:
12 bytes a pixel before and as much after each filter.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

import numpy as np

from refdec.bitstream.framing import Codestream
from refdec.bitstream.headers import Headers
from refdec.clauses import clause
from refdec.decoding.cuts import UnitGrid
from refdec.decoding.decoder import PictureDecoder
from refdec.decoding.hyper import HyperLatents
from refdec.decoding.memory import streaming_bytes, whole_bytes
from refdec.decoding.opening import CheckWeights, absent_warnings, open_codestream
from refdec.decoding.options import DEFAULT_OPTIONS, DecodeOptions
from refdec.decoding.plan import RowPlan, is_for_processes, is_shared, row_plan
from refdec.decoding.schedule import Kind, Schedule
from refdec.decoding.symbols import Symbols, region_units
from refdec.decoding.work import (
    LATENT_CHANNELS,
    PictureState,
    Samples,
    begin_side_by_side,
    build_and_decode_residual,
    build_networks,
    decode_residual_of,
    run_step,
    sample_type,
    unit_samples,
)
from refdec.limits import DEFAULT_LIMITS, Check, Limits, unchecked
from refdec.networks.sharing import helped_by, shared_by
from refdec.observation import UNWATCHED, Progress, Watch, no_progress
from refdec.parallel.counts import tell_fewer, workers_for
from refdec.parallel.ordered import Pool
from refdec.parallel.pool import PoolKind, open_pool
from refdec.parallel.shared import SharedArray
from refdec.picture.output import codes
from refdec.picture.picture import PictureCodes
from refdec.picture.planes import OutputPlanes, Planes, plane_rects
from refdec.picture.render import Colour, output_subsampling, own_colour, plane_count
from refdec.picture.windows import Windows
from refdec.tiling.geometry import Rect
from refdec.weights.pack import WeightPack

__all__ = ["Band", "PictureStream", "open_stream"]

Band = tuple[Samples, ...]
"""Rows of the three planes, or of gray's one: codes, or int32 Q18."""
COMPONENTS_AND_NETWORKS = 3
"""Threads that have something to do before workers start."""
REASON = "bounded memory; a decoder is free to cut its work, the text demands the integers of the whole"


@clause("6.5", kind="added", reason=REASON)
@dataclass(frozen=True, slots=True, eq=False)
class PictureStream:
    """An open codestream: what its picture is, before it is decoded.  `bands` decodes it.

    `uncut`: bands are int32 Q18 in 0..255 instead of codes of `bit_depth`.
    """

    codestream: Codestream
    decoder: PictureDecoder
    bit_depth: int
    channels: tuple[int, int] | None
    warnings: tuple[str, ...]
    limits: Limits = DEFAULT_LIMITS
    check: Check = unchecked
    uncut: bool = False

    @property
    def headers(self) -> Headers:
        """The headers of the codestream."""
        return self.decoder.headers

    @property
    def colour(self) -> Colour:
        """What the codes are: RGB, YUV or gray."""
        return self.decoder.colour or own_colour(self.headers.picture)

    @property
    def subsampling(self) -> tuple[int, int]:
        """(vertical, horizontal) of the second and third plane of codes."""
        return output_subsampling(self.headers.picture, self.decoder.colour)

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """(height, width) of the planes of codes."""
        return tuple(rect.size_hw for rect in self._plane_rects(self.decoder.shown))

    def useful_workers(self, wanted: int | None) -> int:
        """Return how many of the wanted workers (None: one a core) are worth their start; one for tiny pictures."""
        return workers_for(wanted) if wanted != 1 and is_shared(self.decoder) else 1

    @property
    def is_for_processes(self) -> bool:
        """Whether the picture is large enough for workers of its own; threads share the layers of others."""
        return is_for_processes(self.decoder)

    def picture(self, *, workers: int = 1, kind: PoolKind = "auto", symbols: Symbols | None = None) -> PictureCodes:
        """Decode and return the whole picture; `symbols` that are decoded already are not decoded again."""
        planes = self._joined(self.bands(workers=workers, kind=kind, symbols=symbols))
        rendering = self.headers.rendering
        return PictureCodes(planes, self.bit_depth, self.colour, self.subsampling, rendering, self.warnings)

    def final_planes(self, *, watch: Watch = UNWATCHED, symbols: Symbols | None = None) -> OutputPlanes:
        """Decode and return the planes before they are cut to codes, int32 Q18; a watch sees every stage."""
        uncut = replace(self, uncut=True)
        return uncut._joined(uncut.bands(watch=watch, symbols=symbols))

    def _joined(self, bands: Iterator[Band]) -> tuple[Any, ...]:
        """Return whole planes from bands; nothing is reserved before the first of them is there."""
        planes: list[Samples] = []
        done = [0] * len(self.sizes)
        for band in bands:
            planes = planes or [np.empty(size, self._sample_type) for size in self.sizes]
            for i, rows in enumerate(band):
                planes[i][done[i] : done[i] + rows.shape[0]] = rows
                done[i] += rows.shape[0]
        return tuple(planes)

    def bands(
        self,
        *,
        workers: int = 1,
        kind: PoolKind = "auto",
        on_progress: Progress = no_progress,
        watch: Watch = UNWATCHED,
        symbols: Symbols | None = None,
    ) -> Generator[Band, None, None]:
        """Decode; yield codes of the three planes, some rows at a time.

        `kind`: see open_pool; fork, threads or inline, since the state of a picture is not sent about.  "auto" chooses,
        and takes threads that share each layer for a picture that is too small for workers, or one tile of HOP.
        A `watch` sees every value; all the work is then done in the calling thread.  `symbols`: known already.

        Raises CodestreamError for damage behind the headers, TooMuchMemory, MissingCheckpoint, WorkerLost, and what
        `check` raises; it is called between the steps.
        """
        if watch.active:
            workers, kind = 1, "inline"
        decoder = replace(self.decoder, watch=watch)
        # First what a stream of a few bytes cannot pass, then what costs time and room for the size that it claims.
        hyper_latents = decoder.hyper_latents(self.codestream) if symbols is None else symbols.hyper.latents
        plan = row_plan(decoder, workers, kind)
        self._require_memory(plan, watched=watch.active)
        state = self._state(decoder, hyper_latents, plan)
        if symbols is not None:
            state.take(symbols)
        known = symbols is not None
        if plan.workers > 1 and kind != "inline" and not known:  # by threads: processes come when there is all to share
            with helped_by(min(plan.workers, COMPONENTS_AND_NETWORKS)) as team:
                build_and_decode_residual(replace(state, team=team))
            self.check()
            known = True
        with helped_by(plan.threads) as team:
            if team is not None and team.refusal is not None:
                tell_fewer(plan.threads, team.given, team.refusal)
            state = replace(state, team=team)
            build_networks(state)
            with open_pool(state, workers=plan.workers, look_ahead=plan.look_ahead, kind=kind) as pool:
                done = 0 if known else self._begin(state, plan.schedule)
                finished = self._finished(pool, state, plan.schedule, done, on_progress)
                yield from self._whole(finished, state) if plan.whole else self._assembled(finished, plan.grid)

    def _begin(self, state: PictureState, schedule: Schedule) -> int:
        """Decode the residual of both components, and where threads do that what follows; return the steps done."""
        if state.team is None:
            for c in (0, 1):
                decode_residual_of(state, c)
                self.check()
            return 0
        first = list(takewhile(lambda step: step.kind is Kind.LATENTS, schedule.steps))
        begin_side_by_side(state, [step.rect for step in first])
        self.check()
        return len(first)

    def _state(self, decoder: PictureDecoder, hyper_latents: HyperLatents, plan: RowPlan) -> PictureState:
        """Reserve shared memory."""
        picture = self.headers.picture
        slots = planes = None
        if plan.whole:
            planes = SharedArray((3, picture.img_height, picture.img_width), np.int32)
        else:
            tallest, widest = plan.unit_hw
            slots = SharedArray((plan.slots, 3 * tallest * widest * self._sample_type.itemsize), np.uint8)
        first, second = (
            SharedArray((picture.num_chs_coded[c], picture.lat_h, picture.lat_w), np.int16) for c in (0, 1)
        )
        trunks = [SharedArray((*z_hat.shape[1:], z_hat.shape[0]), np.int16) for z_hat in hyper_latents.z_hat]
        return PictureState(
            self.codestream,
            decoder,
            hyper_latents,
            (trunks[0], trunks[1]),
            (first, second),
            SharedArray((LATENT_CHANNELS, plan.kept_rows, picture.lat_w), np.int32),
            slots,
            planes,
            self.subsampling,
            self._bits,
            self.channels,
        )

    def _plane_rects(self, rect: Rect) -> tuple[Rect, ...]:
        """Return a window of the picture as windows of the planes that are put out."""
        return plane_rects(rect, self.subsampling, plane_count(self.decoder.colour))

    @property
    def _bits(self) -> int | None:
        """The depth of the codes in a band, None where its samples are int32 Q18."""
        return None if self.uncut else self.bit_depth

    @property
    def _sample_type(self) -> np.dtype[Any]:
        """The type of a sample of a band."""
        return sample_type(self._bits)

    def _require_memory(self, plan: RowPlan, *, watched: bool) -> None:
        """Raise TooMuchMemory before anything large is made."""
        if self.limits.memory_bytes is None:
            return
        kept = 0
        if watched:  # stages wait for their last windows
            kept += whole_bytes(self.headers, self.decoder.transform, filters=self.decoder.filters)
        if self.uncut:
            kept += sum(h * w for h, w in self.sizes) * self._sample_type.itemsize
        tallest, widest = plan.unit_hw
        needed = streaming_bytes(
            self.headers,
            self.decoder.transform,
            tallest * widest,
            filters=self.decoder.filters,
            whole_planes=plan.whole,
            kept_rows=plan.kept_rows,
            slots_bytes=plan.slots * 3 * tallest * widest * self._sample_type.itemsize,
            workers=plan.workers,
            threads=plan.threads,
        )
        self.limits.require_memory(needed + kept)

    def _finished(
        self, pool: Pool[PictureState], state: PictureState, schedule: Schedule, done: int, on_progress: Progress
    ) -> Iterator[tuple[Rect, list[Samples]]]:
        """Run the rest of the schedule; yield each finished unit with its codes (none where planes are kept whole)."""
        total, todo = len(schedule.steps), schedule.steps[done:]
        for n, (step, _) in enumerate(zip(todo, pool.map(run_step, todo), strict=True), done + 1):
            if step.kind is Kind.SAMPLES:
                yield step.rect, [] if state.slots is None else unit_samples(state, step)
            on_progress(n / total)
            self.check()

    def _assembled(self, finished: Iterator[tuple[Rect, list[Samples]]], grid: UnitGrid) -> Iterator[Band]:
        """Join the units of a row to bands."""
        width = self.sizes[0][1]
        for top, bottom in grid.rows:
            place = Rect.between(0, top, width, bottom)
            band = [np.empty(rect.size_hw, self._sample_type) for rect in self._plane_rects(place)]
            for _ in grid.columns:
                unit, planes = next(finished)
                for target, rect, samples in zip(band, self._plane_rects(unit), planes, strict=True):
                    target[:, rect.columns] = samples
            yield tuple(band)
        for _ in finished:
            raise AssertionError("the schedule ends with the last unit")

    def _whole(self, finished: Iterator[tuple[Rect, list[Samples]]], state: PictureState) -> Iterator[Band]:
        """Wait for the whole planes, then filter, colour and cut them in this process."""
        for _ in finished:
            pass
        assert state.planes is not None
        decoder = state.decoder
        windows = Windows.whole(self.headers.picture)
        with shared_by(state.team):
            filtered = decoder.filtered(Planes(*state.planes.array), state.hyper.scale_index, windows)
            self.check()
            final = decoder.output(filtered, windows, decoder.shown)
            self.check()
            band = final if self.uncut else tuple(codes(plane, self.bit_depth) for plane in final)
        yield band


@clause("6.5", kind="added", reason=REASON)
def open_stream(
    data: bytes,
    pack: WeightPack,
    options: DecodeOptions = DEFAULT_OPTIONS,
    *,
    check_weights: CheckWeights | None = None,
    check: Check = unchecked,
) -> PictureStream:
    """(6.5) Read the headers of a codestream and decide how it will be decoded; decodes no sample.

    `options.region` and `workers` are not read: `decode_region` decodes a rectangle, `PictureStream.bands` is told
    how many workers share the work.  Raises what decode_codestream raises for headers and choices.
    """
    opened = open_codestream(data, pack, options, check_weights=check_weights)
    codestream, headers, picture = opened.codestream, opened.headers, opened.headers.picture
    decoder = PictureDecoder(headers, opened.models, opened.transform, options.filters, options.colour, opened.custom)
    absent = tuple(
        (c, region.index) for c in (0, 1) for region, unit in region_units(codestream, headers, c) if unit is None
    )
    warnings = (*opened.warnings, *absent_warnings(absent))
    depth = picture.bit_depth if options.bit_depth is None else options.bit_depth
    return PictureStream(codestream, decoder, depth, options.channels, warnings, options.limits, check)
