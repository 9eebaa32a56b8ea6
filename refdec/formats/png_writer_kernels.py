"""Compiled loop of the PNG writer: the filter of each row (PNG specification, 9.2 and 12.7)."""

from __future__ import annotations

from typing import Any

import numpy as np

from refdec.arithmetic.types import UInt8Array
from refdec.jit import kernel

__all__ = ["AVERAGE", "PAETH", "SUB", "UP", "filter_rows"]

SUB, UP, AVERAGE, PAETH = 1, 2, 3, 4

# Values of one byte keep their type, so that a register holds as many as it can.


@kernel("uint8(uint8, uint8)", inline=True)
def _difference(a: Any, b: Any) -> Any:
    """Return a - b modulo 256, for bytes: |a - b| < 2^8."""
    return np.uint8((np.int64(a) - np.int64(b)) & 255)


@kernel("uint8(uint8, uint8)", inline=True)
def _size(a: Any, b: Any) -> Any:
    """Return the size of a - b modulo 256 < 2^8, above 127 being negative: 0..128."""
    return min(_difference(a, b), _difference(b, a))


@kernel("uint8(uint8, uint8)", inline=True)
def _middle(a: Any, b: Any) -> Any:
    """Return half of a + b < 2^9, rounded down, for bytes."""
    return np.uint8((np.int64(a) + np.int64(b)) >> 1)


@kernel("uint8(uint8, uint8, uint8)", inline=True)
def _nearest(left: Any, up: Any, corner: Any) -> Any:
    """Return which of three is nearest to left + up - corner, the first of those that are (Paeth).

    Bytes, and distances < 2^8: the corner's is the sum of the others where both steps have one direction, and nothing
    is gained by it; 255 stands for that.
    """
    to_left = _difference(max(up, corner), min(up, corner))
    to_up = _difference(max(left, corner), min(left, corner))
    apart = _difference(max(to_left, to_up), min(to_left, to_up))
    to_corner = np.uint8(255) if (up > corner) == (left > corner) else apart
    nearest = up if to_up <= to_corner else corner
    return left if to_left <= to_up and to_left <= to_corner else nearest


@kernel("void(uint8[:, ::1], int64, uint8[:, ::1])")
def filter_rows(rows: UInt8Array, pixel_bytes: int, filtered: UInt8Array) -> None:
    """Filter rows [1 + n, bytes], the first of which is only looked up to, into filtered [n, 1 + bytes], type first.

    Of Sub, Up, Average and Paeth, each row has the one whose differences are smallest in sum (< 2^40), the first of
    those that are.
    """
    rest = rows.shape[1] - pixel_bytes
    for y in range(filtered.shape[0]):
        own, above, out = rows[y + 1], rows[y], filtered[y]
        mine, left = own[pixel_bytes:], own[:rest]
        up, corner = above[pixel_bytes:], above[:rest]
        by_sub: Any = 0
        by_up: Any = 0
        by_average: Any = 0
        by_paeth: Any = 0
        for x in range(rest):
            by_sub += np.int64(_size(mine[x], left[x]))
            by_up += np.int64(_size(mine[x], up[x]))
            by_average += np.int64(_size(mine[x], _middle(left[x], up[x])))
            by_paeth += np.int64(_size(mine[x], _nearest(left[x], up[x], corner[x])))
        least = min(by_sub, by_up, by_average, by_paeth)
        kind = PAETH
        if by_sub == least:
            kind = SUB
        elif by_up == least:
            kind = UP
        elif by_average == least:
            kind = AVERAGE
        out[0] = kind
        for x in range(pixel_bytes):
            guess: Any = np.int64(above[x])
            if kind == SUB:
                guess = 0
            elif kind == AVERAGE:
                guess >>= 1
            out[1 + x] = (np.int64(own[x]) - guess) & 255
        to = out[1 + pixel_bytes :]
        if kind == SUB:
            for x in range(rest):
                to[x] = _difference(mine[x], left[x])
        elif kind == UP:
            for x in range(rest):
                to[x] = _difference(mine[x], up[x])
        elif kind == AVERAGE:
            for x in range(rest):
                to[x] = _difference(mine[x], _middle(left[x], up[x]))
        else:
            for x in range(rest):
                to[x] = _difference(mine[x], _nearest(left[x], up[x], corner[x]))
