"""The descriptor of a picture, from its dequantised latents alone: 2048 small integers, the same for the mirrored one.

In: a latent bundle of stage latent.  Out: int8 [2048].

Four blocks, each pooled per channel over 2 x 2 cells of the latent map folded along its vertical middle (so that a
mirrored picture falls on the same cells): for luma and chroma the mean of what |y| exceeds one quantisation step by
(smaller values come and go with the rate), and the mean of y^2 (which the values that survive every rate decide).
Square roots keep single channels from deciding alone; each block has the length one before all are rounded to int8.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from refdec.plugins.api import ONE_Q18, Int8Array, LatentBundle

__all__ = ["DESCRIPTOR_VERSION", "ENTRIES", "LARGEST", "describe", "folded_cells", "unit_rows"]

DESCRIPTOR_VERSION = "1"
"""Changes with every change of what `describe` returns: descriptors of different versions have nothing in common."""
ROWS, COLUMNS = 2, 2
STEP = 1.0
"""The quantisation step at displacement 0 and unit gain, in units of the latent."""
ENTRIES = 2 * ROWS * COLUMNS * (160 + 96)
LARGEST = 127

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]


def _bounds(size: int, cells: int) -> list[tuple[int, int]]:
    """Return the spans of `cells` cells of nearly equal size over 0..size, none of them empty."""
    edges = [round(size * cell / cells) for cell in range(cells + 1)]
    return [(min(low, size - 1), max(high, low + 1)) for low, high in pairwise(edges)]


def folded_cells(values: Floats) -> Floats:
    """Return the means over 2 x 2 cells of [C,h,w] folded along the vertical middle, [C * 4]: equal if mirrored."""
    _, rows, columns = values.shape
    folded = (values + values[:, :, ::-1])[:, :, : (columns + 1) // 2] / 2
    cells = [
        folded[:, top:bottom, left:right].mean(axis=(1, 2))
        for top, bottom in _bounds(rows, ROWS)
        for left, right in _bounds(folded.shape[2], COLUMNS)
    ]
    pooled: Floats = np.stack(cells, axis=1).ravel()
    return pooled


def _block(values: Floats) -> Floats:
    """Return a block of the descriptor: pooled, square roots, length one (zero stays zero)."""
    roots = np.sqrt(folded_cells(values))
    block: Floats = roots / max(float(np.linalg.norm(roots)), 1e-12)
    return block


def describe(bundle: LatentBundle) -> Int8Array:
    """Return the descriptor of a picture, int8 [2048], from a bundle of stage latent; all 0 for flat gray."""
    blocks = []
    for part in bundle.components:
        assert part.latent_q18 is not None
        latent = part.latent_q18.astype(np.float64) / ONE_Q18
        blocks.append(_block(np.maximum(np.abs(latent) - STEP, 0.0)))
        blocks.append(_block(latent * latent))
    whole = np.concatenate(blocks)
    scale = LARGEST / max(float(whole.max()), 1e-12)
    return np.rint(whole * scale).astype(np.int8)


def unit_rows(descriptors: npt.NDArray[Any], centre: Singles | None = None) -> Singles:
    """Return descriptors [n, entries] as rows of length one, less `centre` [entries]; rows of nothing stay zero."""
    rows = descriptors.astype(np.float32)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    if centre is not None:
        rows -= centre
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    return rows
