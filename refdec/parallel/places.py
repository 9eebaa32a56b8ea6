"""What lies at a path; at a name that no file can have there is nothing, and who opens it says so.

In: paths as somebody typed them.  Out: whether there is a file, a folder, anything.  `Path.is_dir` and its like raise
OSError for a name that is too long.
"""

from __future__ import annotations

import os

__all__ = ["is_file", "is_folder", "is_there"]


def is_folder(place: str | os.PathLike[str]) -> bool:
    """Tell whether a path is a folder, or a link to one."""
    return os.path.isdir(place)  # noqa: PTH112 - see above


def is_file(place: str | os.PathLike[str]) -> bool:
    """Tell whether a path is a regular file, or a link to one."""
    return os.path.isfile(place)  # noqa: PTH113 - see above


def is_there(place: str | os.PathLike[str]) -> bool:
    """Tell whether there is anything at a path; a link that leads nowhere is nothing."""
    return os.path.exists(place)  # noqa: PTH110 - see above
