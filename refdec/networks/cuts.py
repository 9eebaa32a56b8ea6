"""Which part of a synthesis network's inner maps some samples depend on (6.6): cuts that save work beside a window.

In: a rectangle of samples.  Out: rectangles of the map that is 2^depth times smaller.  Positions outside a cut have no
influence on the samples; at a cut the next layer sees its zero padding, which does not get as far as the samples.
"""

from __future__ import annotations

from refdec.arithmetic.types import Int32Array
from refdec.clauses import clause
from refdec.networks.movement import output_planes
from refdec.tiling.geometry import Rect, ceil_div

__all__ = ["below", "cut_map", "kept_planes", "reach", "size_above"]

LAST_LAYERS = 4
"""3x3 layers after the last one that doubles the size: ResAU, convolution, ResAU, convolution."""
REASON = "a decoder is free to cut a tile internally (6.3.2, 6.6)"


@clause("6.6", kind="added", reason=REASON)
def reach(keep: Rect, depth: int, size: tuple[int, int]) -> Rect:
    """(6.6) Positions of the last map, [h, w] `size`, that the samples `keep` depend on."""
    far, unit = LAST_LAYERS, 1 << depth
    grown = Rect.between(
        keep.x // unit - far, keep.y // unit - far, ceil_div(keep.right, unit) + far, ceil_div(keep.bottom, unit) + far
    )
    return grown.intersection(Rect(0, 0, size[1], size[0]))


@clause("6.6", kind="added", reason=REASON)
def below(cut: Rect, size: tuple[int, int]) -> Rect:
    """(6.6) Positions of the map before a layer that doubles the size, [h, w] `size`, that `cut` depends on."""
    grown = Rect.between(cut.x // 2 - 1, cut.y // 2 - 1, ceil_div(cut.right, 2) + 1, ceil_div(cut.bottom, 2) + 1)
    return grown.intersection(Rect(0, 0, size[1], size[0]))


def size_above(small: Rect, cut: Rect) -> tuple[int, int]:
    """Return rows and columns to make of the doubled map of `small`, down to the end of `cut`."""
    return cut.bottom - 2 * small.y, cut.right - 2 * small.x


def cut_map(x: Int32Array, cut: Rect, origin: tuple[int, int] = (0, 0)) -> Int32Array:
    """Return a part of a map whose first position is `origin` (row, column); all of it comes back as it is."""
    top, left = cut.y - origin[0], cut.x - origin[1]
    return x[top : top + cut.h, left : left + cut.w]


def kept_planes(x: Int32Array, cut: Rect, factor: int, keep: Rect) -> Int32Array:
    """Return the samples `keep` as planes [n, h, w] of the last map's part `cut`; see output_planes."""
    top, left = factor * cut.y, factor * cut.x
    planes = output_planes(x, factor, keep.bottom - top, keep.right - left)
    return planes[:, keep.y - top :, keep.x - left :]
