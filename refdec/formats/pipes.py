"""What is read once: standard input, the text "-", and paths that name a pipe; a path named "-" is a file.

In: what somebody names.  Out: whether it is standard input or output, whether it can be read again, and names that
nobody takes for "-".  `Path("./-")` is `Path("-")`: only a text still tells which of the two was typed.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

__all__ = ["PIPE", "is_pipe", "is_read_once", "named"]

PIPE = "-"


def is_pipe(place: object) -> bool:
    """Tell whether a source or a target is standard input or output; a path is a file, whatever it is called."""
    return isinstance(place, str) and place == PIPE


def is_read_once(place: str | os.PathLike[str]) -> bool:
    """Tell whether what is read from a place is gone: "-", or what is there is a pipe, a device, no file or folder.

    `<(command)` of a shell and /dev/stdin are such paths, too.  Nothing is opened: a pipe would wait for its writer.
    """
    if is_pipe(place):
        return True
    try:
        mode = Path(place).stat().st_mode
    except (OSError, ValueError):
        return False  # who opens it says what is wrong
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def named(place: str | os.PathLike[str]) -> str:
    """Return a path as a text that stands for the same: "./-" for a file that would be taken for a pipe."""
    text = os.fspath(place)
    return f"./{text}" if text == PIPE and not is_pipe(place) else text
