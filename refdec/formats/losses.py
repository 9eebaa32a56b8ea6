"""What a format cannot hold of a decoded picture, as sentences: nothing is left out without a word.

In: a suffix, depths, and what a file says of its picture.  Out: warnings.
"""

from __future__ import annotations

from refdec.bitstream.rendering import RenderingInfo
from refdec.formats.colours import EIGHT_BIT_SUFFIXES, FEW_BITS, SPREAD_SUFFIXES, lost_colours, lost_light
from refdec.heif.parts import NO_METADATA, Metadata

__all__ = ["losses"]

FULL_BITS = 8
WITH_METADATA = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff")
"""Formats that hold ICC profiles, Exif data and XMP."""


def losses(
    suffix: str,
    bits: int,
    own_bits: int,
    rendering: RenderingInfo | None,
    metadata: Metadata = NO_METADATA,
    *,
    gray: bool = False,
    file_bits: int | None = None,
) -> tuple[str, ...]:
    """Return the warnings of writing a format; `bits` of the codes, `own_bits` of the picture's, which may be gray.

    `file_bits`: in how many they stand in the file beside transparency that has more; None: in their own.
    """
    name, found = suffix[1:], []
    as_they_are = suffix == ".png" and gray and bits in FEW_BITS
    if file_bits is not None and file_bits > bits:
        found.append(
            f"codes 0..{(1 << bits) - 1} stand over the range 0..{(1 << file_bits) - 1}, as their transparency has "
            f"more bits: sample >> {file_bits - bits} is the code"
        )
    elif suffix in SPREAD_SUFFIXES and bits < FULL_BITS and not as_they_are:
        found.append(
            f"a {name} holds codes 0..{(1 << bits) - 1} over the range 0..255, so that viewers show them right: "
            f"sample >> {FULL_BITS - bits} is the code"
        )
    if suffix in EIGHT_BIT_SUFFIXES and own_bits > FULL_BITS:
        found.append(f"{name} holds 8 bits of a sample, this picture has {own_bits}; png and tif hold them all")
    left = () if suffix in WITH_METADATA else metadata.names()
    if left:
        found.append(f"{name} has no place for what the file says beside its picture: {', '.join(left)}")
    lost = () if metadata.icc and not left else lost_colours(rendering, suffix)
    return (*found, *lost, *lost_light(rendering, suffix))
