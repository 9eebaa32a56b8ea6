"""Decoded pictures as patches in the shape of latents: what a network on pixels is given in place of them.

In: RGB codes.  Out: float16 [256, h, w], a position for each 16 x 16 samples, as latents have it.

The picture is brought to three quarters of its size, and each 12 x 12 samples become a position: 144 of luma, 2 x 36 of
colour, of half its resolution; the rest are zeros.  So a head of the same steps can be trained on pixels, with exactly
as many products, and measured beside the one on latents.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from refdec.arithmetic.types import UInt8Array

__all__ = ["LUMA", "Patches", "patches_of"]

Patches: TypeAlias = npt.NDArray[np.float16]
POSITION, SIDE = 16, 12
SMALLEST_SIDE = 64
LUMA, CHROMA = 160, 96
MIDDLE, SCALE = 128, 32


def _split(plane: npt.NDArray[np.uint8], side: int, channels: int) -> Patches:
    """Return squares of a plane as channels, the first `side` * `side` of them."""
    rows, columns = plane.shape[0] // side, plane.shape[1] // side
    squares = plane.reshape(rows, side, columns, side).transpose(1, 3, 0, 2).reshape(side * side, rows, columns)
    found = np.zeros((channels, rows, columns), np.float16)
    found[: side * side] = (squares.astype(np.float32) - MIDDLE) / SCALE
    return found


def patches_of(rgb: UInt8Array) -> Patches:
    """Return a picture as patches; beyond its ends the last samples are repeated."""
    rows, columns = (-(-max(side, SMALLEST_SIDE) // POSITION) for side in rgb.shape[:2])
    missing = [(0, POSITION * count - side) for count, side in zip((rows, columns), rgb.shape[:2], strict=True)]
    whole = Image.fromarray(np.pad(rgb, [*missing, (0, 0)], mode="edge"))
    small = whole.resize((SIDE * columns, SIDE * rows), Image.Resampling.BILINEAR).convert("YCbCr")
    luma, *colours = small.split()
    half = [np.asarray(colour.reduce(2)) for colour in colours]
    chroma = np.zeros((CHROMA, rows, columns), np.float16)
    for number, plane in enumerate(half):
        squares = _split(plane, SIDE // 2, SIDE * SIDE // 4)
        chroma[number * len(squares) : (number + 1) * len(squares)] = squares
    return np.concatenate([_split(np.asarray(luma), SIDE, LUMA), chroma])
