"""Files that a user names alone, by patterns and by folders.

In: what was typed.  Out: paths, one by one.
"""

from __future__ import annotations

import glob
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

from refdec.api.errors import NothingMatches, PipeAmongMany
from refdec.formats.pipes import is_pipe
from refdec.parallel.errors import FolderMissing
from refdec.parallel.folders import walk
from refdec.parallel.places import is_file, is_folder, is_there

__all__ = ["files_below", "is_archive", "named_files"]


def is_archive(source: str) -> bool:
    """Tell whether a source stands for several files: a folder, or a pattern that is no file itself."""
    return is_folder(source) or (glob.has_magic(source) and not is_there(source))


def named_files(sources: Iterable[str]) -> Iterator[Path]:
    """Yield the files that are named, alone or by patterns; folders are passed over.

    Raises NothingMatches, PipeAmongMany.
    """
    for source in sources:
        if is_pipe(source):
            raise PipeAmongMany
        if is_folder(source):
            continue
        if is_there(source):
            yield Path(source)
            continue
        matches = sorted(glob.glob(source, recursive=True)) if glob.has_magic(source) else []  # noqa: PTH207 - any root
        files = [Path(match) for match in matches if is_file(match)]
        if not files:
            raise NothingMatches(source)
        yield from files


def files_below(
    sources: Iterable[str], suffixes: Collection[str], *, unreadable: Callable[[FolderMissing], None]
) -> Iterator[Path]:
    """Yield the files that are named, then those of folders whose suffix is one of `suffixes`.  Raises NothingMatches.

    `unreadable` is told of folders that cannot be listed.
    """
    sources = list(sources)
    yield from named_files(sources)
    for source in sources:
        if is_folder(source):
            yield from (Path(source) / below for below in walk(Path(source), suffixes, unreadable=unreadable))
