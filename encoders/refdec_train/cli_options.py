"""What the commands of this package share: arguments, and how Ctrl-C ends a training."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["Pictures", "require_places", "stopping"]

Pictures = Annotated[
    list[Path], typer.Argument(metavar="PICTURES...", help="Folders, tar archives or files of pictures.")
]


def require_places(places: Sequence[Path]) -> None:
    """Raise BadParameter for a place that is not there."""
    for place in places:
        if not place.exists():
            raise typer.BadParameter(f"{place} does not exist")


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C end a training after its step: what was reached is kept."""
    stopped: list[int] = []
    earlier = signal.signal(signal.SIGINT, lambda number, _frame: stopped.append(number))
    try:
        yield lambda: not stopped
    finally:
        signal.signal(signal.SIGINT, earlier)
