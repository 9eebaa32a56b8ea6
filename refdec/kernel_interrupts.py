"""SIGINT and SIGTERM while a kernel is compiled: where LLVM would lose them, they are handled when that is done.

In: nothing.  Out: a `with` block for compiling.  At its end LLVM calls Python to hand over what it has made, and what a
signal handler raises in such a call is printed and gets lost: Numba then finds that it has compiled nothing.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["interrupts_later"]

LINKING = "llvmlite.binding.executionengine"
"""The module through which LLVM is called for the last step, and which it calls back."""


@contextmanager
def interrupts_later() -> Iterator[None]:
    """Have signals that come while LLVM may call back handled after a block, others as they are without it.

    Handlers run in the main thread alone, so a block in another thread has nothing to wait for.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came = dict[int, FrameType | None]()
    found = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    held = {int(number): handler for number, handler in found.items() if callable(handler)}

    def handle(number: int, frame: FrameType | None) -> None:
        if _is_linking(frame):
            came[number] = frame
        else:
            held[number](number, frame)

    for number in held:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
        for number, frame in came.items():
            held[number](number, frame)


def _is_linking(frame: FrameType | None) -> bool:
    """Tell whether a frame, or one that called it, is of the last step."""
    while frame is not None:
        if frame.f_globals.get("__name__") == LINKING:
            return True
        frame = frame.f_back
    return False
