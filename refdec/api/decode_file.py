"""A codestream to a picture file, with reports, as commands and archives have it.

In: a source, a target and a `DecodeJob`.  Out: a picture file (whole, or none), trace and dump files, and a
`DecodeReport`.  Nothing is printed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from refdec.api.blurred import cover_of, require_blur
from refdec.api.concerning import concerning
from refdec.api.decode import FINEST_BITS, opened_stream, require_tone_map
from refdec.api.decode_job import DEFAULT_JOB, DecodeJob
from refdec.api.decode_report import DecodeReport
from refdec.api.decoded_to_file import Place, at_once_to_file, floats_to_file, rows_to_file, whole_to_file
from refdec.api.errors import RegionWithoutStages
from refdec.api.inputs import read_inputs
from refdec.api.picture_files import JPEG_SUFFIXES, colour_of, depth_of, gray_of, written_alpha
from refdec.bitstream.floatrecord import may_give_floats
from refdec.formats.errors import NoFloats
from refdec.formats.files import NamedBytes
from refdec.formats.kinds import FLOAT_ALONE, FLOAT_SUFFIXES
from refdec.formats.transparency import common_depth
from refdec.observation import Progress, no_progress

if TYPE_CHECKING:
    from refdec.api.beside import BesidePicture
    from refdec.api.clips import Clip
    from refdec.api.decoded_to_file import Hidden
    from refdec.api.gray import GrayForm
    from refdec.api.inputs import Inputs
    from refdec.bitstream.headers import Headers
    from refdec.decoding.options import DecodeOptions
    from refdec.formats.files import Source
    from refdec.formats.sinks import Target
    from refdec.picture.render import Colour
    from refdec.weights.pack import WeightPack

__all__ = ["decode_to_file"]


def decode_to_file(
    source: Source,
    target: Target,
    job: DecodeJob = DEFAULT_JOB,
    *,
    weights: WeightPack | Source | None = None,
    on_progress: Progress = no_progress,
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
    _require_together(job, suffix)
    if job.scale is not None:
        from refdec.api.scaled_file import scaled_to_file

        with concerning(source):
            return scaled_to_file(given, target, suffix, job, job.scale, weights)
    goal = _Goal.of(target, suffix, job, on_progress)
    with concerning(source):
        read = _read(given, goal, weights)
        made = _layer_to_file(read, goal) or _whole_to_file(read, goal, source)
        return replace(made, warnings=(*read.said, *made.warnings))


def _require_together(job: DecodeJob, suffix: str) -> None:
    """Raise UsageError unless what is asked for goes together, and with the format."""
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
    if job.options.region is not None and job.wants_stages and job.scale is None:
        raise RegionWithoutStages


@dataclass(frozen=True, slots=True, eq=False)
class _Goal:
    """A file to be written, and what its format forces: `usual`, the colour that it holds (None: any), and `gray`.

    `options`: those of the job, with the depth of the format, or of an SDR display.
    """

    target: Target
    suffix: str
    job: DecodeJob
    usual: Colour | None
    gray: bool | None
    options: DecodeOptions
    on_progress: Progress

    @property
    def mapped_bits(self) -> int | None:
        """Bits of a sample behind a tone map, None where the job wants none."""
        return self.options.bit_depth if self.job.tone_map else None

    def place(self, read: _ReadStream, form: GrayForm, options: DecodeOptions) -> Place:
        """Return where and how a picture that is decoded with `options` is put."""
        job = replace(self.job, options=options)
        return Place(self.target, self.suffix, job, form, read.beside, self.on_progress, read.hidden, self.mapped_bits)

    @classmethod
    def of(cls, target: Target, suffix: str, job: DecodeJob, on_progress: Progress) -> _Goal:
        """Return the goal of a job.  Raises SuffixUnknown."""
        from refdec.api.tone_map import TONE_MAP_BITS

        usual, bits = colour_of(suffix), job.options.bit_depth
        bits = depth_of(suffix) if bits is None else bits
        if job.tone_map:
            usual, bits = usual or "RGB", bits or TONE_MAP_BITS
        return cls(target, suffix, job, usual, gray_of(suffix), replace(job.options, bit_depth=bits), on_progress)


@dataclass(frozen=True, slots=True, eq=False)
class _ReadStream:
    """A codestream that has been read, with all that is known of it before its samples are decoded.

    `options`: of the samples as they are stored, not yet turned upright.  `hidden` covers faces.  `said`: what there is
    to say so far.
    """

    inputs: Inputs
    headers: Headers
    beside: BesidePicture
    options: DecodeOptions
    hidden: Hidden | None
    said: tuple[str, ...]


def _read(source: Source, goal: _Goal, weights: WeightPack | Source | None) -> _ReadStream:
    """Read a codestream, with what a HEIF file says beside it, and find the faces that are to be covered."""
    from refdec.api.beside import beside_of
    from refdec.api.privacy import shown_with
    from refdec.decoding.opening import parse

    job, options = goal.job, goal.options
    inputs = read_inputs(source, weights, replace(options, colour=goal.usual or options.colour))
    data, said = shown_with(inputs.data, job.key, or_public=job.or_public, options=options)
    inputs = inputs._replace(data=data)
    headers = parse(inputs.data, options)[1]
    if goal.suffix in FLOAT_ALONE and not may_give_floats(headers.user_data):
        raise NoFloats(goal.suffix)
    beside = beside_of(inputs.file, options)
    cover = cover_of(inputs, beside.orientation, options) if job.blur_faces else None
    if cover is not None:
        beside, said = cover.beside(beside, said)
    alpha, lost = written_alpha(beside.alpha_in(options.region), goal.suffix, options.bit_depth)
    beside = replace(beside, alpha=alpha)
    options = beside.stored(options, headers)
    hidden = None if cover is None else partial(cover.over, wanted=options.region)
    options = options if cover is None else cover.reaching(options, headers)
    if job.tone_map:  # an original has its own depth, all else the finest
        options = replace(options, bit_depth=None)
    return _ReadStream(inputs, headers, beside, options, hidden, (*said, *lost))


def _options_of_original(read: _ReadStream, goal: _Goal) -> DecodeOptions:
    """Return the options for an original: the depth of a format is none that is asked for, if it holds the original."""
    from refdec.api.lossless import original_bits

    bits, most = original_bits(read.headers), depth_of(goal.suffix)
    if goal.job.options.bit_depth is not None or bits is None or (most is not None and bits > most):
        return read.options
    return replace(read.options, bit_depth=None)


def _layer_to_file(read: _ReadStream, goal: _Goal) -> DecodeReport | None:
    """Write an original that a lossless layer gives, row by row; None where it is not wished for so."""
    from refdec.api.gray import AS_DECODED
    from refdec.api.layer_file import LayerFile, layer_of

    job, options = goal.job, read.options
    other = job.lossy or job.wants_stages or job.tone_map or options.region is not None or read.hidden is not None
    if other or not read.beside.is_upright:
        return None
    options = _options_of_original(read, goal)
    layer = layer_of(read.inputs, read.headers, options, usual=goal.usual, gray=goal.gray)
    if layer is None:
        return None
    place, metadata = goal.place(read, AS_DECODED, options), read.beside.metadata
    forms = place.alpha_kind, place.file_bits, place.with_alpha
    file = LayerFile(goal.target, goal.suffix, metadata, *forms, job.fingerprint, goal.on_progress)
    made = file.write(read.inputs, read.headers, options, layer)
    return replace(made, fidelity="lossy") if goal.suffix in JPEG_SUFFIXES or place.divides else made


def _whole_to_file(read: _ReadStream, goal: _Goal, source: Source) -> DecodeReport:
    """Write an original at once, or else the coded picture.  Raises NoFloats where a format wants an original."""
    from refdec.api.gray import AS_DECODED
    from refdec.api.lossless import Restored, restored

    job, options, found = goal.job, _options_of_original(read, goal), Restored(None)
    if not (job.lossy or job.wants_stages):
        floats = goal.suffix in FLOAT_SUFFIXES and not job.tone_map and read.hidden is None
        found = restored(read.inputs, read.headers, options, usual=goal.usual, gray=goal.gray, floats=floats)
    picture, place = found.picture, goal.place(read, AS_DECODED, options)
    if picture is not None and picture.floats is not None:
        return replace(floats_to_file(picture, picture.floats, place), fidelity=picture.fidelity)
    if goal.suffix in FLOAT_ALONE:
        raise NoFloats(goal.suffix)
    if picture is None:
        made = _coded_to_file(read, goal, source)
        return replace(made, warnings=(*found.said, *made.warnings))
    made = whole_to_file(picture, place, picture.bit_depth)
    changed = goal.suffix in JPEG_SUFFIXES or place.divides or job.tone_map or read.hidden is not None
    return replace(made, fidelity="lossy" if changed else picture.fidelity)


def _coded_to_file(read: _ReadStream, goal: _Goal, source: Source) -> DecodeReport:
    """Write the coded picture: in rows, or at once where it is turned, covered, cut out or watched."""
    from refdec.api.gray import gray_form

    job, options, alpha = goal.job, read.options, read.beside.alpha
    if job.tone_map:
        options = replace(options, bit_depth=FINEST_BITS)
    if alpha is not None and options.bit_depth is None:
        options = replace(options, bit_depth=common_depth(read.headers.picture.bit_depth, alpha.bits))
    options, form = gray_form(read.headers, options, goal.usual, gray=goal.gray)
    place = goal.place(read, form, options)
    at_once = job.wants_stages or job.tone_map or options.region is not None or read.hidden is not None
    if at_once or not read.beside.is_upright:
        return at_once_to_file(read.inputs, source, place, read.headers)
    return rows_to_file(opened_stream(read.inputs, options), place)


def _clip_to_file(
    clip: Clip, source: Source, target: Target, suffix: str, job: DecodeJob, on_progress: Progress
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
