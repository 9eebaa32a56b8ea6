"""From filtered planes to the colour that is wanted (5.10, 5.11), in any window, and to a `PictureCodes`.

In: planes int32 Q18 and what they are.  Out: output planes of a window; `PictureCodes`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from refdec.clauses import clause
from refdec.observation import UNWATCHED, Watch
from refdec.picture.colour import NONE, CustomColour, clamped, rgb_from_yuv, to_output, yuv_from_rgb
from refdec.picture.output import codes
from refdec.picture.picture import PictureCodes
from refdec.picture.planes import (
    OutputPlanes,
    PictureFormat,
    Planes,
    Size,
    ThreePlanes,
    chroma_rect,
    chroma_size,
    cut_planes,
    shown_rect,
)
from refdec.picture.resample import bicubic_reach, bicubic_window
from refdec.tiling.geometry import Rect
from refdec.tiling.windows import bounding

if TYPE_CHECKING:
    from refdec.bitstream.rendering import RenderingInfo

__all__ = [
    "Colour",
    "gray_window",
    "in_colour",
    "output_reach",
    "output_subsampling",
    "own_colour",
    "plane_count",
    "render",
    "to_output_window",
]

Colour = Literal["RGB", "YUV", "gray"]
"""What output planes are: R, G, B; Y, U, V; or luma alone, before the colour transform."""
REASON = "a decoder is free to decode a part only; the text demands the integers of the whole"


@clause("5.10", kind="inferred", reason="a matrix in the stream leads back to the source's components, which are RGB")
def own_colour(header: PictureFormat) -> Colour:
    """(5.10) What output planes are: RGB after a colour transform (index 1 or 2), else YUV."""
    return "YUV" if header.colour_transform_idx == NONE else "RGB"


def output_subsampling(header: PictureFormat, colour: Colour | None) -> Size:
    """Return (vertical, horizontal) of the second and third output plane in a colour, None: the picture's own.

    Gray has no such planes; its rectangles begin anywhere.
    """
    kept = own_colour(header) == "YUV" and (colour or "YUV") == "YUV"
    return (header.s_ver, header.s_hor) if kept else (1, 1)


def plane_count(colour: Colour | None) -> int:
    """Return how many output planes a colour has."""
    return 1 if colour == "gray" else 3


def _interpolates(header: PictureFormat, colour: Colour | None) -> bool:
    """Tell whether chroma becomes as large as luma on the way to the wanted colour, or a window be off its grid."""
    subsampled = (header.s_ver, header.s_hor) != (1, 1)
    return subsampled and ("RGB" in (own_colour(header), colour) or colour == "gray")


@clause("5.10", kind="added", reason=REASON)
def output_reach(wanted: Rect, header: PictureFormat, colour: Colour | None) -> Rect:
    """(5.10) The window of the filtered planes that a window of the output planes follows from; luma samples."""
    if not _interpolates(header, colour):
        return wanted
    height, width = header.display_height, header.display_width
    chroma = bicubic_reach(wanted, chroma_size(header), (height, width))
    right, bottom = min(chroma.right * header.s_hor, width), min(chroma.bottom * header.s_ver, height)
    return bounding([wanted, Rect.between(chroma.x * header.s_hor, chroma.y * header.s_ver, right, bottom)])


def _enlarged(planes: Planes, held: Rect, wanted: Rect, header: PictureFormat) -> Planes:
    """(5.4) Return the window `wanted` of planes of `held`, chroma brought to the luma size."""
    size, shown = chroma_size(header), (header.display_height, header.display_width)
    at, inside = chroma_rect(held, (header.s_ver, header.s_hor)), wanted.seen_from(held)
    u, v = (bicubic_window(plane, at, size, wanted, shown) for plane in (planes.u, planes.v))
    return Planes(planes.y[inside.rows, inside.columns], u, v)


@clause("5.10")
def to_output_window(
    planes: Planes,
    held: Rect,
    wanted: Rect,
    header: PictureFormat,
    colour: Colour | None,
    custom: CustomColour | None = None,
    *,
    watch: Watch = UNWATCHED,
) -> tuple[ThreePlanes, Rect]:
    """(5.10) The output planes in their own colour, from filtered planes of `held`; and the window that they are of.

    That is `wanted`; or, of YUV planes that become RGB by interpolation, all of `held`.  `custom` allows
    colour_transform_idx 2.
    """
    own, output = own_colour(header), (header.s_ver, header.s_hor)
    if _interpolates(header, colour) and own == "RGB":
        final, at = to_output(_enlarged(planes, held, wanted, header), header, custom=custom), wanted
    else:
        at = held if _interpolates(header, colour) else wanted
        final = to_output(cut_planes(planes, held, at, header), header, custom=custom)
    small, small_size = (
        (at, (header.display_height, header.display_width))
        if own == "RGB"
        else (chroma_rect(at, output), chroma_size(header))
    )
    watch.window("final.0", final[0], at, (header.display_height, header.display_width))
    watch.window("final.1", final[1], small, small_size)
    watch.window("final.2", final[2], small, small_size)
    return final, at


@clause("5.10", kind="added", reason="a gray picture is its luma; the colour transform would tint it")
def gray_window(planes: Planes, held: Rect, wanted: Rect) -> OutputPlanes:
    """(5.10) The luma plane of `wanted`, clamped, of filtered planes of `held`."""
    inside = wanted.seen_from(held)
    return (np.ascontiguousarray(clamped(planes.y[inside.rows, inside.columns])),)


@clause("5.10")
def in_colour(
    final: ThreePlanes, held: Rect, wanted: Rect, header: PictureFormat, colour: Colour | None
) -> ThreePlanes:
    """(5.10, 5.14.1) Output planes of `held` in their own colour as those of `wanted` in another (None: their own)."""
    own = own_colour(header)
    if colour is None or colour == own:
        return final
    if own == "RGB":
        return yuv_from_rgb(*final).as_tuple()
    planes = Planes(*final)
    return rgb_from_yuv(_enlarged(planes, held, wanted, header) if _interpolates(header, colour) else planes)


@clause("5.11")
def render(
    planes: OutputPlanes,
    header: PictureFormat,
    *,
    colour: Colour | None = None,
    bits: int | None = None,
    rendering: RenderingInfo | None = None,
    warnings: tuple[str, ...] = (),
) -> PictureCodes:
    """(5.11) Cut output planes of the whole picture, in their own colour, to codes.

    `colour` None keeps what the codestream says (`own_colour`); "RGB" and "YUV" convert
    where needed (5.10, 5.14.1).  One plane is gray.
    `bits` 1..16, None is the header's bit depth.  Raises BitDepthOutOfRange.
    """
    shown = shown_rect(header)
    depth = header.bit_depth if bits is None else bits
    if len(planes) == 1:
        return PictureCodes((codes(planes[0], depth),), depth, "gray", (1, 1), rendering, warnings)
    own: ThreePlanes = planes[0], planes[1], planes[2]
    first, second, third = (codes(plane, depth) for plane in in_colour(own, shown, shown, header, colour))
    subsampling = output_subsampling(header, colour)
    return PictureCodes((first, second, third), depth, colour or own_colour(header), subsampling, rendering, warnings)
