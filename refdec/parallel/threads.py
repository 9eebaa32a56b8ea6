"""Pools within one process: threads, for work that releases the GIL (kernels, BLAS, compression), and no workers at
all.

They keep the promises of `ordered`.  No array needs to be shared memory for them; those of a `SharedArray` serve as
well. A thread cannot be killed: `kill` waits for the units that are being worked on, except after UnitTimeout.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from refdec.parallel.counts import tell_fewer
from refdec.parallel.errors import UnitTimeout
from refdec.parallel.ordered import Answer, Pool
from refdec.parallel.processes import attention

__all__ = ["InlinePool", "ThreadPool"]

S = TypeVar("S")


class InlinePool(Pool[S]):
    """No worker: each unit is done when its result is asked for.  There is no time limit."""

    def __init__(self, state: S) -> None:
        super().__init__(workers=1, look_ahead=1)
        self._state = state
        self._todo: tuple[int, Callable[[S, Any], Any], Any] | None = None

    def _post(self, sequence: int, function: Callable[[S, Any], Any], unit: Any) -> None:
        self._todo = sequence, function, unit

    def _collect(self) -> list[Answer]:
        assert self._todo is not None
        sequence, function, unit = self._todo
        return [Answer(sequence, function(self._state, unit))]

    def _end(self, *, at_once: bool) -> None:
        """There is nothing to end."""


class ThreadPool(Pool[S]):
    """A pool of threads, of so many as the system gives; without any, a unit is done when its result is asked for.

    After UnitTimeout the late thread stays until its unit ends; being a daemon it does not keep the process alive.
    """

    def __init__(
        self, state: S, *, workers: int, look_ahead: int | None = None, timeout_s: float | None = None
    ) -> None:
        super().__init__(workers=workers, look_ahead=look_ahead)
        self._state = state
        self._timeout_s = timeout_s
        self._todo: queue.SimpleQueue[tuple[int, Callable[[S, Any], Any], Any] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self._running: dict[int, tuple[float, Any]] = {}
        self._stop = False
        self._late = False
        self._threads: list[threading.Thread] = []
        for n in range(workers):
            thread = threading.Thread(target=self._work, name=f"refdec worker {n}", daemon=True)
            try:
                thread.start()
            except RuntimeError as reason:
                tell_fewer(workers, n, reason)
                break
            self._threads.append(thread)

    def _work(self) -> None:
        while (item := self._todo.get()) is not None:
            if not self._stop:
                self._do(*item)

    def _do(self, sequence: int, function: Callable[[S, Any], Any], unit: Any) -> None:
        self._running[sequence] = time.monotonic(), unit
        try:
            answer = Answer(sequence, function(self._state, unit))
        except Exception as error:  # it is raised again in the owner, where it belongs
            answer = Answer(sequence, error=error)
        self._running.pop(sequence)
        self._done.put(answer)

    def _post(self, sequence: int, function: Callable[[S, Any], Any], unit: Any) -> None:
        self._todo.put((sequence, function, unit))

    def _collect(self) -> list[Answer]:
        if not self._threads and (item := self._todo.get()) is not None:
            self._do(*item)
        try:
            return [self._done.get(timeout=attention(self._patience()))]
        except queue.Empty:
            self._check_time()
            return []

    def _patience(self) -> float | None:
        if self._timeout_s is None:
            return None
        now = time.monotonic()
        oldest = min((since for since, _ in list(self._running.values())), default=now)
        return max(0.0, self._timeout_s - (now - oldest))

    def _check_time(self) -> None:
        if self._timeout_s is None:
            return
        now = time.monotonic()
        for sequence, (since, unit) in sorted(self._running.items()):
            if now - since > self._timeout_s:
                self._late = True
                raise UnitTimeout(f"Unit {sequence} ({unit})", self._timeout_s)

    def _end(self, *, at_once: bool) -> None:
        self._stop = at_once
        for _ in self._threads:
            self._todo.put(None)
        if not self._late and not sys.is_finalizing():  # threads stand still while Python ends
            for thread in self._threads:
                thread.join()
