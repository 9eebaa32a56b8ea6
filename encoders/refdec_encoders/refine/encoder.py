"""The encoder itself: finds the operating point, searches there, and meets the rate once more.

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
    LumaPsnr,
    OperatingPoint,
    Option,
    SourcePicture,
    Stage,
    TargetLatents,
)
from refdec_encoders.refine.distortion import METRICS
from refdec_encoders.refine.networks import Networks
from refdec_encoders.refine.search import Improved, Problem, improve

__all__ = ["Refine"]

ROUNDS, LEAST_ROUNDS = (0.3, 0.8, 0.3, 0.3, 0.3), 2
"""Shares of the steps of one search after the other on the way to a rate; each begins where the last one ended."""
DISPLACEMENTS_PER_E_OF_BITS = 750
DISPLACEMENTS_PER_DB = 200
"""Usual slopes: bits by the factor e, luma by a decibel."""
MOST_SURPLUS_DB = 0.08
"""A result may have so much more than the quality that was asked for."""
MOST_CHANGE = 300


@dataclass(frozen=True, slots=True)
class _Pace:
    """How far a search is along, by its steps and by the clock: what is left until `end` is shared among the pieces."""

    steps: int
    end: float | None
    progress: Callable[[float], None]
    begins: dict[int, float]

    def __call__(self, piece: int, pieces: int, step: int) -> float:
        """Return how far along a piece is before a step, 0..1."""
        done = step / self.steps if self.steps else 1.0
        if self.end is not None:
            now = time.monotonic()
            began = self.begins.setdefault(piece, now)
            slot = (self.end - began) / (pieces - piece)
            done = max(done, (now - began) / slot if slot > 0 else 1.0)
        done = min(done, 1.0)
        self.progress((piece + done) / pieces)
        return done


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """One call of `encode`: the picture, the wish, until when, and what each model's analysis gave."""

    picture: SourcePicture
    request: EncodeRequest
    core: CoreServices
    began: float
    starts: dict[int, TargetLatents]

    @property
    def end(self) -> float | None:
        """When improving stops."""
        budget = self.request.time_budget_seconds
        return None if budget is None else self.began + budget

    def start(self, model_id: int) -> TargetLatents:
        """Return the analysis latents of a model, with the hyper latents that all steps share."""
        if model_id not in self.starts:
            made = self.core.analyse(self.picture, model_id, self.request.settings)
            hyper = made.hyper or self.core.hyper_latents(made, model_id)
            self.starts[model_id] = replace(made, hyper=hyper)
        return self.starts[model_id]

    def problem(self, point: OperatingPoint) -> Problem:
        """Return the search problem at a point.  Raises Refusal."""
        options, settings = self.request.options, self.request.settings
        return Problem(
            self.core,
            self.picture,
            settings,
            Networks.of(self.core, point.model_id, settings.synthesis),
            options.text("metric"),
            options.integer("trade") / 100,
            self.start(point.model_id),
            point,
        )

    def pace(self, share: float, of_time: float, part: tuple[float, float]) -> _Pace:
        """Return the pace of a search with a share of the steps and of the time that is left."""
        low, high = part
        steps = math.ceil(self.request.options.integer("steps") * share)
        end = self.end
        if end is not None:
            now = time.monotonic()
            end = now + (end - now) * of_time
        return _Pace(steps, end, lambda done: self.request.progress(low + (high - low) * done), {})

    def in_time(self) -> bool:
        """Tell whether the time budget is not used up."""
        return self.end is None or time.monotonic() < self.end

    def within(self, model_id: int, displacement: int) -> int:
        """Return the sensible displacement of a model that is nearest."""
        low, high = next(info.displacements for info in self.core.models if info.model_id == model_id)
        return min(max(displacement, low), high)


class Refine(Encoder):
    """Rate-distortion search from the analysis latents."""

    name = "refine"
    version = "2.0"
    description = "analysis, then a gradient search for latents that look better for fewer bits (slower, smaller)"
    options = (
        Option(
            "steps",
            int,
            80,
            "steps of the search; each costs about one decoding",
            minimum=0,
            maximum=2000,
        ),
        Option("metric", str, "psnr-y", "what is to look good: luma, RGB, or structure (MS-SSIM)", choices=METRICS),
        Option(
            "trade", int, 120, "what a bit is worth, in percent of what analysis pays for one", minimum=0, maximum=1000
        ),
    )
    capabilities = Capabilities()

    def encode(self, picture: SourcePicture, request: EncodeRequest, core: CoreServices) -> bytes:
        """Return the best codestream that the steps and the time budget allow."""
        run = _Run(picture, request, core, time.monotonic(), {})
        if isinstance(request.target, OperatingPoint):
            known = core.decoded_again(picture, request.target, request.settings)
            if known is not None:  # what made it small once is in it already
                request.progress(1.0)
                return known
            problem = run.problem(request.target)
            found = improve(problem, problem.start, run.pace(1.0, 1.0, (0.0, 1.0)))
            data = core.write(found.coded)
        else:
            assert isinstance(request.target, BitsPerPixel | LumaPsnr), "qualities and sizes come as points"
            data = _searched(run, request.target)
        request.progress(1.0)
        return data


