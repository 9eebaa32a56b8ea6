"""Reading PNG: up to 8 bits by Pillow, 16 bits by a reader of our own.

Pillow gives only the high bytes of 16-bit RGB, and refuses very large pictures whatever `Limits` say; those two cases,
without a palette, are read here.  The announced size is checked before anything is allocated.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from refdec.arithmetic.types import UInt8Array
from refdec.clauses import clause
from refdec.formats.depth_rule import require_depth
from refdec.formats.errors import AlphaNotSupported, PictureDamaged, PictureUnsupported
from refdec.formats.foreign_readers import damage_named
from refdec.formats.frames import chosen_picture
from refdec.formats.pictures import CodePicture, Colour, require_pixels, split_alpha
from refdec.formats.png_chunks import GRAY, PALETTE, PngChunks, PngHead, files_in
from refdec.formats.png_description import png_description
from refdec.formats.transparency import with_key
from refdec.limits import Limits
from refdec.picture.output import Codes, as_codes
from refdec.tiling.geometry import ceil_div

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["read_png"]

BEST_DEFLATE = 1032
"""No deflate stream grows by more than this factor."""
PIECE = 1 << 16
NARROW_MOST = 255
KEYED_CHANNELS = (1, 3)
"""Of pictures that may have one transparent colour; others have an alpha channel."""
PILLOW_PIXELS = 80_000_000
"""Below the size from which Pillow warns."""
WHOLE = ((0, 0, 1, 1),)
ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
"""First row, first column, steps of rows and of columns of the seven passes (PNG specification, 8.2)."""

FRAMES = "Put its pictures into a folder, each a file of its own."
SAVE_PLAIN = "Save it as RGB or gray of 8 bits with an image editor."
IN_LOW_BITS = (
    "no sample is above {bits} bits, so that the picture will be almost black: "
    "if the codes stand in the low bits, say --low-bits (low_bits=True in Python)"
)


@clause("5.11")
def read_png(
    data: bytes,
    *,
    bits: int | None,
    limits: Limits,
    frame: int | None = None,
    low_bits: bool = False,
    keep_alpha: bool = False,
) -> CodePicture:
    """(5.11) Read a PNG as RGB or gray codes; an alpha channel that is opaque everywhere is dropped, others are kept
    where that is asked for, in the depth of the file.

    `bits` is the depth that a 16-bit file is declared to have, None: what its sBIT says: its codes are the high bits,
    with `low_bits` the low ones.  `frame` chooses, from 1, of several files one after the other or of an animation.
    Raises PictureDamaged, PictureUnsupported, PictureTooLarge, AlphaNotSupported, SeveralPictures or NoSuchPicture.
    """
    files, surplus_bytes = files_in(data)
    index = 0
    if len(files) > 1:
        file, frame = files[chosen_picture("PNG", len(files), frame)], None
    else:
        (file,) = files
    if frame is not None or file.frames > 1:
        index = chosen_picture("PNG", file.frames, frame)
    head = file.head
    require_pixels(head.width, head.height, limits)
    own = head.depth == 16 or head.width * head.height > PILLOW_PIXELS
    if own and index:
        raise PictureUnsupported("PNG", "a later picture of an animation of this size or depth", FRAMES)
    samples = _own_samples(file) if own else _pillow_samples(file, index)
    depth = 8 * samples.itemsize
    samples, alpha = split_alpha(samples, depth)
    if alpha is not None and not keep_alpha:
        raise AlphaNotSupported("PNG")
    description = png_description(file, surplus_bytes)
    wanted = bits if bits is not None else _significant_bits(file, samples.shape[2]) if depth == 16 else None
    if wanted is not None and wanted < depth:
        spread = depth == 8 and wanted == _bits_that_count(file, samples.shape[2])
        if (depth == 16 or spread) and not low_bits:
            if not spread and samples.size and 0 < int(samples.max()) < 1 << wanted:
                description = replace(description, remarks=(IN_LOW_BITS.format(bits=wanted),))
            samples = samples >> samples.dtype.type(depth - wanted)
        elif samples.size:  # up to 8 bits codes stand as they are (5.11)
            require_depth("PNG", depth, int(samples.max()), wanted)
        depth = wanted
    components = tuple(as_codes(samples[:, :, i], depth) for i in range(samples.shape[2]))
    return CodePicture(components, depth, Colour.GRAY if len(components) == 1 else Colour.RGB, description, alpha)


def _bits_that_count(file: PngChunks, channels: int) -> int | None:
    """Return of how many bits the samples of 8 are that Pillow gives: those of the file, or what sBIT states."""
    head = file.head
    return head.depth if head.depth < 8 and head.colour_type == GRAY else _significant_bits(file, channels)


def _significant_bits(file: PngChunks, channels: int) -> int | None:
    """Return the depth that sBIT states for all colour channels alike, None if it states none."""
    stated = set((file.body(b"sBIT") or b"")[:channels])
    return stated.pop() if len(stated) == 1 and min(stated) in range(1, 16) else None


def _own_samples(file: PngChunks) -> Codes:
    """Return samples [rows, columns, channels] of a picture of 8 or 16 bits without a palette."""
    from refdec.formats.png_kernels import unfilter

    head = file.head
    if head.depth < 8 or head.colour_type == PALETTE:
        raise PictureUnsupported("PNG", "a palette or few bits, and this size", SAVE_PLAIN)
    pixel_bytes = head.channels * head.depth // 8
    raw = _inflated(file, _filtered_size(head, pixel_bytes))
    samples = np.empty((head.height, head.width, head.channels), np.uint8 if head.depth == 8 else np.uint16)
    at = 0
    for top, left, down, right in ADAM7 if head.interlaced else WHOLE:
        part = samples[top::down, left::right]
        if not part.size:
            continue
        stride = 1 + part.shape[1] * pixel_bytes
        rows: UInt8Array = raw[at : at + part.shape[0] * stride].reshape(part.shape[0], stride).copy()
        at += rows.size
        wrong = unfilter(rows, pixel_bytes)
        if wrong >= 0:
            raise PictureDamaged("PNG", f"row {wrong} has the filter type {rows[wrong, 0]}")
        part[...] = np.ascontiguousarray(rows[:, 1:]).view(np.uint8 if head.depth == 8 else ">u2").reshape(part.shape)
    return _with_transparent_colour(file, samples)


def _filtered_size(head: PngHead, pixel_bytes: int) -> int:
    """Return the bytes of the rows of all passes, each row with its filter type; nothing is allocated yet."""
    size = 0
    for top, left, down, right in ADAM7 if head.interlaced else WHOLE:
        rows, columns = ceil_div(head.height - top, down), ceil_div(head.width - left, right)
        if rows > 0 and columns > 0:
            size += rows * (1 + columns * pixel_bytes)
    return size


def _inflated(file: PngChunks, size: int) -> UInt8Array:
    """Return the filtered rows of all passes."""
    packed = b"".join(file.bodies(b"IDAT"))
    if size > BEST_DEFLATE * len(packed):
        raise PictureDamaged("PNG", "its data are too short for its size")
    inflate = zlib.decompressobj()
    try:
        raw = inflate.decompress(packed, size)
        if not inflate.eof:  # the checksum behind the last row; surplus rows are not unpacked
            inflate.decompress(inflate.unconsumed_tail, PIECE)
    except zlib.error as reason:
        raise PictureDamaged("PNG", str(reason)) from reason
    if len(raw) < size:
        raise PictureDamaged("PNG", "its data end before its last row")
    return np.frombuffer(raw, np.uint8)


def _with_transparent_colour(file: PngChunks, samples: Codes) -> Codes:
    """Return samples with transparency where one of them has the one transparent colour, as they are where none has.

    Pillow compares the colour of a file of less than 8 bits with samples that it has spread over 8.
    """
    transparent, depth = file.body(b"tRNS"), file.head.depth
    if transparent is None:
        return samples
    stated = np.frombuffer(transparent[: len(transparent) // 2 * 2], ">u2")
    if stated.size != samples.shape[2]:
        raise PictureDamaged("PNG", "its transparent colour (tRNS) has the wrong size")
    most = (1 << depth) - 1
    return with_key(samples, (stated & most).astype(np.int64) * (NARROW_MOST // most if depth < 8 else 1))


def _pillow_samples(file: PngChunks, index: int) -> UInt8Array:
    """Return samples [rows, columns, channels] of any picture up to 8 bits; palettes become RGB or RGBA."""
    from PIL.PngImagePlugin import PngImageFile

    with damage_named("PNG"), PngImageFile(io.BytesIO(file.data)) as picture:
        if index:
            picture.seek(index)
        samples = np.asarray(picture.convert(_plain_mode(picture)), dtype=np.uint8)
    samples = samples if samples.ndim == 3 else samples[:, :, None]
    return _with_transparent_colour(file, samples) if samples.shape[2] in KEYED_CHANNELS else samples


def _plain_mode(picture: Image) -> str:
    """Return the mode without palette that holds all of a picture, but for a transparent colour."""
    if picture.mode == "P":
        return "RGBA" if "transparency" in picture.info else "RGB"
    return {"1": "L"}.get(picture.mode, picture.mode)
