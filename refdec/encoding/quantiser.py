"""What the quantiser looks up in a window of the latent (3.B.3, 3.7, 6.7): targets, scale indices, steps, masks.

In: a component's targets, and what gives scale indices and psi.  Out: `QuantiserWindow`, which makes symbols of errors
and back; cube flags of a window; the questions to a chooser of symbols.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import BoolArray, Int16Array, Int32Array, Int64Array, UInt8Array
from refdec.bitstream.picture_header import PictureHeader
from refdec.clauses import clause
from refdec.decoding.hyper import HyperWindows
from refdec.decoding.models import Models
from refdec.decoding.scales import SigmaWindow
from refdec.encoding.values import SymbolChoice, SymbolChooser
from refdec.latent.dequant import residual_from_symbols
from refdec.latent.qualitysteps import NO_MAP_Q4, QualitySteps
from refdec.latent.quantise import cube_flags, quantise_residual
from refdec.latent.skip import cube_grid, forced_positions, skip_mask
from refdec.limits import Check
from refdec.tiling.bands import even_windows
from refdec.tiling.geometry import Rect, ceil_div

__all__ = ["CUBE", "QuantiserWindow", "QuantiserWork", "chosen", "decide_flags", "flags_of"]

CUBE = 16
"""Latent positions on a side of a cube: 8 of each phase."""
WINDOW = (128, 128)
"""Latent positions of a window, rows and columns: about 0.1 GB of temporaries."""


@dataclass(frozen=True, slots=True, eq=False)
class QuantiserWork:
    """One component on its way to symbols: targets of the whole picture, and what gives all else of a window.

    `settled`: cube flags that are not to be decided, None: they are.  `pointwise`: the chooser looks at each symbol
    alone.
    """

    component: int
    y: Int32Array
    hyper: HyperWindows
    models: Models
    scaler: Int32Array
    steps: QualitySteps | None
    cubes: bool
    chooser: SymbolChooser | None
    check: Check
    settled: UInt8Array | None = None
    pointwise: bool = False

    @property
    def picture(self) -> PictureHeader:
        """The header draft."""
        return self.hyper.picture

    @property
    def num_chs(self) -> int:
        """Coded channels."""
        return self.picture.num_chs_coded[self.component]

    @property
    def frame(self) -> Rect:
        """The whole latent frame."""
        _, h, w = self.y.shape
        return Rect(0, 0, w, h)

    @property
    def whole(self) -> bool:
        """Whether a chooser wants to see whole regions."""
        return self.chooser is not None and not self.pointwise

    def window(self, rect: Rect) -> QuantiserWindow:
        """Return a window of the latent, with its scale indices."""
        self.check()
        sigma = self.hyper.sigma(self.component, rect)
        steps = None if self.steps is None else self.steps.window(rect.rows, rect.columns)
        return QuantiserWindow(self, rect, sigma, steps)

    def windows(self, frame: Rect) -> list[Rect]:
        """Cut a rectangle of the latent at borders of cubes; one that a chooser wants to see whole stays so."""
        return [frame] if self.whole else even_windows(frame, WINDOW, CUBE)

    def no_flags(self) -> UInt8Array:
        """Return cube flags of the picture, all 1."""
        return np.ones((4, *cube_grid(*self.y.shape[1:])), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class QuantiserWindow:
    """What the quantiser looks up in a rectangle of the latent."""

    work: QuantiserWork
    rect: Rect
    sigma: SigmaWindow
    steps: QualitySteps | None

    @property
    def y(self) -> Int32Array:
        """The targets."""
        return self.work.y[:, self.rect.rows, self.rect.columns]

    @property
    def inside(self) -> Rect:
        """The place of the window in its scale indices, which cover whole blocks."""
        return self.rect.seen_from(self.sigma.rect)

    def skip(self) -> BoolArray:
        """(3.7.1) Return the mask that scale indices alone give."""
        return skip_mask(self.sigma.maps.base[:, self.inside.rows, self.inside.columns], None)

    def final(self) -> Int32Array:
        """Return the scale indices of the distributions."""
        return self.sigma.maps.final[:, self.inside.rows, self.inside.columns]

    def coded(self, skip: BoolArray, flags: UInt8Array) -> BoolArray:
        """(3.7.2) Return the mask under cube flags of the picture."""
        if flags.all():
            return skip
        return skip | forced_positions(flags, *self.rect.size_hw, origin=(self.rect.y, self.rect.x))

    def quantised(self, error: Int32Array, coded: BoolArray) -> Int16Array:
        """Return the nearest symbols of errors."""
        maps, origin = self.sigma.maps, (self.inside.y, self.inside.x)
        return quantise_residual(error, coded, maps.likely, maps.variance, self.work.scaler, self.steps, origin=origin)

    def residual(self, symbols: Int16Array) -> Int32Array:
        """Return what a decoder makes of symbols."""
        maps, origin = self.sigma.maps, (self.inside.y, self.inside.x)
        return residual_from_symbols(symbols, maps.likely, maps.variance, self.work.scaler, self.steps, origin=origin)


def flags_of(flags: UInt8Array, rect: Rect, out: UInt8Array) -> UInt8Array:
    """Write the flags of the cubes that `rect` touches into `out`: of those around, a window sees a part only."""
    part = (
        slice(None),
        slice(rect.y // CUBE, ceil_div(rect.bottom, CUBE)),
        slice(rect.x // CUBE, ceil_div(rect.right, CUBE)),
    )
    out[part] = flags[part]
    return out


@clause("3.B.4")
def decide_flags(error: Int32Array, made: Int32Array, phases: tuple[int, ...], rect: Rect, flags: UInt8Array) -> None:
    """(3.B.4) Write the flags of raster phases, decided on the picture's grid from what a window sees."""
    above, before = rect.y % CUBE, rect.x % CUBE
    if above or before:
        error, made = (np.pad(part, ((0, 0), (above, 0), (before, 0))) for part in (error, made))
    decided = cube_flags(error, made, phases=phases)
    top, left = rect.y // CUBE, rect.x // CUBE
    _, rows, columns = decided.shape
    for phase in phases:
        flags[phase, top : top + rows, left : left + columns] = decided[phase]


