"""From output planes to a `Picture` (5.11): the colour that is wanted, cut to codes of a bit depth.

In: three planes int32 Q18 and what they are.  Out: `Picture`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from refdec.clauses import clause
from refdec.picture.colour import NONE, CustomColour, clamped, rgb_from_yuv, to_output, yuv_from_rgb
from refdec.picture.output import codes
from refdec.picture.picture import Picture
from refdec.picture.planes import PictureFormat, Planes, ThreePlanes, chroma_rect, chroma_size
from refdec.picture.resample import bicubic_reach, bicubic_window
from refdec.tiling.geometry import Rect
from refdec.tiling.windows import bounding

if TYPE_CHECKING:
    from refdec.bitstream.rendering import RenderingInfo

__all__ = ["Colour", "colour_reach", "colour_window", "own_colour", "render"]

Colour = Literal["RGB", "YUV"]
REASON = "a decoder is free to decode a part only; the text demands the integers of the whole"


@clause("5.10", kind="inferred", reason="a matrix in the stream leads back to the source's components, which are RGB")
def own_colour(header: PictureFormat) -> Colour:
    """(5.10) What output planes are: RGB after a colour transform (index 1 or 2), else YUV."""
    return "YUV" if header.colour_transform_idx == NONE else "RGB"


def _interpolates(header: PictureFormat, colour: Colour | None) -> bool:
    """Tell whether chroma planes are brought to the luma size on the way to the wanted colour."""
    subsampled = (header.s_ver, header.s_hor) != (1, 1)
    return subsampled and "RGB" in (own_colour(header), colour)


@clause("5.10", kind="added", reason=REASON)
def colour_reach(wanted: Rect, header: PictureFormat, colour: Colour | None) -> Rect:
    """(5.10) The window of the filtered planes that a window of the output planes follows from; luma samples."""
    if not _interpolates(header, colour):
        return wanted
    height, width = header.display_height, header.display_width
    chroma = bicubic_reach(wanted, chroma_size(header), (height, width))
    right, bottom = min(chroma.right * header.s_hor, width), min(chroma.bottom * header.s_ver, height)
    return bounding([wanted, Rect.between(chroma.x * header.s_hor, chroma.y * header.s_ver, right, bottom)])


@clause("5.10", kind="added", reason=REASON)
def colour_window(
    planes: Planes,
    held: Rect,
    wanted: Rect,
    header: PictureFormat,
    colour: Colour | None,
    custom: CustomColour | None = None,
) -> ThreePlanes:
    """(5.10) The window `wanted` of the output planes in a colour (None: their own), from filtered planes of `held`."""
    inside = wanted.seen_from(held)
    own, output = own_colour(header), (header.s_ver, header.s_hor)
    wanted_colour = colour or own
    if _interpolates(header, colour):
        size, shown = chroma_size(header), (header.display_height, header.display_width)
        at = chroma_rect(held, output)
        chroma = (clamped(plane) if own == "YUV" else plane for plane in (planes.u, planes.v))
        u, v = (bicubic_window(plane, at, size, wanted, shown) for plane in chroma)
        y = planes.y[inside.rows, inside.columns]
        whole = Planes(clamped(y) if own == "YUV" else y, u, v)
        final = rgb_from_yuv(whole) if own == "YUV" else to_output(whole, header, custom=custom)
    else:
        part = chroma_rect(wanted, output).seen_from(chroma_rect(held, output))
        small = (plane[part.rows, part.columns] for plane in (planes.u, planes.v))
        final = to_output(Planes(planes.y[inside.rows, inside.columns], *small), header, custom=custom)
        if own == "YUV" and wanted_colour == "RGB":
            final = rgb_from_yuv(Planes(*final))
    return yuv_from_rgb(*final).as_tuple() if own == "RGB" and wanted_colour == "YUV" else final


@clause("5.11")
def render(
    planes: ThreePlanes,
    header: PictureFormat,
    *,
    colour: Colour | None = None,
    bits: int | None = None,
    rendering: RenderingInfo | None = None,
    warnings: tuple[str, ...] = (),
) -> Picture:
    """(5.11) Cut output planes to codes.

    `colour` None keeps what the codestream says (`own_colour`); "RGB" and "YUV" convert
    where needed (5.10, 5.14.1).  `bits` 1..16, None is the header's bit depth.  Raises BitDepthOutOfRange.
    """
    own = own_colour(header)
    subsampling = (1, 1) if own == "RGB" else (header.s_ver, header.s_hor)
    wanted = colour or own
    if wanted != own:
        planes = rgb_from_yuv(Planes(*planes)) if wanted == "RGB" else yuv_from_rgb(*planes).as_tuple()
        subsampling = (1, 1)
    depth = header.bit_depth if bits is None else bits
    first, second, third = (codes(plane, depth) for plane in planes)
    return Picture((first, second, third), depth, wanted, subsampling, rendering, warnings)
