"""SIGTERM as an orderly interruption, for commands that have files and workers to clean up.

In: nothing.  Out: `Terminated`, raised in the main thread, so that `with` blocks and `finally` clauses run.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Terminated", "orderly_sigterm"]


class Terminated(KeyboardInterrupt):
    """SIGTERM, handled as SIGINT is."""


@contextmanager
def orderly_sigterm() -> Iterator[None]:
    """Let SIGTERM interrupt as SIGINT does, where nobody else has a say about it."""
    mine = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    if not mine:
        yield
        return

    def interrupt(number: int, frame: object) -> None:
        raise Terminated

    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
