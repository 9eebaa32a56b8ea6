"""Clips to files: an animation, raw video, a folder of pictures, or one frame as a picture file.

In: a `Clip`, a target and a `DecodeJob`.  Out: a file, or a folder, whole or not there, and a `DecodeReport`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from refdec.api.clip_folder import clip_to_folder
from refdec.api.clip_tally import FrameTally
from refdec.api.clips import Clip, ClipFrame, naming_frame
from refdec.api.decode import require_tone_map
from refdec.errors import RefdecError
from refdec.formats.colours import lost_colours, lost_light
from refdec.formats.errors import FormatCannotHold
from refdec.formats.files import NamedBytes, name_of, write_bytes
from refdec.formats.folders import names_folder
from refdec.formats.sinks import sink_of
from refdec.formats.standard_output import is_standard_output
from refdec.observation import Progress, no_progress
from refdec.parallel.places import is_folder
from refdec.picture.picture import LOSSY
from refdec.sequences.errors import ClipFormatUnknown, ClipOption, RatesDiffer
from refdec.sequences.moving import ONCE
from refdec.sequences.timing import one_rate

if TYPE_CHECKING:
    from PIL.Image import Image

    from refdec.api.decode_job import DecodeJob
    from refdec.api.decode_report import DecodeReport
    from refdec.bitstream.headers import Headers
    from refdec.decoding.options import DecodeOptions
    from refdec.formats.decoded import Picture
    from refdec.formats.sinks import Target
    from refdec.picture.render import Colour

__all__ = ["clip_to_file"]

FRAME_BYTES = 8
"""Bytes a pixel of a frame that waits until its animation is written, as Pillow holds it."""
MOST_REPEATED = 16
"""So many equal frames, on average, are written where a format has one rate."""
RAW_SUFFIX = ".y4m"
LOSSY_SUFFIXES = (".gif", ".avif")
"""Animations with fewer colours, or coded once more."""
BLACKENED = "webp animations lose the colours below full transparency; png keeps them"
EIGHT_BITS = 8


def clip_to_file(
    clip: Clip, target: Target, suffix: str, job: DecodeJob, on_progress: Progress = no_progress
) -> DecodeReport:
    """Decode a clip to an animation (.png, .gif, .webp, .avif), to .y4m, or to a folder of pictures.

    Raises ClipFormatUnknown, ClipOption, RatesDiffer, FrameDamaged, FrameUnsupported, FormatCannotHold, FileUnwritable.
    """
    from refdec.sequences.animation_writer import ANIMATION_SUFFIXES

    _refuse_single(job, suffix)
    run = _ClipDecode(clip, target, suffix, job, on_progress)
    if _is_folder(target):
        return clip_to_folder(run.with_options(), Path(str(target)), job, on_progress)
    if suffix == RAW_SUFFIX:
        return run.to_y4m()
    if suffix not in ANIMATION_SUFFIXES:
        raise ClipFormatUnknown(suffix, len(clip))
    return run.to_animation()


def _refuse_single(job: DecodeJob, suffix: str) -> None:
    """Raise ClipOption for what is about one picture, ToneMapAlone for what no tone map goes with."""
    wishes = {"--trace": job.trace, "--dump": job.dump, "--timings": job.timings, "--key": job.key}
    wishes |= {"--blur-faces": job.blur_faces}
    for option, wish in wishes.items():
        if wish:
            raise ClipOption(option, "Choose one frame: --frame N")
    if job.tone_map:
        apart = {"--scale": job.scale is not None, f"Y'CbCr planes for a {suffix} file": suffix == RAW_SUFFIX}
        require_tone_map(apart)


def _is_folder(target: Target) -> bool:
    """Tell whether a target is a folder: it is one, or its name has no suffix."""
    if not isinstance(target, str | os.PathLike) or is_standard_output(target):
        return False
    return is_folder(Path(target)) or names_folder(target) or not Path(target).suffix


@dataclass(frozen=True, slots=True)
class _ClipDecode:
    """One clip on its way to a target."""

    clip: Clip
    target: Target
    suffix: str
    job: DecodeJob
    on_progress: Progress

    def _decoded(self, clip: Clip) -> Iterator[tuple[ClipFrame, tuple[str, ...]]]:
        """Yield frames, each with how long it is shown until the next one that decodes, and its warnings."""
        is_raw = self.suffix == RAW_SUFFIX
        work = partial(_picture, job=self.job, as_rgb=not is_raw, most_bits=None if is_raw else EIGHT_BITS)
        made = clip.mapped(work, range(1, len(clip) + 1), workers=self.job.options.workers)
        held: tuple[int, Picture] | None = None
        said: list[str] = []
        start, first_problem = Fraction(0), None
        for number, found in made:
            self.on_progress(number / len(clip))
            if isinstance(found, RefdecError):
                first_problem = first_problem or found
                said.append(f"left out: {found.headline()}")
                continue
            if held is not None:
                yield ClipFrame(held[0], start, clip.starts[number - 1] - start, held[1]), tuple(said)
                start, said = clip.starts[number - 1], []
            held = number, found
        if held is None:
            assert first_problem is not None, "a clip has frames"
            raise first_problem
        yield ClipFrame(held[0], start, clip.seconds - start, held[1]), tuple(said)

    def to_animation(self) -> DecodeReport:
        """Write an animation."""
        from refdec.sequences.animation_writer import animation_bytes

        if (self.job.options.bit_depth or EIGHT_BITS) > EIGHT_BITS:
            what = f"samples of {self.job.options.bit_depth} bits in an animation"
            raise FormatCannotHold(self.suffix[1:], what, "A folder of pictures holds them: refdec decode FILE OUT/")
        clip, tally = self.with_options(), FrameTally()
        pixels = FRAME_BYTES * clip.width * clip.height * len(clip)
        clip.options.limits.require_memory(pixels)
        images: list[Image] = []
        durations, deepest, blackened = list[Fraction](), EIGHT_BITS, False
        for frame, said in self._decoded(clip):
            last, loses = frame.picture, self.suffix == ".webp" and _has_colours_below(frame.picture)
            tally.add(last, said, LOSSY if loses else self._fidelity(last))
            blackened = blackened or loses
            deepest = max(deepest, _coded_bits(clip, frame.number))
            images.append(last.to_pil())
            durations.append(frame.duration)
        lost = self._lost_in_animation(last, durations, deepest, blackened=blackened)
        if len(images) > 1 and tally.all_equal:
            lost += (f"all frames are equal: Pillow writes {self.suffix[1:]} with one picture, and no times",)
        data = animation_bytes(self.suffix, _of_one_mode(images), durations, clip.plays, last.rendering)
        write_bytes(self.target, data)
        return tally.report(name_of(self.target), len(images), lost)

    def _lost_in_animation(
        self, last: Picture, durations: list[Fraction], deepest: int, *, blackened: bool
    ) -> tuple[str, ...]:
        """Return what an animation does not hold of a clip whose last picture is `last`, of up to `deepest` bits.

        `blackened`: colours below full transparency become black.
        """
        from refdec.sequences.animation_writer import lost_in

        name, rendering = self.suffix[1:], last.rendering
        lost = lost_in(self.suffix, durations, self.clip.plays, transparent=self.clip.has_alpha)
        if self.suffix == ".gif" and (metadata := last.metadata.names()):
            lost += (f"gif has no place for what the file says beside its pictures: {', '.join(metadata)}",)
        if blackened:
            lost += (BLACKENED,)
        if not last.metadata.icc:
            lost += lost_colours(rendering, self.suffix)
        lost += lost_light(rendering, self.suffix)
        if deepest > EIGHT_BITS and self.job.options.bit_depth is None and not self.job.tone_map:
            lost += (f"{name} animations hold 8 bits of a sample, this clip has {deepest}; a folder has all",)
        return lost

    def to_y4m(self) -> DecodeReport:
        """Write raw video, frame by frame."""
        from refdec.sequences.y4m_writer import Y4mLayout, Y4mWriter

        clip, tally = self.with_options(colour=self.job.options.colour or "YUV"), FrameTally()
        rate, repeats = one_rate(clip.durations)
        if sum(repeats) > MOST_REPEATED * len(clip):
            raise RatesDiffer(len(clip), sum(repeats))
        units = 1 / rate
        lost = (
            [f"frames are repeated, since y4m has one rate: {sum(repeats)} for {len(clip)}"] if max(repeats) > 1 else []
        )
        lost += [f"y4m does not say that the clip plays {clip.plays or 'for ever'}"] if clip.plays != ONCE else []
        lost += ["y4m has no place for the transparency of this clip; png and webp have"] if clip.has_alpha else []
        sink, writer = sink_of(self.target), None
        try:
            for frame, said in self._decoded(clip):
                picture = frame.picture
                if writer is None:
                    gray = len(picture.planes) == 1
                    layout = Y4mLayout(
                        picture.width,
                        picture.height,
                        rate,
                        picture.bit_depth,
                        None if gray else picture.subsampling,
                    )
                    writer = Y4mWriter(sink, layout)
                    if names := picture.metadata.names():
                        lost.append(f"y4m has no place for what the file says beside its pictures: {', '.join(names)}")
                    lost += (*lost_colours(picture.rendering, RAW_SUFFIX), *lost_light(picture.rendering, RAW_SUFFIX))
                writer.put(picture, int(frame.duration / units) if any(clip.durations) else 1)
                tally.add(picture, said, self._fidelity(picture))
            sink.commit()
        except BaseException:
            sink.discard()
            raise
        return tally.report(name_of(self.target), len(clip), tuple(lost))

    def with_options(self, *, colour: Colour | None = None) -> Clip:
        """Return the clip with the options of the job."""
        options = self.job.options
        return replace(self.clip, options=replace(options, colour=options.colour if colour is None else colour))

    def _fidelity(self, picture: Picture) -> str:
        """Return how near to the original the samples of a frame are in the file."""
        divided = picture.alpha is not None and picture.alpha.premultiplied
        viewed = picture.floats is not None or self.job.tone_map
        return LOSSY if self.suffix in LOSSY_SUFFIXES or divided or viewed else picture.fidelity


def _picture(clip: Clip, number: int, *, job: DecodeJob, as_rgb: bool, most_bits: int | None) -> Picture:
    """Return the picture of a frame as a job wants it; `as_rgb`: Y'CbCr as RGB, gray stays gray.

    `most_bits`: what a format holds; an original of fewer stays as it is.
    """
    from refdec.api.decode import decode
    from refdec.api.lossless import original_bits

    options = replace(clip.options, workers=1)
    with naming_frame(clip, number):
        if most_bits is not None and options.bit_depth is None:
            bits = None if job.lossy else original_bits(_headers(clip, number))
            options = options if bits is not None and bits <= most_bits else replace(options, bit_depth=most_bits)
        if as_rgb and options.colour is None and not job.tone_map:
            options = replace(options, colour=_shown_colour(clip, number, options, lossy=job.lossy))
        source = NamedBytes(clip.still(number), clip.name)
        return decode(
            source, weights=clip.pack, options=options, scale=job.scale, lossy=job.lossy, tone_map=job.tone_map
        )


def _headers(clip: Clip, number: int) -> Headers:
    from refdec.decoding.opening import parse

    return parse(clip.codestream(number), clip.options)[1]


def _shown_colour(clip: Clip, number: int, options: DecodeOptions, *, lossy: bool) -> Colour | None:
    """Return the colour that an image of Pillow can hold: RGB, or gray, of a frame of Y'CbCr; else its own, None."""
    from refdec.api.gray import ycc_shown
    from refdec.bitstream.floatrecord import layer_form
    from refdec.bitstream.layerrecord import layer_part
    from refdec.bitstream.userdata import read_gray_mark
    from refdec.picture.render import own_colour

    headers = _headers(clip, number)
    if own_colour(headers.picture) != "YUV":
        return None
    layer = None if lossy else layer_part(headers.user_data)[1]
    form = None if layer is None else layer_form(layer)
    return ycc_shown(read_gray_mark(headers.user_data), form, options)


def _coded_bits(clip: Clip, number: int) -> int:
    """Return the bits of a sample that the codestream of a frame gives."""
    return _headers(clip, number).picture.bit_depth


def _of_one_mode(images: list[Image]) -> list[Image]:
    """Return images of one mode: where gray ones stand beside coloured, or opaque ones beside others, the larger."""
    modes = {image.mode for image in images}
    if len(modes) == 1:
        return images
    return [image.convert("RGBA" if any("A" in mode for mode in modes) else "RGB") for image in images]


def _has_colours_below(picture: Picture) -> bool:
    """Tell whether a picture has colours where it is fully transparent."""
    if picture.alpha is None:
        return False
    hidden = picture.alpha.samples == 0
    return any(bool(plane[hidden].any()) for plane in picture.planes)
