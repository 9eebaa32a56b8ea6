"""A time limit on a call, kept inside the process that makes the call.

In: seconds and a function.  Out: its result, or FileTimeout.  In a main thread an alarm signal interrupts the call,
which then leaves through its `finally` clauses; in another thread (executors of threads, dask) nothing can interrupt
it, so it is left behind in a thread of its own, and whatever it still writes appears by an atomic rename or not at all.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import TypeVar

from refdec.parallel.errors import FileTimeout

__all__ = ["within"]

R = TypeVar("R")
REPEAT_SECONDS = 0.05


def within(seconds: float | None, call: Callable[[], R]) -> R:
    """Return `call()`.  Raises FileTimeout when it takes longer; None is no limit."""
    if seconds is None:
        return call()
    if threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer"):
        return _with_alarm(seconds, call)
    return _in_thread(seconds, call)


def _with_alarm(seconds: float, call: Callable[[], R]) -> R:
    def ring(number: int, frame: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        raise FileTimeout(seconds)

    before = signal.signal(signal.SIGALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT_SECONDS)  # again, if Python did not see the first
        return call()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _in_thread(seconds: float, call: Callable[[], R]) -> R:
    results: list[R] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(call())
        except BaseException as error:  # raised again in the thread that asked
            errors.append(error)

    thread = threading.Thread(target=run, name="refdec file", daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise FileTimeout(seconds)
    return results[0]
