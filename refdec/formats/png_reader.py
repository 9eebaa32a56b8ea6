"""Reading PNG: up to 8 bits by Pillow, 16 bits by a reader of our own.

Pillow gives only the high bytes of 16-bit RGB, and refuses very large pictures whatever `Limits` say; those two cases,
not interlaced and without a palette, are read here.  The announced size is checked before anything is allocated.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from refdec.arithmetic.types import UInt8Array
from refdec.clauses import clause
from refdec.formats.errors import AlphaNotSupported, PictureDamaged, PictureUnsupported
from refdec.formats.pictures import CodePicture, Colour, require_pixels
from refdec.formats.png import SIGNATURE
from refdec.limits import Limits
from refdec.picture.output import Codes, as_codes

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["read_png"]

CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
PALETTE = 3
DEPTHS = (1, 2, 4, 8, 16)
BEST_DEFLATE = 1032
"""No deflate stream grows by more than this factor."""
PILLOW_PIXELS = 80_000_000
"""Below the size from which Pillow warns."""


@dataclass(frozen=True, slots=True)
class _Head:
    width: int
    height: int
    depth: int
    colour_type: int
    interlaced: bool

    @property
    def channels(self) -> int:
        return CHANNELS[self.colour_type]


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Give (type, data) of every chunk up to IEND, checked against their CRC."""
    view, at = memoryview(data), len(SIGNATURE)
    while True:
        if len(data) - at < 12:
            raise PictureDamaged("PNG", "it ends before its IEND chunk")
        (length,) = struct.unpack_from(">I", data, at)
        if length > len(data) - at - 12:
            raise PictureDamaged("PNG", f"a chunk of {length} bytes begins {len(data) - at} bytes before the end")
        kind, body = bytes(view[at + 4 : at + 8]), view[at + 8 : at + 8 + length]
        if zlib.crc32(view[at + 4 : at + 8 + length]) != struct.unpack_from(">I", data, at + 8 + length)[0]:
            raise PictureDamaged("PNG", f"the checksum of a chunk {kind!r} is wrong")
        yield kind, body
        if kind == b"IEND":
            return
        at += 12 + length


def _head_of(data: bytes) -> _Head:
    if not data.startswith(SIGNATURE):
        raise PictureDamaged("PNG", "it does not begin like one")
    kind, body = next(_chunks(data))
    if kind != b"IHDR" or len(body) != 13:
        raise PictureDamaged("PNG", "its first chunk is not IHDR")
    width, height, depth, colour_type, method, filtering, interlacing = struct.unpack(">IIBBBBB", body)
    known = colour_type in CHANNELS or colour_type == PALETTE
    if not width or not height or depth not in DEPTHS or not known or method or filtering or interlacing > 1:
        raise PictureDamaged("PNG", "its header has a value that does not exist")
    return _Head(width, height, depth, colour_type, interlacing == 1)


@clause("5.11")
def read_png(data: bytes, *, bits: int | None, limits: Limits) -> CodePicture:
    """(5.11) Read a PNG as RGB or gray codes; an alpha channel that is opaque everywhere is dropped.

    `bits` is the depth that a 16-bit file is declared to have: its codes are the high bits.  Raises PictureDamaged,
    PictureUnsupported, PictureTooLarge or AlphaNotSupported.
    """
    head = _head_of(data)
    require_pixels(head.width, head.height, limits)
    if head.depth == 16 or head.width * head.height > PILLOW_PIXELS:
        samples = _own_samples(data, head)
    else:
        samples = _pillow_samples(data)
    depth = 8 * samples.itemsize
    if samples.shape[2] in (2, 4):
        if not np.all(samples[:, :, -1] == (1 << depth) - 1):
            raise AlphaNotSupported("PNG")
        samples = samples[:, :, :-1]
    if bits is not None and bits < depth:
        if depth == 16:
            samples = samples >> np.uint16(depth - bits)
        elif samples.size and int(samples.max()) >= 1 << bits:  # up to 8 bits codes stand as they are (5.11)
            raise PictureUnsupported("PNG", f"8-bit samples with codes of more than {bits} bits")
        depth = bits
    components = tuple(as_codes(samples[:, :, i], depth) for i in range(samples.shape[2]))
    return CodePicture(components, depth, Colour.GRAY if len(components) == 1 else Colour.RGB)


def _own_samples(data: bytes, head: _Head) -> Codes:
    """Return samples [rows, columns, channels] of a picture of 8 or 16 bits, not interlaced, without a palette."""
    from refdec.formats.png_kernels import unfilter

    if head.interlaced or head.depth < 8 or head.colour_type == PALETTE:
        raise PictureUnsupported("PNG", "interlacing, a palette or few bits, and this size or depth")
    pixel_bytes = head.channels * head.depth // 8
    packed = _image_data(data)
    stride = 1 + head.width * pixel_bytes
    if head.height * stride > BEST_DEFLATE * len(packed):
        raise PictureDamaged("PNG", "its data are too short for its size")
    inflate = zlib.decompressobj()
    try:
        raw = inflate.decompress(packed, head.height * stride)
    except zlib.error as reason:
        raise PictureDamaged("PNG", str(reason)) from reason
    if len(raw) < head.height * stride:
        raise PictureDamaged("PNG", "its data end before its last row")
    rows: UInt8Array = np.frombuffer(raw, np.uint8).reshape(head.height, stride).copy()
    wrong = unfilter(rows, pixel_bytes)
    if wrong >= 0:
        raise PictureDamaged("PNG", f"row {wrong} has the filter type {rows[wrong, 0]}")
    samples = np.ascontiguousarray(rows[:, 1:]).view(np.uint8 if head.depth == 8 else ">u2")
    return as_codes(samples.reshape(head.height, head.width, head.channels), head.depth)


def _image_data(data: bytes) -> bytes:
    parts = []
    for kind, body in _chunks(data):
        if kind == b"tRNS":
            raise AlphaNotSupported("PNG")
        if kind == b"IDAT":
            parts.append(body)
    return b"".join(parts)


def _pillow_samples(data: bytes) -> UInt8Array:
    """Return samples [rows, columns, channels] of any picture up to 8 bits; palettes become RGB or RGBA."""
    import PIL.Image

    try:
        with PIL.Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
            samples = np.asarray(picture.convert(_plain_mode(picture)), dtype=np.uint8)
    except (OSError, SyntaxError, ValueError, EOFError, zlib.error, struct.error) as reason:
        raise PictureDamaged("PNG", str(reason)) from reason
    return samples if samples.ndim == 3 else samples[:, :, None]


def _plain_mode(picture: Image) -> str:
    """Return the mode without palette that holds all of a picture."""
    if "transparency" in picture.info:
        return "RGBA"
    return {"1": "L", "P": "RGB"}.get(picture.mode, picture.mode)
