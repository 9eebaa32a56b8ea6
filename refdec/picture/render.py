"""From output planes to a `Picture` (5.11): the colour that is wanted, cut to codes of a bit depth.

In: three planes int32 Q18 and what they are.  Out: `Picture`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from refdec.clauses import clause
from refdec.picture.colour import TO_RGB, rgb_from_yuv, yuv_from_rgb
from refdec.picture.output import codes
from refdec.picture.picture import Picture
from refdec.picture.planes import PictureFormat, Planes, ThreePlanes

if TYPE_CHECKING:
    from refdec.bitstream.rendering import RenderingInfo

__all__ = ["Colour", "render"]

Colour = Literal["RGB", "YUV"]


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

    `colour` None keeps what the codestream says (RGB for colour_transform_idx 1, else YUV); "RGB" and "YUV" convert
    where needed (5.10, 5.14.1).  `bits` 1..16, None is the header's bit depth.  Raises BitDepthOutOfRange.
    """
    own: Colour = "RGB" if header.colour_transform_idx == TO_RGB else "YUV"
    subsampling = (1, 1) if own == "RGB" else (header.s_ver, header.s_hor)
    wanted = colour or own
    if wanted != own:
        planes = rgb_from_yuv(Planes(*planes)) if wanted == "RGB" else yuv_from_rgb(*planes).as_tuple()
        subsampling = (1, 1)
    depth = bits or header.bit_depth
    first, second, third = (codes(plane, depth) for plane in planes)
    return Picture((first, second, third), depth, wanted, subsampling, rendering, warnings)
