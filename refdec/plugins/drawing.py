"""Pictures of results: colours of maps, bars, lines of text, frames (for people, not for measurement).

In: small arrays and texts.  Out: RGB pictures, uint8 [rows, columns, 3].  Pillow draws the letters, loaded when first
used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.types import UInt8Array

__all__ = [
    "RgbArray",
    "bars",
    "blended",
    "class_colours",
    "colour_bar",
    "colour_names",
    "enlarged",
    "framed",
    "heat_colours",
    "stacked",
    "text_lines",
]

RgbArray: TypeAlias = UInt8Array

HEAT = ((0, 0, 4), (66, 10, 104), (147, 38, 103), (221, 81, 58), (252, 165, 10), (252, 255, 164))
INK, PAPER, BAR = (30, 30, 30), (255, 255, 255), (70, 120, 180)
LINE, MARGIN, LABEL_WIDTH, BAR_WIDTH = 16, 6, 220, 300
LARGEST_SIDE = 16384


def heat_colours(values: npt.NDArray[Any]) -> RgbArray:
    """Return a map as colours from black over red to pale yellow; the largest value is the brightest, 0 is black."""
    amount = np.maximum(values.astype(np.float64), 0.0)
    top = float(amount.max(initial=0.0))
    place = amount / top * (len(HEAT) - 1) if top > 0 else amount
    stops = np.arange(len(HEAT))
    channels = [np.interp(place, stops, [colour[k] for colour in HEAT]) for k in range(3)]
    return np.stack(channels, axis=-1).round().astype(np.uint8)


def class_colours(classes: npt.NDArray[Any]) -> RgbArray:
    """Return a map of class numbers as colours that differ from their neighbours; class 0 is black."""
    number = classes.astype(np.int64)
    parts = [(number * step + 60) % 200 + 55 for step in (97, 157, 41)]
    colours = np.where((number == 0)[..., None], 0, np.stack(parts, axis=-1))
    return colours.astype(np.uint8)


def enlarged(picture: RgbArray, cell: int, size: tuple[int, int] | None = None) -> RgbArray:
    """Return the picture with every sample repeated `cell` times in both directions, cropped to `size` (rows,
    columns).
    """
    grown = picture.repeat(cell, axis=0).repeat(cell, axis=1)
    return grown if size is None else grown[: size[0], : size[1]]


def blended(picture: RgbArray, over: RgbArray | None) -> RgbArray:
    """Return the mean of a picture and the one that it lies over, of which it keeps the size."""
    if over is None:
        return picture
    rows, columns = min(picture.shape[0], over.shape[0]), min(picture.shape[1], over.shape[1])
    result = over.copy()
    both = picture[:rows, :columns].astype(np.uint16) + over[:rows, :columns]
    result[:rows, :columns] = both >> 1
    return result


def framed(picture: RgbArray, x: int, y: int, width: int, height: int, colour: tuple[int, int, int]) -> None:
    """Draw a frame two samples thick into a picture; parts outside are left out."""
    for inset in (0, 1):
        left, top = max(x + inset, 0), max(y + inset, 0)
        right, bottom = x + width - 1 - inset, y + height - 1 - inset
        for row in (y + inset, bottom):
            if 0 <= row < picture.shape[0]:
                picture[row, left : max(right + 1, 0)] = colour
        for column in (x + inset, right):
            if 0 <= column < picture.shape[1]:
                picture[top : max(bottom + 1, 0), column] = colour


def text_lines(lines: Sequence[str]) -> RgbArray:
    """Return lines of text, dark on white."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default()
    wide = max((font.getlength(line) for line in lines), default=0)
    size = (min(int(wide) + 2 * MARGIN + 1, LARGEST_SIDE), min(LINE * max(len(lines), 1) + 2 * MARGIN, LARGEST_SIDE))
    image = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines[: size[1] // LINE]):
        draw.text((MARGIN, MARGIN + number * LINE), line, fill=INK, font=font)
    return np.asarray(image, dtype=np.uint8).copy()


def bars(rows: Sequence[tuple[str, float]]) -> RgbArray:
    """Return a bar per row: its name, and a bar whose length is its value's share of the largest one."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default()
    top = max((abs(value) for _, value in rows), default=0.0) or 1.0
    height = min(LINE * max(len(rows), 1) + 2 * MARGIN, LARGEST_SIDE)
    image = Image.new("RGB", (LABEL_WIDTH + BAR_WIDTH + 2 * MARGIN, height), PAPER)
    draw = ImageDraw.Draw(image)
    for number, (name, value) in enumerate(rows[: height // LINE]):
        y = MARGIN + number * LINE
        draw.text((MARGIN, y), f"{name[:24]} {value:.4g}", fill=INK, font=font)
        length = int(BAR_WIDTH * min(abs(value) / top, 1.0))
        if length:
            draw.rectangle((LABEL_WIDTH, y + 2, LABEL_WIDTH + length - 1, y + LINE - 4), fill=BAR)
    return np.asarray(image, dtype=np.uint8).copy()


def colour_bar(top: float, unit: str) -> RgbArray:
    """Return the scale of `heat_colours`, from 0 to the largest value, with numbers and unit below it."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default()
    ends = ("0", f"{top / 2:.4g}", f"{top:.4g} {unit}".rstrip())
    right = int(font.getlength(ends[2])) + 1
    image = Image.new("RGB", (MARGIN + BAR_WIDTH + max(right, MARGIN), 2 * LINE + 2 * MARGIN), PAPER)
    scale = heat_colours(np.linspace(0, 1, BAR_WIDTH)[None]).repeat(LINE - 4, axis=0)
    image.paste(Image.fromarray(scale), (MARGIN, MARGIN))
    draw = ImageDraw.Draw(image)
    draw.rectangle((MARGIN, MARGIN, MARGIN + BAR_WIDTH - 1, MARGIN + LINE - 5), outline=INK)
    for share, text in zip((0.0, 0.5, 1.0), ends, strict=True):
        x = MARGIN + int(share * (BAR_WIDTH - 1))
        draw.line((x, MARGIN + LINE - 5, x, MARGIN + LINE - 1), fill=INK)
        place = x if share in (0.0, 1.0) else x - int(font.getlength(text)) // 2
        draw.text((place, MARGIN + LINE), text, fill=INK, font=font)
    return np.asarray(image, dtype=np.uint8).copy()


def colour_names(entries: Sequence[tuple[str, tuple[int, int, int]]]) -> RgbArray:
    """Return a square of each colour with its name beside it, one below the other."""
    words = text_lines([f"      {name}" for name, _ in entries])
    for number, (_, colour) in enumerate(entries[: words.shape[0] // LINE]):
        top = MARGIN + number * LINE
        words[top + 1 : top + LINE - 3, MARGIN : MARGIN + LINE - 4] = colour
    return words


def stacked(pictures: Sequence[RgbArray]) -> RgbArray:
    """Return pictures below each other, on white."""
    width = max((picture.shape[1] for picture in pictures), default=1)
    rows = [np.pad(p, [(0, MARGIN), (0, width - p.shape[1]), (0, 0)], constant_values=255) for p in pictures]
    return np.concatenate(rows) if rows else np.full((1, 1, 3), 255, np.uint8)
