"""From target latents to symbols (3.B.3, 3.B.4, 4.4.4, 6.7): prediction, quantisation, cube flags, window by window.

In: y, what follows from z_hat.  Out: `CodedComponent`.  Cube flags are decided on the picture's grid; luma of several
regions is quantised twice: first to decide the flags and to know what lies beside each region, then with that.  The
second pass, and chroma where nothing has to be decided, waits until a region's symbols are asked for.

A window is cut so that its symbols are those of the whole region (`_seen`).  Who chooses symbols himself
(`SymbolChooser`) is asked about whole regions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.fixed import sat32, wide
from refdec.arithmetic.types import BoolArray, Int16Array, Int32Array, UInt8Array
from refdec.clauses import clause
from refdec.decoding.hyper import HyperWindows
from refdec.decoding.models import Models
from refdec.encoding.quantiser import CUBE, QuantiserWindow, QuantiserWork, chosen, decide_flags, flags_of
from refdec.encoding.values import CodedComponent, KeptSymbols, SymbolChooser, SymbolSource
from refdec.latent.qualitysteps import QualitySteps
from refdec.latent.quantise import ALL_PHASES, prediction_error
from refdec.latent.sigma import scaler_q10
from refdec.limits import Check, unchecked
from refdec.networks.context import PHASES, chroma_mean
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.regions import LatentStep, RegionGrid
from refdec.tiling.windows import context_reach

__all__ = ["code_component"]

REASON = "an encoder is free to cut its work; the symbols stay those of the whole"


@clause("3.B.4")
def code_component(
    hyper: HyperWindows,
    component: int,
    y: Int32Array,
    models: Models,
    *,
    steps: QualitySteps | None = None,
    grfs_flags: BoolArray | None = None,
    cubes: bool = True,
    settled: UInt8Array | None = None,
    chooser: SymbolChooser | None = None,
    pointwise: bool = False,
    check: Check = unchecked,
) -> CodedComponent:
    """(3.B.4) Return the symbols of target latents y int32 Q18 [C,h,w] under the header draft of `hyper`.

    `grfs_flags`: those of the draft, None where the tool is off.  `cubes` False decides no cube flags, `settled` are
    such that hold without a decision; `chooser` takes the place of rounding to nearest;
    `pointwise`: it looks at each symbol alone, and is asked about windows.  `check()` is called before each window, now
    and when symbols are asked for.
    """
    picture = hyper.picture
    scaler = scaler_q10(models.gain(component), picture.beta_log[component])
    work = QuantiserWork(component, y, hyper, models, scaler, steps, cubes, chooser, check, settled, pointwise)
    symbols, flags = _chroma(work) if component else _luma(work)
    if chooser is not None:
        symbols, flags = _chosen_once(work, symbols, flags)
    return CodedComponent(symbols, None if bool(flags.all()) else flags, grfs_flags)


def _chosen_once(work: QuantiserWork, source: SymbolSource, flags: UInt8Array) -> tuple[KeptSymbols, UInt8Array]:
    """Ask a chooser about all symbols, each once, and keep them; then flags follow from what it left."""
    symbols = np.empty(work.y.shape, np.int16)
    for region in RegionGrid.of(work.picture, work.component).regions:
        core = region.y_core
        symbols[:, core.rows, core.columns] = source.of_region(region.index, core)
    return KeptSymbols(symbols), _flags_in_use(work, symbols, flags)


# -- chroma: its prediction does not depend on symbols, and not on regions


@dataclass(frozen=True, slots=True, eq=False)
class _ChromaSymbols:
    """Chroma symbols of any rectangle, under known cube flags."""

    work: QuantiserWork
    flags: UInt8Array

    def of_region(self, index: int, core: Rect) -> Int16Array:
        """Return the symbols of a region's core."""
        out = np.empty((self.work.y.shape[0], *core.size_hw), np.int16)
        for rect in self.work.windows(core):
            window, at = self.work.window(rect), rect.seen_from(core)
            error = _chroma_error(window)
            coded = window.coded(window.skip(), self.flags)
            made = window.quantised(error, coded)
            if self.work.chooser is not None:
                made = chosen(window, index, 0, (0, 0, 1), error, made, coded)
            out[:, at.rows, at.columns] = made
        return out


