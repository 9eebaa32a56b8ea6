"""Which regions are private, and what becomes of them: the wish of an application.

In: rectangles and a key.  Out: `PrivateRegions`, checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from refdec.arithmetic.argument_kinds import FLAG, instance_of, require_kinds
from refdec.bitstream.privaterecord import MOST_RECTANGLES
from refdec.privacy.errors import NoFaceFound, PrivateRegionInvalid
from refdec.privacy.keys import PrivateKey
from refdec.tiling.geometry import Rect

__all__ = ["KEY", "PrivateRegions"]

KEY = instance_of(PrivateKey, "a refdec.PrivateKey")


@dataclass(frozen=True, slots=True)
class PrivateRegions:
    """Rectangles (x, y, width, height) in samples of the upright picture, 1 to 256, which may overlap.

    `key` seals what they show; None leaves it out for good.  `faces`: those that the task `faces` finds in a picture
    become rectangles too; then there may be no others.  Raises PrivateRegionInvalid, ArgumentOfOtherKind.
    """

    rectangles: Sequence[tuple[int, int, int, int]]
    key: PrivateKey | None
    faces: bool = False

    def __post_init__(self) -> None:
        require_kinds({"key": self.key, "faces": self.faces}, {"key": KEY.or_none(), "faces": FLAG})
        if not isinstance(self.rectangles, Iterable) or not all(isinstance(box, Iterable) for box in self.rectangles):
            raise PrivateRegionInvalid(self.rectangles, "is no list of rectangles")
        boxes = tuple(tuple(box) for box in self.rectangles)
        if not (0 if self.faces else 1) <= len(boxes) <= MOST_RECTANGLES:
            raise PrivateRegionInvalid(f"list of {len(boxes)}", f"does not hold 1 to {MOST_RECTANGLES} rectangles")
        for box in boxes:
            if len(box) != 4 or not all(isinstance(number, int) for number in box):
                raise PrivateRegionInvalid(box, "is not four whole numbers")
            if min(box) < 0 or min(box[2:]) == 0:
                raise PrivateRegionInvalid(box, "is empty, or begins outside of the picture")
        object.__setattr__(self, "rectangles", boxes)

    def with_rects(self, rects: Sequence[Rect]) -> PrivateRegions:
        """Return the same with other rectangles."""
        return PrivateRegions(tuple((rect.x, rect.y, rect.w, rect.h) for rect in rects), self.key, self.faces)

    def with_faces(self, found: Sequence[Rect]) -> PrivateRegions:
        """Return the same with rectangles in place of the wish for faces.

        Raises NoFaceFound where nothing at all would be private, PrivateRegionInvalid for too many.
        """
        boxes = (*self.rectangles, *((rect.x, rect.y, rect.w, rect.h) for rect in found))
        if not boxes:
            raise NoFaceFound
        return PrivateRegions(boxes, self.key)

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
