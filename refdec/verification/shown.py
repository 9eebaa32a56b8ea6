"""What a file decodes to, as `decode` shows it: cropped and upright, with its transparency, in the forms that are
compared with what is expected.

In: a decoding with what its file says, or a picture made of tiles.  Out: `ShownPicture`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from refdec.api.beside import NOTHING_BESIDE, BesidePicture
from refdec.api.tiles_to_file import KnownTiles
from refdec.bitstream.userdata import read_gray_mark
from refdec.formats.orientation import SIDEWAYS
from refdec.picture.render import output_subsampling, own_colour

if TYPE_CHECKING:
    from refdec.api.tiled import TiledPicture
    from refdec.bitstream.picture_header import PictureHeader
    from refdec.decoding.options import DecodeOptions
    from refdec.decoding.whole import Decoded
    from refdec.heif.parts import AlphaPlane
    from refdec.picture.picture import PictureCodes
    from refdec.picture.render import Colour
    from refdec.weights.pack import WeightPack

__all__ = ["ShownPicture", "shown_picture", "shown_tiles"]

OF_LAYER = "what the lossless layer gives"


@dataclass(frozen=True, slots=True, eq=False)
class ShownPicture:
    """A picture as it is shown: `width` x `height` samples, with transparency or without (None).

    `bit_depth`, `subsampling` (vertical, horizontal): those of the lossy picture, of its Y'CbCr.  `gray`: whether it
    was gray.  `original`: what lossless layers give, None without; `named`: how it is called.
    `lossy(colour, bits)` makes the codes without layers; a colour of None is what the codestream says.
    """

    width: int
    height: int
    bit_depth: int
    subsampling: tuple[int, int]
    gray: bool
    alpha: AlphaPlane | None
    original: PictureCodes | None
    named: str
    lossy: Callable[[Colour | None, int], PictureCodes]


def shown_picture(
    decoded: Decoded, original: PictureCodes | None, beside: BesidePicture = NOTHING_BESIDE
) -> ShownPicture:
    """Return a decoding, which kept its luma, as it is shown; `original`: what a lossless layer gives, as stored.

    Raises RegionOffGrid, of what it makes too.
    """
    header = decoded.headers.picture

    def lossy(colour: Colour | None, bits: int) -> PictureCodes:
        return beside.upright(decoded.picture(colour, bits))

    return ShownPicture(
        *beside.shown_size(header.display_width, header.display_height),
        header.bit_depth,
        _subsampling(header, beside),
        read_gray_mark(decoded.headers.user_data) is not None,
        beside.alpha,
        None if original is None else beside.upright(original),
        OF_LAYER,
        lossy,
    )


def shown_tiles(tiled: TiledPicture, pack: WeightPack, options: DecodeOptions) -> ShownPicture:
    """Return a picture made of tiles as it is shown; each time that it is made its tiles are decoded.

    Raises what `TiledPicture.decoded` raises, and what it makes does too.
    """
    known, beside = KnownTiles.read(tiled, options), tiled.beside(options)
    own, gray = own_colour(known.first.picture), known.gray is not None
    plain = replace(options, region=None, bit_depth=None, colour=None)

    def lossy(colour: Colour | None, bits: int) -> PictureCodes:
        wished = None if colour == own and not gray else colour  # tiles that were gray are without a tint
        wishes = replace(plain, colour=wished, bit_depth=bits)
        return beside.upright(tiled.decoded(wishes, pack, lossy=True).picture)

    original = tiled.decoded(plain, pack).picture if known.layers else None
    some = "" if known.are_originals else f", which {known.layers} of {known.count} tiles have"
    return ShownPicture(
        *beside.shown_size(tiled.grid.width, tiled.grid.height),
        known.first.picture.bit_depth,
        _subsampling(known.first.picture, beside),
        gray,
        beside.alpha,
        None if original is None else beside.upright(original),
        f"what the lossless layers of the tiles give{some}",
        lossy,
    )


def _subsampling(header: PictureHeader, beside: BesidePicture) -> tuple[int, int]:
    """Return that of Y'CbCr as it is shown."""
    ver, hor = output_subsampling(header, "YUV")
    return (hor, ver) if beside.orientation in SIDEWAYS else (ver, hor)
