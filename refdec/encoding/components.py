"""From target latents to symbols (3.B.3, 3.B.4, 4.4.4, 6.7): prediction, quantisation, cube flags, region by region.

In: y, what follows from z_hat, scale indices.  Out: `CodedComponent`.  Cube flags are decided on the picture's grid; a
picture of several regions is quantised twice: first to decide the flags, then with those of all regions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.fixed import sat32, wide
from refdec.arithmetic.types import BoolArray, Int8Array, Int16Array, Int32Array, Int64Array, UInt8Array
from refdec.bitstream.picture_header import PictureHeader
from refdec.clauses import clause
from refdec.decoding.hyper import psi_window
from refdec.decoding.models import Models
from refdec.encoding.values import CodedComponent, HyperMaps, SymbolChoice, SymbolChooser
from refdec.latent.dequant import residual_from_symbols
from refdec.latent.qualitysteps import NO_MAP_Q4, QualitySteps
from refdec.latent.quantise import ALL_PHASES, choose_grfs_flags, cube_flags, prediction_error, quantise_residual
from refdec.latent.sigma import SigmaMaps, base_index, scale_maps, scaler_q10
from refdec.latent.skip import cube_grid, forced_positions, skip_mask
from refdec.networks.context import PHASES, chroma_mean
from refdec.tiling.geometry import Rect
from refdec.tiling.regions import LatentStep, Region, RegionGrid

__all__ = ["code_component", "component_sigma", "hyper_maps"]


@dataclass(frozen=True, slots=True, eq=False)
class _LatentWork:
    """One component on its way to symbols: targets and everything the quantiser looks up, of the whole picture."""

    component: int
    y: Int32Array
    psi: Int32Array
    sigma: SigmaMaps
    skip: BoolArray
    scaler: Int32Array
    steps: QualitySteps | None
    num_chs: int
    cubes: bool
    chooser: SymbolChooser | None

    def quantised(self, error: Int32Array, coded: BoolArray, rect: Rect) -> Int16Array:
        """Return the nearest symbols of a window's errors."""
        sigma, origin = self.sigma, (rect.y, rect.x)
        steps = self._steps(rect)
        return quantise_residual(error, coded, sigma.likely, sigma.variance, self.scaler, steps, origin=origin)

    def residual(self, symbols: Int16Array, rect: Rect) -> Int32Array:
        """Return what a decoder makes of a window's symbols."""
        sigma, origin = self.sigma, (rect.y, rect.x)
        return residual_from_symbols(
            symbols, sigma.likely, sigma.variance, self.scaler, self._steps(rect), origin=origin
        )

    def _steps(self, rect: Rect) -> QualitySteps | None:
        return None if self.steps is None else self.steps.window(rect.rows, rect.columns)


@clause("3.2")
def hyper_maps(picture: PictureHeader, component: int, z_hat: Int8Array, models: Models) -> HyperMaps:
    """(3.2, 4.10.3) Return what follows from a hyper latent whatever the displacement: s0 and the psi frame."""
    scale = models.hyper_scale(component)
    s0 = scale.scale(scale.trunk(z_hat), picture.lat_h, picture.lat_w)
    grid = RegionGrid.of(picture, component)
    height, width = grid.psi_size
    return HyperMaps(z_hat, s0, psi_window(grid, z_hat, models, Rect(0, 0, width, height)))


@clause("3.B.2")
def component_sigma(
    picture: PictureHeader, component: int, maps: HyperMaps, models: Models, steps: QualitySteps | None, grfs: bool
) -> tuple[SigmaMaps, BoolArray | None]:
    """(3.B.2) Return the scale indices of a component, and its GRFS flags by the reference's choice if it is on."""
    gain, beta = models.gain(component), picture.beta_log[component]
    flags = None
    if grfs:
        base = base_index(maps.s0, gain, beta, steps)
        flags = choose_grfs_flags(base, component, picture.model_id, picture.num_chs_coded[component])
    rvs = bool(picture.rvs_enable_flag[component])
    return scale_maps(maps.s0, gain, beta, steps, rvs, flags, picture.model_id), flags


