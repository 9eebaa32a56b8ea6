"""Calls into readers of pictures that are not ours: what they raise and print of damaged files becomes one error.

In: the name of a format.  Out: PictureDamaged in place of the many classes that Pillow and tifffile raise.  Errors of
refdec pass: those of limits, and those by which a signal (a time limit, SIGTERM) ends whatever is at work.
"""

from __future__ import annotations

import io
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout, suppress

from refdec.errors import RefdecError
from refdec.formats.errors import PictureDamaged

__all__ = ["damage_named", "without_console", "without_log"]

NOBODY = logging.NullHandler()
STDERR, STDERR_TAKEN = 2, threading.Lock()


@contextmanager
def damage_named(name: str) -> Iterator[None]:
    """Turn what a foreign reader raises into PictureDamaged; memory that is not there says nothing about the file."""
    try:
        yield
    except (RefdecError, MemoryError):
        raise
    except Exception as reason:
        raise PictureDamaged(name, str(reason) or type(reason).__name__) from reason


@contextmanager
def without_console() -> Iterator[None]:
    """Keep what a foreign reader prints off the console, to the standard error stream past Python too: the error says
    it.  The streams are those of the whole process, so one reader at a time.
    """
    with STDERR_TAKEN, ExitStack() as stack:
        with suppress(OSError):  # a process without one
            kept = os.dup(STDERR)
            stack.callback(os.close, kept)
            nowhere = os.open(os.devnull, os.O_WRONLY)
            stack.callback(os.close, nowhere)
            os.dup2(nowhere, STDERR)
            stack.callback(os.dup2, kept, STDERR)
        stack.enter_context(redirect_stdout(io.StringIO()))
        yield


def without_log(name: str) -> None:
    """Keep what a package logs about damaged files off the console, where nobody listens: the error says it."""
    logging.getLogger(name).addHandler(NOBODY)
