"""What the headers of many codestreams say: files, patterns and folders, one after the other.

In: what was typed.  Out: a `FileInfo` for each file, with its headers or with what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from refdec.api.found_files import files_below
from refdec.api.info import read_info
from refdec.errors import RefdecError
from refdec.formats.kinds import CODESTREAM_SUFFIXES
from refdec.formats.pipes import is_pipe, named

if TYPE_CHECKING:
    from refdec.bitstream.editions import EditionName
    from refdec.inspection.summary import Info
    from refdec.limits import Limits
    from refdec.parallel.errors import FolderMissing

__all__ = ["FileInfo", "read_infos"]


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A file (or a folder that cannot be listed): what its headers say, or the error that says why not."""

    file: str
    info: Info | None
    error: RefdecError | None = None


def read_infos(
    sources: Iterable[str],
    *,
    limits: Limits | None = None,
    lenient: bool = False,
    any_level: bool = False,
    edition: EditionName = "auto",
) -> Iterator[FileInfo]:
    """Yield what `read_info` says of each file: those that are named, by patterns too, and the codestreams of folders.

    Errors of a file are its own; a name that is no file, and a pattern without one, are errors too.
    """
    unlisted: list[FolderMissing] = []
    for source in sources:
        try:
            if is_pipe(source):
                paths: Iterator[Path | str] = iter([source])
            else:
                paths = files_below([source], CODESTREAM_SUFFIXES, unreadable=unlisted.append)
            for path in paths:
                yield _read(named(path), limits, lenient, any_level, edition)
        except RefdecError as problem:
            yield FileInfo(source, None, problem)
    yield from (FileInfo(problem.folder, None, problem) for problem in unlisted)


def _read(file: str, limits: Limits | None, lenient: bool, any_level: bool, edition: EditionName) -> FileInfo:
    """Return what the headers of one file say."""
    try:
        return FileInfo(file, read_info(file, limits=limits, lenient=lenient, any_level=any_level, edition=edition))
    except RefdecError as problem:
        return FileInfo(file, None, problem)
