"""Where the attempts of a batch run: worker processes of our own, or anybody's executor.

In: orders.  Out: outcomes, in the order in which they come about.  A backend holds at most `capacity` orders.

Our own workers do one file at a time.  One that is killed costs its file, not the batch: the file is reported as lost
and another worker takes the place.  A worker that is stuck beyond its time limit is killed from outside.  Where the
system gives fewer workers, these do all of it; where it gives none, the owner does.
"""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future
from concurrent.futures import wait as wait_for_futures
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Protocol

from refdec.parallel.attempts import BatchFunction, JobOrder, attempt, failed
from refdec.parallel.counts import tell_fewer
from refdec.parallel.errors import ExecutorBroken, FileTimeout, WorkerLost
from refdec.parallel.outcomes import Outcome, Status
from refdec.parallel.processes import Crew, StartMethod, attention, owned_pipe

__all__ = ["Backend", "ExecutorBackend", "ProcessBackend"]

BACKSTOP_SECONDS = 3.0
"""How long after its time limit a worker is killed that did not stop by itself."""


class Backend(Protocol):
    """A place where attempts run."""

    capacity: int

    def submit(self, order: JobOrder) -> None:
        """Take an order; there is room.  Raises ExecutorBroken."""

    def collect(self) -> list[Outcome]:
        """Wait for events, or for a moment; return the outcomes that are there.  There is an order under way."""

    def end(self, *, at_once: bool) -> None:
        """End the workers; at once: also those that are busy, which remove what they have not finished."""


def _serve(function: BatchFunction, orders: Connection) -> None:
    """The life of a worker: an order, its outcome, until the owner closes the pipe."""
    while True:
        try:
            order: JobOrder = orders.recv()
        except EOFError:
            return
        outcome = attempt(function, order)
        try:
            orders.send(outcome)
        except Exception as error:  # details that cannot be pickled are a bug of the function
            with suppress(BrokenPipeError):  # the owner is gone
                orders.send(failed(Outcome(order.index, order.job, Status.FAILED), error))


@dataclass(eq=False, slots=True)
class _Worker:
    """A worker process, and the order that it is busy with."""

    process: BaseProcess
    pipe: Connection
    order: JobOrder | None = None
    since: float = 0.0


