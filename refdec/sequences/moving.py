"""What all sources of moving pictures amount to: frames in their order, each with how long it is shown.

In: what readers find.  Out: frozen values; the frames are read while they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from refdec.arithmetic.shown import ShortRepr
from refdec.formats.pictures import CodePicture

__all__ = ["FOR_EVER", "ONCE", "MovingFrame", "MovingPicture"]

FOR_EVER, ONCE = 0, 1
"""How often something plays."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MovingFrame(ShortRepr):
    """One frame: its picture, or the file that holds it; `duration` in seconds, None: its source does not say."""

    picture: CodePicture | Path
    duration: Fraction | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MovingPicture(ShortRepr):
    """A source: `frames` can be gone through once; `count` of them, None: that is not known beforehand.

    `usual`: seconds of a frame that says none.  `plays`: how often it plays, FOR_EVER is 0.  `remarks`: sentences about
    what was read otherwise than it stands, `unstated` one for frames that say no duration.
    """

    name: str
    frames: Iterable[MovingFrame]
    count: int | None
    usual: Fraction
    plays: int = ONCE
    remarks: tuple[str, ...] = ()
    unstated: str = ""
