"""SIGINT and SIGTERM as errors with exit codes of their own, for commands that write files and have workers."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from refdec.errors import RefdecError

__all__ = ["Ended", "Interrupted", "interruptible"]


class Interrupted(RefdecError):
    """The user ended the command."""

    code, exit_code = "RD1004", 128 + signal.SIGINT

    def explain(self) -> str:
        return "interrupted by SIGINT; nothing was left half-written."


class Ended(RefdecError):
    """Somebody else ended the command."""

    code, exit_code = "RD1005", 128 + signal.SIGTERM

    def explain(self) -> str:
        return "interrupted by SIGTERM; nothing was left half-written."


@contextmanager
def interruptible() -> Iterator[None]:
    """Turn SIGINT and SIGTERM within a `with` block into Ended and Interrupted, after all clean-up inside it."""
    from refdec.parallel.signals import Terminated, orderly_sigterm

    try:
        with orderly_sigterm():
            yield
    except KeyboardInterrupt as reason:
        raise (Ended if isinstance(reason, Terminated) else Interrupted) from None
