"""Where a picture has holes, as a user says it: rectangles, a picture that is white in them, or both.

In: the texts of options, and rows and columns of the picture.  Out: bool [rows, columns], True in holes.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from refdec.plugins.api import BoolArray, Refusal

__all__ = ["holes_of"]

WHITE = 128
"""A sample of a mask from here on is a hole."""


def _rectangles(text: str, size: tuple[int, int]) -> list[tuple[slice, slice]]:
    """Return rows and columns of each rectangle.  Raises Refusal."""
    found = []
    for part in text.split(";"):
        try:
            x, y, width, height = (int(number) for number in part.split(","))
        except ValueError:
            raise Refusal(f"hole={text!r} is not X,Y,W,H, or several of these with a semicolon between.") from None
        if min(x, y) < 0 or min(width, height) < 1 or y + height > size[0] or x + width > size[1]:
            raise Refusal(f"The hole {part.strip()} is not inside the picture, which is {size[1]} x {size[0]}.")
        found.append((slice(y, y + height), slice(x, x + width)))
    return found


def _mask(path: Path, size: tuple[int, int]) -> BoolArray:
    """Return where a mask picture is white.  Raises Refusal."""
    try:
        with Image.open(path) as image:
            if image.size != (size[1], size[0]):
                raise Refusal(f"The mask is {image.width} x {image.height}, the picture {size[1]} x {size[0]}.")
            white: BoolArray = np.asarray(image.convert("L")) >= WHITE
    except (OSError, ValueError, Image.DecompressionBombError) as problem:
        raise Refusal(f"The mask {path} cannot be read: {problem}") from problem
    return white


def holes_of(rectangles: str | None, mask: Path | None, size: tuple[int, int]) -> BoolArray:
    """Return where holes are in a picture of rows and columns.

    Raises Refusal where nothing is said, nothing is a hole, or everything is.
    """
    if rectangles is None and mask is None:
        raise Refusal("inpaint fills holes, and none is named.  Try:  --option hole=X,Y,W,H, or --option mask=FILE")
    holes = np.zeros(size, bool) if mask is None else _mask(mask, size).copy()
    for rows, columns in _rectangles(rectangles, size) if rectangles is not None else ():
        holes[rows, columns] = True
    if not holes.any():
        raise Refusal("The mask is white nowhere: there is no hole.")
    if holes.all():
        raise Refusal("All of the picture is a hole: there is nothing left to fill it from.")
    return holes
