"""The decoded picture (5.11): codes at a bit depth, and what a file writer or a viewer must know about them.

In: output planes int32 Q18.  Out: `PictureCodes`; what `refdec.decode` returns is one that can be saved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from refdec.picture.output import Codes

if TYPE_CHECKING:
    from refdec.bitstream.rendering import RenderingInfo
    from refdec.picture.floats import FloatPlanes

__all__ = ["LOSSLESS", "LOSSY", "PictureCodes", "fidelity_in_words"]

LOSSLESS, LOSSY = "lossless", "lossy"


def fidelity_in_words(max_error: int | None, *, floats: bool = False) -> str:
    """Return how near samples are to those of the original: no further than `max_error`, None: nobody knows."""
    if max_error is None:
        return LOSSY
    return LOSSLESS if max_error == 0 else f"within {max_error}{' steps' if floats else ''}"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PictureCodes:
    """Three planes of codes, or one of gray, uint8 up to 8 bits and uint16 above, [rows, columns].

    `colour` is "RGB", "YUV" or "gray"; "YUV" has chroma planes smaller by `subsampling` (vertical, horizontal).
    `rendering` is the codestream's rendering information, None where it has none: it never changes the codes.
    `warnings` name what a decoder had to assume (a region that is absent, padding that a lenient reader passed over).
    `floats`: the original in floats that a layer gave, of which the codes are a picture for viewing; else None.
    `max_error`: how far a sample may be from that of the original, in codes, or places in the order of floats; 0 of one
    that a lossless layer gave, None where the codestream does not say.
    """

    planes: tuple[Codes, ...]
    bit_depth: int
    colour: str
    subsampling: tuple[int, int] = (1, 1)
    rendering: RenderingInfo | None = None
    warnings: tuple[str, ...] = ()
    floats: FloatPlanes | None = field(default=None, kw_only=True)
    max_error: int | None = field(default=None, kw_only=True)

    @property
    def height(self) -> int:
        """Rows of the first plane."""
        return int(self.planes[0].shape[0])

    @property
    def width(self) -> int:
        """Columns of the first plane."""
        return int(self.planes[0].shape[1])

    @property
    def fidelity(self) -> str:
        """How near it is to the original: "lossless", "within N" (of floats: "within N steps"), else "lossy"."""
        return fidelity_in_words(self.max_error, floats=self.floats is not None)

    @property
    def array(self) -> Codes:
        """The picture as [rows, columns, 3], a gray one as [rows, columns].

        Raises ValueError where chroma is subsampled: then take `planes`, or decode with `colour="RGB"`.
        """
        if self.subsampling != (1, 1):
            raise ValueError("a picture with subsampled chroma has no single array: use .planes")
        return self.planes[0] if len(self.planes) == 1 else np.stack(self.planes, axis=-1)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[Any]:
        """Return `array` for `np.asarray(picture)`; raises ValueError where a copy is forbidden."""
        if len(self.planes) == 1:
            return np.array(self.planes[0], dtype, copy=copy)
        if copy is False:
            raise ValueError("the planes of a picture lie apart: their array is a copy, so copy=False cannot be")
        return self.array if dtype is None else self.array.astype(dtype)

    def __repr__(self) -> str:
        said = f", {len(self.warnings)} warnings" if self.warnings else ""
        return f"<{type(self).__name__} {self.width} x {self.height}, {self.bit_depth} bit {self.colour}{said}>"
