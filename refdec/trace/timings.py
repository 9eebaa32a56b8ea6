"""Timings: how long the decoder took until each stage was finished.

In: stages as the decoder finishes them (this is an observer; the clock stands here, outside the core).
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from refdec.arithmetic.types import IntArray

__all__ = ["Timings"]


class Timings:
    """An observer that books the time since the previous stage to each stage; pass it as `observe`."""

    def __init__(self) -> None:
        self._last = self._start = time.perf_counter()
        self._seconds: dict[str, float] = {}

    def __call__(self, stage: str, array: IntArray) -> None:
        """Book the time since the last call to `stage`."""
        now = time.perf_counter()
        self._seconds[stage] = self._seconds.get(stage, 0.0) + now - self._last
        self._last = now

    @property
    def seconds(self) -> Mapping[str, float]:
        """Return seconds by stage, in order of computation, with their total."""
        return {**self._seconds, "total": self._last - self._start}
