"""Compiled loop of the PNG reader: undoing the row filters (PNG specification, 9.2)."""

from __future__ import annotations

from typing import Any

import numpy as np

from refdec.arithmetic.types import UInt8Array
from refdec.jit import kernel

__all__ = ["unfilter"]


@kernel("int64(uint8[:, ::1], int64)")
def unfilter(rows: UInt8Array, pixel_bytes: int) -> int:
    """Undo filters 0..4 of rows [n, 1 + bytes] in place, the first byte being the filter type.

    Return the first row with another type, or -1.  Bytes 0..255: |left + up - 2 * corner| < 2^9, guess < 2^8, and the
    sum before & 255 < 2^9.
    """
    for y in range(rows.shape[0]):
        kind = rows[y, 0]
        if kind > 4:
            return y
        for x in range(1, rows.shape[1]):
            left: Any = np.int64(rows[y, x - pixel_bytes]) if x > pixel_bytes else 0
            up: Any = np.int64(rows[y - 1, x]) if y > 0 else 0
            corner: Any = np.int64(rows[y - 1, x - pixel_bytes]) if y > 0 and x > pixel_bytes else 0
            guess: Any = 0
            if kind == 1:
                guess = left
            elif kind == 2:
                guess = up
            elif kind == 3:
                guess = (left + up) >> 1
            elif kind == 4:
                to_left, to_up, to_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
                guess = corner
                if to_left <= to_up and to_left <= to_corner:
                    guess = left
                elif to_up <= to_corner:
                    guess = up
            rows[y, x] = (np.int64(rows[y, x]) + guess) & 255
    return -1
