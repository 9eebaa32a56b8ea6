"""The source picture on its way into the encoder (6.7, 5.14.1): codes, of which planes are made a window at a time.

In: sample codes of RGB, gray or YUV.  Out: `EncoderInput`, and any window of its planes in the coded size and format,
int32 Q18: the same samples as in the planes of the whole picture, which nobody makes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from refdec.arithmetic.types import IntArray
from refdec.bitstream.picture_header import PictureHeader
from refdec.bitstream.rendering import RenderingInfo
from refdec.clauses import clause
from refdec.picture.planes import Planes, Size, chroma_rect
from refdec.picture.resample import bilinear_reach, bilinear_window
from refdec.picture.source import plane_from_codes, planes_from_rgb, repeated
from refdec.tiling.geometry import Rect, ceil_div
from refdec.tiling.windows import bounding

__all__ = ["EncoderInput", "coded_window", "input_from_codes"]


@dataclass(frozen=True, slots=True, eq=False)
class EncoderInput:
    """A source picture: codes of three components of the displayed size, chroma smaller by `output`.

    `components` [rows, columns], 0..2^bits - 1: R, G, B if `rgb` (`output` is then (1, 1)), else Y, U, V.  `output`:
    (vertical, horizontal).  `rendering`: what goes into RDI, None: nothing is known.  `gray_components`: how many
    components, all equal, a gray source had that user data are to mark; None: no mark.
    """

    components: tuple[IntArray, IntArray, IntArray]
    bits: int
    rgb: bool
    output: Size = (1, 1)
    rendering: RenderingInfo | None = None
    gray_components: int | None = None

    @property
    def size(self) -> Size:
        """Displayed height and width."""
        return self.components[0].shape[0], self.components[0].shape[1]

    @property
    def colour_transform_idx(self) -> int:
        """(5.10) 1: the source is RGB, 0: it is YUV."""
        return int(self.rgb)

    def planes(self, luma: Rect, chroma: Rect) -> Planes:
        """(6.7) Return Y of a window, and U and V of a window of the chroma planes, int32 Q18 on the 0..255 scale.

        Beyond the last row and column these are repeated.
        """
        if not self.rgb:
            parts = zip(self.components, (luma, chroma, chroma), strict=True)
            return Planes(*(plane_from_codes(repeated(plane, window), self.bits) for plane, window in parts))
        held = bounding((luma, chroma))
        red, green, blue = (repeated(plane, held) for plane in self.components)
        made = planes_from_rgb(red, green, blue, self.bits)
        y, c = luma.seen_from(held), chroma.seen_from(held)
        return Planes(made.y[y.rows, y.columns], made.u[c.rows, c.columns], made.v[c.rows, c.columns])


@clause("6.7")
@clause("5.14.1")
def input_from_codes(
    components: Sequence[IntArray],
    bits: int,
    *,
    rgb: bool,
    subsampling: Size = (1, 1),
    rendering: RenderingInfo | None = None,
) -> EncoderInput:
    """(6.7, 5.14.1) Return the input of sample codes: one component (gray: RGB with neutral chroma) or three.

    `subsampling` (vertical, horizontal) is that of the chroma planes of a YUV source.  `rendering` goes into RDI.
    """
    first, second, third = components if len(components) == 3 else (components[0],) * 3
    colour = rgb or len(components) == 1
    return EncoderInput((first, second, third), bits, colour, (1, 1) if colour else subsampling, rendering)


@clause("5.14.1")
@clause("6.7")
def coded_window(source: EncoderInput, picture: PictureHeader, window: Rect) -> Planes:
    """(5.14.1 step 4, 6.7) The planes of a window (luma samples, its corner even) of the coded picture.

    The picture is grown to 64 samples first, then chroma is resampled to the coded format.  The window lies in the
    coded picture and begins in the displayed one.
    """
    output, coded = source.output, (picture.c_ver, picture.c_hor)
    wanted = chroma_rect(window, coded)
    if output == coded:
        return source.planes(window, wanted)
    has, makes = ((ceil_div(picture.img_height, ver), ceil_div(picture.img_width, hor)) for ver, hor in (output, coded))
    held = bilinear_reach(wanted, has, makes)
    planes = source.planes(window, held)
    u, v = (bilinear_window(plane, held, has, wanted, makes) for plane in (planes.u, planes.v))
    return planes.with_chroma(u, v)
