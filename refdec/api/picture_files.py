"""Decoded pictures in files (5.11): the colour of each format, the tags and warnings that go with it, traces and dumps.

In: a suffix, and what a decode found.  Out: what the format forces, warnings; files, each whole or not there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from refdec.heif.parts import NO_METADATA, AlphaPlane, Metadata

if TYPE_CHECKING:
    from refdec.bitstream.rendering import RenderingInfo
    from refdec.picture.render import Colour

__all__ = ["colour_of", "depth_of", "gray_of", "warnings_of", "write_json", "write_npz", "written_alpha"]

FULL_BITS = 8
WITH_METADATA = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff")
"""Formats that hold ICC profiles, Exif data and XMP."""


def colour_of(suffix: str) -> Colour | None:
    """Return the colour of a format, None: what the codestream says.  Raises SuffixUnknown."""
    from refdec.formats.colours import COLOUR_OF_SUFFIX
    from refdec.formats.errors import SuffixUnknown
    from refdec.formats.files import WRITERS

    if suffix not in WRITERS:
        raise SuffixUnknown(suffix, tuple(WRITERS))
    return COLOUR_OF_SUFFIX[suffix]


def gray_of(suffix: str) -> bool | None:
    """Tell whether a format holds gray pictures; None: nothing else."""
    return None if suffix == ".pgm" else suffix != ".ppm"


def depth_of(suffix: str) -> int | None:
    """Return the depth that a format forces, None: that of the codestream."""
    from refdec.formats.colours import EIGHT_BIT_SUFFIXES

    return FULL_BITS if suffix in EIGHT_BIT_SUFFIXES else None


def warnings_of(
    found: tuple[str, ...],
    suffix: str,
    bits: int,
    own_bits: int,
    rendering: RenderingInfo | None,
    metadata: Metadata = NO_METADATA,
) -> tuple[str, ...]:
    """Return the warnings of a decode, with what is special about its file.

    `bits` of the file's samples, `own_bits` of the codestream's.
    """
    from refdec.formats.colours import DARK_SUFFIXES, EIGHT_BIT_SUFFIXES, lost_colours, lost_light

    name, own = suffix[1:], []
    if suffix in DARK_SUFFIXES and bits < FULL_BITS:
        own.append(f"a {name} of {bits} bits holds codes 0..{(1 << bits) - 1} as they are (5.11); viewers show it dark")
    if suffix in EIGHT_BIT_SUFFIXES and own_bits > FULL_BITS:
        own.append(f"{name} holds 8 bits of a sample, this picture has {own_bits}; png and tif hold them all")
    left = () if suffix in WITH_METADATA else metadata.names()
    if left:
        own.append(f"{name} has no place for what the file says beside its picture: {', '.join(left)}")
    lost = () if metadata.icc and not left else lost_colours(rendering, suffix)
    return (*found, *own, *lost, *lost_light(rendering, suffix))


def written_alpha(alpha: AlphaPlane | None, suffix: str, bits: int | None) -> WrittenAlpha:
    """Return the transparency that a file gets, the depth of its picture (None: the codestream's), and what is lost.

    `bits`: the depth that is wished for, or that the format forces.
    """
    from refdec.formats.transparency import ALPHA_SUFFIXES

    if alpha is None:
        return WrittenAlpha(None, ())
    if suffix not in ALPHA_SUFFIXES:
        return WrittenAlpha(
            None, (f"{suffix[1:]} has no place for the transparency of this picture; png and tif have",)
        )
    if bits is not None and bits < alpha.bits:
        return WrittenAlpha(alpha, (f"the transparency of {alpha.bits} bits is rounded to {bits}",))
    return WrittenAlpha(alpha, ())


class WrittenAlpha(NamedTuple):
    """The transparency that goes into a file, None for none, and sentences about what does not."""

    alpha: AlphaPlane | None
    warnings: tuple[str, ...]


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
