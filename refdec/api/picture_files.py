"""Decoded pictures in files (5.11): the colour of each format, its depth, traces and dumps.

In: a suffix, and what a decode found.  Out: what the format forces; files, each whole or not there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from refdec.heif.parts import AlphaPlane

if TYPE_CHECKING:
    from refdec.picture.render import Colour

__all__ = ["JPEG_SUFFIXES", "colour_of", "depth_of", "gray_of", "write_json", "write_npz", "written_alpha"]

FULL_BITS = 8
JPEG_SUFFIXES = (".jpg", ".jpeg")
"""What is written into such a file is no more what was decoded."""


def colour_of(suffix: str) -> Colour | None:
    """Return the colour of a format, None: what the codestream says.  Raises SuffixUnknown."""
    from refdec.formats.colours import COLOUR_OF_SUFFIX
    from refdec.formats.errors import SuffixUnknown
    from refdec.formats.files import WRITERS
    from refdec.formats.kinds import FLOAT_ALONE

    if suffix in FLOAT_ALONE:
        return "RGB"
    if suffix not in WRITERS:
        raise SuffixUnknown(suffix, (*WRITERS, *FLOAT_ALONE))
    return COLOUR_OF_SUFFIX[suffix]


def gray_of(suffix: str) -> bool | None:
    """Tell whether a format holds gray pictures; None: nothing else."""
    return None if suffix == ".pgm" else suffix != ".ppm"


def depth_of(suffix: str) -> int | None:
    """Return the depth that a format forces, None: that of the codestream."""
    from refdec.formats.colours import EIGHT_BIT_SUFFIXES

    return FULL_BITS if suffix in EIGHT_BIT_SUFFIXES else None


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