@clause("3.B.4")
def code_component(
    picture: PictureHeader,
    component: int,
    y: Int32Array,
    maps: HyperMaps,
    models: Models,
    *,
    steps: QualitySteps | None = None,
    grfs: bool = False,
    cubes: bool = True,
    chooser: SymbolChooser | None = None,
) -> CodedComponent:
    """(3.B.4) Return the symbols of target latents y int32 Q18 [C,h,w] at the displacement of the header draft.

    `cubes` False decides no cube flags; `chooser` takes the place of rounding to nearest.
    """
    sigma, grfs_flags = component_sigma(picture, component, maps, models, steps, grfs)
    work = _LatentWork(
        component,
        y,
        maps.psi,
        sigma,
        skip_mask(sigma.base, None),
        scaler_q10(models.gain(component), picture.beta_log[component]),
        steps,
        picture.num_chs_coded[component],
        cubes,
        chooser,
    )
    symbols, flags = _chroma(work) if component else _luma(work, RegionGrid.of(picture, 0), models)
    if chooser is not None:
        flags = _flags_in_use(symbols, work.skip, flags)
    sent = None if bool(flags.all()) else flags
    return CodedComponent(symbols, skip_mask(sigma.base, sent), sigma, sent, grfs_flags)


def _chroma(work: _LatentWork) -> tuple[Int16Array, UInt8Array]:
    """(3.B.4) Quantise chroma at once: its prediction does not depend on symbols, and not on regions."""
    _, h, w = work.y.shape
    rect = Rect(0, 0, w, h)
    error = prediction_error(work.y, chroma_mean(work.psi, h, w), work.num_chs)
    flags = np.ones((4, *cube_grid(h, w)), np.uint8)
    symbols = work.quantised(error, work.skip, rect)
    if work.cubes:
        flags = cube_flags(error, work.residual(symbols, rect))
    if not flags.all():
        symbols = work.quantised(error, work.skip | forced_positions(flags, h, w), rect)
    coded = work.skip | forced_positions(flags, h, w)
    if work.chooser is not None:
        symbols = _chosen(work, 0, 0, (0, 0, 1), error, symbols, coded, rect)
    return symbols, flags


def _luma(work: _LatentWork, grid: RegionGrid, models: Models) -> tuple[Int16Array, UInt8Array]:
    """(3.B.4) Quantise luma, window by window of the context model."""
    windows = list(zip(grid.regions, grid.latent_steps(), strict=True))
    first = _Pass(models, None, None, None if len(windows) > 1 else work.chooser)
    symbols, flags = _all_windows(work, windows, first)
    if len(windows) > 1:
        symbols, _ = _all_windows(work, windows, _Pass(models, flags, symbols, work.chooser))
    return symbols, flags


@dataclass(frozen=True, slots=True, eq=False)
class _Pass:
    """What a pass over the windows knows: flags (None: to be decided), symbols that hold outside a region's core."""

    models: Models
    flags: UInt8Array | None
    fixed: Int16Array | None
    chooser: SymbolChooser | None


def _all_windows(
    work: _LatentWork, windows: Sequence[tuple[Region, LatentStep]], knows: _Pass
) -> tuple[Int16Array, UInt8Array]:
    """Return the symbols of all cores, and the flags: 0 where any window wants so."""
    symbols = np.zeros(work.y.shape, np.int16)
    flags = np.ones((4, *cube_grid(*work.y.shape[1:])), np.uint8)
    for region, step in windows:
        made, wanted = _luma_window(work, region, step, knows)
        core, inside = region.y_core, region.y_core.seen_from(step.y)
        symbols[:, core.rows, core.columns] = made[:, inside.rows, inside.columns]
        np.minimum(flags, wanted, out=flags)
    return symbols, flags


