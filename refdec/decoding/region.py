"""Decoding of a rectangle of the picture alone (6.5 item 1): the same samples as the crop of the whole, for less work.

In: a codestream, a pack of weights and a rectangle of the displayed picture.  Out: its output planes.  Backwards from
the rectangle, every stage is asked what it must see; only the residual regions, latents, tiles and filter tiles that
are needed are decoded.  HOP synthesises whole tiles; eICCI filters the tiles that lead to the rectangle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from refdec.clauses import clause
from refdec.decoding.decoder import PictureDecoder
from refdec.decoding.errors import RegionOffGrid, RegionOutside
from refdec.decoding.latents import regions_needed
from refdec.decoding.memory import region_bytes
from refdec.decoding.opening import CheckWeights, absent_warnings, open_codestream
from refdec.decoding.options import DEFAULT_OPTIONS, DecodeOptions
from refdec.limits import Check, unchecked
from refdec.picture.output import codes
from refdec.picture.picture import PictureCodes
from refdec.picture.planes import OutputPlanes, shown_rect
from refdec.picture.render import Colour, output_subsampling, own_colour
from refdec.tiling.geometry import Rect
from refdec.tiling.windows import bounding
from refdec.weights.pack import WeightPack

if TYPE_CHECKING:
    from refdec.bitstream.headers import Headers

__all__ = ["DecodedRegion", "decode_region", "require_region"]

REASON = "a decoder is free to decode a part only; the text demands the integers of the whole"


@dataclass(frozen=True, slots=True, eq=False)
class DecodedRegion:
    """Output planes of a rectangle, int32 Q18 in 0..255, one of gray.

    `subsampling` (vertical, horizontal) of the chroma planes.
    """

    region: Rect
    planes: OutputPlanes
    colour: Colour
    subsampling: tuple[int, int]
    headers: Headers
    warnings: tuple[str, ...]

    def picture(self, bits: int | None = None) -> PictureCodes:
        """Return the codes of the rectangle at a bit depth, None: the header's.  Raises BitDepthOutOfRange."""
        depth = self.headers.picture.bit_depth if bits is None else bits
        planes = tuple(codes(plane, depth) for plane in self.planes)
        rendering = self.headers.rendering
        return PictureCodes(planes, depth, self.colour, self.subsampling, rendering, self.warnings)


def require_region(region: Rect, headers: Headers, colour: Colour | None) -> tuple[int, int]:
    """Return the subsampling of what is put out; raise RegionOutside and RegionOffGrid."""
    picture = headers.picture
    shown = shown_rect(picture)
    if region.w < 1 or region.h < 1 or not shown.contains(region):
        raise RegionOutside(region, shown.size_hw)
    subsampling = output_subsampling(picture, colour)
    if region.y % subsampling[0] or region.x % subsampling[1]:
        raise RegionOffGrid(region, subsampling)
    return subsampling


@clause("6.5", kind="added", reason=REASON)
def decode_region(
    data: bytes,
    pack: WeightPack,
    region: Rect,
    options: DecodeOptions = DEFAULT_OPTIONS,
    *,
    check_weights: CheckWeights | None = None,
    check: Check = unchecked,
) -> DecodedRegion:
    """(6.5) Decode a rectangle of the displayed picture; `options.region`, `bit_depth` and `workers` are not read.

    Of independent regions only the substreams that the rectangle needs are read; that others are absent or damaged
    does not matter.  `check()` is called between the steps.  Raises what decode_codestream raises, RegionOutside and
    RegionOffGrid.
    """
    opened = open_codestream(data, pack, options, check_weights=check_weights)
    headers, models, transform = opened.headers, opened.models, opened.transform
    picture = headers.picture
    subsampling = require_region(region, headers, options.colour)
    decoder = PictureDecoder(headers, models, transform, options.filters, options.colour, opened.custom)
    windows = decoder.windows(region)
    latent = decoder.latent_rect(windows.luma, windows.chroma)
    planes = bounding((windows.luma, windows.chroma))
    options.limits.require_memory(region_bytes(headers, transform, latent, planes, filters=options.filters))
    needed = regions_needed(picture, latent)
    hyper = decoder.hyper_side(decoder.hyper_latents(opened.codestream))
    symbols = decoder.symbols(opened.codestream, hyper, options.channels, regions=needed)
    check()
    latents = decoder.latents(symbols, latent)
    check()
    final = decoder.planes(symbols, latents, windows, region, check=check)
    warnings = (*opened.warnings, *absent_warnings(symbols.absent_regions))
    return DecodedRegion(region, final, options.colour or own_colour(picture), subsampling, headers, warnings)
