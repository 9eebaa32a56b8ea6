"""OpenEXR: pictures of half and single floats, read and written by the OpenEXR package, an optional one.

In: bytes.  Out: `FloatPlanes` and what the header says of them; and the bytes of a file again.  The header is read here
first: sizes are compared with the limits, and kinds that are no picture refused, before foreign code sees a file.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from refdec.errors import first_of
from refdec.formats.colorimetry import CHROMATICITIES
from refdec.formats.colour_points import UNSPECIFIED, primaries_of_chromaticities
from refdec.formats.description import SourceDescription
from refdec.formats.errors import FormatCannotHold, PictureDamaged, PictureUnsupported
from refdec.formats.float_view import picture_of_floats
from refdec.formats.foreign_readers import damage_named, without_console
from refdec.formats.kinds import FloatView
from refdec.formats.pictures import CodePicture, require_floats
from refdec.limits import Limits
from refdec.picture.floats import FloatPlanes

__all__ = ["exr_bytes", "read_exr"]

EXR_START = b"v/1\x01"
NAME = "OpenEXR"
MISSING = "no OpenEXR package installed (pip install 'refdec[exr]'),"
TILED, LONG_NAMES, DEEP, SEVERAL = 0x200, 0x400, 0x800, 0x1000
LONGEST_NAME = 255
MOST_ENTRIES = 4096
FLATTEN = "Save it flat, R, G, B or Y and A, of half or float, with the program that made it."
UINT, HALF, SINGLE = 0, 1, 2
KINDS = {HALF: (16, "<f2", np.uint16), SINGLE: (32, "<f4", np.uint32)}
COLOURS = (("R", "G", "B"), ("Y",))
ALPHA = "A"
KNOWN = frozenset({"channels", "chromaticities", "compression", "dataWindow", "displayWindow", "lineOrder", "type"}) | {
    "pixelAspectRatio",
    "screenWindowCenter",
    "screenWindowWidth",
    "tiles",
    "chunkCount",
    "version",
    "name",
    "view",
}
"""Attributes that say how samples are stored, or that are read here."""


@dataclass(frozen=True, slots=True)
class _Channel:
    name: str
    kind: int
    sampling: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Header:
    """The attributes of a file by name, as (type, bytes)."""

    attributes: dict[str, tuple[str, bytes]]

    def body(self, name: str, size: int) -> bytes:
        """Return an attribute of a known size.  Raises PictureDamaged."""
        _, body = self.attributes.get(name, ("", b""))
        if len(body) != size:
            raise PictureDamaged(NAME, f"its header has no sound {name}")
        return body

    def window(self, name: str) -> tuple[int, int, int, int]:
        """Return least and largest x and y of a window, as x0, y0, x1, y1."""
        x0, y0, x1, y1 = struct.unpack("<4i", self.body(name, 16))
        return x0, y0, x1, y1

    def channels(self) -> list[_Channel]:
        """Return the channels in their order."""
        _, body = self.attributes.get("channels", ("", b""))
        found, at = list[_Channel](), 0
        while at < len(body) and body[at]:
            name, at = _text(body, at)
            if len(body) - at < 16 or len(found) == MOST_ENTRIES:
                break
            kind, x, y = struct.unpack_from("<I4x2i", body, at)
            found.append(_Channel(name, kind, (x, y)))
            at += 16
        if not found or body[at:] != b"\0":
            raise PictureDamaged(NAME, "its list of channels is cut")
        return found


def _text(data: bytes, at: int) -> tuple[str, int]:
    """Return the text that a zero ends, and the place behind it."""
    end = data.find(b"\0", at, at + LONGEST_NAME + 1)
    if end < 0:
        raise PictureDamaged(NAME, "a name in its header has no end")
    return data[at:end].decode("latin-1"), end + 1


def _header(data: bytes) -> _Header:
    """Return the header.  Raises PictureDamaged, or PictureUnsupported for files of several parts and deep ones."""
    if not data.startswith(EXR_START[:3]) or len(data) < 9:
        raise PictureDamaged(NAME, "it does not begin like one")
    (flags,) = struct.unpack_from("<I", data, 4)
    for bit, what in ((DEEP, "deep samples"), (SEVERAL, "several parts")):
        if flags & bit:
            raise PictureUnsupported(NAME, what, FLATTEN)
    return _Header(dict(_attributes(data)))


def _attributes(data: bytes) -> Iterator[tuple[str, tuple[str, bytes]]]:
    """Yield name, type and bytes of each attribute."""
    at = 8
    for _ in range(MOST_ENTRIES):
        name, at = _text(data, at)
        if not name:
            return
        kind, at = _text(data, at)
        size = int.from_bytes(data[at : at + 4], "little")
        if len(data) - at - 4 < size:
            raise PictureDamaged(NAME, f"its attribute {name} of {size} bytes is cut")
        yield name, (kind, data[at + 4 : at + 4 + size])
        at += 4 + size
    raise PictureUnsupported(NAME, f"more than {MOST_ENTRIES} attributes", FLATTEN)


def read_exr(data: bytes, *, limits: Limits, float_view: FloatView = "sdr") -> CodePicture:
    """Read R, G, B or Y, with A or without, and make codes of them (`float_view`).

    Components of half and single in one picture all become single.  Raises PictureDamaged, PictureUnsupported,
    PictureTooLarge, PictureNeedsMemory.
    """
    header = _header(data)
    x0, y0, x1, y1 = header.window("dataWindow")
    width, height = x1 - x0 + 1, y1 - y0 + 1
    if width < 1 or height < 1:
        raise PictureDamaged(NAME, "it has no samples")
    channels = {each.name: each for each in header.channels()}
    wanted = next((names for names in COLOURS if all(name in channels for name in names)), None)
    if wanted is None or (wanted == ("Y",) and {"RY", "BY"} <= set(channels)):
        raise PictureUnsupported(NAME, f"the channels {first_of(sorted(channels))}, not R, G, B or Y,", FLATTEN)
    names = (*wanted, *((ALPHA,) if ALPHA in channels else ()))
    require_floats(width, height, len(channels), limits)
    for name in names:
        if channels[name].kind not in KINDS or channels[name].sampling != (1, 1):
            raise PictureUnsupported(
                NAME, f"a channel {name} of whole numbers, or of fewer samples than others,", FLATTEN
            )
    planes = _planes(data, names, (height, width))
    left = [f"the channels {first_of(sorted(set(channels) - set(names)))}"] if set(channels) - set(names) else []
    if header.attributes.get("displayWindow") != header.attributes["dataWindow"]:
        left.append("the display window, which is not that of the samples")
    others = sorted(set(header.attributes) - KNOWN)
    left += [f"attributes {first_of(others)}"] if others else []
    primaries, unknown = _primaries(header)
    said = SourceDescription(left_behind=(*left, *unknown))
    return picture_of_floats(planes, float_view, primaries, NAME, said)


def _primaries(header: _Header) -> tuple[int, tuple[str, ...]]:
    """Return the primaries that the chromaticities mean, 2 where the file says none, and a name for unknown ones."""
    if "chromaticities" not in header.attributes:
        return UNSPECIFIED, ()
    rx, ry, gx, gy, bx, by, wx, wy = struct.unpack("<8f", header.body("chromaticities", 32))
    numbers = (wx, wy, rx, ry, gx, gy, bx, by)
    if all(0 <= number <= 2 for number in numbers):
        found = primaries_of_chromaticities([round(number * 100000) for number in numbers])
        if found is not None:
            return found, ()
    return UNSPECIFIED, ("the primaries of its colours (chromaticities), without which they will be shown wrong",)


def _planes(data: bytes, names: tuple[str, ...], shape: tuple[int, int]) -> FloatPlanes:
    """Return the samples of channels, by the package."""
    try:
        import OpenEXR
    except ImportError:
        raise PictureUnsupported(NAME, MISSING) from None
    with tempfile.TemporaryDirectory() as folder, damage_named(NAME):
        path = Path(folder) / "picture.exr"
        path.write_bytes(data)
        with without_console():  # where each layer of the package says why, in a line of its own
            file = OpenEXR.File(str(path), separate_channels=True, num_threads=0)
        if not file.parts:
            raise PictureDamaged(NAME, "its samples cannot be read")
        channels = file.channels()
        found = [np.ascontiguousarray(channels[name].pixels) for name in names]
    if any(plane.shape != shape or plane.dtype not in (np.float16, np.float32) for plane in found):
        raise PictureDamaged(NAME, "its channels are not of the size that its header says")
    parts = [FloatPlanes((_patterns(plane),), 8 * plane.dtype.itemsize) for plane in found]
    if len({part.bits for part in parts}) > 1:
        parts = [part.as_single() for part in parts]
    return FloatPlanes(tuple(part.planes[0] for part in parts), parts[0].bits, ALPHA in names)


def _patterns(plane: Any) -> Any:
    """Return the bit patterns of floats."""
    return plane.view(np.uint16 if plane.dtype.itemsize == 2 else np.uint32)


def exr_bytes(floats: FloatPlanes, primaries: int) -> bytes:
    """Return a file of scan lines packed by ZIP, which loses nothing.  Raises FormatCannotHold without the package."""
    try:
        import OpenEXR
    except ImportError:
        raise FormatCannotHold(
            NAME, "a picture as long as OpenEXR is not installed", "pip install 'refdec[exr]'; or write .tif or .pfm."
        ) from None
    header: dict[str, Any] = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    if primaries in CHROMATICITIES:
        wx, wy, *others = (number / 100000 for number in CHROMATICITIES[primaries])
        header["chromaticities"] = (*others, wx, wy)
    names = ("Y", ALPHA) if len(floats.colours) == 1 else ("R", "G", "B", ALPHA)
    channels = dict(zip(names, floats.arrays, strict=False))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.exr"
        OpenEXR.File(header, channels).write(str(path))
        return path.read_bytes()