def chosen(
    window: QuantiserWindow,
    region: int,
    phase: int,
    place: tuple[int, int, int],
    error: Int32Array,
    nearest: Int16Array,
    coded: BoolArray,
) -> Int16Array:
    """Ask the chooser about positions (row, column, step) of a window; 0 where not coded and beyond num_chs."""
    work, rect = window.work, window.rect
    assert work.chooser is not None
    row, column, step = place
    final = window.final()[:, row::step, column::step]
    exact = _exact(window, error, (window.inside.y + row, window.inside.x + column, step), place)
    allowed = coded.copy()
    allowed[work.num_chs :] = False
    where = (rect.y + row, rect.x + column, step)
    choice = SymbolChoice(work.component, region, phase, *where, exact, nearest, error, final, allowed)
    answer = np.asarray(work.chooser(choice), np.int16)
    return np.where(allowed, answer, np.int16(0))


@clause("6.7")
def _exact(
    window: QuantiserWindow, error: Int32Array, in_blocks: tuple[int, int, int], place: tuple[int, int, int]
) -> Int64Array:
    """(6.7) Return the symbols before rounding, Q16; `in_blocks`: first row and column in the scale indices, step."""
    from refdec.latent.choice_kernels import exact_symbols

    row, column, step = place
    linear = NO_MAP_Q4
    if window.steps is not None:
        linear = window.steps.linear_q4[row::step, column::step][: error.shape[1], : error.shape[2]]
    out = np.empty(error.shape, np.int64)
    maps = window.sigma.maps
    variance = maps.variance
    exact_symbols(
        error, maps.likely, variance.thresholds, variance.scale_q7, window.work.scaler, linear, *in_blocks, out
    )
    return out
