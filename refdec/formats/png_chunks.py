"""The chunks of PNG files: walked once, each checked against its checksum, whatever its kind and the depth.

In: the bytes, which may hold several files one after the other, as in a pipe of frames.  Out: `PngChunks` of each.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from refdec.formats.errors import PictureDamaged, PictureUnsupported
from refdec.formats.png import SIGNATURE

__all__ = ["GRAY", "PALETTE", "PngChunks", "PngHead", "files_in"]

CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
GRAY, PALETTE = 0, 3
DEPTHS = (1, 2, 4, 8, 16)
MOST_CHUNKS = 270_000
"""Two gigabytes in chunks of 8 KiB, as libpng writes them, and room for others: each is kept with 0.3 KB."""


@dataclass(frozen=True, slots=True)
class PngHead:
    """What IHDR says."""

    width: int
    height: int
    depth: int
    colour_type: int
    interlaced: bool

    @property
    def channels(self) -> int:
        """Samples of a pixel; none for a palette."""
        return CHANNELS[self.colour_type]


@dataclass(frozen=True, slots=True, eq=False)
class PngChunks:
    """One file: its head, all chunks in order as (kind, body), and its bytes."""

    head: PngHead
    chunks: tuple[tuple[bytes, memoryview], ...]
    data: memoryview

    def bodies(self, kind: bytes) -> list[bytes]:
        """Return the bodies of all chunks of a kind."""
        return [bytes(body) for found, body in self.chunks if found == kind]

    def body(self, kind: bytes) -> bytes | None:
        """Return the body of the first chunk of a kind, None if there is none."""
        return next((bytes(body) for found, body in self.chunks if found == kind), None)

    @property
    def frames(self) -> int:
        """Pictures of an animation, the still one before it included if it is no part of it; 1 without animation."""
        kinds = [kind for kind, _ in self.chunks]
        if b"acTL" not in kinds or b"fcTL" not in kinds or b"IDAT" not in kinds:
            return 1
        return kinds.count(b"fcTL") + (b"fcTL" not in kinds[: kinds.index(b"IDAT")])


def files_in(data: bytes) -> tuple[list[PngChunks], int]:
    """Return the files that stand in data one after the other, and the number of bytes after the last one.

    Raises PictureDamaged, or PictureUnsupported for more chunks than are kept.
    """
    view, at = memoryview(data), 0
    found: list[PngChunks] = []
    if not data.startswith(SIGNATURE):
        raise PictureDamaged("PNG", "it does not begin like one")
    while data.startswith(SIGNATURE, at):
        chunks = tuple(_chunks(view[at:], MOST_CHUNKS - sum(len(file.chunks) for file in found)))
        size = len(SIGNATURE) + sum(12 + len(body) for _, body in chunks)
        found.append(PngChunks(_head_of(*chunks[0]), chunks, view[at : at + size]))
        at += size
    return found, len(data) - at


def _chunks(view: memoryview, most: int) -> Iterator[tuple[bytes, memoryview]]:
    """Give (kind, body) of every chunk up to IEND, checked against their CRC; `most` of them."""
    at = len(SIGNATURE)
    for _ in range(most):
        if len(view) - at < 12:
            raise PictureDamaged("PNG", "it ends before its IEND chunk")
        (length,) = struct.unpack_from(">I", view, at)
        if length > len(view) - at - 12:
            raise PictureDamaged("PNG", f"a chunk of {length} bytes begins {len(view) - at} bytes before the end")
        kind, body = bytes(view[at + 4 : at + 8]), view[at + 8 : at + 8 + length]
        if zlib.crc32(view[at + 4 : at + 8 + length]) != struct.unpack_from(">I", view, at + 8 + length)[0]:
            raise PictureDamaged("PNG", f"the checksum of a chunk {kind!r} is wrong")
        yield kind, body
        if kind == b"IEND":
            return
        at += 12 + length
    raise PictureUnsupported("PNG", f"more than {MOST_CHUNKS} chunks", "Save it anew with an image editor.")


def _head_of(kind: bytes, body: memoryview) -> PngHead:
    if kind != b"IHDR" or len(body) != 13:
        raise PictureDamaged("PNG", "its first chunk is not IHDR")
    width, height, depth, colour_type, method, filtering, interlacing = struct.unpack(">IIBBBBB", body)
    known = colour_type in CHANNELS or colour_type == PALETTE
    if not width or not height or depth not in DEPTHS or not known or method or filtering or interlacing > 1:
        raise PictureDamaged("PNG", "its header has a value that does not exist")
    return PngHead(width, height, depth, colour_type, interlacing == 1)
