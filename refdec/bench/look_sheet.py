"""One picture of many: a part of each original, and beside it what codecs made of that part at one rate, with figures.

In: originals and their renditions, a part of them.  Out: an RGB picture, for a paper or a page without scripts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from refdec.api.task_pictures import codes_of_array, picture_suffix
from refdec.arithmetic.types import UInt8Array
from refdec.bench.errors import SheetTooLarge
from refdec.bench.look import LookedAt, Rendition
from refdec.decoding.errors import RegionOutside
from refdec.formats.files import write_picture
from refdec.plugins.drawing import enlarged, stacked, text_lines
from refdec.tiling.geometry import Rect

__all__ = ["LARGEST_SHEET", "SheetPlan", "look_sheet", "write_sheet"]

LARGEST_SHEET = 1 << 26
"""Pixels of a sheet at most: it is held whole, three bytes each, and no viewer of a page wants more."""
BETWEEN = 8
WHITE = 255


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """What a sheet shows: `part` is cut out of all pictures (None: all of each), its samples become squares of
    `enlarge` x `enlarge`.
    """

    part: Rect | None = None
    enlarge: int = 1

    def require(self, sizes: Sequence[tuple[int, int]], *, codecs: int, rates: int) -> None:
        """Raise RegionOutside or SheetTooLarge unless pictures of these (rows, columns) can be shown; before coding."""
        pixels = 0
        for height, width in sizes:
            part = self.part or Rect(0, 0, width, height)
            if not (part.w and part.h and part.right <= width and part.bottom <= height):
                raise RegionOutside(part, (height, width))
            pixels += part.h * part.w * self.enlarge**2 * (codecs + 1) * rates
        if pixels > LARGEST_SHEET:
            raise SheetTooLarge(pixels, LARGEST_SHEET)


def look_sheet(seen: Sequence[LookedAt], plan: SheetPlan) -> UInt8Array:
    """Return codes [rows, columns, 3]: a row for each picture and rate, in it the original and then every codec.

    Rates, luma PSNR and MS-SSIM, written below, are those of the whole pictures.
    """
    rows = []
    for picture in seen:
        for _, at_rate in groupby(picture.renditions, key=lambda one: one.wanted_bpp):
            cells = [_cell(picture.rgb, (picture.name, "original"), plan)]
            cells += [_cell(one.rgb, _words(one), plan) for one in at_rate]
            rows.append(_beside(cells))
    return stacked(rows)


def write_sheet(path: Path, sheet: UInt8Array) -> None:
    """Write a sheet in the format of its name.  Raises SuffixUnknown, FormatCannotHold, FileUnwritable."""
    write_picture(path, codes_of_array(sheet, 8, picture_suffix(path)))


def _words(one: Rendition) -> tuple[str, str]:
    """Return what stands below a rendition: whose it is, and what it took and kept."""
    kept = f"{one.figures.luma_psnr:.2f} dB"
    if one.figures.ms_ssim is not None:
        kept += f", MS-SSIM {one.figures.ms_ssim:.4f}"
    return f"{one.codec}, {one.bpp:.3f} bits per pixel", kept


def _cell(rgb: UInt8Array, words: tuple[str, str], plan: SheetPlan) -> UInt8Array:
    cut = rgb if plan.part is None else rgb[plan.part.y : plan.part.bottom, plan.part.x : plan.part.right]
    return stacked([enlarged(cut, plan.enlarge), text_lines(words)])


def _beside(cells: Sequence[UInt8Array]) -> UInt8Array:
    """Return cells from left to right, on white."""
    height = max(cell.shape[0] for cell in cells)
    padded = [
        np.pad(cell, [(0, height - cell.shape[0]), (0, BETWEEN), (0, 0)], constant_values=WHITE) for cell in cells
    ]
    return np.concatenate(padded, axis=1)
