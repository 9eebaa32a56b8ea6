"""How the error of the decoded luma plane pulls at the luma latent (4.5.1): for encoders that improve latents.

In: a latent, the source's luma plane, a header.  Out: J^T r and the mean of diag(J^T J), J the derivative of the plane
by the latent, tile by tile as the decoder synthesises it.  Integers throughout: the same picture gives the same
numbers everywhere.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from refdec.arithmetic.fixed import ONE_Q18, Q, sat32, wide
from refdec.arithmetic.types import Int32Array
from refdec.bitstream.picture_header import PictureHeader
from refdec.clauses import clause
from refdec.decoding.models import Models
from refdec.tiling.geometry import Rect
from refdec.tiling.tiles import Tile, synthesis_tiles

if TYPE_CHECKING:
    from refdec.networks.adjoint import LumaAdjoint

__all__ = ["luma_curvature", "luma_pull"]

PULL_BITS = 12
"""Fractional bits of a pull; the error is cut to them from Q18, so that no map saturates."""
REASON = "encoders that search for better latents want the derivative of the synthesis"


@lru_cache(maxsize=2)
def _adjoint(models: Models, transform: int) -> LumaAdjoint:
    from refdec.networks.adjoint import LumaAdjoint
    from refdec.networks.synthesis import SynthesisLuma

    network = models.synthesis(transform, 0)
    if not isinstance(network, SynthesisLuma):
        raise TypeError(f"synthesis transform {transform} has no adjoint")
    return LumaAdjoint.of(network)


@clause("4.5.1", kind="added", reason=REASON)
def luma_pull(
    picture: PictureHeader, latent: Int32Array, source: Int32Array, models: Models, transform: int
) -> tuple[Int32Array, Int32Array]:
    """(4.5.1) Return the error of the decoded luma plane, Q18 [H,W], and its pull on the latent, Q12 [160,h,w].

    `source` is the luma plane of the coded size; what is not displayed does not pull.
    """
    error = np.zeros(source.shape, np.int32)
    pull = np.zeros(latent.shape, np.int32)
    for tile in synthesis_tiles(picture, 0):
        core = _displayed(picture, tile)

        def cut(plane: Int32Array, tile: Tile = tile, core: Rect = core) -> Int32Array:
            inside = core.seen_from(tile.rect)
            part = sat32(wide(plane[inside.rows, inside.columns]) - source[core.rows, core.columns])
            error[core.rows, core.columns] = part
            out = np.zeros(plane.shape, np.int32)
            out[inside.rows, inside.columns] = part >> (Q - PULL_BITS)
            return out

        _add(pull, tile, _adjoint(models, transform)(_latent_of(tile, latent), *tile.rect.size_hw, [cut])[0])
    return error, pull


def _displayed(picture: PictureHeader, tile: Tile) -> Rect:
    """Return the part of a tile's core that is displayed."""
    return tile.core.intersection(Rect(0, 0, picture.display_width, picture.display_height))


def _latent_of(tile: Tile, latent: Int32Array) -> Int32Array:
    return np.ascontiguousarray(latent[:, tile.latent.rows, tile.latent.columns])


def _add(pull: Int32Array, tile: Tile, made: Int32Array) -> None:
    window = (slice(None), tile.latent.rows, tile.latent.columns)
    pull[window] = sat32(wide(pull[window]) + made)


@clause("4.5.1", kind="added", reason=REASON)
def luma_curvature(picture: PictureHeader, latent: Int32Array, models: Models, transform: int) -> Int32Array:
    """(4.5.1) Return the mean over all positions of diag(J^T J) per channel, int32 [160], at least 1.

    Unit: squared luma steps of 1/255 of white, per squared unit of the latent.  An estimate: J^T v for one plane v of
    signs.
    """
    total = np.zeros(latent.shape[0], np.int64)
    count = 0
    for tile in synthesis_tiles(picture, 0):
        signs = _signs(*tile.rect.size_hw)

        def constant(_plane: Int32Array, signs: Int32Array = signs) -> Int32Array:
            return signs

        made = _adjoint(models, transform)(_latent_of(tile, latent), *tile.rect.size_hw, [constant])[0]
        cut = wide(made >> 9)
        total += (cut * cut).sum(axis=(1, 2))
        count += made.shape[1] * made.shape[2]
    mean: Int32Array = np.maximum((total // count) >> 18, 1).astype(np.int32)
    return mean


def _signs(rows: int, columns: int) -> Int32Array:
    """Return a plane of +1 and -1, Q18, without pattern: the top bit of a multiplicative hash of the position."""
    n = np.arange(1, rows * columns + 1, dtype=np.uint64)
    n = (n ^ (n >> np.uint64(13))) * np.uint64(0x9E3779B97F4A7C15)
    n = (n ^ (n >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    signs: Int32Array = np.where(n >> np.uint64(63), ONE_Q18, -ONE_Q18).astype(np.int32)
    plane: Int32Array = np.ascontiguousarray(signs.reshape(rows, columns), dtype=np.int32)
    return plane
