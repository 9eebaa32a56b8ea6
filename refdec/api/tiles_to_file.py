"""A picture made of tiles to a picture file, as a picture of one codestream becomes one.

In: a `TiledPicture`, a target and a `DecodeJob`.  Out: a picture file (whole, or none), and a `DecodeReport`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from refdec.api.decoded_to_file import Place, floats_to_file, whole_to_file
from refdec.api.float_originals import NOT_HELD
from refdec.api.gray import AS_DECODED, GrayForm, gray_form
from refdec.api.lossless import original_bits
from refdec.api.picture_files import JPEG_SUFFIXES, colour_of, depth_of, gray_of, written_alpha
from refdec.api.tiled import TiledPicture, require_whole, tile_headers
from refdec.api.tone_map import TONE_MAP_BITS
from refdec.api.weights import load_weights
from refdec.bitstream.floatrecord import may_give_floats
from refdec.bitstream.layerrecord import layer_part
from refdec.bitstream.userdata import read_gray_mark
from refdec.formats.errors import NoFloats
from refdec.formats.kinds import FLOAT_ALONE, FLOAT_SUFFIXES
from refdec.formats.transparency import common_depth
from refdec.picture.render import own_colour

if TYPE_CHECKING:
    from refdec.api.decode_job import DecodeJob
    from refdec.api.decode_report import DecodeReport
    from refdec.bitstream.headers import Headers
    from refdec.decoding.options import DecodeOptions
    from refdec.formats.files import Source
    from refdec.formats.sinks import Target
    from refdec.observation import Progress
    from refdec.picture.render import Colour
    from refdec.weights.pack import WeightPack

__all__ = ["KnownTiles", "tiles_to_file"]


@dataclass(frozen=True, slots=True, eq=False)
class KnownTiles:
    """What the headers of the tiles say that decides how the whole is decoded.

    `first`: those of the first that is decoded.  `gray`: of how many components all of them were gray, None: not all
    alike.  `layers`: how many of them have a lossless layer, of `count`; `floats`: whether one is of floats.  `bits`:
    of a sample of the originals, where all tiles have one, and of one depth; None otherwise.
    """

    first: Headers
    gray: int | None
    layers: int
    count: int
    floats: bool
    bits: int | None

    @classmethod
    def read(cls, tiled: TiledPicture, options: DecodeOptions) -> KnownTiles:
        """Read the headers of the tiles that the options need.  Raises what `TiledPicture.parts` raises."""
        grid = tiled.grid
        headers: dict[int, Headers] = {}
        for unit in tiled.parts(options):
            item = grid.tiles[unit.number].id
            if item not in headers:
                headers[item] = tile_headers(grid, unit.number, options)[1]
        grays = {read_gray_mark(each.user_data) for each in headers.values()}
        layers = sum(layer_part(each.user_data)[1] is not None for each in headers.values())
        gray = grays.pop() if len(grays) == 1 else None
        floats = any(may_give_floats(each.user_data) for each in headers.values())
        depths = {original_bits(each) for each in headers.values()}
        bits = depths.pop() if len(depths) == 1 else None
        return cls(next(iter(headers.values())), gray, layers, len(headers), floats, bits)

    @property
    def are_originals(self) -> bool:
        """Whether every tile has a lossless layer."""
        return self.layers == self.count

    def depth_for(self, suffix: str, options: DecodeOptions, *, lossy: bool) -> int | None:
        """Return the depth to decode tiles in for a format, None: their own; originals of fewer bits stay as they
        are.
        """
        most = depth_of(suffix)
        fits = self.bits is not None and most is not None and self.bits <= most and not lossy
        return options.bit_depth or (None if fits else most)

    def form(
        self, options: DecodeOptions, usual: Colour | None, gray: bool | None, *, lossy: bool
    ) -> tuple[DecodeOptions, GrayForm]:
        """Return the options to decode tiles with, and the form of the whole that they make; see `gray_form`.

        `lossy`: no tile gives its original.
        """
        if self.gray is None:
            if options.colour is None and gray is None:
                return replace(options, colour="gray"), AS_DECODED
            if options.colour is None:  # tiles that were gray are without a tint in the codestreams' own colour
                return replace(options, colour=None if usual == own_colour(self.first.picture) else usual), AS_DECODED
        shows_originals = self.are_originals and not lossy and usual != "YUV"
        if shows_originals and options.colour is None and (gray is not None or self.gray == 1):
            return options, AS_DECODED
        wished, form = gray_form(self.first, replace(options, region=None), usual, gray=gray)
        return replace(wished, region=options.region), form


def tiles_to_file(
    tiled: TiledPicture,
    target: Target,
    suffix: str,
    job: DecodeJob,
    weights: WeightPack | Source | None,
    on_progress: Progress,
) -> DecodeReport:
    """Decode a picture made of tiles; of each the original, where it has a layer and the format goes with it.

    It is called lossless where all of its tiles are; of tiles that are near, the one that is furthest off counts.
    Raises PictureOfTiles, and what `TiledPicture.decoded` and `decode_to_file` raise.
    """
    require_whole(tiled, {"--scale": job.scale is not None, "--trace, --dump or --timings": job.wants_stages})
    require_whole(tiled, {"--key": job.key is not None, "--blur-faces": job.blur_faces})
    known = KnownTiles.read(tiled, job.options)
    if suffix in FLOAT_ALONE and not known.floats:
        raise NoFloats(suffix)
    holds_floats = suffix in FLOAT_SUFFIXES and not job.tone_map
    not_held = known.floats and not holds_floats and not job.lossy
    lossy, said = job.lossy or not_held, (NOT_HELD,) if not_held else ()
    options = replace(job.options, bit_depth=known.depth_for(suffix, job.options, lossy=lossy))
    bits = options.bit_depth or (TONE_MAP_BITS if job.tone_map else None)
    beside = tiled.beside(options)
    alpha, lost = written_alpha(beside.alpha_in(options.region), suffix, bits)
    if alpha is not None and bits is None and (lossy or not known.are_originals):
        bits = common_depth(known.first.picture.bit_depth, alpha.bits)
    gray = gray_of(suffix)
    wishes, form = known.form(replace(options, bit_depth=bits), colour_of(suffix), gray, lossy=lossy)
    pack, ways = load_weights(weights), {"lossy": lossy, "tone_map": job.tone_map}
    picture = tiled.decoded(wishes, pack, **ways, on_progress=on_progress).picture
    metadata = replace(beside.metadata, icc=b"") if job.tone_map else beside.metadata
    beside = replace(beside, alpha=alpha, metadata=metadata)
    if form is AS_DECODED and picture.colour == "gray" and gray is False:
        picture = replace(picture, planes=picture.planes * 3, colour="RGB")
    place = Place(target, suffix, replace(job, options=wishes, tone_map=False), form, beside, on_progress, None)
    if picture.floats is not None and holds_floats:
        made = floats_to_file(picture, picture.floats, place)
        return replace(made, fidelity=picture.fidelity)
    if suffix in FLOAT_ALONE:
        raise NoFloats(suffix)
    own_bits = known.first.picture.bit_depth if picture.max_error is None else picture.bit_depth
    made = whole_to_file(picture, place, own_bits)
    changed = suffix in JPEG_SUFFIXES or place.divides
    fidelity = "lossy" if changed else picture.fidelity
    return replace(made, warnings=(*said, *lost, *made.warnings), fidelity=fidelity)
