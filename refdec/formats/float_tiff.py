"""TIFF pictures of floats: half and single, read by tifffile, an optional package, and written here.

In: the bytes of a file, or `FloatPlanes`.  Out: the other one.  A classic TIFF is Exif data itself: what it says beside
its samples is read as those are.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from refdec.formats.colour_points import UNSPECIFIED
from refdec.formats.description import XMP_NAME, SourceDescription, profile_name
from refdec.formats.errors import PictureDamaged
from refdec.formats.exif import bare_exif, exif_beside, exif_from_bytes, facts_of_exif
from refdec.formats.float_view import picture_of_floats
from refdec.formats.foreign_readers import damage_named
from refdec.formats.icc import read_icc
from refdec.formats.kinds import FloatView
from refdec.formats.pictures import CodePicture, require_floats, require_pixels
from refdec.formats.tiff_page import SEPARATE, opened_page, page_unread
from refdec.heif.parts import Metadata
from refdec.limits import Limits
from refdec.picture.floats import FloatPlanes

__all__ = ["holds_floats", "read_float_tiff", "tiff_description"]

SAMPLE_FORMAT, IEEE = 339, 3
PHOTOMETRICS = {1: (1, 2), 2: (3, 4)}
"""Black is zero, RGB: components without and with transparency."""
ASSOCIATED = 1
ICC_TAG, XMP_TAG = 34675, 700
MOST_ENTRIES = 4096
SHORT = 3


def holds_floats(data: bytes) -> bool:
    """Tell whether the first directory of a TIFF says that its samples are floats; of a damaged one it does not."""
    order = "<" if data[:2] == b"II" else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    place, count, entry = ("Q", "Q", 20) if big else ("I", "H", 12)
    try:
        (at,) = struct.unpack_from(order + place, data, 8 if big else 4)
        (entries,) = struct.unpack_from(order + count, data, at)
        first = at + struct.calcsize(order + count)
        for number in range(min(entries, MOST_ENTRIES)):
            tag, kind = struct.unpack_from(order + "HH", data, first + entry * number)
            if tag == SAMPLE_FORMAT and kind == SHORT:
                return _first_value(data, order, big, first + entry * number) == IEEE
    except (struct.error, OverflowError):
        pass
    return False


def _first_value(data: bytes, order: str, big: bool, at: int) -> int:
    """Return the first number of an entry of shorts, which stand in it or where it points to."""
    size, room, place = ("Q", 8, 12) if big else ("I", 4, 8)
    (count,) = struct.unpack_from(order + size, data, at + 4)
    where = at + place
    if 2 * count > room:
        (where,) = struct.unpack_from(order + size, data, where)
    return int(struct.unpack_from(order + "H", data, where)[0])


def read_float_tiff(data: bytes, index: int, *, limits: Limits, float_view: FloatView) -> CodePicture:
    """Read halves or singles, and make codes of them (`float_view`).

    Raises PictureUnsupported where the package is missing, or for other kinds; PictureDamaged, PictureTooLarge,
    PictureNeedsMemory.
    """
    with opened_page(data, index, "floats") as page:
        height, width, channels = (int(n) for n in (page.imagelength, page.imagewidth, page.samplesperpixel))
        require_floats(width, height, channels, limits)
        require_pixels(int(page.tilewidth), int(page.tilelength), limits)
        apart = int(page.planarconfig) == SEPARATE and channels > 1
        shape: tuple[int, ...] = (channels, height, width) if apart else (height, width, channels)
        shape = (height, width) if channels == 1 else shape
        known = page.dtype is not None and page.dtype.kind == "f" and page.dtype.itemsize in (2, 4)
        if not known or channels not in PHOTOMETRICS.get(int(page.photometric), ()) or page.shape != shape:
            raise page_unread(page)
        samples = np.asarray(page.asarray())
        extra = [int(kind) for kind in page.extrasamples]
    if samples.shape != shape:
        raise PictureDamaged("TIFF", "its samples are not of the size that it says")
    planes = samples.reshape(height, width, 1) if channels == 1 else np.moveaxis(samples, 0, 2) if apart else samples
    parts = tuple(_patterns(planes[:, :, i]) for i in range(channels))
    floats = FloatPlanes(parts, 8 * samples.dtype.itemsize, extra[:1] == [ASSOCIATED])
    description, primaries = tiff_description(data)
    return picture_of_floats(floats, float_view, primaries, "TIFF", description)


def _patterns(plane: Any) -> Any:
    """Return the bit patterns of floats in this machine's order of bytes."""
    bits = np.ascontiguousarray(plane).view(f"{plane.dtype.byteorder}u{plane.dtype.itemsize}")
    return bits.astype(bits.dtype.newbyteorder("="))


def tiff_description(data: bytes) -> tuple[SourceDescription, int]:
    """Return what a TIFF says beside its samples, and the primaries that its profile means, 2 where it means none."""
    facts = facts_of_exif(lambda: exif_from_bytes(data))
    icc, xmp, exif = b"", b"", b""
    try:
        with damage_named("Exif"):
            found = exif_from_bytes(data)
            icc, xmp = _bytes(found.get(ICC_TAG)), _bytes(found.get(XMP_TAG))
            exif = bare_exif(exif_beside(found).tobytes()) if facts.names or facts.resolved else b""
    except PictureDamaged:
        pass  # facts say so
    profile = read_icc(icc) if icc else None
    names = [profile_name(profile.name, needed=False)] if profile is not None else []
    names += [*facts.names, *([XMP_NAME] if xmp else [])]
    metadata = Metadata(icc, exif, xmp)
    said = SourceDescription(facts.orientation, None, tuple(names), kept=frozenset(names), metadata=metadata)
    return said, UNSPECIFIED if profile is None or profile.code_points is None else profile.code_points[0]


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
