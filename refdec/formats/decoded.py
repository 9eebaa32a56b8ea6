"""`Picture`: what `refdec.decode` returns, with the ways to a file, a notebook and Pillow.

In: codes and what is known about them (`picture.picture`).  Out: the same value, and files in any format that is
written here.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from refdec.formats.colours import colour_tags
from refdec.formats.description import SourceDescription
from refdec.formats.errors import FormatCannotHold
from refdec.formats.files import suffix_of, write_picture
from refdec.formats.icc_writer import icc_profile
from refdec.formats.kinds import FLOAT_ALONE, FLOAT_SUFFIXES
from refdec.formats.losses import losses
from refdec.formats.pictures import CodePicture, Colour
from refdec.formats.transparency import ALPHA_SUFFIXES, at_depth, file_depth, kind_in, pixels_of, with_alpha
from refdec.heif.parts import NO_METADATA, AlphaPlane, Metadata
from refdec.picture.picture import PictureCodes

if TYPE_CHECKING:
    from PIL.Image import Image

    from refdec.formats.sinks import Target

__all__ = ["Picture", "picture_of"]

SHOWN_SAMPLES = 1 << 22
"""Notebooks keep pictures in their files: of larger ones they get every second, third ... sample."""
MOST_PILLOW_BITS = 8


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Picture(PictureCodes):
    """A decoded picture: its codes, what is known about them, and the ways out.

    `np.asarray(picture)` is `picture.array`; notebooks show it.  Of a HEIF file: `metadata` (`icc`, `exif`, `xmp`), and
    `alpha`, None where it has none (its `samples` [rows, columns] of `bits` bits); `array` is without it.
    """

    metadata: Metadata = NO_METADATA
    alpha: AlphaPlane | None = None

    def save(self, target: Target, *, format: str = "") -> None:
        """Write a picture file, whole or not at all: a path, a binary file object, or "-" for standard output.

        `format` "png", "jpg", "webp", "tif", "ppm", "pgm", "yuv" or "npy"; empty: that of the target's suffix.
        PNG and TIFF hold up to 16 bits, JPEG (quality 95, 4:4:4) and WebP (without loss) 8.
        An original in floats goes as such into "exr" (with the package OpenEXR), "pfm", "tif" and "npy".
        Raises SuffixUnknown, FormatCannotHold, NoFloats, FileUnwritable.
        """
        suffix = f".{format.removeprefix('.')}".lower() if format else ""
        cicp, gamma = colour_tags(self.rendering)
        kind, as_they_are = suffix or suffix_of(target), self.bit_depth
        if kind in FLOAT_SUFFIXES and (self.floats is not None or kind in FLOAT_ALONE):
            from refdec.formats.float_files import write_floats

            for lost in write_floats(target, self.floats, kind, self.rendering, self.metadata):
                warnings.warn(lost, stacklevel=2)
            return
        codes = self._codes(kind)
        facts, gray = (self.rendering, self.metadata), self.colour == "gray"
        for lost in losses(kind, as_they_are, MOST_PILLOW_BITS, *facts, gray=gray, file_bits=codes.bits):  # none is cut
            warnings.warn(lost, stacklevel=2)
        write_picture(target, codes, suffix=suffix, cicp=cicp, gamma=gamma)

    def _codes(self, suffix: str) -> CodePicture:
        """Return the picture as a format holds it, at the depth of its transparency where that has more."""
        said = SourceDescription(rendering=self.rendering, metadata=self.metadata)
        colour, alpha = Colour(self.colour), self.alpha
        if alpha is not None and suffix not in ALPHA_SUFFIXES:
            warnings.warn(f"{suffix[1:]} has no place for the transparency of this picture", stacklevel=3)
        if alpha is None or suffix not in ALPHA_SUFFIXES:
            return CodePicture(self.planes, self.bit_depth, colour, said)
        bits = file_depth(self.bit_depth, alpha.bits, suffix)
        planes = tuple(at_depth(plane, self.bit_depth, bits) for plane in self.planes)
        *colours, opaque = with_alpha(planes, bits, alpha, suffix, is_ycc=colour is Colour.YUV)
        fitted = AlphaPlane(opaque, bits, kind_in(alpha, suffix) == "premultiplied")
        return CodePicture(tuple(colours), bits, colour, said, fitted)

    def to_pil(self) -> Image:
        """Return the picture as an image of Pillow, with transparency and metadata; its ICC profile says the colours.

        Raises FormatCannotHold for more than 8 bits and for YUV.
        """
        from PIL import Image

        if self.bit_depth > MOST_PILLOW_BITS:
            what = f"samples of {self.bit_depth} bits"
            raise FormatCannotHold("Pillow", what, "Decode at 8 bits: refdec.decode(..., bit_depth=8)")
        if self.colour == Colour.YUV.value:
            raise FormatCannotHold("Pillow", "Y'CbCr planes", 'Decode to RGB: refdec.decode(..., colour="RGB")')
        image = Image.fromarray(pixels_of(self.planes, self.bit_depth, MOST_PILLOW_BITS, self.alpha))
        cicp, _ = colour_tags(self.rendering)
        named = None if cicp is None else icc_profile(*cicp, gray=self.colour == Colour.GRAY.value)
        beside = {"icc_profile": self.metadata.icc or named, "exif": self.metadata.exif, "xmp": self.metadata.xmp}
        image.info |= {name: data for name, data in beside.items() if data}
        return image

    def _repr_png_(self) -> bytes | None:
        """Return what a notebook shows; None (it then shows the text) for YUV."""
        if self.colour == Colour.YUV.value:
            return None
        step = next(n for n in range(1, 1 << 16) if self.height * self.width <= SHOWN_SAMPLES * n * n)
        small = tuple(np.ascontiguousarray(plane[::step, ::step]) for plane in self.planes)
        cicp, gamma = colour_tags(self.rendering)
        target = io.BytesIO()
        shown = CodePicture(small, self.bit_depth, Colour(self.colour), SourceDescription(rendering=self.rendering))
        write_picture(target, shown, suffix=".png", cicp=cicp, gamma=gamma)
        return target.getvalue()


def picture_of(codes: PictureCodes, metadata: Metadata = NO_METADATA, alpha: AlphaPlane | None = None) -> Picture:
    """Return decoded codes, and what a file says beside them, as a picture that can be saved."""
    known = (codes.bit_depth, codes.colour, codes.subsampling, codes.rendering, codes.warnings)
    return Picture(codes.planes, *known, metadata, alpha, floats=codes.floats, max_error=codes.max_error)
