"""One thread for BLAS while refdec computes: its products are small, and its workers are processes or threads.

The number of threads is a setting of the whole process.  Decodes may overlap in several threads, so the first one to
begin sets it and the last one to end restores it, whatever the order in between.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import threadpoolctl

__all__ = ["single_threaded_blas"]


class _Shared:
    """How many contexts are open, and the setting that the first one found."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.open = 0
        self.limit: threadpoolctl.threadpool_limits | None = None

    def forget(self) -> None:
        """Begin anew in a forked process: threads that held the lock or a context do not exist there."""
        self.lock, self.open, self.limit = threading.Lock(), 0, None

    def enter(self) -> None:
        with self.lock:
            if self.open == 0:
                self.limit = threadpoolctl.threadpool_limits(limits=1, user_api="blas")
            self.open += 1

    def leave(self) -> None:
        with self.lock:
            self.open -= 1
            if self.open == 0 and self.limit is not None:
                self.limit.restore_original_limits()
                self.limit = None


_shared = _Shared()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_shared.forget)


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """Let BLAS use one thread, until the last of all contexts that overlap is left."""
    _shared.enter()
    try:
        yield
    finally:
        _shared.leave()
