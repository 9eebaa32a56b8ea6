"""Pictures the right way up: the eight orientations of Exif applied to the samples.

In: a `CodePicture` or a plane as stored.  Out: as it is to be shown; and where a part of that is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from refdec.formats.description import UPRIGHT
from refdec.formats.pictures import CodePicture
from refdec.picture.output import Codes
from refdec.tiling.geometry import Rect

__all__ = ["SIDEWAYS", "stored_rect", "turned", "turned_in_words", "upright"]

TURNS: Mapping[int, tuple[str, Callable[[Codes], Codes]]] = {
    2: ("mirrored left to right", lambda plane: plane[:, ::-1]),
    3: ("turned by 180 degrees", lambda plane: plane[::-1, ::-1]),
    4: ("mirrored top to bottom", lambda plane: plane[::-1]),
    5: ("mirrored along its diagonal", lambda plane: plane.T),
    6: ("turned right by 90 degrees", lambda plane: plane.T[:, ::-1]),
    7: ("mirrored along its other diagonal", lambda plane: plane[::-1, ::-1].T),
    8: ("turned left by 90 degrees", lambda plane: plane.T[::-1]),
}
"""What is done to the stored samples, in words and in NumPy's."""
SIDEWAYS, FROM_RIGHT, FROM_BELOW = (5, 6, 7, 8), (2, 3, 7, 8), (3, 4, 6, 7)
"""Orientations whose stored rows are columns of what is shown, from left to right the other way, from top to bottom."""


def upright(picture: CodePicture) -> tuple[CodePicture, str]:
    """Return a picture the right way up, and a sentence that says what was done to it, empty if nothing."""
    orientation = picture.description.orientation
    if orientation == UPRIGHT:
        return picture, ""
    components = tuple(turned(plane, orientation) for plane in picture.components)
    described = replace(picture.description, orientation=UPRIGHT)
    floats = None if picture.floats is None else picture.floats.mapped(lambda plane: turned(plane, orientation))
    made = replace(picture, components=components, description=described, floats=floats)
    return made, turned_in_words(orientation)


def turned(plane: Codes, orientation: int) -> Codes:
    """Return a plane that is stored in an orientation as it is to be shown."""
    if orientation == UPRIGHT:
        return plane
    _, turn = TURNS[orientation]
    return np.ascontiguousarray(turn(plane))


def stored_rect(rect: Rect, orientation: int, height: int, width: int) -> Rect:
    """Return where a rectangle of a picture as it is shown lies in the stored samples, height x width of them."""
    x, y = rect.x, rect.y
    if orientation in SIDEWAYS:
        x, y, rect = y, x, Rect(y, x, rect.h, rect.w)
    if orientation in FROM_RIGHT:
        x = width - x - rect.w
    if orientation in FROM_BELOW:
        y = height - y - rect.h
    return Rect(x, y, rect.w, rect.h)


def turned_in_words(orientation: int) -> str:
    """Return the sentence about what an orientation other than 1 asks for, when it has been done."""
    words, _ = TURNS[orientation]
    return f"the picture was {words}, as its Exif orientation {orientation} asks"
