"""SIGINT and SIGTERM while a kernel is compiled: they are handled when that is done, some tenths of a second later.

In: nothing.  Out: a `with` block for calls of LLVM, which calls Python again to hand over what it has made.  What a
signal handler raises in such a call is printed and gets lost, and Numba finds that it has compiled nothing.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["interrupts_later"]


@contextmanager
def interrupts_later() -> Iterator[None]:
    """Have signals that came during a block handled after it, by the handlers that were there before.

    Handlers run in the main thread alone, so a block in another thread has nothing to wait for.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came = dict[int, FrameType | None]()
    found = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    held = {number: handler for number, handler in found.items() if callable(handler)}
    for number in held:
        signal.signal(number, came.setdefault)
    try:
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
        for number, handler in held.items():
            if number in came:
                handler(number, came[number])
