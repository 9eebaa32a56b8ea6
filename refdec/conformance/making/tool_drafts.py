"""Parameters of the enhancement tools for drafts of headers: plausible filters, and values at the ends of their ranges.

In: a picture header and a generator.  Out: the parts of a `ToolsHeader`.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.tools import EfeFilterSet, EfeLinear, EfeNonlinear, Icci, IcciTile
from refdec.tables import syntax
from refdec.tiling.geometry import ceil_div

__all__ = ["NO_FILTER", "icci_of", "icci_tile_count", "linear_of", "linear_set", "nonlinear_of"]

Pair = tuple[int, int]
ZERO_CODE = 32767
"""The code of weight 0 where minSymbol is 0."""

UNIT_CODE = 2048
NO_FILTER = EfeFilterSet((0, 0), (0, 0), 0, 65535, (None, None), (None, None))
BLOCK_EDGES = (128, 112, 96, 80)


def _planes(picture: PictureHeader) -> int:
    return 1 if (picture.s_ver, picture.s_hor) == (picture.c_ver, picture.c_hor) else 4


def _weights(dice: np.random.Generator, shape: tuple[int, ...], spread: int, centre: int) -> Int32Array:
    codes = dice.integers(-spread, spread + 1, shape, dtype=np.int32) + np.int32(ZERO_CODE)
    codes[..., shape[-2] >> 1, shape[-1] >> 1] += centre
    return codes


def linear_set(dice: np.random.Generator, picture: PictureHeader, pattern: Pair, edge: Pair) -> EfeFilterSet:
    """Return a set of filters near the identity; `pattern` 0..8 of U and V (0: no filter), `edge` 1..4."""
    splits = syntax()["constants"]["EFE_NUM_SPLIT"]
    chroma: list[Int32Array | None] = []
    luma: list[Int32Array | None] = []
    for index, size in zip(pattern, edge, strict=True):
        count = splits[index - 1] if index else 0
        planes = _planes(picture)
        chroma.append(_weights(dice, (count, planes, size, size), 40, UNIT_CODE // planes) if index else None)
        luma.append(_weights(dice, (count, size, size), 40, 0) if index else None)
    edges = (edge[0] if pattern[0] else 0, edge[1] if pattern[1] else 0)
    return EfeFilterSet(pattern, edges, 0, 65535, (chroma[0], chroma[1]), (luma[0], luma[1]))


def linear_of(
    dice: np.random.Generator,
    picture: PictureHeader,
    pattern: Pair,
    edge: Pair = (2, 3),
    *,
    alternative: Pair = (0, 0),
    mean: Pair = (12800, 12700),
) -> EfeLinear:
    """Return EFE linear with a main and perhaps an alternative set."""
    other = linear_set(dice, picture, alternative, (1, 2)) if any(alternative) else NO_FILTER
    return EfeLinear(mean, (other, linear_set(dice, picture, pattern, edge)))


def icci_tile_count(picture: PictureHeader, size: int, overlap: int) -> int:
    """Return the number of ICCI tiles of a size and overlap, in luma samples; one without tiles."""
    if size == 0:
        return 1
    sides = (picture.img_height, picture.img_width)
    rows, columns = (ceil_div(n - overlap, min(size, n) - overlap) for n in sides)
    return rows * columns


def icci_of(
    picture: PictureHeader, use: tuple[int, int, int], short: int, index: Pair, size: int = 0, overlap: int = 0
) -> Icci:
    """Return eICCI with the same choice in all tiles."""
    tile = IcciTile(use, short, (index[0] if use[0] else 0, index[1] if use[1] or use[2] else 0))
    return Icci(size, overlap, (tile,) * icci_tile_count(picture, size, overlap))


def nonlinear_of(
    dice: np.random.Generator,
    picture: PictureHeader,
    enabled: Pair = (1, 1),
    tile: Pair | None = None,
    *,
    masks: Pair = (0, 0),
    block: int | None = None,
    luma: tuple[int, int] = (2000, 22000),
) -> EfeNonlinear:
    """Return EFE non-linear: offset curves per tile (height, width; None: one tile), and masks by blocks."""
    h, w = picture.chroma_size
    tile_h, tile_w = tile or (h, w)
    count = ceil_div(h, tile_h) * ceil_div(w, tile_w) if any(enabled) else 0
    if not any(enabled):
        tile_h = tile_w = 0
    curves = [
        dice.integers(-60, 61, (count, 8), dtype=np.int32) + np.int32(ZERO_CODE) if on else None for on in enabled
    ]
    edge = block or BLOCK_EDGES[picture.model_id]
    shape = (ceil_div(h, edge), ceil_div(w, edge))
    w5 = [dice.integers(0, 3, shape, dtype=np.uint8) if on else None for on in masks]
    return EfeNonlinear(
        0,
        65535,
        *masks,
        edge if any(masks) else 0,
        (w5[0], w5[1]),
        enabled,
        tile_w,
        tile_h,
        np.full(count, luma[0], np.int32),
        np.full(count, luma[1], np.int32),
        (curves[0], curves[1]),
    )