@clause("3.B.4")
def _chroma(work: QuantiserWork) -> tuple[SymbolSource, UInt8Array]:
    """(3.B.4) Return the symbols of chroma, and its flags."""
    flags = work.no_flags() if work.settled is None else work.settled
    if work.cubes and work.settled is None:
        for rect in work.windows(work.frame):
            window = work.window(rect)
            error = _chroma_error(window)
            decide_flags(error, window.residual(window.quantised(error, window.skip())), ALL_PHASES, rect, flags)
    if not work.whole:
        return _ChromaSymbols(work, flags), flags
    window = work.window(work.frame)
    error, coded = _chroma_error(window), window.coded(window.skip(), flags)
    nearest = window.quantised(error, coded)
    return KeptSymbols(chosen(window, 0, 0, (0, 0, 1), error, nearest, coded)), flags


def _chroma_error(window: QuantiserWindow) -> Int32Array:
    """(4.4.3, 6.7) Return the prediction error of a window."""
    rect, work = window.rect, window.work
    psi = work.hyper.psi(1, Rect.between(rect.x // 2, rect.y // 2, ceil_div(rect.right, 2), ceil_div(rect.bottom, 2)))
    return prediction_error(window.y, chroma_mean(psi, *rect.size_hw), work.num_chs)


# -- luma: phase by phase of the context model


@dataclass(frozen=True, slots=True, eq=False)
class _Pass:
    """What a pass over the regions knows: flags (None: to be decided), symbols that hold outside a region's core.

    `last`: whether its symbols are the final ones, about which a chooser is asked.
    """

    flags: UInt8Array | None
    fixed: Int16Array | None
    last: bool


@dataclass(frozen=True, slots=True, eq=False)
class _SecondPass:
    """Luma symbols of a region in the second pass."""

    work: QuantiserWork
    knows: _Pass
    grid: RegionGrid

    def of_region(self, index: int, core: Rect) -> Int16Array:
        """Return the symbols of a region's core."""
        step = self.grid.latent_steps()[index]
        out = np.empty((self.work.y.shape[0], *core.size_hw), np.int16)
        for rect in self.work.windows(core):
            made = _luma_window(self.work, index, (step, core), rect, self.knows)[0]
            at = rect.seen_from(core)
            out[:, at.rows, at.columns] = made
        return out


@clause("3.B.4")
def _luma(work: QuantiserWork) -> tuple[SymbolSource, UInt8Array]:
    """(3.B.4) Return the symbols of luma, and its flags."""
    grid = RegionGrid.of(work.picture, 0)
    symbols, flags = np.zeros(work.y.shape, np.int16), work.no_flags()
    first = _Pass(work.settled, None, last=len(grid.regions) == 1)
    for region, step, rect in _first_windows(work, grid):
        made, wanted = _luma_window(work, region, (step, grid.regions[region].y_core), rect, first)
        part = rect.intersection(grid.regions[region].y_core)
        at = part.seen_from(rect)
        symbols[:, part.rows, part.columns] = made[:, at.rows, at.columns]
        np.minimum(flags, wanted, out=flags)
    alone = first.last or (grid.independent and work.chooser is None and bool(flags.all()))
    return KeptSymbols(symbols) if alone else _SecondPass(work, _Pass(flags, symbols, last=True), grid), flags


def _first_windows(work: QuantiserWork, grid: RegionGrid) -> Iterator[tuple[int, LatentStep, Rect]]:
    """Yield the windows of the first pass, with region and step: all that a region sees takes part in the flags."""
    for region, step in zip(grid.regions, grid.latent_steps(), strict=True):
        for rect in work.windows(step.y if work.cubes else region.y_core):
            yield region.index, step, rect


@clause("4.4.2", kind="added", reason=REASON)
def _seen(work: QuantiserWork, rect: Rect, within: Rect, deciding: bool) -> Rect:
    """(4.4.2, 3.B.4) Return what must be seen of a region so that symbols and flags of `rect` are those of the whole.

    The context model reaches 6 beyond.  While flags are decided, each phase depends on whole cubes around what the next
    one reads: phase 3 on those at 2 beyond, and so on, three cubes in all.
    """
    if work.whole:
        return within
    inner = rect.seen_from(within)
    grown = context_reach(inner, within.size_hw)
    seen = Rect(grown.x + within.x, grown.y + within.y, grown.w, grown.h)
    if deciding:
        far = 3 * CUBE
        seen = Rect.between(rect.x - far, rect.y - far, rect.right + far, rect.bottom + far).intersection(within)
    return seen


@clause("4.4.4")
def _luma_window(
    work: QuantiserWork, region: int, place: tuple[LatentStep, Rect], rect: Rect, knows: _Pass
) -> tuple[Int16Array, UInt8Array]:
    """(4.4.4, 3.B.4) Quantise a window of a region, of which `place` is the step and the core, phase by phase.

    Returns the symbols of `rect`, and the flags that it decided or got.
    """
    step, core = place
    deciding = knows.flags is None
    window = work.window(_seen(work, rect, step.y, deciding and work.cubes))
    seen, y, skip = window.rect, window.y, window.skip()
    flags = work.no_flags() if knows.flags is None else knows.flags
    symbols = np.zeros(y.shape, np.int16)
    outside = np.ones(seen.size_hw, np.bool_)
    own = core.intersection(seen).seen_from(seen)
    outside[own.rows, own.columns] = False

    def make(k: int, mean: Int32Array) -> Int32Array:
        dy, dx = PHASES[k]
        part = (slice(None), slice(dy, None, 2), slice(dx, None, 2))
        shape = y[part].shape
        shown = mean[:, : shape[1], : shape[2]]
        error = np.zeros(y.shape, np.int32)
        error[part] = prediction_error(y[part], shown, work.num_chs)
        made = window.quantised(error, skip)
        if deciding and work.cubes:
            decide_flags(error, window.residual(made), (2 * dy + dx,), seen, flags)
        coded = skip
        if not flags[2 * dy + dx].all():
            coded = window.coded(skip, flags)
            made = window.quantised(error, coded)
        if knows.last and work.chooser is not None:
            made[part] = chosen(window, region, k, (dy, dx, 2), error[part], made[part], coded[part])
        if knows.fixed is not None:
            made[:, outside] = knows.fixed[:, seen.rows, seen.columns][:, outside]
        symbols[part] = made[part]
        made_only = np.zeros(y.shape, np.int16)
        made_only[part] = made[part]
        out = mean.copy()
        out[:, : shape[1], : shape[2]] = sat32(wide(shown) + window.residual(made_only)[part])
        return out

    x, top = step.psi.x + (seen.x - step.y.x) // 2, step.psi.y + (seen.y - step.y.y) // 2
    psi = work.hyper.psi(0, Rect(x, top, ceil_div(seen.w, 2), ceil_div(seen.h, 2)))
    work.models.context().run(np.ascontiguousarray(psi), *seen.size_hw, make)
    at = rect.seen_from(seen)
    return symbols[:, at.rows, at.columns], flags_of(flags, rect, work.no_flags())


@clause("3.B.4", kind="added", reason="a chooser may leave nothing of what made a cube be coded")
def _flags_in_use(work: QuantiserWork, symbols: Int16Array, flags: UInt8Array) -> UInt8Array:
    """(3.B.4) Return the flags with 1 where no symbol outside the skip mask is left."""
    if flags.all():
        return flags
    needed = ((symbols != 0) & ~work.window(work.frame).skip()).any(axis=0)
    used = np.ones_like(flags)
    for phase in ALL_PHASES:
        rows, columns = np.nonzero(needed[phase >> 1 :: 2, phase & 1 :: 2])
        used[phase, rows >> 3, columns >> 3] = 0
    return np.maximum(used, flags)
