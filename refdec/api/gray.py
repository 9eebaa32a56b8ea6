"""Gray pictures (5.10): what is decoded of a stream whose user data mark its source as gray, and how it is handed out.

In: headers and the caller's `DecodeOptions`.  Out: options that decode luma alone, and `GrayForm`, which makes of it
the components that the source had.  A caller that names a colour gets that colour of the standard's decoder.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from refdec.bitstream.userdata import read_gray_mark
from refdec.decoding.options import DEFAULT_OPTIONS
from refdec.decoding.region import require_region
from refdec.picture.picture import PictureCodes
from refdec.picture.render import output_subsampling, own_colour
from refdec.tiling.geometry import Rect, ceil_div

if TYPE_CHECKING:
    from refdec.bitstream.headers import Headers
    from refdec.decoding.options import DecodeOptions
    from refdec.inspection.summary import Info
    from refdec.picture.output import Codes
    from refdec.picture.render import Colour

__all__ = [
    "AS_DECODED",
    "GrayForm",
    "colour_to_show",
    "gray_form",
    "shown_array",
    "shown_colour",
    "shown_planes",
    "ycc_shown",
]


@dataclass(frozen=True, slots=True)
class GrayForm:
    """How luma is handed out: alone (`colour` "gray"), three times ("RGB"), or with neutral chroma ("YUV").

    None: nothing is done, the planes are what the decoder made.
    """

    colour: Colour | None = None
    subsampling: tuple[int, int] = (1, 1)
    bits: int = 8

    def sizes(self, sizes: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
        """Return (height, width) of the planes that become of planes of these sizes."""
        (height, width), *_ = sizes
        small = ceil_div(height, self.subsampling[0]), ceil_div(width, self.subsampling[1])
        return sizes if self.colour in (None, "gray") else ((height, width), small, small)

    def planes(self, decoded: tuple[Codes, ...]) -> tuple[Codes, ...]:
        """Return the planes, or rows of them, that become of decoded ones."""
        if self.colour in (None, "gray"):
            return decoded
        (luma,) = decoded
        if self.colour == "RGB":
            return luma, luma, luma
        _, small, _ = self.sizes(((luma.shape[0], luma.shape[1]),))
        neutral = np.full(small, 1 << (self.bits - 1), luma.dtype)
        return luma, neutral, neutral

    def picture(self, decoded: PictureCodes) -> PictureCodes:
        """Return the picture that becomes of a decoded one."""
        if self.colour is None:
            return decoded
        return replace(decoded, planes=self.planes(decoded.planes), colour=self.colour, subsampling=self.subsampling)


AS_DECODED = GrayForm()


def gray_form(
    headers: Headers, options: DecodeOptions, usual: Colour | None = None, *, gray: bool | None = True
) -> tuple[DecodeOptions, GrayForm]:
    """Return the options to decode with, and the form of what they give.

    `usual`: the colour that a file format holds, None: the codestream's own.  `gray`: whether it holds gray too; None:
    nothing else.
    """
    header, components = headers.picture, read_gray_mark(headers.user_data)
    if options.colour == "gray":
        return options, GrayForm("RGB" if gray is False else "gray")
    if options.colour is not None or components is None:
        return replace(options, colour=usual or options.colour), AS_DECODED
    handed_out: Colour = usual or own_colour(header)
    if gray is None or (gray and components == 1):
        handed_out = "gray"
    subsampling = output_subsampling(header, "YUV") if handed_out == "YUV" else (1, 1)
    if options.region is not None:
        require_region(Rect(*options.region), headers, handed_out)
    bits = header.bit_depth if options.bit_depth is None else options.bit_depth
    return replace(options, colour="gray"), GrayForm(handed_out, subsampling, bits)


def shown_colour(gray_components: int | None) -> Colour:
    """Return the colour that a program which knows RGB and gray decodes to; the argument is that of `read_info`."""
    return "RGB" if gray_components is None else "gray"


def colour_to_show(info: Info, options: DecodeOptions = DEFAULT_OPTIONS, *, lossy: bool = False) -> Colour | None:
    """Return the colour in which such a program decodes the file that `info` is about, None: what is found there.

    That is RGB, or gray of what was gray, unless the codestream holds Y'CbCr; of that it is the original of a layer,
    RGB or gray too, where it goes with `options`, and the `lossy` picture is not wished for.  A colour that is named
    costs something: that original, and the grays of tiles, some of which were gray and are without a tint.
    """
    from refdec.inspection.summary import COLOURS
    from refdec.picture.colour import NONE

    if info.colour != COLOURS[NONE]:
        return None
    return ycc_shown(info.gray_components, None if lossy else info.layer_form, options)


def ycc_shown(gray_components: int | None, layer_form: tuple[int, int] | None, options: DecodeOptions) -> Colour | None:
    """Return the colour in which such a program decodes Y'CbCr, None where an original of `layer_form` comes anyway."""
    from refdec.api.lossless import hindrance

    shows_original = layer_form is not None and not hindrance(*layer_form, options)
    return None if shows_original else shown_colour(gray_components)


def shown_planes(picture: PictureCodes, gray_components: int | None) -> tuple[Codes, ...]:
    """Return the three planes of a picture in `shown_colour`, or the one of a source that had gray alone."""
    return picture.planes * 3 if picture.colour == "gray" and gray_components != 1 else picture.planes


def shown_array(picture: PictureCodes, gray_components: int | None) -> Codes:
    """Return `shown_planes` as [rows, columns, 3] or [rows, columns]."""
    planes = shown_planes(picture, gray_components)
    return planes[0] if len(planes) == 1 else np.stack(planes, axis=-1)
