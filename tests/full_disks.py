"""A disk that is full after so many bytes of a file, for tests of what is left behind."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

__all__ = ["full_after", "needs_limits"]

needs_limits = pytest.mark.skipif(sys.platform == "win32", reason="this system has no limits of a process")


@contextmanager
def full_after(count: int) -> Iterator[None]:
    """Let no file of this process grow beyond `count` bytes: writing raises OSError, as on a full disk."""
    import resource  # not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
