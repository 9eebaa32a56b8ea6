"""Latents cut into windows, so that a head needs no more memory for a large picture than for a small one.

In: the size of the latents, and what a `Plan` says about a head.  Out: places, each with the part of the latents that
its values follow from.  A cut never changes a number: the margin is that of all the steps together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isqrt
from typing import TypeAlias

import numpy as np

from refdec.arithmetic.fixed import rdiv
from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.heads.plan import Plan
from refdec.tiling.geometry import Rect, ceil_div

__all__ = ["WINDOW_BYTES", "Cut", "HeadWindow", "Maps", "Sums", "cuts_of", "part_at_level"]

Maps: TypeAlias = Mapping[str, Int32Array]
"""Maps by name, int32 Q18 [C, h, w]."""
WINDOW_BYTES = 1 << 26
"""Maps of one window, about: large enough that margins cost little, small enough for any machine."""
LEAST_CORE = 4
"""A window is so many times its margin wide, at least: else most of the work would be done twice."""


@dataclass(frozen=True, slots=True, eq=False)
class HeadWindow:
    """What a head says about a part of the picture: `outputs` int32 Q18 [C, h, w] of `place` (latent positions) alone.

    An output of a level above the latent's has 2^level values for a position, one below 2^-level positions for a value.
    """

    place: Rect
    outputs: Maps


@dataclass(frozen=True, slots=True)
class Cut:
    """A window: `place`, what it answers for, and `read`, the latents that it takes; in latent positions."""

    place: Rect
    read: Rect


def _spans(length: int, core: int) -> list[tuple[int, int]]:
    """Return 0..length cut into spans of `core`, the last one shorter."""
    return [(begin, min(begin + core, length)) for begin in range(0, length, core)]


def cuts_of(plan: Plan, height: int, width: int, window_bytes: int = WINDOW_BYTES) -> list[Cut]:
    """Return the windows of latents [height, width], in raster order; one where all of it is small enough."""
    margin, grid = plan.margin, plan.grid
    if plan.bytes * height * width <= window_bytes:
        whole = Rect(0, 0, width, height)
        return [Cut(whole, whole)]
    side = max(isqrt(window_bytes // plan.bytes) - 2 * margin, LEAST_CORE * margin, 1)
    core = ceil_div(side, grid) * grid
    return [
        Cut(
            Rect.between(left, top, right, bottom),
            Rect.between(
                max(left - margin, 0), max(top - margin, 0), min(right + margin, width), min(bottom + margin, height)
            ),
        )
        for top, bottom in _spans(height, core)
        for left, right in _spans(width, core)
    ]


def part_at_level(cut: Cut, level: int, size: tuple[int, int], frame: tuple[int, int]) -> Rect:
    """Return where the place lies in a map of `size` (rows, columns) at a level, made of what the cut read.

    `frame`: rows and columns of the latents.  At their end all is taken that the map has: it may have been rounded up.
    """

    def span(begin: int, end: int, first: int, length: int, whole: int) -> tuple[int, int]:
        start, beyond = _scaled(begin - first, level), _scaled(end - first, level)
        return start, length if end == whole else beyond

    top, bottom = span(cut.place.y, cut.place.bottom, cut.read.y, size[0], frame[0])
    left, right = span(cut.place.x, cut.place.right, cut.read.x, size[1], frame[1])
    return Rect.between(left, top, right, bottom)


def _scaled(position: int, level: int) -> int:
    return position << level if level >= 0 else position >> -level


class Sums:
    """Sums of maps over windows, for their means: whole numbers, so that it does not matter where a picture was cut.

    `frame`: rows and columns of the latents.  |sum| < 2^62, as in `kernels.global_mean`.
    """

    def __init__(self, frame: tuple[int, int]) -> None:
        self._frame = frame
        self._totals: dict[str, tuple[Int64Array, int]] = {}

    def add(self, name: str, x: Int32Array, level: int, cut: Cut) -> None:
        """Add what lies in a window's place; `x` [h, w, C] is a map at a level, of what the window read."""
        part = part_at_level(cut, level, x.shape[:2], self._frame)
        inside = x[part.rows, part.columns]
        total, count = self._totals.get(name, (np.zeros(x.shape[2], np.int64), 0))
        self._totals[name] = total + inside.sum(axis=(0, 1), dtype=np.int64), count + part.w * part.h

    def means(self) -> dict[str, Int32Array]:
        """Return the means by name, [1, 1, C], rounded once."""
        return {
            name: rdiv(total, count).astype(np.int32).reshape(1, 1, -1) for name, (total, count) in self._totals.items()
        }
