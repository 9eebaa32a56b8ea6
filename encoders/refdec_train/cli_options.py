"""What the commands of this package share: arguments, and how Ctrl-C ends a training."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["Half", "Pictures", "require_places", "stopping"]

Pictures = Annotated[
    list[Path], typer.Argument(metavar="PICTURES...", help="Folders, tar archives or files of pictures.")
]
Half = Annotated[
    bool,
    typer.Option(
        "--half", "--halves", help="Products in bfloat16; quick on CUDA and on processors with AVX-512 BF16 (twice)."
    ),
]


def require_places(places: Sequence[Path], *, into: Sequence[Path]) -> None:
    """Raise BadParameter for a place that is not there, and OSError for a folder that can neither be written nor made.

    Nothing is made yet: folders are asked for before hours are spent on what goes into them.
    """
    for place in places:
        if not place.exists():
            raise typer.BadParameter(f"{place} does not exist")
    for folder in into:
        whole = folder.absolute()
        nearest = next(each for each in (whole, *whole.parents) if os.path.lexists(each))
        if not nearest.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(nearest))
        if not os.access(nearest, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(nearest))


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C end a training after its step: what was reached is kept."""
    stopped: list[int] = []
    earlier = signal.signal(signal.SIGINT, lambda number, _frame: stopped.append(number))
    try:
        yield lambda: not stopped
    finally:
        signal.signal(signal.SIGINT, earlier)
