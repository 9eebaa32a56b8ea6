"""A codestream to a picture file, with reports, as commands and archives have it.

In: a source, a target and a `DecodeJob`.  Out: a picture file (whole, or none), trace and dump files, and a
`DecodeReport`.  Nothing is printed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from refdec.api.blurred import cover_of, require_blur
from refdec.api.chosen_frame import FrameWish
from refdec.api.concerning import concerning
from refdec.api.decode import FINEST_BITS, opened_stream, require_tone_map
from refdec.api.decode_report import DecodeReport
from refdec.api.decoded_to_file import Place, at_once_to_file, floats_to_file, rows_to_file, whole_to_file
from refdec.api.errors import RegionWithoutStages, ScaleAlone
from refdec.api.inputs import read_inputs
from refdec.api.picture_files import JPEG_SUFFIXES, colour_of, depth_of, gray_of, written_alpha
from refdec.api.scaled import require_scale, scaled_picture
from refdec.bitstream.floatrecord import may_give_floats
from refdec.decoding.options import DEFAULT_OPTIONS, DecodeOptions
from refdec.formats.errors import NoFloats
from refdec.formats.files import NamedBytes
from refdec.formats.kinds import FLOAT_ALONE, FLOAT_SUFFIXES
from refdec.formats.transparency import common_depth

if TYPE_CHECKING:
    from refdec.api.clips import Clip
    from refdec.formats.files import Source
    from refdec.formats.sinks import Target
    from refdec.privacy.keys import PrivateKey
    from refdec.weights.pack import WeightPack

__all__ = ["DecodeJob", "decode_to_file"]

EIGHT_BITS = 8
"""Of a sample for an SDR display, where nobody asks for others."""


@dataclass(frozen=True, slots=True)
class DecodeJob:
    """One file to decode; picklable, so that it can be sent to a worker.

    `suffix`: format of the target where its name does not tell; the format says the colour.  A colour of the options
    chooses only between gray and the standard's colours of a gray picture.
    `key` opens private regions; `or_public`: where it does not, the public picture is decoded, with a warning.
    `trace`, `dump`: files to write beside the picture.  `fingerprint`: report the SHA-256 of the codes.
    `scale`: a small picture straight from the latents.  `lossy`: not the original, although there is a lossless layer.
    `tone_map`: as an SDR display shows it; `options.bit_depth` is then that of what is written.
    `frame`, from 1, or `time`, in seconds: that frame of a clip alone; neither: all of it.
    `blur_faces`: faces that are found are covered.
    """

    options: DecodeOptions = DEFAULT_OPTIONS
    suffix: str = ""
    trace: Path | None = None
    dump: Path | None = None
    timings: bool = False
    fingerprint: bool = True
    key: PrivateKey | None = None
    or_public: bool = False
    scale: int | None = None
    lossy: bool = False
    tone_map: bool = False
    frame: int | None = None
    time: Fraction | None = None
    blur_faces: bool = False

    @property
    def wants_stages(self) -> bool:
        """Whether what is asked for watches the stages."""
        return bool(self.trace or self.dump or self.timings)

    @property
    def frame_wish(self) -> FrameWish:
        """Which frame of a clip is meant."""
        return FrameWish(self.frame, self.time)


DEFAULT_JOB = DecodeJob()


def decode_to_file(
    source: Source,
    target: Target,
    job: DecodeJob = DEFAULT_JOB,
    *,
    weights: WeightPack | Source | None = None,
    on_progress: Callable[[float], None] = lambda share: None,
) -> DecodeReport:
    """Decode a codestream, or the HEIF file of one, to a picture file; the file appears whole or not at all.

    Of a clip (`refdec.open_clip`) all frames become an animation, raw video or a folder, or the chosen one a picture.

    YUV files are Y'CbCr, NPY files what the codestream says, all others RGB; of gray pictures gray, unless the options
    say "RGB" or "YUV".  A lossless layer gives the original where the format and the options go with it; a warning says
    why not.  Private regions are shown to who has the key; without it a warning names them.
    JPEG (quality 95, 4:4:4) and WebP (without loss) have 8 bits of a sample, unless `bit_depth` says less.  Raises what
    `refdec.decode` and `refdec.open_private` raise, and SuffixUnknown, FormatCannotHold and FileUnwritable before
    anything is decoded where that can be known.
    """
    from refdec.api.beside import beside_of
    from refdec.api.gray import AS_DECODED, gray_form
    from refdec.api.layer_file import LayerFile, layer_of
    from refdec.api.lossless import Restored, restored
    from refdec.api.privacy import shown_with
    from refdec.decoding.opening import parse
    from refdec.formats.files import name_of, suffix_of
    from refdec.formats.stream_files import may_hold_clip

    suffix = (job.suffix or suffix_of(target)).lower()
    given = source
    if may_hold_clip(source):
        from refdec.api.clips import Clip, found_clip
        from refdec.api.tiled import TiledPicture, tiled_in
        from refdec.api.tiles_to_file import tiles_to_file

        clip = found_clip(source, job.options, weights)
        if isinstance(clip, Clip):
            return _clip_to_file(clip, source, target, suffix, job, on_progress)
        job.frame_wish.require_none()
        with concerning(source):
            tiled = tiled_in(source if clip is None else NamedBytes(clip, name_of(source)), job.options)
            if isinstance(tiled, TiledPicture):
                return tiles_to_file(tiled, target, suffix, job, weights, on_progress)
        given = NamedBytes(tiled, name_of(source))
    job.frame_wish.require_none()
    if job.tone_map:
        apart = {
            "--scale": job.scale is not None,
            "--trace, --dump or --timings": job.wants_stages,
            f"Y'CbCr planes for a {suffix} file": colour_of(suffix) == "YUV",
        }
        require_tone_map(apart)
    if job.blur_faces:
        stages = ["what its stages hold"] if job.wants_stages else []
        floats = [f"an original in floats, as {suffix} files hold it,"] if suffix in FLOAT_ALONE else []
        require_blur(*stages, *floats)
    if job.scale is not None:
        with concerning(source):
            return _scaled_to_file(given, target, suffix, job, job.scale, weights)
    usual, options = colour_of(suffix), job.options
    if options.bit_depth is None:
        options = replace(options, bit_depth=depth_of(suffix))
    if job.tone_map:
        usual = usual or "RGB"
        job = replace(job, options=replace(options, bit_depth=options.bit_depth or EIGHT_BITS))
        options = job.options
    if options.region is not None and job.wants_stages:
        raise RegionWithoutStages
    with concerning(source):
        inputs = read_inputs(given, weights, replace(options, colour=usual or options.colour))
        data, said = shown_with(inputs.data, job.key, or_public=job.or_public, options=options)
        inputs = inputs._replace(data=data)
        headers, gray = parse(inputs.data, options)[1], gray_of(suffix)
        if suffix in FLOAT_ALONE and not may_give_floats(headers.user_data):
            raise NoFloats(suffix)
        beside = beside_of(inputs.file, options)
        cover = cover_of(inputs, beside.orientation, options) if job.blur_faces else None
        beside, said = (beside, said) if cover is None else cover.beside(beside, said)
        alpha, lost = written_alpha(beside.alpha_in(options.region), suffix, options.bit_depth)
        beside, said = replace(beside, alpha=alpha), (*said, *lost)
        options = beside.stored(options, headers)
        hidden = None if cover is None else partial(cover.over, wanted=options.region)
        options = options if cover is None else cover.reaching(options, headers)
        if job.tone_map:  # an original has its own depth, all else the finest
            options = replace(options, bit_depth=None)
        plain = job.lossy or job.wants_stages
        holds_floats = suffix in FLOAT_SUFFIXES and not job.tone_map and cover is None
        found = Restored(None)
        in_rows = not (plain or job.tone_map or options.region is not None or cover is not None) and beside.is_upright
        layer = layer_of(inputs, headers, options, usual=usual, gray=gray) if in_rows else None
        if layer is not None:
            place = Place(target, suffix, job, AS_DECODED, beside, on_progress, None)
            file = LayerFile(
                target, suffix, beside.metadata, place.alpha_kind, place.with_alpha, job.fingerprint, on_progress
            )
            made = file.write(inputs, headers, options, layer)
            changed = suffix in JPEG_SUFFIXES or place.divides
            return replace(made, warnings=(*said, *made.warnings), fidelity="lossy" if changed else made.fidelity)
        if not plain:
            found = restored(inputs, headers, options, usual=usual, gray=gray, floats=holds_floats)
        if found.picture is not None and found.picture.floats is not None:
            place = Place(target, suffix, job, AS_DECODED, beside, on_progress, None)
            made = floats_to_file(found.picture, found.picture.floats, place)
            return replace(made, warnings=(*said, *made.warnings), fidelity=found.picture.fidelity)
        if suffix in FLOAT_ALONE:
            raise NoFloats(suffix)
        if found.picture is not None:
            own = replace(job, options=options)
            place = Place(target, suffix, own, AS_DECODED, beside, on_progress, hidden, job.options.bit_depth)
            made = whole_to_file(found.picture, place, found.picture.bit_depth)
            changed = suffix in JPEG_SUFFIXES or place.divides or job.tone_map or cover is not None
            fidelity = "lossy" if changed else found.picture.fidelity
            return replace(made, warnings=(*said, *made.warnings), fidelity=fidelity)
        if job.tone_map:
            options = replace(options, bit_depth=FINEST_BITS)
        if alpha is not None and options.bit_depth is None:
            options = replace(options, bit_depth=common_depth(headers.picture.bit_depth, alpha.bits))
        options, form = gray_form(headers, options, usual, gray=gray)
        bits = job.options.bit_depth if job.tone_map else None
        place = Place(target, suffix, replace(job, options=options), form, beside, on_progress, hidden, bits)
        plain = job.wants_stages or job.tone_map or cover is not None
        if options.region is not None or not beside.is_upright or plain:
            made = at_once_to_file(inputs, source, place, headers)
        else:
            made = rows_to_file(opened_stream(inputs, options), place)
        return replace(made, warnings=(*said, *found.said, *made.warnings))


def _clip_to_file(
    clip: Clip, source: Source, target: Target, suffix: str, job: DecodeJob, on_progress: Callable[[float], None]
) -> DecodeReport:
    """Decode a clip, or the one frame of it that is wanted."""
    from refdec.api.clip_decode import clip_to_file
    from refdec.api.clips import naming_frame

    with concerning(source):
        number = job.frame_wish.of(clip)
        if number is None:
            return clip_to_file(clip, target, suffix, job, on_progress)
        with naming_frame(clip, number):
            still = NamedBytes(clip.still(number), clip.name)
            alone = replace(job, frame=None, time=None)
            return decode_to_file(still, target, alone, weights=clip.pack, on_progress=on_progress)


def _scaled_to_file(
    source: Source, target: Target, suffix: str, job: DecodeJob, scale: int, weights: WeightPack | Source | None
) -> DecodeReport:
    """Write a small picture straight from the latents."""
    from refdec.api.beside import beside_of
    from refdec.api.privacy import shown_with
    from refdec.formats.colours import colour_tags
    from refdec.formats.description import SourceDescription
    from refdec.formats.files import name_of, write_picture
    from refdec.formats.losses import losses
    from refdec.formats.pictures import CodePicture
    from refdec.formats.pictures import Colour as FileColour
    from refdec.trace.picture_digest import picture_sha256

    stages, faces = ["stages"] if job.wants_stages else [], ["blurred faces"] if job.blur_faces else []
    require_scale(scale, job.options, *stages, *faces)
    if colour_of(suffix) == "YUV":
        raise ScaleAlone(f"Y'CbCr planes for a {suffix} file")
    with concerning(source):
        inputs = read_inputs(source, weights, job.options)
        data, said = shown_with(inputs.data, job.key, or_public=job.or_public, options=job.options)
        beside = beside_of(inputs.file, job.options)
        picture = beside.upright(scaled_picture(inputs._replace(data=data), job.options, scale), scale=scale)
    planes = picture.planes * 3 if picture.colour == "gray" and gray_of(suffix) is False else picture.planes
    colour = FileColour.RGB if len(planes) == 3 else FileColour.GRAY
    cicp, gamma = colour_tags(picture.rendering)
    said_in_file = SourceDescription(rendering=picture.rendering, metadata=beside.metadata)
    codes = CodePicture(planes, picture.bit_depth, colour, said_in_file)
    write_picture(target, codes, suffix=suffix, cicp=cicp, gamma=gamma)
    fingerprint = picture_sha256(planes) if job.fingerprint else ""
    bits = picture.bit_depth, picture.bit_depth
    lost = (*picture.warnings, *losses(suffix, *bits, picture.rendering, beside.metadata))
    lost += ("a small picture straight from the latents has no transparency",) if beside.alpha is not None else ()
    size = picture.width, picture.height
    return DecodeReport(name_of(target), *size, picture.bit_depth, colour.value, fingerprint, (*said, *lost), {})
