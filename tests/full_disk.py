"""A disk that is full, for the time of a `with` block: no file of this process may become longer than some bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

__all__ = ["files_of_at_most"]


@contextmanager
def files_of_at_most(most_bytes: int) -> Iterator[None]:
    """Let writing beyond so many bytes of a file fail with an OSError (File too large)."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
