"""Timings: how long the decoder worked at each stage.

In: windows of stages as the decoder makes them (this is a watch; the clock stands here, outside the core).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy.typing as npt

from refdec.observation import Size
from refdec.tiling.geometry import Rect

__all__ = ["Timings"]


class Timings:
    """A watch that books the time since the last value that was made to the stage that comes next."""

    active = True

    def __init__(self) -> None:
        self._last = self._start = time.perf_counter()
        self._seconds: dict[str, float] = {}

    def whole(self, stage: str, array: npt.NDArray[Any]) -> None:
        """Book the time since the last call to `stage`."""
        now = time.perf_counter()
        self._seconds[stage] = self._seconds.get(stage, 0.0) + now - self._last
        self._last = now

    def window(
        self, stage: str, array: npt.NDArray[Any], at: Rect, frame_hw: Size, *, first: int = 0, count: int = 0
    ) -> None:
        """Book the time since the last call to `stage`, which is made in several windows."""
        self.whole(stage, array)

    @property
    def seconds(self) -> Mapping[str, float]:
        """Return seconds by stage, in order of computation, with their total."""
        return {**self._seconds, "total": self._last - self._start}
