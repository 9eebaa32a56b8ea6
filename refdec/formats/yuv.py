"""Raw planar YUV (5.11): planes one after the other, no header, 8 bits or 16 bits little-endian; read and written."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass

import numpy as np

from refdec.bitstream.chroma import ChromaFormat
from refdec.clauses import clause
from refdec.formats.depth_rule import require_depth
from refdec.formats.errors import FormatCannotHold, YuvLayoutUnknown, YuvSizeMismatch
from refdec.formats.frames import chosen_picture
from refdec.formats.pictures import CodePicture, Colour, PictureSpec, require_pixels
from refdec.formats.rows import RowWriter
from refdec.formats.sinks import Sink
from refdec.limits import Limits
from refdec.picture.output import Codes, as_codes
from refdec.tiling.geometry import ceil_div

__all__ = ["LUMA_ONLY", "YuvLayout", "YuvWriter", "layout_of_name", "read_yuv"]

LUMA_ONLY = "400"
IN_MEMORY = 1 << 26
PIECE = 1 << 20


@clause("5.11")
@dataclass(frozen=True, slots=True)
class YuvLayout:
    """(5.11) What a raw file does not say: size of luma, depth 1..16, chroma 444, 422, 420 or 400 (luma only)."""

    width: int
    height: int
    bits: int = 8
    chroma: str = "420"

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """(height, width) of each plane."""
        luma = (self.height, self.width)
        if self.chroma == LUMA_ONLY:
            return (luma,)
        ver, hor = ChromaFormat[f"YUV{self.chroma}"].value
        return luma, *[(ceil_div(self.height, ver), ceil_div(self.width, hor))] * 2

    @property
    def file_bytes(self) -> int:
        """Length of such a file."""
        return sum(height * width for height, width in self.sizes) * (1 if self.bits <= 8 else 2)


@clause("5.11", kind="interop", reason="the reference software takes the layout from the file name")
def layout_of_name(name: str) -> YuvLayout:
    """(5.11) Layout from a name such as "kodim_768x512_10bit_444.yuv"; 8 bits and 4:2:0 unless said.

    Raises YuvLayoutUnknown if there is no size in the name.
    """
    size = re.search(r"(?<!\d)([1-9]\d{0,6})x([1-9]\d{0,6})(?!\d)", name)
    if size is None:
        raise YuvLayoutUnknown(name)
    rest = name[: size.start()] + " " + name[size.end() :]
    depth = re.search(r"(?<!\d)(1[0-6]|[1-9])bit", rest, re.IGNORECASE)
    chroma = re.search(r"(?<!\d)(444|422|420|400)(?!\d)", rest)
    return YuvLayout(int(size[1]), int(size[2]), int(depth[1]) if depth else 8, chroma[1] if chroma else "420")


@clause("5.11")
class YuvWriter(RowWriter):
    """(5.11) The planes of a YUV or gray picture; U and V wait in a temporary file until Y is complete.

    So rows may come in any interleaving, and a pipe will do.  Raises FormatCannotHold for RGB.
    """

    def __init__(self, sink: Sink, spec: PictureSpec) -> None:
        if spec.colour is Colour.RGB:
            sink.discard()
            raise FormatCannotHold("YUV", "RGB samples", "Convert to Y'CbCr first, or write .png, .ppm or .npy.")
        super().__init__(sink, spec)
        self._waiting = [_spool() for _ in spec.sizes[1:]]

    def _put(self, components: tuple[Codes, ...]) -> None:
        stored = np.dtype("u1" if self.spec.sample_bytes == 1 else "<u2")
        self._sink.write(components[0].astype(stored).tobytes())
        for file, rows in zip(self._waiting, components[1:], strict=True):
            file.write(rows.astype(stored).tobytes())

    def _finish(self) -> None:
        for file in self._waiting:
            file.seek(0)
            while piece := file.read(PIECE):
                self._sink.write(piece)

    def close(self) -> None:
        """Finish the file; see RowWriter."""
        try:
            super().close()
        finally:
            self._release()

    def abort(self) -> None:
        """Give up: no file is left."""
        super().abort()
        self._release()

    def _release(self) -> None:
        for file in self._waiting:
            file.close()


def _spool() -> tempfile.SpooledTemporaryFile[bytes]:
    """Return a temporary file that stays in memory while it is small; the writer closes it."""
    return tempfile.SpooledTemporaryFile(IN_MEMORY)


@clause("5.11")
def read_yuv(data: bytes, layout: YuvLayout, *, limits: Limits, frame: int | None = None) -> CodePicture:
    """(5.11) Read one picture of a declared layout; `frame` chooses, from 1, of several one after the other.

    Raises YuvSizeMismatch unless the length is exact, PictureTooLarge, PictureUnsupported for codes above the depth,
    SeveralPictures or NoSuchPicture.
    """
    require_pixels(layout.width, layout.height, limits)
    kind = np.dtype("u1" if layout.bits <= 8 else "<u2")
    counts = [height * width for height, width in layout.sizes]
    needed = sum(counts) * kind.itemsize
    if not data or len(data) % needed:
        raise YuvSizeMismatch(len(data), needed)
    planes, at = [], needed * chosen_picture("YUV", len(data) // needed, frame)
    for count, size in zip(counts, layout.sizes, strict=True):
        codes = np.frombuffer(data, kind, count, at).reshape(size)
        require_depth("YUV", 8 * kind.itemsize, int(codes.max()), layout.bits)
        planes.append(as_codes(codes, layout.bits))
        at += count * kind.itemsize
    return CodePicture(tuple(planes), layout.bits, Colour.GRAY if len(planes) == 1 else Colour.YUV)
