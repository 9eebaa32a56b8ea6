"""Pictures the right way up: the eight orientations of Exif applied to the samples.

In: a `CodePicture` as stored.  Out: the picture as it is to be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from refdec.formats.description import UPRIGHT
from refdec.formats.pictures import CodePicture
from refdec.picture.output import Codes

__all__ = ["turned_in_words", "upright"]

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


def upright(picture: CodePicture) -> tuple[CodePicture, str]:
    """Return a picture the right way up, and a sentence that says what was done to it, empty if nothing."""
    orientation = picture.description.orientation
    if orientation == UPRIGHT:
        return picture, ""
    _, turn = TURNS[orientation]
    turned = tuple(np.ascontiguousarray(turn(plane)) for plane in picture.components)
    described = replace(picture.description, orientation=UPRIGHT)
    return replace(picture, components=turned, description=described), turned_in_words(orientation)


def turned_in_words(orientation: int) -> str:
    """Return the sentence about what an orientation other than 1 asks for, when it has been done."""
    words, _ = TURNS[orientation]
    return f"the picture was {words}, as its Exif orientation {orientation} asks"
