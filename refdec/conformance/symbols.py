"""Synthetic symbols: what an encoder would code, drawn from a generator instead of a picture.

In: headers and the networks that give the scale indices.  Out: z of both components, a quality map, residual symbols.  Every
decoder must decode any legal symbols, so no analysis network is needed; values follow the distributions that code them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from refdec import tables
from refdec.arithmetic.types import BoolArray, Int8Array, Int16Array, Int32Array, UInt8Array
from refdec.bitstream.picture_header import COMPONENT_CHANNELS, PictureHeader
from refdec.latent.qualitysteps import QualitySteps, quality_steps
from refdec.latent.sigma import levels
from refdec.latent.skip import skip_mask
from refdec.models import Models
from refdec.stages.symbols import component_scales

__all__ = ["ComponentDraw", "Draw", "MapStyle", "Style", "draw_quality_map", "draw_symbols"]

Style = Literal["usual", "zero", "escapes", "extreme"]
MapStyle = Literal["noise", "flat", "steps", "extreme"]
MASS = 256
Z_MAX = 31
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
    """Return cumulative masses, int32 [32][257]: entry k + 1 is the mass of the first k + 1 symbols 0, -1, 1, -2, ..."""
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


def _residual(dice: np.random.Generator, style: Style, level: UInt8Array, coded: BoolArray) -> Int16Array:
    if style == "zero":
        return np.zeros(level.shape, np.int16)
    values = _by_distribution(dice, level)
    if style != "usual":
        rare = dice.random(level.shape) < (0.02 if style == "escapes" else 0.001)
        far = dice.integers(-200, 201, level.shape, dtype=np.int16)
        if style == "extreme":
            far = np.where(dice.random(level.shape) < 0.5, -32768, 32767).astype(np.int16)
        values = np.where(rare, far, values)
    return np.where(coded, values, np.int16(0))


def _hyper(dice: np.random.Generator, style: Style, shape: tuple[int, ...]) -> Int8Array:
    if style == "zero":
        return np.zeros(shape, np.int8)
    spread = 3.0 if style == "usual" else 9.0
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
    sigma = component_scales(picture, models, component, z, steps)
    coded = skip_mask(sigma.base, picture.cube_flags[component])
    level = levels(sigma.final)
    symbols = _residual(dice, style, level, coded)
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
