"""Synthesis of a tall tile in internal bands of rows, for bounded memory (6.5 item 1, 6.6).

In: a network, a latent and the size of its tile.  Out: the same planes, bit for bit, as from the whole tile at once:
each band is computed with as many further rows of latent as its samples depend on, and only its own rows are kept.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.networks.synthesis import LATENT_ROWS, Synthesis, require_latent
from refdec.tiling.geometry import Rect

__all__ = ["synthesis_bands", "synthesise_in_bands"]


@clause("6.5", kind="added", reason="a decoder is free to cut a tile internally (6.3.2, 6.6)")
def synthesis_bands(
    network: Synthesis, latent: Int32Array, height: int, width: int, rows_per_band: int
) -> Iterator[tuple[int, Int32Array]]:
    """(6.5) Yield (first row, planes [n, rows, width]) from top to bottom; `rows_per_band` >= 1 counts latent rows.

    HOP, whose samples depend on the whole tile, comes as one band.  Raises LatentSizeMismatch.
    """
    require_latent(latent, height, width)
    if network.halo is None:
        yield 0, network(latent, height, width)
        return
    before, after = network.halo
    latent_rows = latent.shape[1]
    for first in range(0, latent_rows, rows_per_band):
        last = min(first + rows_per_band, latent_rows)
        top, bottom = max(first - before, 0), min(last + after, latent_rows)
        piece_height = min(LATENT_ROWS * bottom, height) - LATENT_ROWS * top
        rows = min(LATENT_ROWS * last, height) - LATENT_ROWS * first
        keep = Rect(0, LATENT_ROWS * (first - top), width, rows)
        yield LATENT_ROWS * first, network(latent[:, top:bottom], piece_height, width, keep)


@clause("6.5", kind="added", reason="a decoder is free to cut a tile internally (6.3.2, 6.6)")
def synthesise_in_bands(
    network: Synthesis, latent: Int32Array, height: int, width: int, rows_per_band: int
) -> Int32Array:
    """(6.5) Return the planes [n, height, width] of a tile, computed in bands of `rows_per_band` latent rows."""
    out: Int32Array | None = None
    for first, planes in synthesis_bands(network, latent, height, width, rows_per_band):
        if out is None:
            out = np.empty((planes.shape[0], height, width), dtype=np.int32)
        out[:, first : first + planes.shape[1]] = planes
    assert out is not None, "a tile has at least one row of latent"
    return out
