"""What a HEIF file says of the picture that is decoded out of it: which way is up, metadata, transparency.

In: a `HeifFile`, or None for a bare codestream, of which nothing is said.  Out: `BesidePicture`, which turns decoded
planes upright and knows where a part of what is shown is stored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from refdec.arithmetic.shown import ShortRepr
from refdec.decoding.errors import RegionOutside
from refdec.decoding.options import DecodeOptions
from refdec.formats.description import UPRIGHT
from refdec.formats.orientation import SIDEWAYS, stored_rect, turned
from refdec.formats.stream_files import stream_in
from refdec.heif.parts import NO_METADATA, AlphaPlane, Metadata
from refdec.limits import DEFAULT_LIMITS, Limits
from refdec.tiling.geometry import Rect

if TYPE_CHECKING:
    from refdec.bitstream.headers import Headers
    from refdec.heif.heiffile import HeifFile
    from refdec.picture.floats import Patterns
    from refdec.picture.picture import PictureCodes

__all__ = ["NOTHING_BESIDE", "BesidePicture", "beside_in", "beside_of", "fitting_alpha"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BesidePicture(ShortRepr):
    """`orientation` 1..8 of the stored samples; metadata of the picture as it is shown; `alpha` as it is shown."""

    orientation: int = UPRIGHT
    metadata: Metadata = NO_METADATA
    alpha: AlphaPlane | None = None

    @property
    def is_upright(self) -> bool:
        """Whether the samples are stored as they are shown."""
        return self.orientation == UPRIGHT

    def shown_size(self, width: int, height: int) -> tuple[int, int]:
        """Return width and height of a picture that is stored in these, as it is shown."""
        return (height, width) if self.orientation in SIDEWAYS else (width, height)

    def stored(self, options: DecodeOptions, headers: Headers) -> DecodeOptions:
        """Return options whose region is that of the stored samples.  Raises RegionOutside."""
        if options.region is None or self.is_upright:
            return options
        width, height = headers.picture.display_width, headers.picture.display_height
        shown = Rect(0, 0, *self.shown_size(width, height))
        wanted = Rect(*options.region)
        if wanted.empty or not shown.contains(wanted):
            raise RegionOutside(wanted, shown.size_hw)
        found = stored_rect(wanted, self.orientation, height, width)
        return replace(options, region=(found.x, found.y, found.w, found.h))

    def upright(self, picture: PictureCodes) -> PictureCodes:
        """Return a decoded picture, or a part of it, as it is shown."""
        if self.is_upright:
            return picture
        planes = tuple(turned(plane, self.orientation) for plane in picture.planes)
        ver, hor = picture.subsampling
        subsampling = (hor, ver) if self.orientation in SIDEWAYS else (ver, hor)
        floats = None if picture.floats is None else picture.floats.mapped(self._turned)
        return replace(picture, planes=planes, subsampling=subsampling, floats=floats)

    def _turned(self, plane: Patterns) -> Patterns:
        return turned(plane, self.orientation)

    def alpha_in(self, region: tuple[int, int, int, int] | None) -> AlphaPlane | None:
        """Return the transparency of a region of the picture as it is shown, None: of all of it."""
        if self.alpha is None or region is None:
            return self.alpha
        part = Rect(*region)
        return replace(self.alpha, samples=self.alpha.samples[part.rows, part.columns])


NOTHING_BESIDE = BesidePicture()


def beside_in(data: bytes, limits: Limits = DEFAULT_LIMITS) -> BesidePicture:
    """Return what the bytes of a file say of its picture; nothing where they are a bare codestream."""
    return beside_of(stream_in(data, limits=limits).file, DecodeOptions(limits=limits))


def beside_of(file: HeifFile | None, options: DecodeOptions) -> BesidePicture:
    """Return what a file says of its picture.

    Raises AlphaUnreadable, AlphaDamaged, AlphaSizeDiffers, TooLarge, and what reading headers raises.
    """
    if file is None:
        return NOTHING_BESIDE
    from refdec.formats.exif import turned_upright
    from refdec.heif.picturefile import metadata_of, picture_orientation

    orientation, alpha = picture_orientation(file), fitting_alpha(file, options)
    if alpha is not None:
        alpha = replace(alpha, samples=turned(alpha.samples, orientation))
    return BesidePicture(orientation, turned_upright(metadata_of(file)), alpha)


def fitting_alpha(file: HeifFile, options: DecodeOptions) -> AlphaPlane | None:
    """Return the transparency of a file's picture, stored as it is; None if it has none.  Raises what `beside_of` does.

    Its size is compared with that of the codestream: what the boxes say of it may be wrong.
    """
    from refdec.decoding.opening import parse
    from refdec.heif.errors import AlphaSizeDiffers
    from refdec.heif.picturefile import alpha_of, shown_item

    alpha = alpha_of(file, options.limits)
    if alpha is not None:
        picture = parse(bytes(shown_item(file).data), options)[1].picture
        size = picture.display_height, picture.display_width
        if alpha.samples.shape != size:
            raise AlphaSizeDiffers(alpha.samples.shape, size)
    return alpha
