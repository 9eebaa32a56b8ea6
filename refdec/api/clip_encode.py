"""`refdec.encode_clip`: moving pictures to a clip in which every frame is coded on its own.

In: a folder, an animation, y4m, or any iterable of pictures; `EncodeOptions` and `ClipOptions`.  Out: a file (whole, or
none) and a `ClipReport`.  Frames are read one after the other and coded side by side; equal frames are coded once, and
share their bytes.  Codestreams wait in a temporary file until the tables in front of them can be written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from refdec.api.clip_maker import ClipMaker
from refdec.api.clip_media import clip_media
from refdec.api.clip_options import DEFAULT_CLIP, ClipOptions, refuse_single
from refdec.api.clip_report import ClipReport
from refdec.api.clip_sources import moving_or_still
from refdec.api.encode_options import DEFAULT_OPTIONS, EncodeOptions
from refdec.api.errors import OptionsExpected
from refdec.arithmetic.argument_kinds import CALLS, NUMBER, TEXT, WHOLE, ValueKind, require_kinds
from refdec.decoding.options import limits_or_default
from refdec.observation import Progress, no_progress
from refdec.sequences.errors import NotAClip
from refdec.sequences.frame_naming import naming_picture
from refdec.sequences.moving import MovingFrame, MovingPicture

if TYPE_CHECKING:
    from refdec.api.encode_file import EncodeReport
    from refdec.api.sources import Encodable
    from refdec.formats.files import Source
    from refdec.formats.sinks import Target
    from refdec.weights.pack import WeightPack

__all__ = ["encode_clip", "encode_moving", "encode_source"]

USUAL = Fraction(1, 25)
SOURCE = ValueKind(
    lambda value: isinstance(value, MovingPicture | Path | Iterable) or hasattr(value, "read"),
    "a folder, an animation, or pictures one after the other",
)
RATE = ValueKind(lambda value: TEXT.test(value) or NUMBER.test(value), "frames a second, a number or a text")


def encode_clip(
    source: Source | MovingPicture | Iterable[Encodable],
    target: Target,
    *,
    fps: Fraction | float | str | None = None,
    plays: int | None = None,
    workers: int | None = 1,
    options: EncodeOptions = DEFAULT_OPTIONS,
    weights: WeightPack | Source | None = None,
    progress: Progress | None = None,
) -> ClipReport:
    """Encode moving pictures to a clip (`.jaii`), which appears whole or not at all.

    `source`: a folder of pictures, a GIF, APNG, WebP or AVIF animation, y4m; or an iterable of arrays, pictures, files,
    which is gone through once.  `fps`, `plays`, `workers`: see `ClipOptions`; "30000/1001" is a rate.  `options`: how
    each frame is coded.
    Raises NotAClip for a file of one picture, FramesDiffer, FrameRateInvalid, ClipOption, what `refdec.encode` raises,
    and FileUnwritable.
    """
    from refdec.sequences.opened import moving_picture
    from refdec.sequences.timing import frame_rate

    require_kinds({"source": source}, {"source": SOURCE})
    kinds = {"fps": RATE.or_none(), "workers": WHOLE.or_none(), "progress": CALLS.or_none()}
    require_kinds({"fps": fps, "workers": workers, "progress": progress}, kinds)
    if not isinstance(options, EncodeOptions):
        raise OptionsExpected(options, EncodeOptions.__name__)
    rate = None if fps is None else Fraction(fps) if isinstance(fps, int | Fraction) else frame_rate(str(fps))
    wishes = ClipOptions(rate, plays, workers)
    limits = limits_or_default(options.limits)
    moving: MovingPicture | None
    if isinstance(source, MovingPicture):
        moving = source
    elif isinstance(source, str | Path | bytes | bytearray | memoryview) or hasattr(source, "read"):
        moving = moving_picture(cast("Source", source), limits)
    else:
        frames = (MovingFrame(cast(Any, each)) for each in cast("Iterable[Encodable]", source))
        moving = MovingPicture("the frames", frames, None, USUAL)
    if moving is None:
        raise NotAClip("encode_clip")
    return encode_moving(moving, target, options, wishes, weights=weights, progress=progress)


def encode_moving(
    moving: MovingPicture,
    target: Target,
    options: EncodeOptions = DEFAULT_OPTIONS,
    wishes: ClipOptions = DEFAULT_CLIP,
    *,
    weights: WeightPack | Source | None = None,
    progress: Progress | None = None,
) -> ClipReport:
    """Encode the frames of a source; see `encode_clip`."""
    from refdec.api.weights import load_weights

    refuse_single(options)
    with clip_media() as pictures, clip_media() as transparency:
        maker = ClipMaker(
            moving,
            replace(options, frame=None, workers=1),
            wishes,
            pictures,
            transparency,
            progress or no_progress,
        )
        maker.run(load_weights(weights))
        return maker.write(target)


def encode_source(
    source: Encodable,
    target: Target,
    options: EncodeOptions = DEFAULT_OPTIONS,
    *,
    clip: ClipOptions = DEFAULT_CLIP,
    weights: WeightPack | Source | None = None,
    progress: Progress | None = None,
) -> EncodeReport | ClipReport:
    """Encode what a source holds to a file: moving pictures to a clip, made as `clip` says, others as `encode_to_file`.

    A folder, an animation, raw video become a clip in a HEIF file, unless one frame of them is chosen.
    Raises what `encode_to_file` and `encode_clip` raise.
    """
    from refdec.api.encode_file import encode_to_file
    from refdec.formats.files import suffix_of
    from refdec.formats.kinds import goes_in_file

    in_file = goes_in_file(suffix_of(target), options.container)
    found = moving_or_still(source, options, clip, in_file=in_file)
    if isinstance(found, MovingPicture):
        return encode_moving(found, target, options, clip, weights=weights, progress=progress)
    still, chosen = found
    if chosen.frame == options.frame:
        return encode_to_file(still, target, chosen, weights=weights, progress=progress)
    assert options.frame is not None, "it was chosen"
    with naming_picture(still, options.frame):
        return encode_to_file(still, target, chosen, weights=weights, progress=progress)
