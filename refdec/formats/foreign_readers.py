"""Calls into readers of pictures that are not ours: what they raise for damaged files becomes one error.

In: the name of a format.  Out: PictureDamaged in place of the many classes that Pillow and tifffile raise.  Errors of
refdec pass: those of limits, and those by which a signal (a time limit, SIGTERM) ends whatever is at work.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from refdec.errors import RefdecError
from refdec.formats.errors import PictureDamaged

__all__ = ["damage_named", "without_log"]

NOBODY = logging.NullHandler()


@contextmanager
def damage_named(name: str) -> Iterator[None]:
    """Turn what a foreign reader raises into PictureDamaged; memory that is not there says nothing about the file."""
    try:
        yield
    except (RefdecError, MemoryError):
        raise
    except Exception as reason:
        raise PictureDamaged(name, str(reason) or type(reason).__name__) from reason


def without_log(name: str) -> None:
    """Keep what a package logs about damaged files off the console, where nobody listens: the error says it."""
    logging.getLogger(name).addHandler(NOBODY)
