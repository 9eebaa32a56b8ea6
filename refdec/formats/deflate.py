"""Differences of samples packed as zlib packs them (RFC 1950, 1951), in a third of its time.

In: bytes, as they come.  Out: a stream that every zlib unpacks; the same for the same bytes, however they came.

A sample of them decides who packs: zlib itself where much comes again, as in scans and pictures of screens, which it
makes smaller by a tenth or more; and else our own kernels, block by block, each for itself and ending on a byte.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

from refdec.arithmetic.types import UInt8Array
from refdec.formats.deflate_kernels import (
    PLACES,
    ROWS,
    SHORTEST,
    WORD_BITS,
    count_symbols,
    find_repeats,
    write_symbols,
)
from refdec.formats.huffman import END, LENGTH_BITS, LITERAL, LONGEST, MOST_SYMBOLS, block_codes
from refdec.tiling.geometry import ceil_div

__all__ = ["BLOCK_BYTES", "Deflate"]

BLOCK_BYTES = 1 << 19
SAMPLE_BYTES = 1 << 13
LEVEL = 3
"""Compression level of zlib; higher ones take three times as long for photographs and save two percent."""
HEAD = b"\x78\x01"
"""DEFLATE with a window of 32 KiB, packed in the quickest way."""
EMPTY_BITS, EMPTY = 3, b"\0\0\xff\xff"
"""A stored block of nothing: three bits, the rest of a byte, and its length, twice."""
CODED_ROWS = 2


class _Blocks:
    """Blocks of kernels, and the memory that they are made in."""

    def __init__(self) -> None:
        self._head = HEAD
        self._sum = zlib.adler32(b"")
        self._places = np.empty(PLACES, np.uint16)
        self._found = np.empty((BLOCK_BYTES // SHORTEST + 1, 3), np.int32)
        self._words = np.empty(BLOCK_BYTES * LONGEST // WORD_BITS + 2, np.uint32)

    def block(self, data: UInt8Array, *, last: bool) -> bytes:
        """Pack bytes [n]; a block that is not the last ends with an empty one, which ends on a byte."""
        head, self._head = self._head, b""
        self._sum = zlib.adler32(data.data, self._sum)
        end = struct.pack(">I", self._sum) if last else EMPTY
        return head + self.packed(data, last=last) + end

    def packed(self, data: UInt8Array, *, last: bool) -> bytes:
        """Return a block alone; with the bits that begin an empty one, where it is not the last."""
        rows = find_repeats(data, data.size, self._places, self._found)
        counts = np.zeros((ROWS, MOST_SYMBOLS), np.int64)
        count_symbols(data, self._found, rows, counts)
        counts[LITERAL] += counts[CODED_ROWS:].sum(axis=0)
        counts[LITERAL, END] = 1
        made = block_codes(counts[:CODED_ROWS], last=last)
        begun, rest = divmod(made.head_bits, WORD_BITS)
        state = np.array([0, made.head >> (begun * WORD_BITS), rest], np.int64)
        write_symbols(data, self._found, rows, made.codes, self._words, state)
        whole, waiting, have = state.tolist()
        end = int(made.codes[LITERAL, END])
        waiting |= (end >> LENGTH_BITS) << have
        have += (end & ((1 << LENGTH_BITS) - 1)) + (0 if last else EMPTY_BITS)
        head: bytes = made.head.to_bytes(ceil_div(made.head_bits, 8), "little")[: begun * WORD_BITS // 8]
        symbols: bytes = self._words[:whole].astype("<u4", copy=False).tobytes()
        tail: bytes = waiting.to_bytes(ceil_div(have, 8), "little")
        return head + symbols + tail


class Deflate:
    """Takes bytes and gives packed ones; `finish` gives the end."""

    def __init__(self) -> None:
        self._data = np.empty(BLOCK_BYTES, np.uint8)
        self._held = 0
        self._blocks = _Blocks()
        self._is_begun = False
        self._zlib: zlib._Compress | None = None

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
        return self._block(last=True)

    def _block(self, *, last: bool) -> bytes:
        """Pack what is held."""
        data, self._held = self._data[: self._held], 0
        if not self._is_begun:
            self._is_begun = True
            self._zlib = zlib.compressobj(LEVEL) if self._is_for_zlib(data) else None
        if self._zlib is None:
            return self._blocks.block(data, last=last)
        return self._zlib.compress(data.data) + (self._zlib.flush() if last else b"")

    def _is_for_zlib(self, data: UInt8Array) -> bool:
        """Tell whether zlib makes the middle of the first block smaller by a tenth."""
        start = max(0, data.size - SAMPLE_BYTES) // 2
        sample = data[start : start + SAMPLE_BYTES]
        return 10 * len(zlib.compress(sample.data, LEVEL)) < 9 * len(self._blocks.packed(sample, last=True))
