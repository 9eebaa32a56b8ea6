"""Two pictures beside each other: one that is expected, and one of those that a decoder shows.

In: codes or floats of both, with transparency.  Out: `Pair`, which says how they differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from refdec.formats.files import WRITERS
from refdec.formats.pictures import Colour
from refdec.formats.transparency import ALPHA_SUFFIXES, at_depth, with_alpha
from refdec.heif.parts import AlphaPlane
from refdec.picture.output import as_codes
from refdec.trace.samples import PlanesDifference, compare_planes
from refdec.verification.depths import FewBits

if TYPE_CHECKING:
    from refdec.arithmetic.types import Int64Array
    from refdec.picture.floats import FloatPlanes, Patterns
    from refdec.picture.output import Codes
    from refdec.picture.picture import PictureCodes

__all__ = ["Pair", "code_pair", "float_pair"]

COMPONENTS = {Colour.RGB: ("R", "G", "B"), Colour.YUV: ("Y", "U", "V"), Colour.GRAY: ("gray",)}
OPAQUE_ALONE = {*WRITERS, ".pfm"} - {*ALPHA_SUFFIXES}
"""Formats that hold no transparency."""
MULTIPLIED, STRAIGHT = ".tif", ".png"
"""Formats that stand for colours which are multiplied by transparency, and for those which are not."""


class Pair(NamedTuple):
    """How two pictures differ; `of`: which of those that a decoder shows, "" where there is one.

    `kind`: of a `Comparison`; `said`: what else there is to know of what is compared.
    """

    planes: PlanesDifference
    of: str
    said: tuple[str, ...] = ()
    kind: str = "picture"

    @property
    def distance(self) -> tuple[bool, float]:
        """How far they are from each other, to be compared with others: sizes first, then the share of samples."""
        return bool(self.planes.structure), self.planes.share

    def lines(self) -> Iterator[str]:
        """Say what is compared, and how it differs; A is the expected one."""
        if self.of:
            yield f"compared {'are' if self.kind == 'floats' else 'is'} {self.of}"
        yield from self.said
        found = self.planes
        if found.structure:
            yield re.sub(r"\bB\b", "the decoded one", re.sub(r"\bA\b", "the expected picture", found.structure))
            return
        first = found.first
        if first is None or first.first is None or first.values is None:
            yield "equal, sample by sample"
            return
        row, column = first.first
        yield (
            f"first difference: row {row}, column {column}, component {first.name}: "
            f"{first.values[0]:g} expected, {first.values[1]:g} decoded"
        )
        yield f"{100 * found.share:.4g} % of the samples differ, the largest difference is {found.max_abs:g}"


def code_pair(expected: FewBits, found: PictureCodes, alpha: AlphaPlane | None, suffix: str, of: str) -> Pair:
    """Compare codes, and transparency (None: there is none), as a file in the format of a suffix holds them."""
    picture, said = expected.picture, [expected.said] if expected.said else []
    gray = len(found.planes) == 1
    alone = gray and picture.is_gray
    kind = Colour.GRAY if alone else Colour.YUV if found.colour == "YUV" else Colour.RGB
    wanted = picture.components[:1] if alone else picture.as_rgb().components
    planes = found.planes * 3 if gray and not alone else found.planes
    names = COMPONENTS[kind]
    if picture.alpha is None and alpha is not None and suffix in OPAQUE_ALONE:
        said.append(_not_held(suffix))
    elif picture.alpha is not None or alpha is not None:
        names = (*names, "A")
        if picture.alpha is not None and picture.alpha.premultiplied and alpha is not None and not alpha.premultiplied:
            words = "the colours of A are multiplied by its transparency, those of B are not"
            return Pair(PlanesDifference((), words), of, tuple(said))
        multiplied = suffix == MULTIPLIED if picture.alpha is None else picture.alpha.premultiplied
        wished = picture.alpha or _opaque(wanted[0], found.bit_depth)
        shown = alpha or _opaque(planes[0], found.bit_depth)
        held = MULTIPLIED if multiplied else STRAIGHT
        planes = with_alpha(planes, found.bit_depth, shown, held, is_ycc=found.colour == "YUV")
        planes = (*planes[:-1], at_depth(shown.samples, shown.bits, wished.bits))  # however deep the colours
        wanted = (*wanted, wished.samples)
    return Pair(compare_planes(names, wanted, planes), of, tuple(said))


def _not_held(suffix: str) -> str:
    return f"transparency is not compared: {suffix[1:]} has no place for it"


def _opaque(plane: Codes, bits: int) -> AlphaPlane:
    """Return the transparency of a picture without any, of the size of one of its planes."""
    return AlphaPlane(as_codes(np.full(plane.shape, (1 << bits) - 1, np.uint16), bits), bits, False)


def float_pair(expected: FloatPlanes, found: FloatPlanes, suffix: str) -> Pair:
    """Compare floats, bit by bit; a tolerance counts places in the order of values."""
    alone = found.has_alpha and not expected.has_alpha and suffix in OPAQUE_ALONE
    found, said = (replace(found, planes=found.colours), (_not_held(suffix),)) if alone else (found, ())
    names = ("R", "G", "B", "A") if len(expected.planes) > 2 else ("Y", "A")
    a, b = (each.as_single() if expected.bits != found.bits else each for each in (expected, found))
    planes = compare_planes(
        names[: len(a.planes)],
        [_in_order(each, a.bits) for each in a.planes],
        [_in_order(each, b.bits) for each in b.planes],
    )
    unit = f"{found.bits} bit floats of the lossless layer, differences in places of their order"
    return Pair(planes, unit, said, kind="floats")


def _in_order(patterns: Patterns, bits: int) -> Int64Array:
    """Return bit patterns of floats as whole numbers in the order of their values; -0 comes before 0."""
    sign = 1 << (bits - 1)
    wide = patterns.astype(np.int64)
    return np.where(wide < sign, wide, sign - 1 - wide)
