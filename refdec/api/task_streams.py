"""The codestreams that an action of a task works on: those of a folder, of a file, or of the frames of a clip.

In: what was typed for an argument, and how a codestream is decoded.  Out: named bundles, one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from refdec.api.chosen_frame import FrameWish, chosen_stream, every_stream
from refdec.api.concerning import concerning
from refdec.api.errors import NoCodestreams
from refdec.errors import RefdecError
from refdec.formats.kinds import CODESTREAM_SUFFIXES
from refdec.formats.pipes import is_pipe, named
from refdec.parallel.places import is_folder
from refdec.sequences.errors import FrameDamaged, FrameUnsupported

if TYPE_CHECKING:
    from refdec.api.chosen_frame import ChosenStream
    from refdec.bundles import LatentBundle
    from refdec.decoding.options import DecodeOptions
    from refdec.observation import Progress
    from refdec.plugins.task_base import NamedBundle

__all__ = ["StreamReading", "TaskStreams", "streams_below"]


def streams_below(source: str | Path) -> Iterator[str]:
    """Yield the codestreams of a folder in order, or the file itself, or "-".  Raises FolderMissing."""
    from refdec.parallel.folders import walk

    place = Path(source)
    if is_folder(place):
        yield from (named(place / below) for below in walk(place, CODESTREAM_SUFFIXES))
    else:
        yield source if isinstance(source, str) and is_pipe(source) else named(place)


@dataclass(frozen=True, slots=True)
class StreamReading:
    """How streams become bundles: `decode` makes one of a codestream, read by `options`; which `frame` of a clip.

    `complain` is told of files of a folder that cannot be used, `remark` of what has to be said, `progress` of the
    share that is done, `found` of each codestream.
    """

    decode: Callable[[bytes], LatentBundle]
    options: DecodeOptions
    frame: FrameWish
    complain: Callable[[str, RefdecError], None]
    remark: Callable[[str], None]
    progress: Progress
    found: Callable[[ChosenStream], None]


def _nothing(name: str) -> bool:
    """Know no name."""
    return False


@dataclass(frozen=True, slots=True)
class TaskStreams:
    """The bundles of one argument: decoded one after the other, each time they are asked for.

    A codestream of a folder that cannot be decoded is complained of and left out; a single one raises, and so does a
    folder without any (NoCodestreams).  Of a clip all frames are streams, named by their number, unless one of them is
    meant; `single`: one, and the first, with a remark, where nobody says which.  Those whose names are `known` are left
    out, and counted all the same.

    In lenient reading a damaged frame among others is left out with a remark; if none decodes, the first error counts.
    """

    source: str
    reading: StreamReading
    single: bool = False
    known: Callable[[str], bool] = _nothing

    def without(self, known: Callable[[str], bool]) -> TaskStreams:
        """Return the streams whose names are not known."""
        return replace(self, known=known)

    def __iter__(self) -> Iterator[NamedBundle]:
        files = list(streams_below(self.source))
        if not files:
            raise NoCodestreams(self.source, tuple(CODESTREAM_SUFFIXES))
        for index, name in enumerate(files):
            self.reading.progress(index / len(files))
            try:
                yield from self._of_file(name, index / len(files), 1 / len(files))
            except RefdecError as problem:
                if not is_folder(self.source):
                    raise
                self.reading.complain(name, problem)

    def _of_file(self, name: str, done: float, share: float) -> Iterator[NamedBundle]:
        """Yield the bundles of one file."""
        from refdec.plugins.task_base import NamedBundle

        if self.known(name):
            return
        damaged, good = list[RefdecError](), 0

        def leave_out(problem: RefdecError) -> None:
            damaged.append(problem)
            self.reading.remark(f"{name}: left out: {problem.headline()}")

        with concerning(name):
            for stream in self._streams(name, leave_out if self._leaves_out else None):
                self.reading.found(stream)
                named = f"{name}, frame {stream.frame}" if stream.frames else name
                if stream.frames:
                    self.reading.progress(done + share * (stream.frame - 1) / stream.frames)
                if stream.frames and self.known(named):
                    good += 1
                    continue
                try:
                    with stream.named():
                        bundle = self.reading.decode(stream.data)
                except (FrameDamaged, FrameUnsupported) as problem:
                    if not self._leaves_out:
                        raise
                    leave_out(problem)
                    continue
                good += 1
                yield NamedBundle(named, bundle)
            if damaged and not good:
                raise damaged[0]

    @property
    def _leaves_out(self) -> bool:
        """Whether frames that do not decode are left out: not where one of them is meant."""
        return self.reading.options.lenient and not self.single and not self.reading.frame.option

    def _streams(self, name: str, leave_out: Callable[[RefdecError], None] | None) -> Iterator[ChosenStream]:
        """Yield the codestreams of one file."""
        reading = self.reading
        if not self.single:
            yield from every_stream(name, reading.options, reading.frame, leave_out)
            return
        stream = chosen_stream(name, reading.options, reading.frame)
        for sentence in stream.remarks:
            reading.remark(f"{name}: {sentence}")
        yield stream
