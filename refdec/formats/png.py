"""PNG, written row by row.

Pillow can neither write 16-bit RGB nor take rows one after the other, and a decoder that works in tiles wants both; so
the chunks are written here, and rows are filtered and packed as they come.  The file does not depend on how many came
at a time.  Samples above 8 bits follow 5.11: the code in the high bits, ones below; those below 8 are spread over the
whole range, as PNG has it.  sBIT says how many bits count.  Reading is in `png_reader`.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np

from refdec.arithmetic.types import UInt8Array
from refdec.bitstream.rendering import RenderingInfo
from refdec.clauses import clause
from refdec.formats.colours import FEW_BITS
from refdec.formats.deflate import Deflate
from refdec.formats.errors import FormatCannotHold
from refdec.formats.exif import resolution_in_exif
from refdec.formats.pictures import Colour, PictureSpec
from refdec.formats.png_light import light_chunks
from refdec.formats.png_writer_kernels import filter_rows
from refdec.formats.rows import InterleavedWriter
from refdec.formats.sinks import Sink
from refdec.picture.output import Codes
from refdec.tiling.geometry import ceil_div

__all__ = ["SIGNATURE", "PngWriter", "png_chunk"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GRAY_TYPE, RGB_TYPE, ALPHA_TYPE = 0, 2, 4
"""Colour types; that of transparency is added."""
XMP_HEAD = b"XML:com.adobe.xmp\0\0\0\0\0"
"""Keyword, no compression, no language, no translated keyword."""
LONGEST = (1 << 31) - 1
PER_METRE = 1


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk: length, kind, data, checksum."""
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


@clause("5.11")
class PngWriter(InterleavedWriter):
    """(5.11) RGB or gray PNG, 8 bits per sample up to depth 8 and 16 above; colours and metadata as the spec has them.

    Gray of 1, 2 and 4 bits has as many in the file.

    cICP states RGB of full range, which is what 5.10 gives, with the primaries and the transfer of RDI; mDCV and cLLI
    are the mastering display and the light levels of RDI.
    """

    name = "PNG"

    def __init__(self, sink: Sink, spec: PictureSpec) -> None:
        super().__init__(sink, spec)
        if max(spec.width, spec.height) > LONGEST:
            sink.discard()
            raise FormatCannotHold(self.name, f"{spec.width} x {spec.height} samples", "Write .npy.")
        self._packed = spec.colour is Colour.GRAY and spec.alpha is None and spec.bits in FEW_BITS
        self._depth = spec.bits if self._packed else 8 * spec.sample_bytes
        self._above = np.zeros(ceil_div(spec.width * len(spec.sizes) * self._depth, 8), np.uint8)
        self._deflate = Deflate()
        self._begun = False

    def _chunk(self, kind: bytes, data: bytes) -> None:
        self._sink.write(png_chunk(kind, data))

    def _begin(self) -> None:
        spec = self.spec
        colour_type = GRAY_TYPE if spec.colour is Colour.GRAY else RGB_TYPE
        colour_type += ALPHA_TYPE if spec.alpha is not None else 0
        self._sink.write(SIGNATURE)
        self._chunk(b"IHDR", struct.pack(">IIBBBBB", spec.width, spec.height, self._depth, colour_type, 0, 0, 0))
        if spec.bits < self._depth:
            self._chunk(b"sBIT", bytes([spec.bits] * len(spec.sizes)))
        if spec.cicp is not None:
            self._chunk(b"cICP", bytes([spec.cicp[0], spec.cicp[1], 0, 1]))
        for kind, data in light_chunks(spec.rendering or RenderingInfo()):
            self._chunk(kind, data)
        if spec.metadata.icc:
            self._chunk(b"iCCP", b"ICC profile\0\0" + zlib.compress(spec.metadata.icc))
        if spec.gamma is not None:
            self._chunk(b"gAMA", struct.pack(">I", spec.gamma))
        if spec.metadata.exif:
            self._chunk(b"eXIf", spec.metadata.exif)
            dots = resolution_in_exif(spec.metadata.exif)
            if dots is not None:
                self._chunk(b"pHYs", struct.pack(">IIB", *dots, PER_METRE))
        if spec.metadata.xmp:
            self._chunk(b"iTXt", XMP_HEAD + spec.metadata.xmp)
        self._begun = True

    def _put_band(self, samples: Codes) -> None:
        if not self._begun:
            self._begin()
        rows = np.empty((1 + samples.shape[0], self._above.size), np.uint8)
        rows[0] = self._above
        if self._packed:
            rows[1:] = _packed(samples[:, :, 0], self._depth)
        else:
            stored = self._in_high_bits(samples)
            stored = stored if self.spec.sample_bytes == 1 else stored.astype(">u2")
            rows[1:] = stored.reshape(samples.shape[0], -1).view(np.uint8)
        filtered = np.empty((samples.shape[0], 1 + rows.shape[1]), np.uint8)
        filter_rows(rows, len(self.spec.sizes) * self.spec.sample_bytes, filtered)
        self._above = rows[-1].copy()
        self._put_packed(self._deflate.put(filtered.reshape(-1)))

    def _put_packed(self, blocks: list[bytes]) -> None:
        """Write a chunk for each block, however the rows came."""
        for block in filter(None, blocks):
            self._chunk(b"IDAT", block)

    def _finish(self) -> None:
        self._put_packed([self._deflate.finish()])
        self._chunk(b"IEND", b"")


def _packed(codes: Codes, depth: int) -> UInt8Array:
    """Return rows [n, bytes] of codes of a few bits, the first in the high bits of a byte."""
    bits = (codes[:, :, None] >> np.arange(depth - 1, -1, -1, dtype=np.uint8)) & 1
    return np.packbits(bits.reshape(codes.shape[0], -1), axis=1)
