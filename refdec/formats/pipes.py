"""The name of standard input and standard output: the text "-", where a path of that name is a file.

In: what somebody names.  Out: whether it is a pipe, and names that nobody takes for one.  `Path("./-")` is `Path("-")`:
only a text still tells which of the two was typed.
"""

from __future__ import annotations

import os

__all__ = ["PIPE", "is_pipe", "named"]

PIPE = "-"


def is_pipe(place: object) -> bool:
    """Tell whether a source or a target is standard input or output; a path is a file, whatever it is called."""
    return isinstance(place, str) and place == PIPE


def named(place: str | os.PathLike[str]) -> str:
    """Return a path as a text that stands for the same: "./-" for a file that would be taken for a pipe."""
    text = os.fspath(place)
    return f"./{text}" if text == PIPE and not is_pipe(place) else text
