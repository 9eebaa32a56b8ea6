"""What the reference says about a stream: fingerprints, picture and clauses, or the error that refuses it.

In: a stream and a pack of weights.  Out: `Observed`.  Used when a suite is made and when refdec itself is tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from refdec.bitstream.chroma import ChromaFormat
from refdec.bitstream.headers import Headers
from refdec.conformance.case import ExpectedPicture
from refdec.decoding.whole import Decoded, decode_codestream
from refdec.errors import RefdecError
from refdec.formats.pictures import CodePicture, Colour
from refdec.picture.render import render
from refdec.trace.fingerprints import Fingerprints
from refdec.trace.picture_digest import picture_sha256
from refdec.weights.pack import WeightPack

__all__ = [
    "Observed",
    "code_picture",
    "describe_picture",
    "observe_decode",
    "picture_suffix",
]


@dataclass(frozen=True, slots=True, eq=False)
class Observed:
    """One decode: the fingerprint of every stage and the picture, or the error that ended it."""

    fingerprints: Mapping[str, str]
    picture: CodePicture | None
    headers: Headers | None
    error: RefdecError | None


def code_picture(decoded: Decoded) -> CodePicture:
    """Return the codes that a file of the picture holds: RGB or YUV, as the stream says."""
    picture = render(decoded.planes, decoded.headers.picture)
    return CodePicture(picture.planes, picture.bit_depth, Colour(picture.colour))


def picture_suffix(colour: str) -> str:
    """Return the kind of file that a picture is exchanged in: PNG for RGB, planar raw for YUV."""
    return ".png" if colour == Colour.RGB.value else ".yuv"


def describe_picture(picture: CodePicture, file: str | None) -> ExpectedPicture:
    """Return the manifest's description of a picture."""
    h, w = picture.components[0].shape
    small_h, small_w = picture.components[1].shape
    chroma = ChromaFormat((1 if small_h == h else 2, 1 if small_w == w else 2)).digits
    return ExpectedPicture(file, w, h, picture.bits, picture.colour.value, chroma, picture_sha256(picture.components))


def observe_decode(data: bytes, pack: WeightPack) -> Observed:
    """Decode a stream, as strictly as the standard asks, and keep what can be compared."""
    fingerprints = Fingerprints()
    decode = partial(decode_codestream, data, pack, observe=fingerprints)
    try:
        decoded = decode()
    except RefdecError as problem:
        return Observed(fingerprints.sha256, None, None, problem)
    return Observed(fingerprints.sha256, code_picture(decoded), decoded.headers, None)