class ProcessBackend:
    """Worker processes that are started when they are needed, and replaced when they are lost."""

    def __init__(self, function: BatchFunction, *, workers: int, start: StartMethod | None = None) -> None:
        self.capacity = workers
        self._function = function
        self._crew = Crew(function, start=start, unwind=True)
        self._workers: list[_Worker] = []
        self._waiting, self._done = deque[JobOrder](), list[Outcome]()

    def submit(self, order: JobOrder) -> None:
        """Give an order to an idle worker, or keep it for one; do it where there is none."""
        self._waiting.append(order)
        self._hand_out()

    def _hand_out(self) -> None:
        while self._waiting and (worker := self._idle()) is not None:
            worker.order, worker.since = self._waiting.popleft(), time.monotonic()
            with suppress(BrokenPipeError):  # it was killed while idle; collect() reports this order as lost
                worker.pipe.send(worker.order)
        while self._waiting and not self._workers:
            self._done.append(attempt(self._function, self._waiting.popleft()))

    def _idle(self) -> _Worker | None:
        """Return a worker that has nothing to do, a new one if there are fewer than may be; None for neither."""
        idle = next((worker for worker in self._workers if worker.order is None), None)
        if idle is not None or len(self._workers) >= self.capacity:
            return idle
        try:
            return self._hire()
        except OSError as reason:
            tell_fewer(self.capacity, len(self._workers), reason)
            self.capacity = max(1, len(self._workers))
            return None

    def _hire(self) -> _Worker:
        near, far = owned_pipe(duplex=True)
        with far:
            worker = _Worker(self._crew.start(_serve, far), near)
        self._workers.append(worker)
        return worker

    def collect(self) -> list[Outcome]:
        """Wait for outcomes, deaths and overdue workers; return what has been done."""
        done, self._done = self._done, []
        if not done:
            done = self._awaited()
            self._hand_out()
        return done

    def _awaited(self) -> list[Outcome]:
        busy = [worker for worker in self._workers if worker.order is not None]
        signs: list[Connection | int] = [sign for w in busy for sign in (w.pipe, w.process.sentinel)]
        ready = wait(signs, attention(self._patience(busy)))
        outcomes = []
        for worker in busy:
            if worker.pipe in ready or worker.process.sentinel in ready:
                outcomes.append(self._outcome(worker))
            elif self._patience([worker]) == 0.0:
                outcomes.append(self._overdue(worker))
        return outcomes

    def _outcome(self, worker: _Worker) -> Outcome:
        try:
            if not worker.pipe.poll():
                return self._lost(worker)
            outcome: Outcome = worker.pipe.recv()
        except (EOFError, OSError):
            return self._lost(worker)
        worker.order = None
        return outcome

    def _lost(self, worker: _Worker) -> Outcome:
        worker.process.join()
        order = self._dismiss(worker)
        error = WorkerLost(worker.process.pid, worker.process.exitcode, order.called)
        blank = Outcome(order.index, order.job, Status.LOST, seconds=time.monotonic() - worker.since)
        return replace(failed(blank, error), status=Status.LOST)

    def _overdue(self, worker: _Worker) -> Outcome:
        order = self._dismiss(worker)
        blank = Outcome(order.index, order.job, Status.TIMEOUT, seconds=time.monotonic() - worker.since)
        return failed(blank, FileTimeout(order.timeout_s or 0.0))

    def _dismiss(self, worker: _Worker) -> JobOrder:
        """Take a worker out for good; return what it was busy with."""
        assert worker.order is not None
        self._workers.remove(worker)
        self._crew.discard(worker.process)
        worker.pipe.close()
        return worker.order

    @staticmethod
    def _patience(busy: list[_Worker]) -> float | None:
        """Return seconds until a worker of the list is to be killed, None if there is no limit."""
        now = time.monotonic()
        limits = [w.since + w.order.timeout_s + BACKSTOP_SECONDS for w in busy if w.order and w.order.timeout_s]
        return max(0.0, min(limits) - now) if limits else None

    def end(self, *, at_once: bool) -> None:
        """End all workers."""
        for worker in self._workers:
            worker.pipe.close()
        self._workers.clear()
        self._crew.end(at_once=at_once)


class ExecutorBackend:
    """Any executor; at most `in_flight` files are with it at a time."""

    def __init__(self, function: BatchFunction, executor: Executor, *, in_flight: int) -> None:
        self.capacity = in_flight
        self._function = function
        self._executor = executor
        self._futures: dict[Future[Outcome], JobOrder] = {}

    def submit(self, order: JobOrder) -> None:
        """Submit an order.  Raises ExecutorBroken where the executor refuses."""
        try:
            self._futures[self._executor.submit(attempt, self._function, order)] = order
        except RuntimeError as reason:  # also BrokenExecutor
            raise ExecutorBroken(type(self._executor).__name__, str(reason)) from reason

    def collect(self) -> list[Outcome]:
        """Wait for futures."""
        done, _ = wait_for_futures(self._futures, timeout=attention(None), return_when=FIRST_COMPLETED)
        return [self._outcome(future, self._futures.pop(future)) for future in done]

    @staticmethod
    def _outcome(future: Future[Outcome], order: JobOrder) -> Outcome:
        blank = Outcome(order.index, order.job, Status.LOST)
        try:
            return future.result()
        except (BrokenExecutor, CancelledError) as reason:
            error = WorkerLost(None, None, order.called)
            return replace(failed(blank, error), status=Status.LOST, message=f"{error.headline()} {reason}".strip())
        except Exception as error:  # foreign: whatever the executor raises instead of an outcome
            return replace(failed(blank, error), status=Status.LOST)

    def end(self, *, at_once: bool) -> None:
        """Cancel what has not begun; what runs cannot be stopped, and ends with whole files or none."""
        if at_once:
            for future in self._futures:
                future.cancel()
        self._futures.clear()
