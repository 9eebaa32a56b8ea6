"""Search for better luma targets at an operating point: coordinate steps of all latents at once, kept block by block.

In: a picture, targets, a point.  Out: targets whose symbols cost less for what the decoder's luma loses.  A step moves
each target towards where the decoder's own error pulls it (pull over curvature: the best step if that latent moved
alone), and blocks in which error + trade * bits grew take it back and try a smaller one: context prediction and
neighbours do interact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from refdec.plugins.api import (
    BoolArray,
    CodedLatents,
    CodingSettings,
    CoreServices,
    Int8Array,
    Int32Array,
    Int64Array,
    OperatingPoint,
    SourcePicture,
    TargetLatents,
    rdiv,
    sat32,
)
from refdec_encoders.refine.choice import RateDistortion, levels_of

__all__ = ["Improved", "Problem", "improve"]

BLOCK = 4
"""Latent positions on a side of a block: 64 luma samples."""
START_STEP, LARGEST_STEP, SMALLEST_STEP = 102, 1024, 4
"""Step sizes, in 1/1024 of the best step of a latent that moves alone."""
ONE_STEP = 1024
LEAST_SCALE, LESS, FLOOR, MOST_SCALE = 256, 700, 512, 1800
"""How much a step size may change at once, in 1/1024; below 1 where the step was taken back."""
PULL_TO_Q18 = 6
ERROR_CUT = 8


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What stays the same during a search.  `start`: luma as analysed, where latents that are not coded stay."""

    core: CoreServices
    picture: SourcePicture
    settings: CodingSettings
    point: OperatingPoint
    start: Int32Array
    chroma: Int32Array
    hyper: tuple[Int8Array, Int8Array]
    choice: RateDistortion

    def targets(self, luma: Int32Array) -> TargetLatents:
        """Return targets with this luma."""
        return TargetLatents(luma, self.chroma, self.hyper, self.choice)


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """What coding some targets gave: where each latent would like to be, costs by block, squared error in 2^-24."""

    coded: CodedLatents
    latent: Int32Array
    pull: Int32Array
    aim: Int32Array
    error: Int64Array
    costs: Int64Array
    squared: int


@dataclass(frozen=True, slots=True, eq=False)
class Improved:
    """Luma targets int32 Q18 [160,h,w], what coding them gives, and its squared luma error in units of 2^-24."""

    luma: Int32Array
    coded: CodedLatents
    squared: int


def improve(problem: Problem, luma: Int32Array, steps: int, go_on: Callable[[int], bool]) -> Improved:
    """Return better luma targets than `luma` after up to `steps` steps.

    `go_on(k)` is asked before step k and may end the search.  Without steps the targets stay as they are.
    """
    coded = _code(problem, luma)
    curvature = _curvature(problem, coded)
    trade = _trade(problem, curvature, coded)
    state = _state(problem, coded, curvature, trade)
    best, least = Improved(luma, coded, state.squared), int(state.costs.sum())
    size = np.full(state.costs.shape, START_STEP, np.int64)
    for k in range(steps):
        if not go_on(k):
            break
        tried = _moved(luma, state.aim, _spread(size, luma.shape[1:]))
        made = _state(problem, _code(problem, tried), curvature, trade)
        if int(made.costs.sum()) < least:
            best, least = Improved(tried, made.coded, made.squared), int(made.costs.sum())
        better = made.costs < state.costs
        scale = _line_search(state, made, better)
        cells = _spread(better.astype(np.int64), luma.shape[1:]).astype(np.bool_)
        luma = np.where(cells, tried, luma)
        state = _merged(state, made, better, cells)
        size = np.clip(size * scale >> 10, SMALLEST_STEP, LARGEST_STEP)
    return best


def _code(problem: Problem, luma: Int32Array) -> CodedLatents:
    return problem.core.quantise(problem.picture, problem.targets(luma), problem.point, problem.settings)


