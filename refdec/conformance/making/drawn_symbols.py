"""Synthetic symbols: what an encoder would code, drawn from a generator instead of a picture.

In: headers and the networks that give the scale indices.  Out: z of both components, a quality map, residual symbols.
Every decoder must decode any legal symbols, so no analysis network is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from refdec import tables
from refdec.arithmetic.types import BoolArray, Int8Array, Int16Array, Int32Array, UInt8Array
from refdec.bitstream.picture_header import COMPONENT_CHANNELS, PictureHeader
from refdec.decoding.hyper import whole_scales
from refdec.decoding.models import Models
from refdec.latent.qualitysteps import QualitySteps, quality_steps
from refdec.latent.quantise import quantise_residual
from refdec.latent.sigma import SigmaMaps, levels, scaler_q10
from refdec.latent.skip import skip_mask

__all__ = ["ComponentDraw", "Draw", "MapStyle", "Style", "draw_quality_map", "draw_symbols"]

Style = Literal["usual", "zero", "wide", "escapes", "extreme"]
"""usual: latents as of a photograph; wide: symbols by their own distributions; escapes, extreme: some far beyond."""

MapStyle = Literal["noise", "flat", "steps", "extreme"]
MASS = 256
Z_MAX = 31
SPREAD_Q18 = 1 << 18
FAR_SHARE = 0.001
QUALITY_MAX = 8


@dataclass(frozen=True, slots=True, eq=False)
class ComponentDraw:
    """Symbols of one component: z int8 [C,hz,wz], `symbols` int16 [C,h,w] (0 where not coded), levels and mask."""

    z: Int8Array
    symbols: Int16Array
    levels: UInt8Array
    coded: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """All symbols of a picture."""

    components: tuple[ComponentDraw, ComponentDraw]
    quality_map: Int32Array | None


@lru_cache(maxsize=1)
def _bounds() -> Int32Array:
    """Return cumulative masses, int32 [32][257]: entry k is the mass of the first k of the symbols 0, -1, 1, -2, ..."""
    rows = tables.residual_pdf()["rows"]
    sums = np.full((len(rows), MASS + 1), MASS, np.int32)
    for row, target in zip(rows, sums, strict=True):
        count = len(row["pdf"])
        target[: count + 1] = np.concatenate([[0], np.cumsum(row["pdf"])])
    return sums


def _by_distribution(dice: np.random.Generator, level: UInt8Array) -> Int16Array:
    """Return symbols drawn from the distribution of each level; where it says escape, the first values beyond it."""
    bounds = _bounds()
    slots = dice.integers(0, MASS, level.shape, dtype=np.int32)
    values = np.zeros(level.shape, np.int16)
    for index in np.unique(level):
        here = level == index
        rank = np.searchsorted(bounds[index], slots[here], side="right") - 1
        values[here] = np.where(rank & 1, -((rank + 1) >> 1), rank >> 1)
    return values


def _latent_like(
    dice: np.random.Generator, sigma: SigmaMaps, coded: BoolArray, scaler: Int32Array, steps: QualitySteps | None
) -> Int16Array:
    """Return symbols whose residuals have a standard deviation near 1, as those of encoded photographs."""
    error = np.rint(dice.standard_normal(coded.shape) * SPREAD_Q18).astype(np.int32)
    return quantise_residual(error, coded, sigma.likely, sigma.variance, scaler, steps)


def _far(dice: np.random.Generator, style: Style, values: Int16Array) -> Int16Array:
    """Return symbols of which some are far outside their distribution."""
    rare = dice.random(values.shape) < FAR_SHARE
    far = dice.integers(-200, 201, values.shape, dtype=np.int16)
    if style == "extreme":
        far = np.where(dice.random(values.shape) < 0.5, -32768, 32767).astype(np.int16)
    return np.where(rare, far, values)


def _hyper(dice: np.random.Generator, style: Style, shape: tuple[int, ...]) -> Int8Array:
    if style == "zero":
        return np.zeros(shape, np.int8)
    spread = 9.0 if style in ("escapes", "extreme") else 3.0
    z = np.rint(dice.standard_normal(shape) * spread)
    if style == "extreme":
        z = np.where(dice.random(shape) < 0.05, np.where(z < 0, -Z_MAX, Z_MAX), z)
    return np.clip(z, -Z_MAX, Z_MAX).astype(np.int8)


def draw_quality_map(dice: np.random.Generator, style: MapStyle, h: int, w: int) -> Int32Array:
    """Return a quality map int32 [h,w] of -8..8."""
    if style == "flat":
        return np.full((h, w), 3, np.int32)
    if style == "steps":
        rows, columns = np.arange(h)[:, None], np.arange(w)[None, :]
        return ((rows // 3 + columns // 2) % 5 - 2).astype(np.int32)
    if style == "extreme":
        return np.where(dice.random((h, w)) < 0.5, -QUALITY_MAX, QUALITY_MAX).astype(np.int32)
    return dice.integers(-4, 5, (h, w), dtype=np.int32)


def _component(
    dice: np.random.Generator,
    picture: PictureHeader,
    models: Models,
    component: int,
    style: Style,
    steps: QualitySteps | None,
) -> ComponentDraw:
    z = _hyper(dice, style, (COMPONENT_CHANNELS[component], picture.z_h, picture.z_w))
    sigma = whole_scales(picture, models, component, z, steps)
    coded = skip_mask(sigma.base, picture.cube_flags[component])
    level = levels(sigma.final)
    if style == "zero":
        symbols = np.zeros(level.shape, np.int16)
    elif style == "wide":
        symbols = _by_distribution(dice, level)
    else:
        scaler = scaler_q10(models.gain(component), picture.beta_log[component])
        symbols = _latent_like(dice, sigma, coded, scaler, steps)
    if style in ("escapes", "extreme"):
        symbols = _far(dice, style, symbols)
    symbols = np.where(coded, symbols, np.int16(0))
    symbols[picture.num_chs_coded[component] :] = 0
    return ComponentDraw(z, symbols, level, coded)


def draw_symbols(
    dice: np.random.Generator, picture: PictureHeader, models: Models, style: Style, map_style: MapStyle
) -> Draw:
    """Return symbols for a picture; the generator is used in a fixed order, so equal seeds give equal streams."""
    quality_map = None
    if picture.gain_3D_enable_flag:
        quality_map = draw_quality_map(dice, map_style, picture.lat_h, picture.lat_w)
    steps = None if quality_map is None else quality_steps(quality_map)
    luma, chroma = (_component(dice, picture, models, c, style, steps) for c in (0, 1))
    return Draw((luma, chroma), quality_map)
