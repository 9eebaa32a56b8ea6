"""What stands beside the samples of a picture, in whatever file: metadata as bytes, and transparency.

In: what readers of pictures find.  Out: frozen values, the same for pictures that are encoded and decoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.shown import ShortRepr

__all__ = ["NO_METADATA", "NO_PARTS", "AlphaPlane", "Metadata", "PictureParts", "Samples"]

UPRIGHT = 1
Samples: TypeAlias = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
"""Samples of a plane [rows, columns], uint8 up to 8 bits and uint16 above."""


@dataclass(frozen=True, slots=True, repr=False)
class Metadata(ShortRepr):
    """An ICC profile, Exif data (from their TIFF header on) and XMP, each as it was found; empty: there is none."""

    icc: bytes = b""
    exif: bytes = b""
    xmp: bytes = b""

    def names(self) -> tuple[str, ...]:
        """Return the names of what is there."""
        known = (("an ICC profile", self.icc), ("Exif data", self.exif), ("XMP metadata", self.xmp))
        return tuple(name for name, data in known if data)


NO_METADATA = Metadata()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AlphaPlane(ShortRepr):
    """How opaque a picture is: samples [rows, columns] of `bits` bits, 0 for nothing there.

    `premultiplied`: the colours of the picture are multiplied by it already.
    """

    samples: Samples
    bits: int
    premultiplied: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PictureParts(ShortRepr):
    """What a HEIF file holds beside the codestream of its picture.

    `orientation` 1..8 as Exif counts: how the samples, and those of `alpha`, are to be turned.  `thumbnail`: the
    codestream of a small picture, stored as the samples are; empty: there is none.
    """

    orientation: int = UPRIGHT
    metadata: Metadata = NO_METADATA
    alpha: AlphaPlane | None = None
    thumbnail: bytes = b""


NO_PARTS = PictureParts()
