"""The clock of entry points: a check that the core calls between its steps (`Limits.seconds`).

In: limits.  Out: a function that raises TimeIsUp when their time is over.  It cannot interrupt a step; the command line
does that with an alarm signal.
"""

from __future__ import annotations

import time

from refdec.limits import Check, Limits, TimeIsUp, unchecked

__all__ = ["Deadline", "check_of"]


class Deadline:
    """A point in time, `seconds` after it was made; calling it raises TimeIsUp from then on."""

    __slots__ = ("_end", "_seconds")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def __call__(self) -> None:
        if time.monotonic() > self._end:
            raise TimeIsUp(self._seconds)


def check_of(limits: Limits) -> Check:
    """Return the check of some limits; the time runs from now on."""
    return unchecked if limits.seconds is None else Deadline(limits.seconds)