@clause("4.4.4")
def _luma_window(work: _LatentWork, region: Region, window: LatentStep, knows: _Pass) -> tuple[Int16Array, UInt8Array]:
    """(4.4.4, 3.B.4) Quantise one window, phase by phase; returns its symbols and the flags that it decided or got."""
    rect = window.y
    y, skip = work.y[:, rect.rows, rect.columns], work.skip[:, rect.rows, rect.columns]
    flags = np.ones((4, *cube_grid(*work.y.shape[1:])), np.uint8) if knows.flags is None else knows.flags
    origin = rect.y, rect.x
    symbols = np.zeros(y.shape, np.int16)
    outside = np.ones(rect.size_hw, np.bool_)
    inside = region.y_core.seen_from(rect)
    outside[inside.rows, inside.columns] = False

    def step(k: int, mean: Int32Array) -> Int32Array:
        dy, dx = PHASES[k]
        part = (slice(None), slice(dy, None, 2), slice(dx, None, 2))
        shape = y[part].shape
        shown = mean[:, : shape[1], : shape[2]]
        error = np.zeros(y.shape, np.int32)
        error[part] = prediction_error(y[part], shown, work.num_chs)
        made = work.quantised(error, skip, rect)
        if knows.flags is None and work.cubes:
            _decide(work, error, work.residual(made, rect), 2 * dy + dx, rect, flags)
        coded = skip
        if not flags[2 * dy + dx].all():
            coded = skip | forced_positions(flags, *rect.size_hw, origin=origin)
            made = work.quantised(error, coded, rect)
        if knows.chooser is not None:
            made[part] = _chosen(work, region.index, k, (dy, dx, 2), error[part], made[part], coded[part], rect)
        if knows.fixed is not None:
            made[:, outside] = knows.fixed[:, rect.rows, rect.columns][:, outside]
        symbols[part] = made[part]
        made_only = np.zeros(y.shape, np.int16)
        made_only[part] = made[part]
        out = mean.copy()
        out[:, : shape[1], : shape[2]] = sat32(wide(shown) + work.residual(made_only, rect)[part])
        return out

    psi = np.ascontiguousarray(work.psi[:, window.psi.rows, window.psi.columns])
    knows.models.context().run(psi, *rect.size_hw, step)
    return symbols, flags


@clause("3.B.4")
def _decide(work: _LatentWork, error: Int32Array, made: Int32Array, phase: int, rect: Rect, flags: UInt8Array) -> None:
    """(3.B.4) Write the flags of one raster phase, decided on the picture's grid from what the window sees."""
    if rect.size_hw != work.y.shape[1:]:
        frames = np.zeros((2, *work.y.shape), np.int32)
        frames[0, :, rect.rows, rect.columns], frames[1, :, rect.rows, rect.columns] = error, made
        error, made = frames
    flags[phase] = cube_flags(error, made, phases=(phase,))[phase]


def _chosen(
    work: _LatentWork,
    region: int,
    phase: int,
    place: tuple[int, int, int],
    error: Int32Array,
    nearest: Int16Array,
    coded: BoolArray,
    rect: Rect,
) -> Int16Array:
    """Ask the chooser about positions (row, column, step) of a window; 0 where not coded and beyond num_chs."""
    assert work.chooser is not None
    row, column, step = place
    part = (slice(row, None, step), slice(column, None, step))
    final = work.sigma.final[:, rect.rows, rect.columns][:, *part]
    exact = _exact(work, error, (rect.y + row, rect.x + column, step))
    allowed = coded.copy()
    allowed[work.num_chs :] = False
    where = (rect.y + row, rect.x + column, step)
    choice = SymbolChoice(work.component, region, phase, *where, exact, nearest, error, final, allowed)
    answer = np.asarray(work.chooser(choice), np.int16)
    return np.where(allowed, answer, np.int16(0))


@clause("6.7")
def _exact(work: _LatentWork, error: Int32Array, place: tuple[int, int, int]) -> Int64Array:
    """(6.7) Return the symbols before rounding, Q16."""
    from refdec.latent.choice_kernels import exact_symbols

    row, column, step = place
    linear = NO_MAP_Q4
    if work.steps is not None:
        linear = work.steps.linear_q4[row::step, column::step][: error.shape[1], : error.shape[2]]
    out = np.empty(error.shape, np.int64)
    variance = work.sigma.variance
    exact_symbols(
        error,
        work.sigma.likely,
        variance.thresholds,
        variance.scale_q7,
        work.scaler,
        linear,
        row,
        column,
        step,
        out,
    )
    return out


@clause("3.B.4", kind="added", reason="a chooser may leave nothing of what made a cube be coded")
def _flags_in_use(symbols: Int16Array, skip: BoolArray, flags: UInt8Array) -> UInt8Array:
    """(3.B.4) Return the flags with 1 where no symbol outside the skip mask is left."""
    _, h, w = symbols.shape
    needed = ((symbols != 0) & ~skip).any(axis=0)
    used = np.ones_like(flags)
    for phase in ALL_PHASES:
        rows, columns = np.nonzero(needed[phase >> 1 :: 2, phase & 1 :: 2])
        used[phase, rows >> 3, columns >> 3] = 0
    assert flags.shape[1:] == cube_grid(h, w)
    return np.maximum(used, flags)
