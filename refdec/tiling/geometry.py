"""Rectangles and whole-number divisions (4.1): the vocabulary of regions and tiles.

In and out: plain integers.  A rectangle is (x, y, w, h); its owner says the unit (luma samples, latent samples).
"""

from __future__ import annotations

from dataclasses import dataclass

from refdec.clauses import clause

__all__ = ["Rect", "ceil_div"]


def ceil_div(a: int, b: int) -> int:
    """Return a / b rounded up, b > 0: cd(a, b) of 4.1, which headers and planes need too."""
    return -(-a // b)


@clause("4.1")
@dataclass(frozen=True, slots=True, order=True)
class Rect:
    """(4.1) Rectangle (x, y, w, h); empty if w or h is 0, never negative."""

    x: int
    y: int
    w: int
    h: int

    @classmethod
    def between(cls, left: int, top: int, right: int, bottom: int) -> Rect:
        """Return the rectangle of columns left..right-1 and rows top..bottom-1; empty where they cross."""
        return cls(left, top, max(0, right - left), max(0, bottom - top))

    @property
    def right(self) -> int:
        """First column beyond the rectangle."""
        return self.x + self.w

    @property
    def bottom(self) -> int:
        """First row beyond the rectangle."""
        return self.y + self.h

    @property
    def empty(self) -> bool:
        """Whether it holds no sample."""
        return self.w == 0 or self.h == 0

    @property
    def size_hw(self) -> tuple[int, int]:
        """(height, width), the order of array shapes."""
        return self.h, self.w

    @property
    def rows(self) -> slice:
        """The rows, to index an array with."""
        return slice(self.y, self.bottom)

    @property
    def columns(self) -> slice:
        """The columns, to index an array with."""
        return slice(self.x, self.right)

    def contains(self, other: Rect) -> bool:
        """Whether all of `other` lies inside."""
        return self.x <= other.x and other.right <= self.right and self.y <= other.y and other.bottom <= self.bottom

    def intersection(self, other: Rect) -> Rect:
        """Return the common part; empty (at the place where it would begin) if there is none."""
        return Rect.between(
            max(self.x, other.x),
            max(self.y, other.y),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def seen_from(self, origin: Rect) -> Rect:
        """Return the same samples, counted from the top-left sample of `origin`."""
        return Rect(self.x - origin.x, self.y - origin.y, self.w, self.h)

    def downscaled(self, factor: int) -> Rect:
        """(4.10.5) Return (x // f, y // f, cd(w, f), cd(h, f)): the rectangle of the tensor `factor` times smaller."""
        return Rect(self.x // factor, self.y // factor, ceil_div(self.w, factor), ceil_div(self.h, factor))
