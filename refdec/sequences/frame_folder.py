"""A folder of pictures as frames: those directly in it, by their names, numbers in them by their size.

In: a folder.  Out: `MovingPicture` of paths.  What is no picture is left out, and named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from refdec.errors import first_of
from refdec.formats.files import READ_SUFFIXES
from refdec.limits import Limits
from refdec.sequences.errors import NoFrames
from refdec.sequences.moving import MovingFrame, MovingPicture

__all__ = ["in_order", "moving_folder"]

USUAL = Fraction(1, 25)
"""Seconds of a frame, where no rate is asked for."""
NUMBERS = re.compile(r"(\d+)")


def in_order(paths: Iterable[Path]) -> list[Path]:
    """Return paths by their names; a number in a name counts as a number: frame2 before frame10."""
    return sorted(paths, key=lambda path: ([_part(each) for each in NUMBERS.split(path.name)], path.name))


def _part(text: str) -> tuple[int, int, str]:
    return (1, int(text), "") if text.isdecimal() and text.isascii() else (0, 0, text)


def moving_folder(folder: Path, limits: Limits) -> MovingPicture:
    """Return the pictures of a folder as frames.  Raises NoFrames, TooLarge."""
    files = [path for path in folder.iterdir() if not path.name.startswith(".")]
    pictures = [path for path in files if path.suffix.lower() in READ_SUFFIXES and path.is_file()]
    if not pictures:
        raise NoFrames(str(folder))
    limits.require("number of frames", len(pictures), limits.samples)
    others = sorted(path.name for path in set(files) - set(pictures))
    remarks = (f"left out, since they are no pictures that are read here: {first_of(others)}",) if others else ()
    return MovingPicture(
        str(folder), [MovingFrame(path) for path in in_order(pictures)], len(pictures), USUAL, remarks=remarks
    )
