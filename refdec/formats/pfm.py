"""PFM, read: pictures of floating-point samples in 0..1, which become codes of 16 bits.

In: bytes.  Out: a `CodePicture`, RGB or gray.  Samples beyond 0..1 have no code: such files are refused, not cut.
"""

from __future__ import annotations

import re

import numpy as np

from refdec.formats.description import SourceDescription, bytes_after
from refdec.formats.errors import PictureDamaged, PictureUnsupported
from refdec.formats.frames import chosen_picture, require_countable
from refdec.formats.pictures import CodePicture, Colour, require_pixels
from refdec.limits import Limits

__all__ = ["read_pfm"]

HEADER = re.compile(rb"P([Ff])\s+(\d{1,9})\s+(\d{1,9})\s+(-?)(\d{1,9}(?:\.\d{0,12})?)\s")
BITS = 16
TOP = (1 << BITS) - 1
REMARK = (
    "samples 0 to 1 of a PFM became codes 0 to 65535 as they are: the file does not say whether they are linear light"
)


def read_pfm(data: bytes, *, limits: Limits, frame: int | None = None) -> CodePicture:
    """Read samples 0..1 as codes 0..65535; rows stand from the bottom up in the file.

    Raises PictureDamaged, PictureUnsupported (a scale that is not 1, samples beyond 0..1), PictureTooLarge,
    SeveralPictures or NoSuchPicture.
    """
    found: list[tuple[re.Match[bytes], tuple[int, int, int]]] = []
    at = 0
    while not found or data[at : at + 1] == b"P":
        head = HEADER.match(data, at)
        if head is None:
            raise PictureDamaged("PFM", "its header cannot be read")
        width, height, channels = int(head[2]), int(head[3]), 3 if head[1] == b"F" else 1
        if not width or not height:
            raise PictureDamaged("PFM", "it has no samples")
        require_pixels(width, height, limits)
        count = width * height * channels
        if len(data) - head.end() < 4 * count:
            raise PictureDamaged("PFM", f"it has {len(data) - head.end()} bytes of samples for {count} of them")
        found.append((head, (height, width, channels)))
        require_countable("PFM", len(found))
        at = head.end() + 4 * count
    head, shape = found[chosen_picture("PFM", len(found), frame)]
    if not re.fullmatch(rb"1(?:\.0*)?", head[5]):
        raise PictureUnsupported("PFM", f"the scale {head[5].decode()}, not 1,")
    stored = np.frombuffer(data, "<f4" if head[4] else ">f4", shape[0] * shape[1] * shape[2], head.end())
    if not (bool(np.all(stored >= 0)) and bool(np.all(stored <= 1))):  # so a NaN does not pass
        raise PictureUnsupported("PFM", f"samples beyond 0..1 ({stored.min()} to {stored.max()})")
    codes = np.floor(stored.astype(np.float64) * TOP + 0.5).astype(np.uint16).reshape(shape)[::-1]
    components = tuple(np.ascontiguousarray(codes[:, :, i]) for i in range(shape[2]))
    description = SourceDescription(left_behind=bytes_after(len(data) - at), remarks=(REMARK,))
    return CodePicture(components, BITS, Colour.GRAY if len(components) == 1 else Colour.RGB, description)
