"""What a picture file holds: sample codes of one or three components, and the description that a writer needs.

Codes are uint8 up to 8 bits, uint16 above; components of a YUV picture may differ in size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

import numpy as np

from refdec.arithmetic.shown import ShortRepr
from refdec.bitstream.rendering import RenderingInfo
from refdec.formats.description import NOTHING_SAID, SourceDescription
from refdec.formats.errors import PictureNeedsMemory, PictureTooLarge
from refdec.formats.transparency import AlphaKind
from refdec.heif.parts import NO_METADATA, AlphaPlane, Metadata
from refdec.limits import Limits
from refdec.picture.floats import FloatPlanes
from refdec.picture.output import Codes, as_codes

__all__ = ["CodePicture", "Colour", "PictureSpec", "require_floats", "require_pixels", "split_alpha"]

Size = tuple[int, int]


class Colour(Enum):
    """What the components mean."""

    RGB = "RGB"
    YUV = "YUV"
    GRAY = "gray"


@dataclass(frozen=True, slots=True)
class PictureSpec:
    """Description of a picture before its rows exist.

    `sizes` are (height, width) of each component, one for GRAY and three else, and of transparency behind them, if
    `alpha` says what it is; `bits` is the depth of the codes, 1..16.
    `cicp` (colour primaries, transfer characteristics; ITU-T H.273), `gamma` (in 1/100000) and `metadata` are passed on
    by formats that can say them, and so are the mastering display and the light levels of `rendering`.
    """

    sizes: tuple[Size, ...]
    bits: int
    colour: Colour
    cicp: tuple[int, int] | None = None
    gamma: int | None = None
    metadata: Metadata = NO_METADATA
    alpha: AlphaKind | None = None
    rendering: RenderingInfo | None = None

    def __post_init__(self) -> None:
        if len(self.sizes) != (1 if self.colour is Colour.GRAY else 3) + (self.alpha is not None):
            raise ValueError(f"{self.colour.value} cannot have {len(self.sizes)} components")
        if not 1 <= self.bits <= 16:
            raise ValueError(f"{self.bits} bits")
        if min(min(size) for size in self.sizes) < 1:
            raise ValueError(f"sizes {self.sizes}")

    @property
    def height(self) -> int:
        """Rows of the first component."""
        return self.sizes[0][0]

    @property
    def width(self) -> int:
        """Columns of the first component."""
        return self.sizes[0][1]

    @property
    def one_size(self) -> bool:
        """Whether all components have the same size."""
        return len(set(self.sizes)) == 1

    @property
    def sample_bytes(self) -> int:
        """Bytes of a code in a file."""
        return 1 if self.bits <= 8 else 2


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CodePicture(ShortRepr):
    """A picture as codes: one array [rows, columns] per component, their depth, and what they mean.

    `description`: what its file says beside the samples, which are as stored: not turned yet.  `alpha`: how opaque it
    is, stored as they are, None where it is everywhere; to be written it has their depth.  `floats`: what the codes
    were made of for viewing, transparency too.
    """

    components: tuple[Codes, ...]
    bits: int
    colour: Colour
    description: SourceDescription = NOTHING_SAID
    alpha: AlphaPlane | None = None
    floats: FloatPlanes | None = None

    def spec(self, *, cicp: tuple[int, int] | None = None, gamma: int | None = None) -> PictureSpec:
        """Return the description a writer needs, with the metadata of this one."""
        planes = (*self.components, *(() if self.alpha is None else (self.alpha.samples,)))
        sizes = tuple((plane.shape[0], plane.shape[1]) for plane in planes)
        kind: AlphaKind | None = None
        if self.alpha is not None:
            kind = "premultiplied" if self.alpha.premultiplied else "straight"
        said = self.description
        return PictureSpec(sizes, self.bits, self.colour, cicp, gamma, said.metadata, kind, said.rendering)

    @property
    def is_gray(self) -> bool:
        """Whether it has no colour: one component, three equal ones, or neutral chroma."""
        first, *others = self.components
        if self.colour is Colour.YUV:
            return all(bool(np.all(plane == 1 << (self.bits - 1))) for plane in others)
        return all(np.array_equal(first, plane) for plane in others)

    def as_rgb(self) -> CodePicture:
        """Return a gray picture as RGB of equal components; other pictures as they are."""
        if self.colour is not Colour.GRAY:
            return self
        return replace(self, components=self.components * 3, colour=Colour.RGB)


def split_alpha(samples: Codes, bits: int, *, premultiplied: bool = False) -> tuple[Codes, AlphaPlane | None]:
    """Return samples [rows, columns, channels] of 1 to 4 channels without the last of 2 or 4, and that one.

    None where it is opaque everywhere.
    """
    if samples.shape[2] not in (2, 4):
        return samples, None
    colours, last = samples[:, :, :-1], samples[:, :, -1]
    if np.all(last == (1 << bits) - 1):
        return colours, None
    return colours, AlphaPlane(as_codes(last, bits), bits, premultiplied)


FLOAT_BYTES, VIEWED_BYTES = 8, 44
"""Of floats, for each component of a pixel and for each pixel: as read, as patterns; codes, and what makes them."""
LEAST_PIXEL_BYTES = 6
"""What reading takes at least: three samples of 8 bits as the file's reader has them, and once more as codes."""


def require_pixels(width: int, height: int, limits: Limits) -> None:
    """Raise PictureTooLarge or PictureNeedsMemory if a picture is larger than the limits allow.

    Call it before anything is allocated.
    """
    if width * height > limits.pixels:
        raise PictureTooLarge(width, height, limits.pixels)
    limits.require_memory(LEAST_PIXEL_BYTES * width * height, PictureNeedsMemory)


def require_floats(width: int, height: int, components: int, limits: Limits) -> None:
    """Raise PictureTooLarge or PictureNeedsMemory if a picture of floats is larger than the limits allow."""
    require_pixels(width, height, limits)
    limits.require_memory((FLOAT_BYTES * components + VIEWED_BYTES) * width * height, PictureNeedsMemory)
