"""The decoded picture (5.11): codes at a bit depth, and what a file writer or a viewer must know about them.

In: output planes int32 Q18.  Out: `Picture`, the value that `refdec.decode` returns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from refdec.picture.output import Codes

if TYPE_CHECKING:
    from refdec.bitstream.rendering import RenderingInfo

__all__ = ["Picture"]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Three planes of codes, uint8 up to 8 bits and uint16 above, [rows, columns].

    `colour` is "RGB" or "YUV"; with "YUV" the chroma planes are smaller by `subsampling` (vertical, horizontal).
    `rendering` is the codestream's rendering information, None where it has none: it never changes the codes.
    `warnings` name what a decoder had to assume (a region that is absent, padding that a lenient reader passed over).
    """

    planes: tuple[Codes, Codes, Codes]
    bit_depth: int
    colour: str
    subsampling: tuple[int, int] = (1, 1)
    rendering: RenderingInfo | None = None
    warnings: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """Rows of the first plane."""
        return int(self.planes[0].shape[0])

    @property
    def width(self) -> int:
        """Columns of the first plane."""
        return int(self.planes[0].shape[1])

    @property
    def array(self) -> Codes:
        """The picture as [rows, columns, 3].

        Raises ValueError where chroma is subsampled: then take `planes`, or decode with `colour="RGB"`.
        """
        if self.subsampling != (1, 1):
            raise ValueError("a picture with subsampled chroma has no single array: use .planes")
        return np.stack(self.planes, axis=-1)
