"""`refdec.decode`: a codestream to a picture in memory.

In: a source and `DecodeOptions`, or the keywords that stand for them.  Out: a `Picture`.  Nothing is printed; between
calls only the networks used last are kept.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from refdec.api.blurred import Cover, cover_of, require_blur
from refdec.api.concerning import concerning
from refdec.api.errors import RegionWithoutStages, ToneMapAlone
from refdec.api.inputs import Inputs, goes_beyond_level, read_inputs, said_once
from refdec.api.scaled import require_scale, scaled_picture
from refdec.arithmetic.argument_kinds import CALLS, FLAG, require_kinds
from refdec.bitstream.transforms import Synthesis
from refdec.decoding.options import DecodeOptions, edition_named
from refdec.observation import UNWATCHED

if TYPE_CHECKING:
    from refdec.api.beside import BesidePicture
    from refdec.api.tiled import TiledPicture
    from refdec.bitstream.editions import EditionName
    from refdec.decoding.options import SynthesisName
    from refdec.decoding.rows import PictureStream
    from refdec.formats.decoded import Picture
    from refdec.formats.files import Source
    from refdec.limits import Limits
    from refdec.observation import Observer, Watch
    from refdec.picture.picture import PictureCodes
    from refdec.picture.render import Colour
    from refdec.weights.pack import WeightPack

__all__ = [
    "FINEST_BITS",
    "decode",
    "decoded_at_once",
    "decoded_whole",
    "opened_stream",
    "require_tone_map",
    "useful_workers",
]

CLIP_REMARK = "this is the still picture of a clip, whose frames are another matter: refdec.open_clip"
FINEST_BITS = 16
"""Of a sample that is decoded to be mapped for an SDR display."""
LOG = logging.getLogger(__name__)


def decode(
    source: Source,
    *,
    weights: WeightPack | Source | None = None,
    options: DecodeOptions | None = None,
    synthesis: SynthesisName | None = None,
    channels: tuple[int, int] | None = None,
    region: tuple[int, int, int, int] | None = None,
    filters: bool = True,
    colour: Colour | None = None,
    bit_depth: int | None = None,
    limits: Limits | None = None,
    lenient: bool = False,
    any_level: bool = False,
    level_check: bool = True,
    ignore_weights_fingerprint: bool = False,
    allow_custom_colour: bool = False,
    edition: EditionName = "auto",
    workers: int | None = 1,
    observe: Observer | None = None,
    scale: int | None = None,
    lossy: bool = False,
    tone_map: bool = False,
    blur_faces: bool = False,
) -> Picture:
    """Decode a codestream to a picture, or the HEIF file of one: then upright, with its metadata and transparency.

    `source`: a path, bytes, a binary file object, or "-" for standard input.  `weights`: a pack or a pack file; None
    takes the bundled one.  `options`: a `DecodeOptions` in place of all keywords from `synthesis` to `workers`, which
    are its fields.
    `synthesis`: one of the transforms that the codestream lists; None takes its first.
    `channels`: decode only that many residual channels of luma and chroma.  `region` (x, y, width, height): only that
    rectangle, the same samples as the crop of the whole for less work.  `filters=False` leaves out the filters of TON.
    `colour` "RGB" or "YUV" converts, "gray" is luma alone; None keeps what the codestream says, and of a picture that
    was gray when refdec encoded it makes what was encoded: one plane, or three equal ones, without a tint.
    `bit_depth` 1..16; None is the codestream's.
    `any_level` decodes beyond profile and level; `level_check=False` is its older spelling.
    `allow_custom_colour` follows the recommendation of clause 5.10 for a colour matrix in the stream.
    `edition`: "published" or "draft" reads the picture header of that text; "auto" the published one, and the draft's,
    with a warning, where only that is legal.
    `workers` processes share the work where the picture is large enough for that, and threads that of a smaller one;
    None takes one for each core.  A region is decoded by one.
    `scale` 8 or 16 makes a small picture straight from the latents, of ceil(width / scale) x ceil(height / scale), 8
    bits, RGB or gray: near to the area averages of the decoded picture for a fifth of the work, not normative.
    `blur_faces` covers the faces that the task `faces` finds, for good; some are missed, and metadata stay behind.
    What there is to say about the codestream stands in the picture's `warnings`: private regions, what is absent.
    `observe(stage, array)` is shown every stage (not with `region`); all work is then done in the calling thread.
    Of a codestream with a lossless layer the picture is the original, bit for bit (or within the layer's largest
    error), unless `lossy` is said, or stages, another depth, colour, transform or a small picture are asked for.
    `tone_map`: as an SDR display shows it: PQ, HLG and wide gamut become sRGB of 8 bits, or of `bit_depth`
    (`docs/hdr.md`).

    Raises CodestreamError where the stream breaks a rule, UnsupportedError where it is legal and cannot be decoded,
    LimitExceeded, WeightsError, InputError, UsageError for wrong arguments; all are RefdecError.
    """
    flags = {"lossy": lossy, "tone_map": tone_map, "blur_faces": blur_faces}
    require_kinds(flags, dict.fromkeys(flags, FLAG))
    require_kinds({"observe": observe}, {"observe": CALLS.or_none()})
    keywords = DecodeOptions(
        synthesis=synthesis,
        channels=channels,
        region=region,
        filters=filters,
        colour=colour,
        bit_depth=bit_depth,
        lenient=lenient,
        any_level=goes_beyond_level(any_level, level_check),
        allow_custom_colour=allow_custom_colour,
        edition=edition_named(edition),
        ignore_weights_fingerprint=ignore_weights_fingerprint,
        workers=workers,
        limits=limits,
    )
    options = said_once(options, keywords)
    if options.region is not None and observe is not None:
        raise RegionWithoutStages
    if scale is not None:
        require_scale(scale, options, *(["observe"] if observe else []), *(["blurred faces"] if blur_faces else []))
    if tone_map:
        apart = {"scale": scale is not None, "observe": observe is not None, "YUV": options.colour == "YUV"}
        require_tone_map(apart)
    if blur_faces:
        require_blur(*(["observe"] if observe else []))
    from refdec.api.beside import beside_of
    from refdec.api.privacy import shown_with
    from refdec.formats.decoded import picture_of
    from refdec.formats.files import NamedBytes, name_of
    from refdec.formats.stream_files import may_hold_clip

    with concerning(source):
        given = source
        if may_hold_clip(source):
            from refdec.api.tiled import TiledPicture, require_whole, tiled_in

            found = tiled_in(source, options)
            if isinstance(found, TiledPicture):
                apart = {"scale": scale is not None, "observe": observe is not None, "blur_faces": blur_faces}
                require_whole(found, apart)
                return _of_tiles(found, weights, options, lossy=lossy, tone_map=tone_map)
            given = NamedBytes(found, name_of(source))
        inputs = read_inputs(given, weights, options)
        first = (CLIP_REMARK,) if inputs.file is not None and "moov" in inputs.file.left_out else ()
        _, said = shown_with(inputs.data, None, or_public=True, options=options)
        beside = beside_of(inputs.file, options)
        cover = cover_of(inputs, beside.orientation, options) if blur_faces else None
        beside, said = (beside, said) if cover is None else cover.beside(beside, said)
        decoded = _decoded(inputs, beside, options, observe, scale, lossy=lossy, tone_map=tone_map, cover=cover)
        made = beside.upright(decoded, whole=options.region is None, scale=scale or 1)
        alpha = None if scale is not None else beside.alpha_in(options.region)
        metadata = replace(beside.metadata, icc=b"") if tone_map else beside.metadata
        return picture_of(replace(made, warnings=(*first, *said, *made.warnings)), metadata, alpha)


def _of_tiles(
    tiled: TiledPicture,
    weights: WeightPack | Source | None,
    options: DecodeOptions,
    *,
    lossy: bool,
    tone_map: bool,
) -> Picture:
    """Return a picture that is made of tiles, upright, with what its file says of it."""
    from refdec.api.weights import load_weights
    from refdec.formats.decoded import picture_of

    shown = tiled.decoded(options, load_weights(weights), lossy=lossy, tone_map=tone_map)
    beside = shown.beside
    metadata = replace(beside.metadata, icc=b"") if tone_map else beside.metadata
    upright = beside.upright(shown.picture, whole=options.region is None)
    return picture_of(upright, metadata, beside.alpha_in(options.region))


def require_tone_map(others: Mapping[str, bool]) -> None:
    """Refuse what does not go with a tone map, of what is named where it is wished for.  Raises ToneMapAlone."""
    for what, wished in others.items():
        if wished:
            raise ToneMapAlone(what)


def _decoded(
    inputs: Inputs,
    beside: BesidePicture,
    options: DecodeOptions,
    observe: Observer | None,
    scale: int | None,
    *,
    lossy: bool,
    tone_map: bool,
    cover: Cover | None,
) -> PictureCodes:
    """Decode a small picture, an original, a region, with every stage shown, or in rows, as it is stored.

    `tone_map`: as finely as can be, and then to the depth of the options as an SDR display shows it.  `cover`: what
    nobody shall see of it.
    """
    from refdec.api.gray import gray_form
    from refdec.api.lossless import Restored, restored
    from refdec.decoding.opening import parse

    if scale is not None:
        return scaled_picture(inputs, options, scale)
    headers = parse(inputs.data, options)[1]
    options = beside.stored(options, headers)
    wanted, options = options.region, options if cover is None else cover.reaching(options, headers)
    bits = options.bit_depth
    if tone_map:  # an original has its own depth, all else the finest
        options = replace(options, bit_depth=None)
    found = Restored(None) if lossy or observe is not None else restored(inputs, headers, options)
    if found.picture is not None:
        shown = found.picture if cover is None else cover.over(found.picture, options.region, wanted)
        return _mapped(shown, bits) if tone_map else shown
    if tone_map:
        options = replace(options, bit_depth=FINEST_BITS)
    options, form = gray_form(headers, options, "RGB" if tone_map else None)
    if options.region is not None or observe is not None:
        made = decoded_at_once(inputs, options, observe)
    else:
        made = decoded_whole(inputs, options)
    made = form.picture(replace(made, warnings=(*found.said, *made.warnings)))
    made = made if cover is None else cover.over(made, options.region, wanted)
    return _mapped(made, bits) if tone_map else made


def _mapped(decoded: PictureCodes, bits: int | None) -> PictureCodes:
    """Return a picture as an SDR display shows it."""
    from refdec.api.tone_map import tone_mapped

    return tone_mapped(decoded, bits)


def opened_stream(inputs: Inputs, options: DecodeOptions) -> PictureStream:
    """Open a stream of rows.  Raises what open_stream raises."""
    from refdec.decoding.rows import open_stream

    return open_stream(
        inputs.data,
        inputs.pack,
        options,
        check_weights=inputs.check_weights,
        check=inputs.check,
    )


def decoded_whole(inputs: Inputs, options: DecodeOptions) -> PictureCodes:
    """Decode a whole picture, with the workers that are of use.  Raises what decoding raises."""
    stream = opened_stream(inputs, options)
    return stream.picture(workers=useful_workers(stream, options))


def useful_workers(stream: PictureStream, options: DecodeOptions) -> int:
    """Return how many processes, or threads of this one, share the work; kernels are ready before processes fork."""
    workers = stream.useful_workers(options.workers)
    picture, transform = stream.headers.picture, Synthesis(stream.decoder.transform).name
    if workers > 1 and stream.is_for_processes:  # each would compile them anew, for each picture where none are kept
        from refdec.startup import load_kernels

        load_kernels(hop=stream.decoder.transform == Synthesis.HOP, filters=stream.decoder.filters)
    size = picture.display_width, picture.display_height
    LOG.info("%d x %d, model %d, synthesis %s, workers: %d", *size, picture.model_id, transform, workers)
    return workers


def decoded_at_once(
    inputs: Inputs, options: DecodeOptions, observe: Observer | None, watch: Watch = UNWATCHED
) -> PictureCodes:
    """Decode the region alone, or the whole picture with every stage shown to `observe`, and its windows to `watch`."""
    from refdec.decoding.region import decode_region
    from refdec.decoding.whole import decode_codestream
    from refdec.tiling.geometry import Rect

    data, pack, check_weights, check, _ = inputs
    if options.region is not None:
        part = decode_region(
            data,
            pack,
            Rect(*options.region),
            options,
            check_weights=check_weights,
            check=check,
        )
        return part.picture(options.bit_depth)
    whole = decode_codestream(
        data,
        pack,
        options,
        observe=observe,
        watch=watch,
        check_weights=check_weights,
        check=check,
    )
    return whole.picture(options.colour, options.bit_depth)
