"""Comparison of a decoder's picture with the expected one, and a guess at what went wrong.

In: two pictures.  Out: None where they are equal, else `PictureDifference`.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.conformance.case import Tolerance
from refdec.conformance.verdicts import CaseVerdict, PictureDifference
from refdec.formats.pictures import CodePicture

__all__ = ["compare_pictures", "judge"]

Planes = tuple[Int32Array, ...]
SHIFTS = tuple((dy, dx) for dy in (-2, -1, 0, 1, 2) for dx in (-2, -1, 0, 1, 2) if dy or dx)
MARGIN = 2


def _planes(picture: CodePicture) -> Planes:
    return tuple(plane.astype(np.int32) for plane in picture.components)


def compare_pictures(expected: CodePicture, found: CodePicture) -> PictureDifference | None:
    """Compare two pictures of the same size and format."""
    want, got = _planes(expected), _planes(found)
    apart = [np.abs(b - a) for a, b in zip(want, got, strict=True)]
    wrong = sum(int(np.count_nonzero(plane)) for plane in apart)
    if not wrong:
        return None
    plane = next(k for k, part in enumerate(apart) if part.any())
    row, column = (int(n) for n in np.argwhere(apart[plane])[0])
    largest = max(int(part.max()) for part in apart)
    share = wrong / sum(part.size for part in apart)
    return PictureDifference(largest, share, (plane, row, column), _guess(want, got, expected.bits))


def judge(difference: PictureDifference | None, tolerance: Tolerance | None) -> CaseVerdict:
    """Return the verdict on a picture of the right size."""
    if difference is None:
        return CaseVerdict.EXACT
    if tolerance is None:
        return CaseVerdict.UNCOMPARED
    near = difference.max_difference <= tolerance.max_difference and difference.share <= tolerance.max_share
    return CaseVerdict.TOLERATED if near else CaseVerdict.DIFFERS


def _guess(want: Planes, got: Planes, bits: int) -> str:
    """Return what the difference looks like, an empty text if like nothing known."""
    if _varied(want) and all(plane.min() == plane.max() for plane in got):
        return "every plane has one value only"
    inner = [(a > 0) & (a < (1 << bits) - 1) for a in want]  # the others may be clipped
    steps = {int(n) for a, b, m in zip(want, got, inner, strict=True) for n in np.unique((b - a)[m])}
    if len(steps) == 1:
        return f"every sample is off by {steps.pop()}"
    shifted = _shift(want, got)
    if shifted is not None:
        return f"the picture is displaced by {shifted[0]} rows and {shifted[1]} columns"
    return _exchange(want, got) or _alone(want, got, bits)


def _varied(planes: Planes) -> bool:
    return any(plane.min() != plane.max() for plane in planes)


def _shift(want: Planes, got: Planes) -> tuple[int, int] | None:
    """Return the displacement (rows, columns) after which the insides of the first planes are equal."""
    a, b = want[0], got[0]
    if min(a.shape) < 4 * MARGIN or a.min() == a.max():
        return None
    h, w = a.shape
    inside = b[MARGIN : h - MARGIN, MARGIN : w - MARGIN]
    for dy, dx in SHIFTS:
        if np.array_equal(a[MARGIN - dy : h - MARGIN - dy, MARGIN - dx : w - MARGIN - dx], inside):
            return dy, dx
    return None


def _exchange(want: Planes, got: Planes) -> str:
    """Return which planes are exchanged, or turned upside down."""
    if len(want) != 3:
        return ""
    for one, two in ((1, 2), (0, 2), (0, 1)):
        swapped = list(want)
        swapped[one], swapped[two] = want[two], want[one]
        if all(np.array_equal(a, b) for a, b in zip(swapped, got, strict=True)):
            return f"planes {one} and {two} are exchanged"
    if all(np.array_equal(a[::-1], b) for a, b in zip(want, got, strict=True)):
        return "the picture is upside down"
    return ""


def _alone(want: Planes, got: Planes, bits: int) -> str:
    """Return which planes are wrong where others are right, or that rounding is the likely cause."""
    wrong = [k for k, (a, b) in enumerate(zip(want, got, strict=True)) if not np.array_equal(a, b)]
    text = "" if len(wrong) == len(want) else f"only plane {' and '.join(map(str, wrong))} is wrong"
    if max(int(np.abs(b - a).max()) for a, b in zip(want, got, strict=True)) == 1:
        return f"{text}{', ' if text else ''}steps of 1 only, as by another rounding"
    return text
