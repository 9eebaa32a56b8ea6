"""Which regions are private, and what becomes of them: the wish of an application.

In: rectangles and a key.  Out: `PrivateRegions`, checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from refdec.bitstream.privaterecord import MOST_RECTANGLES
from refdec.privacy.errors import PrivateRegionInvalid
from refdec.privacy.keys import PrivateKey
from refdec.tiling.geometry import Rect

__all__ = ["PrivateRegions"]


@dataclass(frozen=True, slots=True)
class PrivateRegions:
    """Rectangles (x, y, width, height) in samples of the upright picture, 1 to 256, which may overlap.

    `key` seals what they show; None leaves it out for good.  Raises PrivateRegionInvalid.
    """

    rectangles: Sequence[tuple[int, int, int, int]]
    key: PrivateKey | None

    def __post_init__(self) -> None:
        boxes = tuple(tuple(box) for box in self.rectangles)
        if not 1 <= len(boxes) <= MOST_RECTANGLES:
            raise PrivateRegionInvalid(f"list of {len(boxes)}", f"does not hold 1 to {MOST_RECTANGLES} rectangles")
        for box in boxes:
            if len(box) != 4 or not all(isinstance(number, int) for number in box):
                raise PrivateRegionInvalid(box, "is not four whole numbers")
            if min(box) < 0 or min(box[2:]) == 0:
                raise PrivateRegionInvalid(box, "is empty, or begins outside of the picture")
        object.__setattr__(self, "rectangles", boxes)

    def within(self, height: int, width: int) -> tuple[Rect, ...]:
        """Return the rectangles of a picture.  Raises PrivateRegionInvalid for one that leaves it."""
        picture = Rect(0, 0, width, height)
        rectangles = tuple(Rect(*box) for box in self.rectangles)
        for rect in rectangles:
            if not picture.contains(rect):
                raise PrivateRegionInvalid(
                    (rect.x, rect.y, rect.w, rect.h), f"leaves the picture of {width} x {height}"
                )
        return rectangles
