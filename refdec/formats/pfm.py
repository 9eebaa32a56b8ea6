"""PFM: pictures of singles, gray or R, G, B, as bit patterns.

In: bytes.  Out: a `CodePicture`, codes for viewing and the floats that they were made of; and a file of floats again.
"""

from __future__ import annotations

import re

import numpy as np

from refdec.formats.array_advice import EMPTY
from refdec.formats.colour_points import UNSPECIFIED
from refdec.formats.description import SourceDescription, bytes_after
from refdec.formats.errors import PictureDamaged, PictureUnsupported
from refdec.formats.float_view import picture_of_floats
from refdec.formats.frames import chosen_picture, require_countable
from refdec.formats.kinds import FloatView
from refdec.formats.pictures import CodePicture, require_floats
from refdec.limits import Limits
from refdec.picture.floats import FloatPlanes

__all__ = ["pfm_bytes", "read_pfm"]

HEADER = re.compile(rb"P([Ff])\s+(\d{1,9})\s+(\d{1,9})\s+(-?)(\d{1,9}(?:\.\d{0,12})?)\s")
SINGLE_BITS = 32


def read_pfm(data: bytes, *, limits: Limits, frame: int | None = None, float_view: FloatView = "codes") -> CodePicture:
    """Read singles, and make codes of them (`float_view`); rows stand from the bottom up in the file.

    Raises PictureDamaged, PictureUnsupported (a scale that is not 1; samples beyond 0..1 as codes; no samples),
    PictureTooLarge, PictureNeedsMemory, SeveralPictures or NoSuchPicture.
    """
    found: list[tuple[re.Match[bytes], tuple[int, int, int]]] = []
    at = 0
    while not found or data[at : at + 1] == b"P":
        head = HEADER.match(data, at)
        if head is None:
            raise PictureDamaged("PFM", "its header cannot be read")
        width, height, channels = int(head[2]), int(head[3]), 3 if head[1] == b"F" else 1
        if not width or not height:
            raise PictureUnsupported("PFM", f"{height} rows and {width} columns", EMPTY)
        require_floats(width, height, channels, limits)
        count = width * height * channels
        if len(data) - head.end() < 4 * count:
            raise PictureDamaged("PFM", f"it has {len(data) - head.end()} bytes of samples for {count} of them")
        found.append((head, (height, width, channels)))
        require_countable("PFM", len(found))
        at = head.end() + 4 * count
    head, shape = found[chosen_picture("PFM", len(found), frame)]
    if not re.fullmatch(rb"1(?:\.0*)?", head[5]):
        raise PictureUnsupported(
            "PFM",
            f"the scale {head[5].decode()}, not 1,",
            "Multiply its samples by that, and write the scale 1.0 or -1.0.",
        )
    stored = np.frombuffer(data, "<u4" if head[4] else ">u4", shape[0] * shape[1] * shape[2], head.end())
    patterns = stored.astype(np.uint32).reshape(shape)[::-1]
    floats = FloatPlanes(tuple(np.ascontiguousarray(patterns[:, :, i]) for i in range(shape[2])), SINGLE_BITS)
    said = SourceDescription(left_behind=bytes_after(len(data) - at))
    return picture_of_floats(floats, float_view, UNSPECIFIED, "PFM", said)


def pfm_bytes(floats: FloatPlanes) -> bytes:
    """Return the file of floats without transparency, halves as singles: little-endian, rows from the bottom up."""
    single = floats.as_single()
    kind = "Pf" if len(single.colours) == 1 else "PF"
    samples = np.stack(single.colours, axis=-1)[::-1].astype("<u4")
    return f"{kind}\n{single.width} {single.height}\n-1.0\n".encode() + samples.tobytes()
