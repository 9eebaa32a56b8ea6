"""Decoded pictures in files (5.11): the colour of each format, the tags and warnings that go with it, traces and dumps.

In: a `Picture`, or what its headers say.  Out: files, each whole or not there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from refdec.bitstream.rendering import RenderingInfo
    from refdec.formats.sinks import Target
    from refdec.picture.picture import Picture
    from refdec.picture.render import Colour

__all__ = ["colour_of", "colour_tags", "save_picture", "warnings_of", "write_json", "write_npz"]

COLOUR_OF_SUFFIX: Mapping[str, Colour | None] = {
    ".png": "RGB",
    ".ppm": "RGB",
    ".pnm": "RGB",
    ".pgm": "RGB",
    ".yuv": "YUV",
    ".npy": None,
}
PNG_BITS = 8
UNSPECIFIED = 2
GAMMA_OF_TRANSFER = {4: 45455, 5: 35714, 8: 100000, 13: 45455}
"""PNG's gAMA (1/100000) of transfer characteristics of H.273 that are a power function, or, sRGB, as PNG has it."""


def colour_of(suffix: str) -> Colour | None:
    """Return the colour of a format, None: what the codestream says.  Raises SuffixUnknown."""
    from refdec.formats.errors import SuffixUnknown
    from refdec.formats.files import WRITERS

    if suffix not in WRITERS:
        raise SuffixUnknown(suffix, tuple(WRITERS))
    return COLOUR_OF_SUFFIX[suffix]


def colour_tags(rendering: RenderingInfo | None) -> tuple[tuple[int, int] | None, int | None]:
    """Return (primaries, transfer) and gamma for formats that can say them."""
    cicp = None if rendering is None else rendering.cicp
    if cicp is None or (cicp.colour_primaries, cicp.transfer_characteristics) == (UNSPECIFIED, UNSPECIFIED):
        return None, None
    tags = cicp.colour_primaries, cicp.transfer_characteristics
    return tags, GAMMA_OF_TRANSFER.get(cicp.transfer_characteristics)


def warnings_of(found: tuple[str, ...], suffix: str, bits: int) -> tuple[str, ...]:
    """Return the warnings of a decode, with what is special about its file."""
    if suffix == ".png" and bits < PNG_BITS:
        return (
            *found,
            f"a PNG of {bits} bits holds codes 0..{(1 << bits) - 1} as they are (5.11); viewers show it dark",
        )
    return found


def save_picture(target: Target, suffix: str, picture: Picture) -> None:
    """Write a picture in the format of a suffix.  Raises FormatCannotHold, FileUnwritable."""
    from refdec.formats.files import write_picture
    from refdec.formats.pictures import CodePicture, Colour

    cicp, gamma = colour_tags(picture.rendering)
    codes = CodePicture(picture.planes, picture.bit_depth, Colour(picture.colour))
    write_picture(target, codes, suffix=suffix, cicp=cicp, gamma=gamma)


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write plain values as JSON."""
    from refdec.formats.files import write_text

    write_text(path, json.dumps(value, indent=1) + "\n")


def write_npz(path: Path, arrays: Mapping[str, Any]) -> None:
    """Write named arrays as a compressed .npz."""
    import io

    import numpy as np

    from refdec.formats.files import write_bytes

    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    write_bytes(path, buffer.getvalue())
