"""Expected pictures brought to the depth of what they are compared with (5.11), as formats hold codes of fewer bits.

In: a picture as its file has it.  Out: the same in fewer bits, None where it is none of so few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from refdec.formats.colours import SPREAD_SUFFIXES
from refdec.formats.pictures import CodePicture
from refdec.formats.transparency import at_depth
from refdec.picture.output import Codes, as_codes

__all__ = ["FewBits", "in_few_bits"]

HIGH_BITS, AS_THEY_ARE = (".png", ".tif", ".tiff"), (".npy",)
"""Formats whose codes of 9 to 15 bits stand in the high ones of 16, or in the low ones."""
SPREAD = (*SPREAD_SUFFIXES, ".ppm", ".pgm", ".pnm")
"""Those in which codes may stand over the whole range of more bits, as other programs write them."""
DECLARED = (".png",)
"""Those whose codes `encode` may be told to be of fewer bits, whatever stands in the others."""
NARROW = 8


class FewBits(NamedTuple):
    """A picture of fewer bits, and what of its file is not in it, "" for nothing."""

    picture: CodePicture
    said: str = ""


def in_few_bits(picture: CodePicture, suffix: str, bits: int) -> FewBits | None:
    """Return what a file in the format of a suffix holds, as a picture of `bits` bits; None where it is none.

    No file but PNG says of how many bits its codes were before they were put into 8 or 16.  Transparency comes along.
    """
    if picture.bits <= bits:
        return FewBits(picture) if picture.bits == bits else None
    cut = picture.bits - bits
    alpha = () if picture.alpha is None else (picture.alpha.samples,)
    stored, colours = (*picture.components, *alpha), len(picture.components)
    if suffix in AS_THEY_ARE and not any(int(plane.max()) >> bits for plane in stored):
        return FewBits(_of_depth(picture, [as_codes(plane, bits) for plane in stored], bits))
    high = [as_codes(plane >> cut, bits) for plane in stored]
    if suffix in HIGH_BITS and picture.bits > NARROW:
        filled = [_is_filled(plane, code, cut) for plane, code in zip(stored, high, strict=True)]
        if all(filled[:colours]):
            return FewBits(_of_depth(picture, high if all(filled) else high[:colours], bits))
    if suffix in SPREAD or picture.alpha is not None:  # codes stand as those of the transparency beside them
        spread = [at_depth(plane, picture.bits, bits) for plane in picture.components]
        again = (at_depth(plane, bits, picture.bits) for plane in spread)
        if all(map(np.array_equal, again, picture.components)):
            return FewBits(_of_depth(picture, spread, bits))
    if suffix in DECLARED and picture.bits > NARROW:
        said = f"its codes are taken for those of {bits} bits: the lower {cut} are not compared"
        return FewBits(_of_depth(picture, high[:colours], bits), said)
    return None


def _is_filled(plane: Codes, high: Codes, cut: int) -> bool:
    """Tell whether the lower bits of codes say nothing: ones, as in 5.11, zeros, or the high bits once more."""
    low, bits = plane & ((1 << cut) - 1), 8 * plane.itemsize - cut
    repeated = high << (cut - bits) if cut > bits else high >> (bits - cut)
    return any(np.array_equal(low, each) for each in (np.full_like(low, (1 << cut) - 1), np.zeros_like(low), repeated))


def _of_depth(picture: CodePicture, planes: Sequence[Codes], bits: int) -> CodePicture:
    """Return a picture with planes of another depth; transparency that is not behind them keeps its own."""
    colours, alpha = tuple(planes[: len(picture.components)]), picture.alpha
    if alpha is not None and len(planes) > len(colours):
        alpha = replace(alpha, samples=planes[-1], bits=bits)
    return replace(picture, components=colours, bits=bits, alpha=alpha)