def _searched(run: _Run, target: BitsPerPixel | LumaPsnr) -> bytes:
    """Meet a rate or a quality: search where analysis meets it, move to where the search meets it, search again.

    Targets serve the displacement that they were searched at and hardly another one, so it moves between searches only.
    """
    data = _coded_for(run, target, lambda asked: run.start(asked.model), (0.0, 0.1))
    point = _point_of(run, data)
    targets, best = run.start(point.model_id), data
    by_size = isinstance(target, LumaPsnr)
    least = float(len(data)) if by_size else math.inf
    seen: list[tuple[int, float]] = []
    for k, share in enumerate(ROUNDS):
        if not run.in_time():
            break
        before, after = (0.1 + 0.9 * sum(ROUNDS[:n]) / sum(ROUNDS) for n in (k, k + 1))
        left = share / sum(ROUNDS[k:]) if k < LEAST_ROUNDS else 1.0
        found = improve(run.problem(point), targets, run.pace(share, left, (before, after)))
        targets, missed = found.targets, _missed(target, found, run.picture.pixels)
        seen.append((point.displacement, missed))
        if _is_met(target, missed):
            made = run.core.write(found.coded)
            rank = len(made) if by_size else abs(missed)
            best, least = (made, rank) if rank < least else (best, least)
        if k + 1 >= LEAST_ROUNDS and _is_near(target, missed):
            break
        point = _moved(run, point, _change(target, seen))
    return best


def _missed(target: BitsPerPixel | LumaPsnr, found: Improved, pixels: int) -> float:
    """Return what a result has too much, as a logarithm of bits or in decibels."""
    if isinstance(target, BitsPerPixel):
        return math.log(found.coded.bits / (target.bpp * pixels))
    return math.inf if found.squared == 0 else 10 * math.log10(255 * 255 * pixels / found.squared) - target.db


def _is_met(target: BitsPerPixel | LumaPsnr, missed: float) -> bool:
    """Tell whether a result is what was asked for."""
    if isinstance(target, BitsPerPixel):
        return math.log(1 - target.tolerance) < missed < math.log(1 + target.tolerance)
    return missed >= 0


def _is_near(target: BitsPerPixel | LumaPsnr, missed: float) -> bool:
    """Tell whether a result is what was asked for and hardly more."""
    return _is_met(target, missed) and (isinstance(target, BitsPerPixel) or missed <= MOST_SURPLUS_DB)


def _change(target: BitsPerPixel | LumaPsnr, seen: list[tuple[int, float]]) -> int:
    """Return by how much the displacement has to change, by the slope between the last two results or the usual one."""
    is_rate = isinstance(target, BitsPerPixel)
    usual, aim = (DISPLACEMENTS_PER_E_OF_BITS, 0.0) if is_rate else (DISPLACEMENTS_PER_DB, MOST_SURPLUS_DB / 2)
    slope: float = usual
    if len(seen) > LEAST_ROUNDS:
        (place, missed), (other, then) = seen[-1], seen[-2]
        if (missed - then) * (place - other) > 0:
            slope = min(max((place - other) / (missed - then), usual / 3), usual * 3)
    return round(min(max((aim - seen[-1][1]) * slope, -MOST_CHANGE), MOST_CHANGE))


def _moved(run: _Run, point: OperatingPoint, change: int) -> OperatingPoint:
    """Return the point with luma and chroma moved."""
    luma, chroma = (run.within(point.model_id, displacement + change) for displacement in point.displacements)
    return OperatingPoint(point.model_id, luma, chroma)


def _coded_for(
    run: _Run,
    target: BitsPerPixel | LumaPsnr,
    source: Callable[[EncodeRequest], TargetLatents],
    share: tuple[float, float],
) -> bytes:
    """Return the codestream of targets that meets the target."""
    low, high = share
    request = replace(run.request, target=target, progress=lambda done: run.request.progress(low + (high - low) * done))
    return run.core.code_latents(run.picture, source, request)


def _point_of(run: _Run, data: bytes) -> OperatingPoint:
    """Return the operating point of a codestream."""
    headers = run.core.read(data, Stage.HEADERS).headers
    return OperatingPoint(headers.model_id, *headers.displacement)
