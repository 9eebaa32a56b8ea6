"""The encoder itself: finds the operating point, improves the targets there, and meets the rate once more.

In: a picture and a request.  Out: a codestream.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from refdec.plugins.api import (
    BitsPerPixel,
    Capabilities,
    CoreServices,
    Encoder,
    EncodeRequest,
    Int32Array,
    LumaPsnr,
    OperatingPoint,
    Option,
    RateOutOfReach,
    SourcePicture,
    Stage,
    TargetLatents,
)
from refdec_encoders.refine.choice import RateDistortion
from refdec_encoders.refine.search import Improved, Problem, improve

__all__ = ["Refine"]

NEAR, REACH = 40, 120
"""Targets serve displacements this near to the one that they were improved at; the last search looks this far."""
ROUNDS = 3
DISPLACEMENTS_PER_E_OF_BITS = 800
DISPLACEMENTS_PER_DB = 250
"""Usual slopes: bits by the factor e, luma by a decibel."""
MOST_CHANGE = 300


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """One call of `encode`: the picture, the wish, and until when."""

    picture: SourcePicture
    request: EncodeRequest
    core: CoreServices
    deadline: float | None

    def in_time(self) -> bool:
        """Tell whether the time budget is not used up."""
        return self.deadline is None or time.monotonic() < self.deadline

    def progress(self, low: float, high: float) -> Callable[[float], None]:
        """Return a progress function that fills a part of the whole."""
        return lambda done: self.request.progress(low + (high - low) * done)


class Refine(Encoder):
    """Rate-distortion search from the analysis latents."""

    name = "refine"
    version = "1.0"
    description = "analysis, then a rate-distortion search over latents and symbols (slower, smaller)"
    options = (
        Option("steps", int, 10, "steps of the search; each costs about one decoding", minimum=0, maximum=200),
        Option("trade", int, 75, "thousandths of a squared quantiser step that a bit is worth", minimum=0, maximum=500),
    )
    capabilities = Capabilities()

    def encode(self, picture: SourcePicture, request: EncodeRequest, core: CoreServices) -> bytes:
        """Return the best codestream that the steps and the time budget allow."""
        budget = request.time_budget_seconds
        run = _Run(picture, request, core, None if budget is None else time.monotonic() + budget)
        trade_q16 = (request.options.integer("trade") << 16) // 1000
        choice = RateDistortion.of(core, trade_q16)
        steps = request.options.integer("steps")
        if isinstance(request.target, OperatingPoint):
            start = _start(run, request.target.model_id)
            problem = _problem(run, request.target, start, choice)
            found = _improved(run, problem, start.luma_q18, steps, (0.0, 1.0))
            data = core.write(found.coded)
        else:
            assert isinstance(request.target, BitsPerPixel | LumaPsnr), "qualities and sizes come as points"
            data = _searched(run, request.target, choice, steps)
        request.progress(1.0)
        return data


def _start(run: _Run, model_id: int) -> TargetLatents:
    """Return the analysis latents of a model, with the hyper latents that all steps share."""
    made = run.core.analyse(run.picture, model_id, run.request.settings)
    return replace(made, hyper=made.hyper or run.core.hyper_latents(made, model_id))


def _problem(run: _Run, point: OperatingPoint, start: TargetLatents, choice: RateDistortion) -> Problem:
    """Return the search problem at a point."""
    assert start.hyper is not None, "set by _start"
    settings = run.request.settings
    return Problem(run.core, run.picture, settings, point, start.luma_q18, start.chroma_q18, start.hyper, choice)


def _improved(run: _Run, problem: Problem, luma: Int32Array, steps: int, share: tuple[float, float]) -> Improved:
    """Improve targets, telling the progress and minding the time."""
    show = run.progress(*share)

    def go_on(k: int) -> bool:
        show(k / max(steps, 1))
        return run.in_time()

    return improve(problem, luma, steps, go_on)


def _searched(run: _Run, target: BitsPerPixel | LumaPsnr, choice: RateDistortion, steps: int) -> bytes:
    """Meet a rate or a quality: improve the targets at a point, move it to where the goal is, improve again."""
    starts: dict[int, TargetLatents] = {}

    def analysed(asked: EncodeRequest) -> TargetLatents:
        assert asked.model_id is not None, "the core asks for one model at a time"
        if asked.model_id not in starts:
            starts[asked.model_id] = replace(_start(run, asked.model_id), choose=choice)
        return starts[asked.model_id]

    data = _coded_for(run, target, analysed, (0.0, 0.2))
    point = _point_of(run, data)
    luma = starts[point.model_id].luma_q18
    for k in range(ROUNDS):
        if not run.in_time():
            return data
        low, high = 0.2 + 0.7 * k / ROUNDS, 0.2 + 0.7 * (k + 1) / ROUNDS
        problem = _problem(run, point, starts[point.model_id], choice)
        found = _improved(run, problem, luma, steps if k == 0 else steps // 2, (low, high))
        luma = found.luma
        change = _way_to_go(target, found, run.picture.pixels)
        if abs(change) <= NEAR:
            break
        point = _moved(run, point, change)
    low, high = (_within(run, point.model_id, point.displacement + change) for change in (-REACH, REACH))
    narrowed = replace(target, model_id=point.model_id, displacements=(low, high))
    best = replace(starts[point.model_id], luma_q18=luma)
    try:
        return _coded_for(run, narrowed, lambda asked: best, (0.9, 1.0))
    except RateOutOfReach:
        return data  # the picture does not follow the slopes: what the first search found meets the target


def _way_to_go(target: BitsPerPixel | LumaPsnr, found: Improved, pixels: int) -> int:
    """Return by how much the displacement has to change to meet the target, by the usual slopes."""
    if isinstance(target, BitsPerPixel):
        wanted = target.bpp * pixels
        return round(math.log(wanted / found.coded.bits) * DISPLACEMENTS_PER_E_OF_BITS)
    if found.squared == 0:
        return -MOST_CHANGE
    db = 10 * math.log10(255 * 255 * pixels * (1 << 24) / found.squared)
    return round((target.db - db) * DISPLACEMENTS_PER_DB)


def _moved(run: _Run, point: OperatingPoint, change: int) -> OperatingPoint:
    """Return the point with luma and chroma moved, by no more than the slopes are good for."""
    by = min(max(change, -MOST_CHANGE), MOST_CHANGE)
    luma, chroma = point.displacements
    moved = (_within(run, point.model_id, displacement + by) for displacement in (luma, chroma))
    return OperatingPoint(point.model_id, *moved)


def _within(run: _Run, model_id: int, displacement: int) -> int:
    """Return the sensible displacement of a model that is nearest."""
    low, high = next(info.displacements for info in run.core.models if info.model_id == model_id)
    return min(max(displacement, low), high)


def _coded_for(
    run: _Run,
    target: BitsPerPixel | LumaPsnr,
    source: Callable[[EncodeRequest], TargetLatents],
    share: tuple[float, float],
) -> bytes:
    """Return the codestream of targets that meets the target."""
    return run.core.code_latents(
        run.picture, source, replace(run.request, target=target, progress=run.progress(*share))
    )


def _point_of(run: _Run, data: bytes) -> OperatingPoint:
    """Return the operating point of a codestream."""
    headers = run.core.read(data, Stage.HEADERS).headers
    return OperatingPoint(headers.model_id, *headers.displacement)
