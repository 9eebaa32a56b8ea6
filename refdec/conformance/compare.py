"""Comparison of a decoder's picture with the expected one, and a guess at what went wrong.

In: two pictures.  Out: None where they are equal, else `PictureDifference`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from refdec.arithmetic.types import Int32Array
from refdec.conformance.case import ExpectedPicture, Tolerance
from refdec.conformance.resemblance import likeness
from refdec.conformance.verdicts import CaseResult, CaseVerdict, PictureDifference
from refdec.formats.pictures import CodePicture
from refdec.trace.picture_digest import picture_sha256

__all__ = ["compare_pictures", "depth_likeness", "hash_only", "judge", "with_difference", "with_guess"]

Planes = tuple[Int32Array, ...]


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
    return PictureDifference(largest, share, (plane, row, column), likeness(want, got, expected.bits, expected.colour))


def judge(difference: PictureDifference | None, tolerance: Tolerance | None) -> CaseVerdict:
    """Return the verdict on a picture of the right size."""
    if difference is None:
        return CaseVerdict.EXACT
    if tolerance is None:
        return CaseVerdict.UNCOMPARED
    near = difference.max_difference <= tolerance.max_difference and difference.share <= tolerance.max_share
    return CaseVerdict.TOLERATED if near else CaseVerdict.DIFFERS


def depth_likeness(expected: CodePicture, found: CodePicture) -> str:
    """Return what 16-bit codes look like that are too large for the depth: where the code stands, or which byte first.

    `found` was read as 16 bits, little-endian.
    """
    want, got = _planes(expected), _planes(found)
    shift = 16 - expected.bits
    if all(np.array_equal(a, b >> shift) for a, b in zip(want, got, strict=True)):
        return "the codes stand in the high bits in the place of the low ones"
    if all(np.array_equal(a, b.astype("<u2").byteswap()) for a, b in zip(want, got, strict=True)):
        return "the bytes of each sample are exchanged: big-endian"
    return ""


def with_guess(message: str, guess: str) -> str:
    """Return a message with what a picture looks like, if it looks like anything."""
    return f"{message}; {guess}" if guess else message


def with_difference(result: CaseResult, want: CodePicture, found: CodePicture) -> CaseResult:
    """Return the result with what comparing two pictures of one size says."""
    difference = compare_pictures(want, found)
    verdict = judge(difference, result.case.tolerance)
    if difference is None:
        return replace(result, verdict=verdict)
    message = f"up to {difference.max_difference} in {difference.share:.3%} of the samples"
    shown = (want, found) if verdict is CaseVerdict.DIFFERS else None
    return replace(
        result,
        verdict=verdict,
        message=with_guess(message, difference.guess),
        difference=difference,
        guess=difference.guess,
        shown=shown,
    )


def hash_only(result: CaseResult, described: ExpectedPicture, found: CodePicture) -> CaseResult:
    """Return the result where only the hash of the picture is known."""
    sha256 = picture_sha256(found.components)
    if sha256 == described.sha256:
        return replace(result, verdict=CaseVerdict.EXACT)
    message = f"picture: expected {described.sha256[:16]}, found {sha256[:16]}"
    return replace(result, verdict=CaseVerdict.DIFFERS, message=message)
