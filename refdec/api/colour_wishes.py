"""What a caller says of a picture's colours and light, in place of what its file says (1.5.3, 5.16).

In: code points of H.273, a mastering display, light levels, as values or as they are typed.  Out: `ColourWishes`, which
go into RDI, and with it into the properties of a HEIF file.  Samples are never converted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

from refdec.bitstream.rendering import ContentLight, MasteringDisplay, RenderingInfo
from refdec.formats.colorimetry import CHROMATICITIES
from refdec.formats.colour_points import rendering_of
from refdec.plugins.errors import RequestInvalid

if TYPE_CHECKING:
    from refdec.plugins.source_picture import SourcePicture

__all__ = ["CicpWish", "ClliWish", "ColourWishes", "MdcvWish"]

CicpWish: TypeAlias = "tuple[int, int] | str | None"
MdcvWish: TypeAlias = "MasteringDisplay | str | None"
ClliWish: TypeAlias = "tuple[int, int] | str | None"

PRIMARIES: Mapping[str, int] = {"bt709": 1, "srgb": 1, "bt2020": 9, "dci-p3": 11, "p3": 12}
TRANSFERS: Mapping[str, int] = {"bt709": 1, "linear": 8, "srgb": 13, "bt2020": 14, "pq": 16, "hlg": 18}
RESERVED = (0, 3)
POINT_UNIT = 2
"""Chromaticities of a display count in 0.00002, those of our table in 0.00001."""
LIGHT_UNIT = 10000
PAIR = r"\((\d{1,5}),(\d{1,5})\)"
DISPLAY = re.compile(rf"G{PAIR}B{PAIR}R{PAIR}WP{PAIR}L\((\d{{1,10}}),(\d{{1,10}})\)")
"""How x265 and others write one: all numbers in the units of HEVC's message."""
NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9})?")


@dataclass(frozen=True, slots=True)
class ColourWishes:
    """What is to stand in RDI: code points (primaries, transfer), mastering display, light levels; None: as it was."""

    cicp: tuple[int, int] | None = None
    mdcv: MasteringDisplay | None = None
    clli: ContentLight | None = None

    @classmethod
    def of(cls, cicp: CicpWish = None, mdcv: MdcvWish = None, clli: ClliWish = None) -> ColourWishes:
        """Return wishes as they are given or typed.

        `cicp` (9, 16), "9/16" or "bt2020/pq".  `mdcv` a `MasteringDisplay`, "p3,1000,0.0001" (primaries, most and least
        light in cd/m2) or "G(x,y)B(x,y)R(x,y)WP(x,y)L(most,least)" in units of 0.00002 and 0.0001 cd/m2.  `clli` (1000,
        400) or "1000,400": the brightest sample and the brightest average, in cd/m2.  Raises RequestInvalid.
        """
        return cls(
            None if cicp is None else _code_points(cicp),
            mdcv if mdcv is None or isinstance(mdcv, MasteringDisplay) else _display(mdcv),
            None if clli is None else _levels(clli),
        )

    def on(self, picture: SourcePicture) -> SourcePicture:
        """Return a picture with these in place of what its file said."""
        if self == NO_WISHES:
            return picture
        said = picture.rendering or RenderingInfo()
        cicp = said.cicp if self.cicp is None else rendering_of(*self.cicp).cicp
        made = replace(said, cicp=cicp, mdcv=self.mdcv or said.mdcv, clli=self.clli or said.clli)
        return replace(picture, rendering=made)


NO_WISHES = ColourWishes()


def _texts(wish: object) -> list[str]:
    """Return the parts of a wish as they would be typed; none of what has no parts."""
    return [str(part) for part in wish] if isinstance(wish, list | tuple) else []


def _code_points(wish: tuple[int, int] | str) -> tuple[int, int]:
    parts = wish.lower().split("/") if isinstance(wish, str) else _texts(wish)
    needed = "primaries and transfer of H.273, such as 9/16, 12/13 or bt2020/pq"
    if len(parts) != 2:
        raise RequestInvalid("cicp", wish, needed)
    found = [
        int(part) if part.isdecimal() and len(part) <= 3 else names.get(part, -1)
        for part, names in zip(parts, (PRIMARIES, TRANSFERS), strict=True)
    ]
    if any(code not in range(256) or code in RESERVED for code in found):
        raise RequestInvalid("cicp", wish, needed)
    return found[0], found[1]


def _display(text: str) -> MasteringDisplay:
    if not isinstance(text, str):
        raise RequestInvalid("mdcv", text, "a MasteringDisplay, or a text such as p3,1000,0.0001")
    numbers = DISPLAY.fullmatch(text)
    if numbers:
        gx, gy, bx, by, rx, ry, wx, wy, most, least = map(int, numbers.groups())
        made = MasteringDisplay((gx, bx, rx), (gy, by, ry), wx, wy, most, least)
    else:
        made = _named_display(text)
    points = (*made.primaries_x, *made.primaries_y, made.white_point_x, made.white_point_y)
    if max(points) >> 16 or made.maximum_luminance >> 32 or made.minimum_luminance >= made.maximum_luminance:
        raise RequestInvalid("mdcv", text, "of chromaticities and light that RDI can hold, the most above the least")
    return made


def _named_display(text: str) -> MasteringDisplay:
    """Return the display of "p3,1000,0.0001"."""
    name, *light = text.lower().split(",")
    if name not in PRIMARIES or len(light) != 2 or not all(NUMBER.fullmatch(part) for part in light):
        raise RequestInvalid(
            "mdcv", text, "primaries, most and least cd/m2 (p3,1000,0.0001), or G(x,y)B(x,y)R(x,y)WP(x,y)L(most,least)"
        )
    wx, wy, rx, ry, gx, gy, bx, by = (number // POINT_UNIT for number in CHROMATICITIES[PRIMARIES[name]])
    most, least = (round(Fraction(part) * LIGHT_UNIT) for part in light)
    return MasteringDisplay((gx, bx, rx), (gy, by, ry), wx, wy, most, least)


def _levels(wish: tuple[int, int] | str) -> ContentLight:
    parts = wish.split(",") if isinstance(wish, str) else _texts(wish)
    if len(parts) != 2 or not all(part.isdecimal() and len(part) <= 5 for part in parts):
        raise RequestInvalid("clli", wish, "two whole numbers of cd/m2: the brightest sample, the brightest average")
    most, average = (int(part) for part in parts)
    if max(most, average) >> 16:
        raise RequestInvalid("clli", wish, "below 65536 cd/m2")
    return ContentLight(most, average)
