"""Files of a folder, as jobs of a batch: sorted, one by one, never the whole list.

In: a folder and suffixes.  Out: relative paths, or jobs whose outputs lie at the same place under another folder.
Memory holds the names of the folders on the way down, not of the tree.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from refdec.parallel.errors import FolderMissing, folder_missing
from refdec.parallel.outcomes import Job

__all__ = ["folder_jobs", "walk"]


def _raise(error: FolderMissing) -> None:
    raise error


def _pass_over(path: Path) -> None:
    """Say nothing of a file that is not asked for."""


def walk(
    root: Path,
    suffixes: Collection[str],
    *,
    unreadable: Callable[[FolderMissing], None] = _raise,
    left_out: Callable[[Path], None] = _pass_over,
) -> Iterator[Path]:
    """Yield the files below `root` whose suffix (any case) is in `suffixes`, relative to `root`.

    A folder's files come first, sorted, then its sub-folders, sorted.  Names that begin with a dot (unfinished outputs
    among them) are passed over, and links to folders are not followed.  `unreadable` is told of folders that cannot be
    listed; by default it raises FolderMissing.  `left_out` is told of files with another suffix.
    """
    wanted = {suffix.lower() for suffix in suffixes}
    yield from _walk(root, Path(), wanted, unreadable, left_out)


def _walk(
    root: Path,
    place: Path,
    wanted: set[str],
    unreadable: Callable[[FolderMissing], None],
    left_out: Callable[[Path], None],
) -> Iterator[Path]:
    files, folders = [], []
    try:
        with os.scandir(root / place) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                elif not entry.is_file():
                    continue
                elif Path(entry.name).suffix.lower() in wanted:
                    files.append(entry.name)
                else:
                    left_out(place / entry.name)
    except OSError as reason:
        unreadable(folder_missing(str(root / place), reason))
        return
    for name in sorted(files):
        yield place / name
    del files
    for name in sorted(folders):
        yield from _walk(root, place / name, wanted, unreadable, left_out)


def folder_jobs(
    root: Path,
    suffixes: Collection[str],
    *,
    out: Path | None = None,
    out_suffix: str = "",
    keeps: Collection[str] = (),
    options: Any = None,
    unreadable: Callable[[FolderMissing], None] = _raise,
    left_out: Callable[[Path], None] = _pass_over,
) -> Iterator[Job]:
    """Yield a job for each file of `walk`; with `out`, its output is `out/<same place>/<name with out_suffix>`.

    Inputs with a suffix of `keeps` keep it.  Where two inputs of a folder would meet in one output (a.jai, a.bits),
    both outputs keep the input's suffix (a.jai.png).
    """
    found = walk(root, suffixes, unreadable=unreadable, left_out=left_out)
    for place, paths in groupby(found, key=lambda path: path.parent):
        if out is None:
            yield from (Job(root / path, None, options) for path in paths)
            continue
        names = [path.name for path in paths]
        stems = Counter(Path(name).stem for name in names)
        for name in names:
            alone = stems[Path(name).stem] == 1
            end = Path(name).suffix if Path(name).suffix.lower() in keeps else out_suffix
            target = (Path(name).stem if alone else name) + end
            yield Job(root / place / name, out / place / target, options)
