"""SIGINT and SIGTERM as errors with exit codes of their own, for commands that write files and have workers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from refdec.cli.errors import Ended, Interrupted

__all__ = ["interruptible"]


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn SIGINT and SIGTERM within a `with` block into Ended and Interrupted, after all clean-up inside it."""
    from refdec.parallel.signals import Terminated, orderly_sigterm

    try:
        with orderly_sigterm():
            yield
    except KeyboardInterrupt as reason:
        raise (Ended if isinstance(reason, Terminated) else Interrupted) from None
