"""Files of floats: OpenEXR, PFM, TIFF and NPY, written whole, every bit of every sample.

In: `FloatPlanes`, and what is known of the picture.  Out: a file, and sentences about what it has no place for.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from refdec.formats.colour_points import SRGB, UNSPECIFIED
from refdec.formats.errors import NoFloats
from refdec.formats.exr import exr_bytes
from refdec.formats.files import write_bytes
from refdec.formats.pfm import pfm_bytes
from refdec.formats.tiff import float_tiff_bytes
from refdec.heif.parts import NO_METADATA, Metadata

if TYPE_CHECKING:
    from refdec.bitstream.rendering import RenderingInfo
    from refdec.formats.sinks import Target
    from refdec.picture.floats import FloatPlanes

__all__ = ["write_floats"]

TIFF_SUFFIXES = (".tif", ".tiff")


def write_floats(
    target: Target,
    floats: FloatPlanes | None,
    suffix: str,
    rendering: RenderingInfo | None = None,
    metadata: Metadata = NO_METADATA,
) -> tuple[str, ...]:
    """Write a file of the format of a suffix; return sentences about what it does not hold.

    Primaries are those of `rendering`.  Raises NoFloats, FormatCannotHold, FileUnwritable.
    """
    if floats is None:
        raise NoFloats(suffix)
    cicp = None if rendering is None else rendering.cicp
    primaries = UNSPECIFIED if cicp is None else cicp.colour_primaries
    name, lost = suffix[1:], list[str]()
    if suffix == ".exr":
        data = exr_bytes(floats, primaries)
        if floats.has_alpha and not floats.premultiplied:
            lost.append("exr takes colours to be multiplied by transparency, and these are not")
    elif suffix == ".pfm":
        data = pfm_bytes(floats)
        lost += ["pfm has no place for the transparency of this picture; exr and tif have"] if floats.has_alpha else []
    elif suffix in TIFF_SUFFIXES:
        data = float_tiff_bytes(floats, primaries, metadata)
    else:
        made = io.BytesIO()
        np.save(made, floats.array)
        data = made.getvalue()
    if suffix not in TIFF_SUFFIXES and (names := metadata.names()):
        lost.append(f"{name} has no place for what the file says beside its picture: {', '.join(names)}")
    if suffix in (".pfm", ".npy") and primaries not in (SRGB[0], UNSPECIFIED):
        lost.append(f"{name} cannot say the primaries of this picture, {primaries} of H.273; exr and tif do")
    write_bytes(target, data)
    return tuple(lost)
