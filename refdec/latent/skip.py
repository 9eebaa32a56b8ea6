"""Skip mask of the residual (3.7): which symbols are coded.

In: s1 [C, h, w], never s2, and the picture's cube flags.  Out: bool [C, h, w], True where a symbol is coded.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import BoolArray, Int32Array, UInt8Array
from refdec.clauses import clause
from refdec.latent.errors import LatentMismatch

__all__ = ["cube_grid", "forced_positions", "skip_mask"]

SKIP_INDEX = 382


@clause("3.7.2")
def cube_grid(h: int, w: int) -> tuple[int, int]:
    """(3.7.2) Return (ch, cw), rows and columns of cubes in each of the four phases of a latent h x w."""
    return (((h + 1) >> 1) + 7) >> 3, (((w + 1) >> 1) + 7) >> 3


@clause("3.7.2")
def forced_positions(cube_flags: UInt8Array, h: int, w: int, *, origin: tuple[int, int] = (0, 0)) -> BoolArray:
    """(3.7.2) Return bool [h, w]: where cube flags [4, ch, cw] force all channels to be coded (flag 0).

    `origin` is the place (row, column) of the window in the picture.  Raises LatentMismatch if the flags do not reach.
    """
    needed = cube_grid(origin[0] + h, origin[1] + w)
    phases, rows, columns = cube_flags.shape
    if phases != 4 or rows < needed[0] or columns < needed[1]:
        raise LatentMismatch("The array of cube flags", (4, *needed), cube_flags.shape)
    i = np.arange(origin[0], origin[0] + h)[:, None]
    j = np.arange(origin[1], origin[1] + w)[None, :]
    return np.asarray(cube_flags[2 * (i & 1) + (j & 1), i >> 4, j >> 4] == 0)


@clause("2.6.3")
@clause("3.7.1")
def skip_mask(base: Int32Array, cube_flags: UInt8Array | None, *, origin: tuple[int, int] = (0, 0)) -> BoolArray:
    """(3.7.1) Return the mask of s1 [C, h, w]: s1 > 382, or forced by a cube flag 0 (None: `use_cube_flags` is 0).

    `origin` is the place (row, column) of the window in the picture.  Raises LatentMismatch.
    """
    mask = np.greater(base, SKIP_INDEX)
    if cube_flags is not None:
        mask |= forced_positions(cube_flags, base.shape[1], base.shape[2], origin=origin)
    return mask
