"""Worker processes: how they start, what they inherit, and why none of them can stay behind.

In: a state and a function to run in each process.  Out: running processes whose end is noticed at once.

Start: `fork` where it is safe (Linux, and no other Python thread that might hold a lock): weights, tables and compiled
kernels are there at once and are shared page by page.  Otherwise `spawn`, with the state in shared memory (`Parcel`).

End: every worker has a thread that waits on the read end of a pipe, the lifeline, of which only the owner holds the
write end.  However the owner ends, kill -9 included, the kernel closes that end and the workers go.  So that this stays
true when somebody forks, write ends are closed in every forked child (`os.register_at_fork`).  A parent-death signal
would depend on the thread that forked; this does not.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any, Generic, Literal, TypeVar

from refdec.networks.blas_threads import single_threaded_children, stay_single_threaded
from refdec.parallel.heap import give_back, keep_freed_memory
from refdec.parallel.shared import Inherited, Parcel

__all__ = [
    "Crew",
    "StartMethod",
    "attention",
    "available_cores",
    "fork_is_safe",
    "owned_pipe",
    "result_pipe",
    "start_method",
]

S = TypeVar("S")
StartMethod = Literal["fork", "forkserver", "spawn"]
GRACE_SECONDS = 2.0
"""How long a worker may take for its clean-up before it is killed."""
REPEAT_SECONDS = 0.05
"""After what time a worker is told again to stop: Python does not see a signal that comes just before a system call."""
ATTENTION_SECONDS = 1.0
"""How long an owner waits at a stretch: for the same reason it looks up now and then."""

_owned: weakref.WeakSet[Connection] = weakref.WeakSet()


def _close_owned_ends() -> None:
    for end in list(_owned):
        end.close()
    _owned.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_owned_ends)


def owned_pipe(*, duplex: bool) -> tuple[Connection, Connection]:
    """Return (the owner's end, the worker's end) of a pipe; forked children of the owner do not keep the owner's end.

    Not duplex: the owner writes.
    """
    far, near = multiprocessing.Pipe(duplex=duplex)
    _owned.add(near)
    return near, far


def result_pipe() -> tuple[Connection, Connection]:
    """Return (the owner's reading end, the worker's writing end), with the same care."""
    near, far = multiprocessing.Pipe(duplex=False)
    _owned.add(near)
    return near, far


def available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def fork_is_safe() -> bool:
    """Tell whether a forked child can work: only on Linux, and only from a process without further Python threads.

    Threads of BLAS do not count: it ends them before a fork.
    """
    return sys.platform == "linux" and threading.active_count() == 1


def start_method() -> StartMethod:
    """Return the best start method of this moment."""
    return "fork" if fork_is_safe() else "spawn"


def attention(patience: float | None) -> float:
    """Return how long to wait for events now, when `patience` seconds (None: any time) remain."""
    return ATTENTION_SECONDS if patience is None else min(patience, ATTENTION_SECONDS)


@contextmanager
def _signals_held() -> Iterator[None]:
    """Hold SIGINT and SIGTERM back while a process starts, so that none hits a half-started worker."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _unwind(number: int, frame: object) -> None:
    """Leave through all `finally` clauses, so that unfinished files are removed."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(128 + number)


def _watch(lifeline: Connection) -> None:
    """End this process when the owner is gone, wherever its main thread is."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGALRM})  # they are for the main thread
    try:
        lifeline.recv_bytes()
    except (EOFError, OSError):
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(REPEAT_SECONDS)
        os._exit(1)


def _enter(
    carrier: Inherited[S] | Parcel[S], lifeline: Connection, unwind: bool, target: Callable[..., None], *arguments: Any
) -> None:
    """Set up a worker process, then run the target: `target(state, *arguments)`."""
    keep_freed_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the owner decides; a terminal sends SIGINT to all of us
    signal.signal(signal.SIGTERM, _unwind if unwind else signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    with suppress(
        RuntimeError
    ):  # the system gives no thread; then the end of the owner is noticed after the work at hand
        threading.Thread(target=_watch, args=(lifeline,), daemon=True).start()
    gc.freeze()  # what was inherited is never collected here, so its pages stay shared
    stay_single_threaded()
    target(carrier.open(), *arguments)


class Crew(Generic[S]):
    """The worker processes of one owner: started alike, ended together.

    `unwind`: at the end workers leave through their `finally` clauses, for workers that write files.
    """

    def __init__(self, state: S, *, start: StartMethod | None, unwind: bool) -> None:
        self.start_method: StartMethod = start or start_method()
        self._context: BaseContext = multiprocessing.get_context(self.start_method)
        self._carrier = Inherited(state) if self.start_method == "fork" else Parcel.of(state)
        if self.start_method == "fork":
            give_back()
        self._unwind = unwind
        if self.start_method != "fork":
            resource_tracker.ensure_running()  # now: its start would unblock signals while a worker starts
        self._lifeline, self._far_lifeline = owned_pipe(duplex=False)
        self.processes: list[BaseProcess] = []

    def start(self, target: Callable[..., None], *arguments: Any) -> BaseProcess:
        """Start one more process that runs `target(state, *arguments)`."""
        process: BaseProcess = self._context.Process(  # type: ignore[attr-defined]
            target=_enter,
            args=(self._carrier, self._far_lifeline, self._unwind, target, *arguments),
            name="refdec worker",
            daemon=True,
        )
        with _signals_held(), single_threaded_children():
            process.start()
        self.processes.append(process)
        return process

    def discard(self, process: BaseProcess) -> None:
        """End one process at once, and forget it."""
        process.kill()
        process.join()
        self.processes.remove(process)

    def end(self, *, at_once: bool) -> None:
        """End all processes: now, or after a moment for those that have just been told to stop."""
        deadline = time.monotonic() + (GRACE_SECONDS if self._unwind or not at_once else 0.0)
        while (left := [p.sentinel for p in self.processes if p.exitcode is None]) and time.monotonic() < deadline:
            if at_once:
                for process in self.processes:
                    process.terminate()
            wait(left, REPEAT_SECONDS)
        for process in self.processes:
            process.kill()
            process.join()
        self.processes.clear()
        self._lifeline.close()
        self._far_lifeline.close()
