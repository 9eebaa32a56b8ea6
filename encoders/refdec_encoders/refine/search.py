"""The search at one operating point: descent piece by piece, then symbols, and the best of all that was seen.

In: a picture, targets, a point.  Out: targets and what coding them gives; never what costs more, in loss + price *
bits as the integer decoder has it, than coding the analysis latents there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from refdec.plugins.api import (
    CodedLatents,
    CodingSettings,
    CoreServices,
    Int32Array,
    OperatingPoint,
    SourcePicture,
    TargetLatents,
)
from refdec_encoders.refine.choice import RateDistortion
from refdec_encoders.refine.descent import Course, descended
from refdec_encoders.refine.networks import Networks
from refdec_encoders.refine.piece import Pair
from refdec_encoders.refine.pieces import Cut, PictureParts, latents_of, own_bytes

__all__ = ["Improved", "Problem", "improve"]

ONE_Q18 = np.float32(2.0**18)
LARGEST = np.float32(2**31 - 256)
LEAST_CURVATURE = np.float32(1 / 64)
"""Channels that hardly matter count so much of the mean one: no rounding is free."""

ASIDE = 80
"""Displacements to both sides of a point, between which the price of a bit is taken."""
LEAST_TRADE = 0.05

Pace = Callable[[int, int, int], float]
"""Given a piece, how many there are, and a step, returns how far along the piece is, 0..1; from 1 on it ends."""


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What stays the same during a search.  `start`: analysis targets with hyper latents; `trade`: see `Refine`."""

    core: CoreServices
    picture: SourcePicture
    settings: CodingSettings
    networks: Networks
    metric: str
    trade: float
    start: TargetLatents
    point: OperatingPoint

    def coded(self, targets: TargetLatents) -> CodedLatents:
        """Return targets quantised at the point."""
        return self.core.quantise(self.picture, targets, self.point, self.settings)


@dataclass(frozen=True, slots=True, eq=False)
class Improved:
    """The best targets that were found, what coding them gives, and its squared luma error."""

    targets: TargetLatents
    coded: CodedLatents
    squared: float


@dataclass(frozen=True, slots=True, eq=False)
class _Trial:
    """A result with its loss by the metric."""

    found: Improved
    loss: float

    def cost(self, price: float) -> float:
        """Return loss + price * bits."""
        return self.loss + price * self.found.coded.bits


def improve(problem: Problem, targets: TargetLatents, pace: Pace) -> Improved:
    """Return better targets than `targets`, or the problem's start if nothing better is found."""
    first = problem.coded(problem.start)
    problem.core.require_memory(first, own_bytes(*first.bundle.headers.latent_size))
    parts = PictureParts.of(problem.core, first, problem.networks, problem.metric)
    curvature = _curvature(parts)
    price = _price(problem, parts, curvature)
    made = _descended(parts, targets, curvature, price, pace)
    choice = RateDistortion.of(problem.core, price, curvature)
    tried = [replace(problem.start, choose=None), replace(made, choose=None), replace(made, choose=choice)]
    best = _measured(parts, tried[0], first)
    for candidate in tried[1:]:
        trial = _measured(parts, candidate, problem.coded(candidate))
        if trial.cost(price) < best.cost(price):
            best = trial
    return best.found


def _curvature(parts: PictureParts) -> Pair:
    """Return what a squared error of one step adds to the loss, by channel, [C, 1, 1], on average over the pieces."""
    latents = _latents(parts.coded)
    found = [parts.piece(cut).curvature(latents_of(latents, cut)) for cut in parts.cuts()]
    luma, chroma = (np.mean([pair[c] for pair in found], axis=0, dtype=np.float32) for c in (0, 1))
    return np.maximum(luma, LEAST_CURVATURE * luma.mean()), np.maximum(chroma, LEAST_CURVATURE * chroma.mean())


def _latents(coded: CodedLatents) -> tuple[Int32Array, Int32Array]:
    """Return the latents as a decoder will have them."""
    luma, chroma = coded.bundle.luma.latent_q18, coded.bundle.chroma.latent_q18
    assert luma is not None and chroma is not None
    return luma, chroma


def _price(problem: Problem, parts: PictureParts, curvature: Pair) -> float:
    """Return what a bit is worth: `trade` times what analysis pays for one, by its results on both sides of the point.

    Where more bits do not help analysis, a bit is worth what it takes to move a middle channel of luma a little.
    """
    below, above = (_moved(problem, by) for by in (-ASIDE, ASIDE))
    fewer, more = (_measured(parts, problem.start, moved.coded(problem.start)) for moved in (below, above))
    bits, lost = more.found.coded.bits - fewer.found.coded.bits, fewer.loss - more.loss
    least = LEAST_TRADE * float(np.exp(np.log(curvature[0]).mean()))
    return problem.trade * max(lost / bits if bits > 0 else 0.0, least)


def _moved(problem: Problem, by: int) -> Problem:
    """Return the problem at a displacement nearby, within what a codestream can say."""
    luma, chroma = (min(max(displacement + by, -2048), 2047) for displacement in problem.point.displacements)
    return replace(problem, point=OperatingPoint(problem.point.model_id, luma, chroma))


def _descended(parts: PictureParts, targets: TargetLatents, curvature: Pair, price: float, pace: Pace) -> TargetLatents:
    """Return targets after a descent in each piece; what was found before lies around the next."""
    luma, chroma = targets.luma_q18.copy(), targets.chroma_q18.copy()
    cuts = list(parts.cuts())
    for n, cut in enumerate(cuts):
        start = latents_of((luma, chroma), cut)

        def done(k: int, n: int = n) -> float:
            return pace(n, len(cuts), k)

        found = descended(parts.piece(cut), start, curvature, Course(price, done))
        for whole, part in zip((luma, chroma), found, strict=True):
            _write(whole, part, cut)
    return replace(targets, luma_q18=luma, chroma_q18=chroma)


def _write(whole: Int32Array, part: np.ndarray, cut: Cut) -> None:
    """Write the core of a piece into the latents of the picture."""
    rows, columns = cut.core_in_held
    made = np.rint(np.clip(part[:, rows, columns] * ONE_Q18, -LARGEST, LARGEST))
    whole[:, cut.core[0].places, cut.core[1].places] = made.astype(np.int32)


def _measured(parts: PictureParts, targets: TargetLatents, coded: CodedLatents) -> _Trial:
    """Return what coded targets cost."""
    latents = _latents(coded)
    loss = squared = 0.0
    for cut in parts.cuts():
        lost, of_luma = parts.piece(cut, seen=0).measured(latents_of(latents, cut))
        loss, squared = loss + lost, squared + of_luma
    return _Trial(Improved(targets, coded, squared), loss)
