"""The end of the process of a command: what is to be done at exit is done, and nothing is taken apart.

In: an exit code.  Out: no process.  Python would take every module and object apart first, which is a tenth of a second
of a decode, for memory that the system takes back whole.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading

__all__ = ["leave"]

DOORS_OF_GUESTS = ("refdec.plugins.manager", "refdec.parallel.executors")
"""Modules through which foreign code comes in: it may count on being taken apart, as of files that nobody closes."""


def leave(code: int | str | None) -> None:
    """End the process with an exit code, as `sys.exit` does; returns where that is for Python to do.

    So it is where foreign code was loaded, threads are at work, somebody watches (a profiler, a debugger, `python -i`),
    the code is a message, or the standard streams cannot be flushed.
    """
    if isinstance(code, str) or any(name in sys.modules for name in DOORS_OF_GUESTS) or _is_watched():
        return
    if any(not thread.daemon for thread in threading.enumerate() if thread is not threading.current_thread()):
        return
    atexit._run_exitfuncs()  # each is called once: of those that ran, Python would find none
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        return
    os._exit(code or 0)


def _is_watched() -> bool:
    """Tell whether somebody wants to see what this process does, or what it has become."""
    monitoring = getattr(sys, "monitoring", None)  # from Python 3.12 on
    tools = monitoring is not None and any(monitoring.get_tool(n) for n in range(6))
    flags = sys.flags.inspect or sys.flags.interactive or sys.flags.dev_mode
    return bool(tools or flags or sys.gettrace() or sys.getprofile())
