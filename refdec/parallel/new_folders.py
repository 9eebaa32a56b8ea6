"""Folders that outputs need: which are new, and taking those away again that stayed empty.

In: the folder of an output.  Out: the folders on the way to it that are not there.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from refdec.parallel.places import is_there

__all__ = ["missing_folders", "remove_empty"]


def missing_folders(folder: Path) -> tuple[Path, ...]:
    """Return `folder` and those above it that do not exist, innermost first."""
    missing = []
    for place in (folder, *folder.parents):
        if is_there(place):
            break
        missing.append(place)
    return tuple(missing)


def remove_empty(folders: Iterable[Path]) -> None:
    """Remove those of the folders that are empty, or become so; what holds anything stays."""
    for folder in sorted(folders, key=lambda place: len(place.parts), reverse=True):
        with suppress(OSError):  # not empty, or never made
            folder.rmdir()
