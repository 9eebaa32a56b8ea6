"""Differences of samples packed by zlib (RFC 1950, 1951), each block in the way that suits it.

In: bytes, as they come.  Out: a stream that every zlib unpacks; the same for the same bytes, however they came.

Looking for what comes again takes two thirds of zlib's time, and finds next to nothing in filtered photographs: they
get codes for bytes alone.  Scans, drawings and pictures of screens become smaller by a tenth or more if it is looked
for.  A sample of each block tells which it is.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

from refdec.arithmetic.types import UInt8Array

__all__ = ["BLOCK_BYTES", "Deflate"]

BLOCK_BYTES = 1 << 19
SAMPLE_BYTES = 1 << 13
LEVEL = 3
"""Compression level where repeats are looked for; higher ones take three times as long and save two percent."""
HEAD = b"\x78\x01"
"""DEFLATE with a window of 32 KiB, packed in the quickest way."""
RAW, MOST_MEMORY = -15, 9
"""A window of 32 KiB without head and checksum, which are the stream's and not a block's; longest tables of codes."""


class Deflate:
    """Takes bytes and gives packed ones; `finish` gives the end."""

    def __init__(self) -> None:
        self._data = np.empty(BLOCK_BYTES, np.uint8)
        self._held = 0
        self._head = HEAD
        self._sum = zlib.adler32(b"")

    def put(self, data: UInt8Array) -> list[bytes]:
        """Take bytes [n]; return what full blocks became, of which the last waits for a byte after it."""
        packed = list[bytes]()
        at = 0
        while at < data.size:
            if self._held == BLOCK_BYTES:
                packed.append(self._block(last=False))
            taken = min(data.size - at, BLOCK_BYTES - self._held)
            self._data[self._held : self._held + taken] = data[at : at + taken]
            self._held += taken
            at += taken
        return packed

    def finish(self) -> bytes:
        """Return the last block and the checksum; nothing can be taken after."""
        return self._block(last=True) + struct.pack(">I", self._sum)

    def _block(self, *, last: bool) -> bytes:
        """Pack what is held, for itself alone; a block that is not the last ends with an empty one, on a byte."""
        data, self._held = self._data[: self._held], 0
        head, self._head = self._head, b""
        self._sum = zlib.adler32(data.data, self._sum)
        return head + _packed(data, repeats=_is_repeated(data), last=last)


def _packed(data: UInt8Array, *, repeats: bool, last: bool) -> bytes:
    """Pack bytes [n] with codes for repeats, or for bytes alone."""
    strategy = zlib.Z_DEFAULT_STRATEGY if repeats else zlib.Z_HUFFMAN_ONLY
    maker = zlib.compressobj(LEVEL, zlib.DEFLATED, RAW, MOST_MEMORY, strategy)
    return maker.compress(data.data) + maker.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)


def _is_repeated(data: UInt8Array) -> bool:
    """Tell whether looking for repeats makes the middle of a block [n] smaller by a tenth."""
    start = max(0, data.size - SAMPLE_BYTES) // 2
    sample = data[start : start + SAMPLE_BYTES]
    with_repeats, without = (len(_packed(sample, repeats=repeats, last=True)) for repeats in (True, False))
    return 10 * with_repeats < 9 * without
