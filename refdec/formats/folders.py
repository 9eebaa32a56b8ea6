"""Folders as collections of files to read: the one place where an import meets the file system.

In: a path.  Out: a mapping from file name, relative to the folder, to a function that opens the file.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO

from refdec.formats.errors import NotAFolder

__all__ = ["folder_sources"]


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def folder_sources(folder: Path) -> dict[str, Callable[[], BinaryIO]]:
    """Return all files below a folder by their relative names with `/`, sorted; raises NotAFolder.

    Links to folders are not followed, so that the walk ends.
    """
    if not folder.is_dir():
        raise NotAFolder(folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): partial(_open, path) for path in files}
