"""What watches a decode (6.5 item 4): every value is shown where it is made, window by window.

In: windows of stages, in whatever cuts a decode works.  Out: for an `Observer`, whole stages under their names, put
together from all their windows; that windows agree where they overlap, and cover the stage, is checked on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.clauses import clause
from refdec.tiling.geometry import Rect

__all__ = [
    "UNWATCHED",
    "Collector",
    "Observer",
    "Progress",
    "Several",
    "Size",
    "Unwatched",
    "Watch",
    "no_progress",
]

Array = npt.NDArray[Any]
Size = tuple[int, int]
Observer: TypeAlias = Callable[[str, npt.NDArray[Any]], None]
"""Told of each stage: its name of 6.5 item 4, and the array."""
Progress: TypeAlias = Callable[[float], None]
"""Told the share of the work that is done, 0..1, of a decode or anything else; may raise to cancel."""
REASON = "the text names whole stages; a decoder is free to make them in parts"


def no_progress(share: float) -> None:
    """Take no notice of the share that is done."""


class Watch(Protocol):
    """Whoever watches a decode.  What it is shown it must not change."""

    @property
    def active(self) -> bool:
        """Whether it wants to see anything; what only a watch needs is not computed otherwise."""
        ...

    def whole(self, stage: str, array: Array) -> None:
        """See a stage that is made at once."""
        ...

    def window(self, stage: str, array: Array, at: Rect, frame_hw: Size, *, first: int = 0, count: int = 0) -> None:
        """See the window `at` of a stage whose frame has the size (h, w): [h, w], or [channels, h, w].

        The window's channels begin with `first` of `count` (0: as many as it has).
        """
        ...


class Unwatched:
    """The watch of those who do not watch."""

    __slots__ = ()
    active = False

    def whole(self, stage: str, array: Array) -> None:
        """Take no notice."""

    def window(self, stage: str, array: Array, at: Rect, frame_hw: Size, *, first: int = 0, count: int = 0) -> None:
        """Take no notice."""


UNWATCHED = Unwatched()


class Several:
    """A watch that passes on to others what it is shown."""

    __slots__ = ("_watches", "active")

    def __init__(self, *watches: Watch) -> None:
        self._watches = tuple(watch for watch in watches if watch.active)
        self.active = bool(self._watches)

    def whole(self, stage: str, array: Array) -> None:
        """Pass a whole stage on."""
        for watch in self._watches:
            watch.whole(stage, array)

    def window(self, stage: str, array: Array, at: Rect, frame_hw: Size, *, first: int = 0, count: int = 0) -> None:
        """Pass a window on."""
        for watch in self._watches:
            watch.window(stage, array, at, frame_hw, first=first, count=count)


class _Frame:
    """A stage that is not whole yet."""

    __slots__ = ("array", "filled")

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self.array = np.zeros(shape, dtype)
        self.filled = np.zeros(shape, np.bool_)


@clause("6.5", kind="added", reason=REASON)
class Collector:
    """(6.5) A watch that shows whole stages to an observer, each as soon as its last window is there."""

    __slots__ = ("_frames", "_observe", "_shown")

    active = True

    def __init__(self, observe: Observer) -> None:
        self._observe = observe
        self._frames: dict[str, _Frame] = {}
        self._shown: set[str] = set()

    def whole(self, stage: str, array: Array) -> None:
        """Pass a whole stage on."""
        self._observe(stage, array)

    def window(self, stage: str, array: Array, at: Rect, frame_hw: Size, *, first: int = 0, count: int = 0) -> None:
        """Put a window in its place; where the stage was whole before, nothing is left to be seen."""
        if stage in self._shown or at.empty:
            return
        if at == Rect(0, 0, frame_hw[1], frame_hw[0]) and (array.ndim == 2 or len(array) == (count or len(array))):
            self._finish(stage, array)
            return
        shape = frame_hw if array.ndim == 2 else (count or len(array), *frame_hw)
        frame = self._frames.setdefault(stage, _Frame(shape, array.dtype))
        place = (
            (..., at.rows, at.columns) if array.ndim == 2 else (slice(first, first + len(array)), at.rows, at.columns)
        )
        target, filled = frame.array[place], frame.filled[place]
        if filled.any() and not np.array_equal(target[filled], array[filled]):
            raise AssertionError(f"two windows of {stage} disagree, the second at {at}")
        target[...] = array
        filled[...] = True
        if frame.filled.all():
            self._finish(stage, frame.array)

    def _finish(self, stage: str, array: Array) -> None:
        before = self._frames.pop(stage, None)
        if before is not None and before.array is not array and before.filled.any():
            held = before.filled
            if not np.array_equal(before.array[held], array[held]):
                raise AssertionError(f"two windows of {stage} disagree")
        self._shown.add(stage)
        self._observe(stage, array)

    def close(self) -> None:
        """Raise AssertionError for a stage that was begun and is not whole at the end of a decode."""
        if self._frames:
            raise AssertionError(f"of these stages parts are missing: {', '.join(self._frames)}")