def _curvature(problem: Problem, coded: CodedLatents) -> Int64Array:
    """Return the curvature of each channel; channels that hardly matter count as an eighth of the middle one."""
    found = problem.core.luma_curvature(coded).astype(np.int64)
    middle = int(np.sort(found)[found.size // 2])
    return np.maximum(found, max(middle // 8, 1))[:, None, None]


def _trade(problem: Problem, curvature: Int64Array, coded: CodedLatents) -> int:
    """Return what a bit is worth in squared luma errors, unit 2^-24: the chooser's trade at the middle channel's step.

    The step of the quantiser in latent units follows from symbols and their residuals.
    """
    symbols, residual = coded.bundle.luma.symbols, coded.bundle.luma.residual_q18
    assert symbols is not None and residual is not None
    ones = np.abs(residual[np.abs(symbols) == 1].astype(np.int64))
    step_q10 = int(np.sort(ones)[ones.size // 2]) >> 8 if ones.size else 1 << 10
    middle = int(np.sort(curvature.reshape(-1))[curvature.size // 2])
    return max(middle * step_q10 * step_q10 * problem.choice.trade_q16 >> 12, 1)


def _state(problem: Problem, coded: CodedLatents, curvature: Int64Array, trade: int) -> _State:
    """Return the costs by block, and the aims: the decoded latent less pull over curvature."""
    pulled = problem.core.luma_pull(problem.picture, coded)
    part = coded.bundle.luma
    assert part.latent_q18 is not None and part.symbols is not None and part.scale_index is not None
    assert part.coded is not None
    error = pulled.error_q18.astype(np.int64) >> (18 - 12)
    bits = problem.choice.bits_q16(part.symbols.astype(np.int64), levels_of(part.scale_index))
    rate = _by_block(np.where(part.coded, bits, 0).sum(axis=0), BLOCK)
    aim = sat32(part.latent_q18 - rdiv(pulled.pull_q12.astype(np.int64) << PULL_TO_Q18, curvature))
    squared = _by_block(error * error, 16 * BLOCK)
    costs = squared + (rate >> ERROR_CUT) * (trade >> (16 - ERROR_CUT))
    kept = np.where(part.coded, aim, problem.start)
    return _State(coded, part.latent_q18, pulled.pull_q12, kept, squared, costs, int(squared.sum()))


def _moved(luma: Int32Array, aim: Int32Array, size: Int64Array) -> Int32Array:
    """Return targets moved towards their aims by `size` [h,w] / 1024 of the way."""
    way = aim.astype(np.int64) - luma
    return sat32(luma + rdiv(way * size, ONE_STEP))


def _merged(old: _State, new: _State, better: BoolArray, cells: BoolArray) -> _State:
    """Return the new state where it is better, the old one elsewhere."""
    latent, pull, aim = (
        np.where(cells, after, before)
        for before, after in ((old.latent, new.latent), (old.pull, new.pull), (old.aim, new.aim))
    )
    error, costs = np.where(better, new.error, old.error), np.where(better, new.costs, old.costs)
    return _State(new.coded, latent, pull, aim, error, costs, new.squared)


def _line_search(old: _State, new: _State, better: BoolArray) -> Int64Array:
    """Return by how much to change the size of each block's steps, in 1/1024.

    The error along the way is taken for a parabola through the old error, its slope by the pull, and the new error: its
    lowest point says how long the step had better been.
    """
    way = (new.latent.astype(np.int64) - old.latent) >> 9
    slope = _by_block((way * (old.pull >> 3)).sum(axis=0), BLOCK) << 7
    bend = new.error - old.error - slope
    downhill, bent = slope < 0, bend > 0
    best = np.where(downhill & bent, (-slope >> 1 << 10) // np.maximum(bend, 1), LEAST_SCALE)
    best = np.where(downhill & ~bent, MOST_SCALE, best)
    return np.clip(best, np.where(better, FLOOR, LEAST_SCALE), np.where(better, MOST_SCALE, LESS))


def _by_block(values: Int64Array, side: int) -> Int64Array:
    """Return sums over blocks of side x side of a plane; the last ones may be smaller."""
    rows, columns = values.shape
    sums = np.add.reduceat(values, np.arange(0, rows, side), axis=0)
    total: Int64Array = np.add.reduceat(sums, np.arange(0, columns, side), axis=1)
    return total


def _spread(blocks: Int64Array, size: tuple[int, ...]) -> Int64Array:
    """Return a value per latent position from one per block."""
    return np.repeat(np.repeat(blocks, BLOCK, axis=0), BLOCK, axis=1)[: size[0], : size[1]]
