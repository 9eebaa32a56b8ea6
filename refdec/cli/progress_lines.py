"""Progress of a run over many things: a bar on a terminal, and where there is none a line on stderr now and then."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

from refdec.cli import console

__all__ = ["EVERY_SECONDS", "progress_lines"]

EVERY_SECONDS = 10.0
"""Without a terminal a line comes at most this often: the log of an hour has 360 of them."""

Show: TypeAlias = Callable[[str, int, int, int], None]


@contextmanager
def progress_lines(label: str, things: str, *, every_s: float = EVERY_SECONDS) -> Iterator[Show]:
    """Give a function of what is being done, how many are done, of how many, and how many of them failed.

    `things`: what is counted.  With -q the console says nothing of it.
    """
    if sys.stderr.isatty():
        with console.progress(label) as bar:
            yield lambda doing, done, total, failed: bar(done / total)
        return
    start = shown = time.monotonic()

    def show(doing: str, done: int, total: int, failed: int) -> None:
        nonlocal shown
        now = time.monotonic()
        if now - shown >= every_s and done < total:
            shown = now
            wrong = f", {failed} not as expected" if failed else ""
            console.say(f"{label}: {doing}, {done} of {total} {things}{wrong}, {now - start:.0f} s")

    yield show
