"""What a HEIF file says of the picture that is decoded out of it: which way is up, metadata, transparency.

In: a `HeifFile`, or None for a bare codestream, of which nothing is said.  Out: `BesidePicture`, which crops decoded
planes, turns them upright, and knows where a part of what is shown is stored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from refdec.arithmetic.shown import ShortRepr
from refdec.decoding.errors import RegionOffGrid, RegionOutside
from refdec.decoding.options import DecodeOptions
from refdec.formats.description import UPRIGHT
from refdec.formats.orientation import SIDEWAYS, stored_rect, turned
from refdec.formats.stream_files import stream_in
from refdec.heif.parts import NO_METADATA, AlphaPlane, Metadata
from refdec.limits import DEFAULT_LIMITS, Limits
from refdec.tiling.geometry import Rect, ceil_div

if TYPE_CHECKING:
    from refdec.bitstream.headers import Headers
    from refdec.heif.heiffile import HeifFile
    from refdec.picture.output import Codes
    from refdec.picture.picture import PictureCodes

__all__ = ["NOTHING_BESIDE", "BesidePicture", "beside_in", "beside_of", "fitting_alpha", "part_of"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BesidePicture(ShortRepr):
    """`orientation` 1..8 of the stored samples; metadata of the picture as it is shown; `alpha` as it is shown.

    `part`: the rectangle of the stored samples that is shown (clap), None: all of them.
    """

    orientation: int = UPRIGHT
    metadata: Metadata = NO_METADATA
    alpha: AlphaPlane | None = None
    part: Rect | None = None

    @property
    def is_upright(self) -> bool:
        """Whether the samples are stored as they are shown, all of them."""
        return self.orientation == UPRIGHT and self.part is None

    def shown_size(self, width: int, height: int) -> tuple[int, int]:
        """Return width and height of a picture that is stored in these, as it is shown."""
        if self.part is not None:
            height, width = self.part.size_hw
        return (height, width) if self.orientation in SIDEWAYS else (width, height)

    def stored(self, options: DecodeOptions, headers: Headers) -> DecodeOptions:
        """Return options whose region is that of the stored samples.  Raises RegionOutside."""
        if options.region is None or self.is_upright:
            return options
        picture = headers.picture
        found = self.stored_rect(Rect(*options.region), picture.display_width, picture.display_height)
        return replace(options, region=(found.x, found.y, found.w, found.h))

    def stored_rect(self, wanted: Rect, width: int, height: int) -> Rect:
        """Return where a rectangle of what is shown is stored, of samples width x height.  Raises RegionOutside."""
        part = self.part or Rect(0, 0, width, height)
        shown = Rect(0, 0, *self.shown_size(part.w, part.h))
        if wanted.empty or not shown.contains(wanted):
            raise RegionOutside(wanted, shown.size_hw)
        found = stored_rect(wanted, self.orientation, part.h, part.w)
        return Rect(part.x + found.x, part.y + found.y, found.w, found.h)

    def upright(self, picture: PictureCodes, *, whole: bool = True, scale: int = 1) -> PictureCodes:
        """Return a decoded picture as it is shown; `whole`: it is not a region, which is a part of that already.

        `scale`: so many times smaller than it is stored.  Raises RegionOffGrid where chroma has no sample at the corner
        of what is shown.
        """
        if self.is_upright or (self.orientation == UPRIGHT and not whole):
            return picture
        ver, hor = picture.subsampling

        def shown(index: int, plane: Codes) -> Codes:
            return self.plane(plane, (ver, hor) if index else (1, 1), whole=whole, scale=scale)

        planes = tuple(shown(index, plane) for index, plane in enumerate(picture.planes))
        subsampling = (hor, ver) if self.orientation in SIDEWAYS else (ver, hor)
        floats = None if picture.floats is None else picture.floats.mapped(partial(self.plane, whole=whole))
        return replace(picture, planes=planes, subsampling=subsampling, floats=floats)

    def plane(
        self, plane: Codes, subsampling: tuple[int, int] = (1, 1), *, whole: bool = True, scale: int = 1
    ) -> Codes:
        """Return a plane of the stored picture as it is shown.  Raises RegionOffGrid."""
        if self.part is not None and whole:
            ver, hor = subsampling
            if self.part.y % ver or self.part.x % hor:
                raise RegionOffGrid(self.part, subsampling)
            part = _smaller(self.part, ver * scale, hor * scale)
            plane = np.ascontiguousarray(plane[part.rows, part.columns])
        return turned(plane, self.orientation)

    def alpha_in(self, region: tuple[int, int, int, int] | None) -> AlphaPlane | None:
        """Return the transparency of a region of the picture as it is shown, None: of all of it."""
        if self.alpha is None or region is None:
            return self.alpha
        part = Rect(*region)
        return replace(self.alpha, samples=self.alpha.samples[part.rows, part.columns])


NOTHING_BESIDE = BesidePicture()


def beside_in(data: bytes, limits: Limits = DEFAULT_LIMITS) -> BesidePicture:
    """Return what the bytes of a file say of its picture, made of tiles or not; nothing of a bare codestream."""
    from refdec.api.tiled import TiledPicture, tiled_in

    options = DecodeOptions(limits=limits)
    tiled = tiled_in(data, options)
    if isinstance(tiled, TiledPicture):
        return tiled.beside(options)
    return beside_of(stream_in(data, limits=limits).file, options)


def beside_of(file: HeifFile | None, options: DecodeOptions) -> BesidePicture:
    """Return what a file says of its picture.

    Raises AlphaUnreadable, AlphaDamaged, AlphaSizeDiffers, TooLarge, and what reading headers raises.
    """
    if file is None:
        return NOTHING_BESIDE
    from refdec.formats.exif import turned_upright
    from refdec.heif.picturefile import metadata_of, picture_orientation

    alpha = fitting_alpha(file, options)
    beside = BesidePicture(picture_orientation(file), turned_upright(metadata_of(file)), None, part_of(file, options))
    return beside if alpha is None else replace(beside, alpha=replace(alpha, samples=beside.plane(alpha.samples)))


def part_of(file: HeifFile, options: DecodeOptions) -> Rect | None:
    """Return the rectangle of the stored samples that a file shows, None: all.  Raises ApertureWrong.

    It is one of the codestream's size: what the boxes say of that may be wrong.
    """
    from refdec.decoding.opening import parse
    from refdec.heif.picturefile import shown_item
    from refdec.heif.transforms import crops, shown_part

    item = shown_item(file)
    if not crops(item.properties):
        return None
    picture = parse(bytes(item.data), options)[1].picture
    return shown_part(item.properties, picture.display_width, picture.display_height)[1]


def _smaller(part: Rect, ver: int, hor: int) -> Rect:
    """Return a rectangle of a picture in a plane so many times smaller: from where it begins, its size rounded up."""
    return Rect(part.x // hor, part.y // ver, ceil_div(part.w, hor), ceil_div(part.h, ver))


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
