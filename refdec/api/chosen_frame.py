"""The codestream that is meant of a file: the only one, or that of one frame of a clip.

In: a source, and a `FrameWish`.  Out: `ChosenStream`; it says which frame of how many it is, so that nobody takes the
first one for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from refdec.formats.stream_files import StreamFile, may_hold_clip, read_stream_file
from refdec.heif.track_errors import SampleOutside
from refdec.sequences.errors import ClipOption, NotAClip

if TYPE_CHECKING:
    from refdec.api.clips import Clip
    from refdec.decoding.options import DecodeOptions
    from refdec.formats.files import Source
    from refdec.heif.heiffile import HeifFile

__all__ = ["ANY_FRAME", "ChosenStream", "FrameWish", "chosen_stream", "every_stream"]


@dataclass(frozen=True, slots=True)
class FrameWish:
    """Which frame of a clip is meant: its number, from 1, or a time in seconds; neither: nobody said.

    `among_others`: it is said of several files, of which those that hold one picture are taken as they are.
    """

    number: int | None = None
    time: Fraction | None = None
    among_others: bool = False

    @property
    def option(self) -> str:
        """What it is called on the command line, "" where nobody said anything."""
        return "--frame" if self.number is not None else "" if self.time is None else "--time"

    def of(self, clip: Clip) -> int | None:
        """Return the number of the frame, None: nobody said.  Raises FrameMissing, ClipOption."""
        if self.number is not None and self.time is not None:
            raise ClipOption("--time beside --frame", "Choose the frame by one of them.")
        return self.number if self.time is None else clip.number_at(self.time)

    def require_none(self) -> None:
        """Refuse a wish that is about a file of one picture.  Raises NotAClip."""
        if self.option and not self.among_others:
            raise NotAClip(self.option)

    def unused(self, clips: int) -> tuple[str, ...]:
        """Return what has to be said where there were no clips among several files."""
        if not self.option or clips:
            return ()
        return (f"{self.option} changes nothing: no clip is among these files",)


ANY_FRAME = FrameWish()


@dataclass(frozen=True, slots=True, eq=False)
class ChosenStream:
    """A codestream; of a `clip` of `frames` that of `frame`, from 1, and both are 0 where it stands alone.

    `guessed`: nobody said which.  `file`: the HEIF file that it is the picture of; of a clip, `beside` makes it.
    """

    data: bytes
    frame: int = 0
    frames: int = 0
    guessed: bool = False
    clip: Clip | None = None
    file: HeifFile | None = None

    @property
    def beside(self) -> HeifFile | None:
        """The file whose picture it is, with all that stands beside it; None for a bare codestream."""
        return self.file if self.clip is None else self.clip.still_file(self.frame)

    @contextmanager
    def named(self) -> Iterator[None]:
        """Let the errors of a frame say which it is, and where: as FrameDamaged, FrameUnsupported."""
        if self.clip is None:
            yield
            return
        from refdec.api.clips import naming_frame

        with naming_frame(self.clip, self.frame):
            yield

    @property
    def facts(self) -> dict[str, int]:
        """What a report says of it: of a clip the frame, and how many there are."""
        return {"frame": self.frame, "frames": self.frames} if self.frames else {}

    @property
    def place(self) -> str:
        """Which frame it is, in words; "" for a file of one picture."""
        return f"frame {self.frame} of {self.frames}" if self.frames else ""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What has to be said where nobody chose the frame: that there are others."""
        if not self.guessed or self.frames == 1:
            return ()
        return (f"{self.place} of a clip: --frame N or --time SECONDS choose another one",)


def chosen_stream(source: Source, options: DecodeOptions, wish: FrameWish = ANY_FRAME) -> ChosenStream:
    """Return the codestream that is meant of a source; of a clip the first frame, where nobody says which.

    Raises NotAClip, FrameMissing, ClipOption, SampleOutside, and what reading a file raises.
    """
    clip = _clip_of(source, options)
    if isinstance(clip, StreamFile):
        wish.require_none()
        return ChosenStream(clip.codestream, file=clip.file)
    number = wish.of(clip)
    return ChosenStream(clip.codestream(number or 1), number or 1, len(clip), number is None, clip)


def every_stream(
    source: Source,
    options: DecodeOptions,
    wish: FrameWish = ANY_FRAME,
    leave_out: Callable[[SampleOutside], None] | None = None,
) -> Iterator[ChosenStream]:
    """Yield the codestreams of a source: of a clip all, in the order of its frames, or the one that is meant.

    `leave_out` is told of frames that are not all in the file; None: they are errors.  Raises what `chosen_stream`
    raises.
    """
    clip = _clip_of(source, options)
    if isinstance(clip, StreamFile):
        wish.require_none()
        yield ChosenStream(clip.codestream, file=clip.file)
        return
    number = wish.of(clip)
    for frame in range(1, len(clip) + 1) if number is None else (number,):
        try:
            data = clip.codestream(frame)
        except SampleOutside as problem:
            if leave_out is None:
                raise
            leave_out(problem)
            continue
        yield ChosenStream(data, frame, len(clip), clip=clip)


def _clip_of(source: Source, options: DecodeOptions) -> Clip | StreamFile:
    """Return the clip of a source; its codestream and what is beside it where it holds one picture.

    Raises what reading a file raises.
    """
    if not may_hold_clip(source):
        return read_stream_file(source, limits=options.limits)
    from refdec.api.clips import Clip, found_clip

    found = found_clip(source, options)
    if isinstance(found, Clip):
        return found
    return read_stream_file(source if found is None else found, limits=options.limits)
