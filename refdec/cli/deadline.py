"""Time limits of commands: what the decoder's own check between steps does not catch, an alarm signal interrupts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

__all__ = ["in_time"]

R = TypeVar("R")


def in_time(seconds: float | None, work: Callable[[], R]) -> R:
    """Return what `work` returns; also a long step of it is interrupted.  Raises TimeIsUp."""
    from refdec.limits import TimeIsUp
    from refdec.parallel.deadline import within
    from refdec.parallel.errors import FileTimeout

    try:
        return within(seconds, work)
    except FileTimeout:
        assert seconds is not None, "only a limit runs out"
        raise TimeIsUp(seconds) from None
