"""JPEG and WebP, written by Pillow when the last row is there: both know whole pictures of 8 bits only.

In: rows.  Out: JPEG of quality 95 without chroma subsampling, or WebP without loss; with an ICC profile where the
picture's cICP has one.  Codes of the whole picture wait in memory, 3 bytes a pixel.
"""

from __future__ import annotations

import io
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from refdec.formats.errors import FormatCannotHold
from refdec.formats.exif import dots_per_inch
from refdec.formats.icc_writer import icc_profile
from refdec.formats.pictures import Colour, PictureSpec
from refdec.formats.rows import InterleavedWriter
from refdec.formats.sinks import Sink
from refdec.picture.output import Codes

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["JpegWriter", "WebpWriter"]

MOST_BITS = 8
JPEG_QUALITY = 95
JPEG_SEGMENT = 65535 - 2 - 29
"""Bytes that a segment of a JPEG holds behind its length and the name of what is in it."""
LONGEST_CHUNK = (1 << 32) - 16
EXIF_START = b"Exif\0\0"
MOST_DENSITY = 65535
"""Dots per inch that JFIF holds."""


class _PillowWriter(InterleavedWriter):
    """A picture of 8 bits that Pillow encodes as a whole.  Raises FormatCannotHold for more bits and larger sides."""

    longest_side: ClassVar[int]

    def __init__(self, sink: Sink, spec: PictureSpec) -> None:
        super().__init__(sink, spec)
        if spec.bits > MOST_BITS:
            sink.discard()
            remedy = "Decode at 8 bits, or write .png or .tif.\nTry: --bit-depth 8"
            raise FormatCannotHold(self.name, f"samples of {spec.bits} bits", remedy)
        if max(spec.width, spec.height) > self.longest_side:
            sink.discard()
            what = f"{spec.width} x {spec.height} samples, only sides up to {self.longest_side}"
            raise FormatCannotHold(self.name, what, "Write .png or .tif, or decode a part: --region X,Y,W,H")
        self._bands: list[Codes] = []

    def _put_band(self, samples: Codes) -> None:
        self._bands.append(np.array(self._over_the_range(samples), np.uint8))

    def _finish(self) -> None:
        from PIL import Image

        spec = self.spec
        whole = np.concatenate(self._bands)
        self._bands.clear()
        gray = spec.colour is Colour.GRAY
        picture = Image.fromarray(np.ascontiguousarray(whole[:, :, 0] if whole.shape[2] == 1 else whole))
        named = None if spec.cicp is None else icc_profile(*spec.cicp, gray=gray and self.name == "JPEG")
        profile = spec.metadata.icc or named
        target = io.BytesIO()
        self._encode(picture, target, profile)
        self._sink.write(target.getbuffer())

    @abstractmethod
    def _encode(self, picture: Image, target: io.BytesIO, profile: bytes | None) -> None:
        """Write the picture."""


class JpegWriter(_PillowWriter):
    """A JPEG of quality 95 without chroma subsampling; gray ones have one component."""

    name = "JPEG"
    longest_side = 65500

    def _encode(self, picture: Image, target: io.BytesIO, profile: bytes | None) -> None:
        beside: dict[str, Any] = dict(_exif_and_xmp(self.spec, self.name, JPEG_SEGMENT))
        dots = dots_per_inch(self.spec.metadata.exif)
        if dots is not None and min(dots) > 0 and max(dots) <= MOST_DENSITY:  # in JFIF too, where viewers look first
            beside["dpi"] = dots
        picture.save(target, "JPEG", quality=JPEG_QUALITY, subsampling="4:4:4", icc_profile=profile, **beside)


class WebpWriter(_PillowWriter):
    """A WebP without loss, also of colours that nobody sees; gray ones are RGB with equal components."""

    name = "WebP"
    longest_side = 16383

    def _encode(self, picture: Image, target: io.BytesIO, profile: bytes | None) -> None:
        beside = _exif_and_xmp(self.spec, self.name, LONGEST_CHUNK)
        picture.save(target, "WEBP", lossless=True, exact=True, icc_profile=profile or b"", **beside)


def _exif_and_xmp(spec: PictureSpec, name: str, longest: int) -> dict[str, bytes]:
    """Return the metadata that a picture has, as Pillow takes them.  Raises FormatCannotHold for longer ones."""
    found = {"exif": spec.metadata.exif, "xmp": spec.metadata.xmp}
    for kind, data in found.items():
        if len(data) > longest:
            what = f"{'Exif data' if kind == 'exif' else 'XMP'} of {len(data)} bytes"
            raise FormatCannotHold(name, what, "Write .png or .tif, which hold them.")
    starts = {"exif": EXIF_START, "xmp": b""}
    return {kind: starts[kind] + data for kind, data in found.items() if data}
