"""The picture that an encoder is asked to code (6.7, 5.14.1).

In: sample codes of an RGB, gray or YUV picture.  Out: `SourcePicture`, frozen; its planes in Q18 on demand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.shown import ShortRepr
from refdec.arithmetic.types import UInt8Array, UInt16Array
from refdec.bitstream.chroma import ChromaFormat
from refdec.picture.output import code_type
from refdec.plugins.errors import SourcePictureInvalid

if TYPE_CHECKING:
    from refdec.bitstream.rendering import RenderingInfo
    from refdec.picture.floats import FloatPlanes
    from refdec.picture.planes import Planes

__all__ = ["Codes", "SourcePicture"]

Codes: TypeAlias = UInt8Array | UInt16Array
Pair = tuple[int, int]

LARGEST_SIDE = 65599


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SourcePicture(ShortRepr):
    """Three planes of codes [rows, columns], uint8 up to 8 bits and uint16 above, read-only.

    `colour` is "RGB" or "YUV"; with "YUV" the chroma planes are smaller by `subsampling` (vertical, horizontal),
    rounded up. A gray picture is RGB with three equal planes: its chroma is exactly neutral.  `name` is for messages.
    `codestream`: the bytes, where the source is a JPEG AI codestream itself (the planes are then its decoded
    picture). `rendering`: what its source says about its colours; the core writes it into RDI.  `warnings`: sentences
    about what of the source could not be taken along.  `components`: 1
    where the source has gray alone (the planes are then three times the same).  `floats`: what the planes were made of
    for viewing, which a layer gives back; encoders need not look at them.  Raises SourcePictureInvalid.
    """

    planes: tuple[Codes, Codes, Codes]
    bit_depth: int = 8
    colour: str = "RGB"
    subsampling: Pair = (1, 1)
    name: str = ""
    codestream: bytes | None = None
    rendering: RenderingInfo | None = None
    warnings: tuple[str, ...] = ()
    components: int = 3
    floats: FloatPlanes | None = None

    def __post_init__(self) -> None:
        if self.colour not in {"RGB", "YUV"}:
            raise SourcePictureInvalid(f"its colour is {self.colour!r}, not RGB or YUV")
        formats = ChromaFormat if self.colour == "YUV" else (ChromaFormat.YUV444,)
        if self.subsampling not in [chroma.value for chroma in formats]:
            raise SourcePictureInvalid(f"{self.colour} with chroma subsampled by {self.subsampling} does not exist")
        if not 1 <= self.bit_depth <= 16:
            raise SourcePictureInvalid(f"its samples have {self.bit_depth} bits, not 1 to 16")
        if len(self.planes) != 3:
            raise SourcePictureInvalid(f"it has {len(self.planes)} planes, not 3")
        if self.components not in (1, 3) or (self.components == 1 and self.colour != "RGB"):
            raise SourcePictureInvalid(f"{self.components} components of {self.colour} are not 3, or 1 as RGB")
        checked = tuple(self._checked(index, plane) for index, plane in enumerate(self.planes))
        object.__setattr__(self, "planes", checked)

    def _checked(self, index: int, plane: Any) -> npt.NDArray[Any]:
        dtype = code_type(self.bit_depth)
        if not isinstance(plane, np.ndarray) or plane.dtype != dtype or plane.ndim != 2:
            found = f"{plane.dtype} [{plane.ndim} axes]" if isinstance(plane, np.ndarray) else type(plane).__name__
            raise SourcePictureInvalid(f"plane {index} is {found}, not {dtype} [rows, columns]")
        rows, columns = self.planes[0].shape
        ver, hor = self.subsampling if index else (1, 1)
        needed = (-(-rows // ver), -(-columns // hor))
        if not 1 <= min(rows, columns) <= max(rows, columns) <= LARGEST_SIDE:
            raise SourcePictureInvalid(f"it has {rows} rows and {columns} columns, not 1 to {LARGEST_SIDE} of each")
        if plane.shape != needed:
            raise SourcePictureInvalid(f"plane {index} has the shape {plane.shape}, not {needed}")
        if int(plane.max()) >> self.bit_depth:
            raise SourcePictureInvalid(f"plane {index} holds the code {int(plane.max())} in {self.bit_depth} bits")
        view = np.ascontiguousarray(plane).view()
        view.flags.writeable = False
        return view

    @classmethod
    def from_rgb(cls, array: Codes, bit_depth: int = 8, name: str = "") -> SourcePicture:
        """Return the picture of R, G, B codes [rows, columns, 3].  Raises SourcePictureInvalid."""
        if array.ndim != 3 or array.shape[2] != 3:
            raise SourcePictureInvalid(f"an array of the shape {array.shape} is not [rows, columns, 3]")
        red, green, blue = (array[..., index] for index in range(3))
        return cls((red, green, blue), bit_depth, "RGB", (1, 1), name)

    @classmethod
    def from_gray(cls, array: Codes, bit_depth: int = 8, name: str = "") -> SourcePicture:
        """Return the picture of gray codes [rows, columns].  Raises SourcePictureInvalid."""
        return cls((array, array, array), bit_depth, "RGB", (1, 1), name, components=1)

    @property
    def is_gray(self) -> bool:
        """Whether it has no colour: R, G and B are equal everywhere, or chroma is neutral."""
        first, second, third = self.planes
        if self.colour == "RGB":
            return self.components == 1 or (np.array_equal(first, second) and np.array_equal(first, third))
        neutral = 1 << (self.bit_depth - 1)
        return bool(np.all(second == neutral) and np.all(third == neutral))

    @property
    def height(self) -> int:
        """Rows of the first plane."""
        return int(self.planes[0].shape[0])

    @property
    def width(self) -> int:
        """Columns of the first plane."""
        return int(self.planes[0].shape[1])

    @property
    def pixels(self) -> int:
        """Samples of the first plane: what bits per pixel are counted by."""
        return self.height * self.width

    @property
    def nbytes(self) -> int:
        """Bytes of the three planes."""
        return sum(plane.nbytes for plane in self.planes)

    def planes_q18(self) -> Planes:
        """(6.7) Return Y, U, V as int32 Q18 on the 0..255 scale; chroma keeps its size.  Compiles kernels when first
        used.
        """
        from refdec.picture.planes import Planes
        from refdec.picture.source import plane_from_codes, planes_from_rgb

        if self.colour == "RGB":
            return planes_from_rgb(*self.planes, self.bit_depth)
        return Planes(*(plane_from_codes(plane, self.bit_depth) for plane in self.planes))
