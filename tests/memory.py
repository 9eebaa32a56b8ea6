"""How much memory a call takes at its peak, for tests that compare it with what was said before."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

__all__ = ["peak_of"]


def peak_of(call: Callable[[], object]) -> int:
    """Return the peak of a call whose networks are prepared, in bytes, without shared memory."""
    call()
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
