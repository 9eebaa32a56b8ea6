"""Folders as collections of files to read: the one place where an import meets the file system.

In: a path.  Out: a mapping from file name, relative to the folder, to a function that opens the file; and whether a
text names a folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

from refdec.formats.errors import NotAFolder
from refdec.parallel.places import is_file, is_folder

__all__ = ["folder_sources", "names_folder"]


def names_folder(place: object) -> bool:
    """Tell whether a text ends as the name of a folder does ("out/"); a `Path` does not keep that."""
    return isinstance(place, str) and place.endswith(("/", os.sep))


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def folder_sources(folder: Path) -> dict[str, Callable[[], BinaryIO]]:
    """Return all files below a folder by their relative names with `/`, sorted; raises NotAFolder.

    Links to folders are not followed, so that the walk ends.
    """
    if not is_folder(folder):
        raise NotAFolder(folder)
    files = sorted(path for path in folder.rglob("*") if is_file(path))
    return {path.relative_to(folder).as_posix(): partial(_open, path) for path in files}
