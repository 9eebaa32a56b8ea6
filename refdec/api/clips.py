"""`refdec.open_clip`: the frames of a clip, one by one, in any order, never all at once.

In: a source and `DecodeOptions`.  Out: `Clip`, which knows sizes and times from its boxes and decodes a frame when it
is asked for: each is a whole codestream.  Several processes share a run of frames; the samples are the same for any
number.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any

from refdec.api.concerning import concerning
from refdec.decoding.options import DecodeOptions
from refdec.errors import BitOffset, CodestreamError, RefdecError, UnsupportedError, WeightsError
from refdec.formats.files import NamedBytes
from refdec.heif.track_errors import SampleOutside
from refdec.sequences.errors import FrameDamaged, FrameMissing, FrameUnsupported, NotAClip
from refdec.sequences.timing import seconds_in_words

if TYPE_CHECKING:
    from refdec.formats.clip_files import FoundClip
    from refdec.formats.decoded import Picture
    from refdec.formats.files import Source
    from refdec.heif.heiffile import HeifFile
    from refdec.limits import Limits
    from refdec.weights.pack import WeightPack

__all__ = ["Clip", "ClipFrame", "found_clip", "frame_error", "naming_frame", "open_clip"]


@dataclass(frozen=True, slots=True, eq=False)
class ClipFrame:
    """A decoded frame: its number from 1, when it begins and how long it is shown, in seconds, and its picture."""

    number: int
    start: Fraction
    duration: Fraction
    picture: Picture


@dataclass(frozen=True)
class Clip:
    """A clip in a file; its frames are decoded while they are asked for.

    `len(clip)` frames; `width`, `height`; `seconds`, once through; `plays`: how often, 0 for ever.  `starts` and
    `durations` of the frames are fractions of a second.  `for frame in clip` decodes them in turn, `clip.frames` a part
    of them, on several processes if wished for; `clip.frame(12)` and `clip.at(1.5)` one of them alone.
    A path is read again for each frame, so nothing has to be closed.
    """

    name: str
    found: FoundClip
    options: DecodeOptions
    weights: WeightPack | Source | None = None

    @cached_property
    def pack(self) -> WeightPack:
        """The weights that decode it."""
        from refdec.api.weights import load_weights

        return load_weights(self.weights)

    def __len__(self) -> int:
        return self.found.file.count

    @property
    def width(self) -> int:
        """Columns of a frame, as the file says."""
        return self.found.file.size[0]

    @property
    def height(self) -> int:
        """Rows of a frame, as the file says."""
        return self.found.file.size[1]

    @property
    def plays(self) -> int:
        """How often it plays; 0: for ever."""
        return self.found.file.picture.plays

    @property
    def has_alpha(self) -> bool:
        """Whether its frames have transparency."""
        return self.found.file.alpha is not None

    @cached_property
    def starts(self) -> Sequence[Fraction]:
        """When frames begin, in seconds."""
        scale = self.found.file.picture.timescale
        return [Fraction(int(start), scale) for start in self.found.file.picture.samples.starts]

    @cached_property
    def durations(self) -> Sequence[Fraction]:
        """How long frames are shown, in seconds."""
        scale = self.found.file.picture.timescale
        return [Fraction(int(one), scale) for one in self.found.file.picture.samples.durations]

    @property
    def seconds(self) -> Fraction:
        """How long it lasts, once through."""
        return Fraction(self.found.file.picture.samples.total, self.found.file.picture.timescale)

    def number_at(self, time: Fraction | float) -> int:
        """Return the number of the frame that is shown at a time, in seconds.  Raises FrameMissing behind the end."""
        if not isfinite(time):
            raise FrameMissing(f"time {time}", len(self), seconds_in_words(self.seconds))
        wanted = Fraction(str(time)) if isinstance(time, float) else Fraction(time)  # 0.1 is a tenth
        if not 0 <= wanted < self.seconds:
            raise FrameMissing(
                f"time {seconds_in_words(max(wanted, Fraction(0)))} s", len(self), seconds_in_words(self.seconds)
            )
        return bisect_right(self.starts, wanted)

    def place(self, number: int) -> tuple[int, int]:
        """Return the byte of the file where the codestream of a frame begins, and its length.  Raises FrameMissing."""
        if number not in range(1, len(self) + 1):
            raise FrameMissing(f"frame {number}", len(self), seconds_in_words(self.seconds))
        return self.found.file.places(number - 1)[0]

    def codestream(self, number: int) -> bytes:
        """Return the codestream of a frame.  Raises FrameMissing, SampleOutside."""
        return self._bytes_at(number, *self.place(number))

    def still_file(self, number: int) -> HeifFile:
        """Return a frame as a HEIF file, with the metadata of the clip.  Raises FrameMissing, SampleOutside."""
        picture = self.codestream(number)
        _, *alpha = self.found.file.places(number - 1)
        transparency = self._bytes_at(number, *alpha[0]) if alpha else None
        return self.found.file.still(number - 1, picture, transparency)

    def still(self, number: int) -> bytes:
        """Return the bytes of such a file, the codestream in it as it is in the clip."""
        from refdec.heif.writing import write_heif

        return write_heif(self.still_file(number))

    def _bytes_at(self, number: int, at: int, length: int) -> bytes:
        data = self.found.bytes[at : at + length] if at + length <= len(self.found.bytes) else b""
        if len(data) < length or not length:
            raise SampleOutside(number, length, len(self.found.bytes), at=BitOffset.of_byte(at))
        return data

    def frame(self, number: int) -> ClipFrame:
        """Decode one frame, counted from 1, and no other.

        Raises FrameMissing, FrameDamaged, FrameUnsupported, LimitExceeded, WeightsError.
        """
        return self._shown(number, decoded_still(self, number))

    def at(self, time: Fraction | float) -> ClipFrame:
        """Decode the frame that is shown at a time, in seconds.  Raises what `frame` raises."""
        return self.frame(self.number_at(time))

    def __iter__(self) -> Iterator[ClipFrame]:
        return self.frames()

    def frames(self, first: int = 1, last: int | None = None, *, workers: int | None = 1) -> Iterator[ClipFrame]:
        """Yield frames from one on, up to and with the last one; decoded by `workers` processes, None: one a core.

        Not more than two frames a worker are decoded ahead.  With `lenient` in the options, frames that do not decode
        are left out: numbers and times tell which.  Raises what `frame` raises.
        """
        stop = len(self) if last is None else last
        for number in (first, stop):
            if number not in range(1, len(self) + 1):
                raise FrameMissing(f"frame {number}", len(self), seconds_in_words(self.seconds))
        for number, made in self.mapped(decoded_still, range(first, stop + 1), workers=workers):
            if not isinstance(made, RefdecError):
                yield self._shown(number, made)

    def mapped(
        self, work: Callable[[Clip, int], Any], numbers: Sequence[int], *, workers: int | None
    ) -> Iterator[tuple[int, Any]]:
        """Yield (number, what `work` makes of the frame), frames with the bytes of the one before without new work.

        With `lenient`, errors of frames are values.
        """
        from refdec.parallel.clock import check_of
        from refdec.parallel.counts import workers_for
        from refdec.parallel.pool import open_pool

        check = check_of(self.options.limits)
        assert self.pack is not None, "weights are read here, once for all workers"
        places = self.found.file.places
        anew = [n for i, n in enumerate(numbers) if not i or places(n - 1) != places(numbers[i - 1] - 1)]
        count = max(1, min(workers_for(workers), len(anew)))
        with open_pool((self, work), workers=count) as pool:
            made, results, waiting = None, pool.map(_attempt, anew), iter(anew)
            next_new = next(waiting, None)
            for number in numbers:
                if number == next_new:
                    made, next_new = next(results), next(waiting, None)
                check()
                yield number, made
            next(results, None)  # the map ends

    def _shown(self, number: int, picture: Picture) -> ClipFrame:
        return ClipFrame(number, self.starts[number - 1], self.durations[number - 1], picture)


def _attempt(state: tuple[Clip, Callable[[Clip, int], Any]], number: int) -> Any:
    """Do the work on a frame; in lenient reading what is wrong with it is a value."""
    clip, work = state
    try:
        return work(clip, number)
    except (CodestreamError, UnsupportedError, WeightsError) as problem:
        if not clip.options.lenient:
            raise
        return frame_error(clip, number, problem)


def decoded_still(clip: Clip, number: int) -> Picture:
    """Return the picture of a frame.  Raises FrameDamaged, FrameUnsupported, and what else `decode` raises."""
    from refdec.api.decode import decode

    with naming_frame(clip, number):
        return decode(
            NamedBytes(clip.still(number), clip.name), weights=clip.pack, options=replace(clip.options, workers=1)
        )


@contextmanager
def naming_frame(clip: Clip, number: int) -> Iterator[None]:
    """Let the errors of a frame say which it is, and where."""
    try:
        yield
    except (CodestreamError, UnsupportedError) as problem:
        named = frame_error(clip, number, problem)
        if named is problem:
            raise
        raise named from problem


def frame_error(clip: Clip, number: int, problem: RefdecError) -> RefdecError:
    """Return the error that says in which frame a problem is."""
    if isinstance(problem, FrameDamaged | FrameUnsupported | SampleOutside | FrameMissing):
        return problem
    kind = FrameDamaged if isinstance(problem, CodestreamError) else FrameUnsupported
    made = kind(number, *clip.found.file.places(number - 1)[0], problem)
    made.source = clip.name
    return made


def found_clip(
    source: Source, options: DecodeOptions, weights: WeightPack | Source | None = None
) -> Clip | bytes | None:
    """Return the clip of a source, or its bytes where it holds none; None: it is a file that nobody has read.

    Raises what opening a file and reading its boxes raises.
    """
    from refdec.formats.clip_files import clip_or_bytes
    from refdec.formats.files import name_of

    with concerning(source):
        found = clip_or_bytes(source, limits=options.limits, lenient=options.lenient)
    if found is None or isinstance(found, bytes):
        return found
    return Clip(name_of(source), found, options, weights)


def open_clip(
    source: Source,
    *,
    weights: WeightPack | Source | None = None,
    options: DecodeOptions | None = None,
    limits: Limits | None = None,
    lenient: bool = False,
) -> Clip:
    """Open a clip of JPEG AI pictures (`.jaii`, `.jais`); nothing is decoded yet.

    `options`: how frames are decoded, in place of `limits` and `lenient`.  A path is read frame by frame; of bytes,
    file objects and "-" all is in memory.  Raises NotAClip for a file of one picture, CodestreamError,
    UnsupportedError, InputError, LimitExceeded.
    """
    from refdec.api.inputs import said_once

    chosen = said_once(options, DecodeOptions(limits=limits, lenient=lenient))
    clip = found_clip(source, chosen, weights)
    if not isinstance(clip, Clip):
        raise NotAClip("open_clip")
    return clip
