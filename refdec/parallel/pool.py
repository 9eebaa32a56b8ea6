"""The pool for one decode: worker processes that share arrays with their owner; and the choice between kinds of pools.

In: a state that every worker holds (weights, headers, shared arrays) and units that name rectangles.  Out: small
results in the order of the units; the samples go through `SharedArray`s of the state.  See `ordered` for what all pools
promise.
"""

from __future__ import annotations

import multiprocessing
import pickle
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Literal, TypeVar

from refdec.parallel.board import MOST_SLOTS, Board
from refdec.parallel.counts import tell_fewer, workers_for
from refdec.parallel.errors import UnitTimeout, WorkerLost
from refdec.parallel.failures import packed, unpacked
from refdec.parallel.ordered import Answer, Pool
from refdec.parallel.processes import (
    Crew,
    StartMethod,
    attention,
    fork_is_safe,
    owned_pipe,
    result_pipe,
)
from refdec.parallel.threads import InlinePool, ThreadPool

__all__ = ["PoolKind", "ProcessPool", "chosen_kind", "open_pool"]

S = TypeVar("S")
PoolKind = StartMethod | Literal["auto", "threads", "inline"]
US_PER_SECOND = 1_000_000


def _now_us() -> int:
    return time.monotonic_ns() // 1000


def _answer(state: Any, sequence: int, posted: bytes) -> bytes:
    """Do one unit; return the pickled answer, whatever happens."""
    try:
        function, unit = pickle.loads(posted)
        return pickle.dumps((sequence, function(state, unit), None), protocol=5)
    except Exception as error:  # it is raised again in the owner, where it belongs
        return pickle.dumps((sequence, None, packed(error)), protocol=5)


def _work(state: Any, worker: int, board: Board, numbers: Connection, results: Connection) -> None:
    """The life of a worker: take a unit, do it, answer, until the owner closes the pipe, or is gone."""
    with suppress(BrokenPipeError):
        while (taken := board.take(worker, numbers.fileno())) is not None:
            results.send_bytes(_answer(state, *taken))


class ProcessPool(Pool[S]):
    """A pool of processes.

    The state goes to the workers once, when the pool is made: by fork, or (`spawn`, `forkserver`) pickled into shared
    memory.  Functions and units are pickled (at most 4096 bytes together), so functions stand at the top of a module.
    """

    def __init__(
        self,
        state: S,
        *,
        workers: int,
        look_ahead: int | None = None,
        timeout_s: float | None = None,
        start: StartMethod | None = None,
    ) -> None:
        """Start the workers, or as many as the system gives.  Raises OSError where it gives none.

        `timeout_s` bounds the time of each unit; `start` None takes fork where it is safe.
        """
        super().__init__(workers=workers, look_ahead=look_ahead)
        self.look_ahead = min(self.look_ahead, MOST_SLOTS)
        self._timeout_s = timeout_s
        self._board = Board(self.look_ahead)
        self._pending: dict[int, Any] = {}
        self._results: list[Connection] = []
        self._crew = Crew(state, start=start, unwind=False)
        self._numbers, far_numbers = owned_pipe(duplex=False)
        try:
            for worker in range(workers):
                try:
                    self._hire(worker, far_numbers)
                except OSError as reason:
                    if worker == 0:
                        raise
                    tell_fewer(workers, worker, reason)
                    break
        except BaseException:
            self.kill()
            raise
        finally:
            far_numbers.close()

    def _hire(self, worker: int, far_numbers: Connection) -> None:
        """Start one more worker.  Raises OSError where the system has none to give."""
        near, far = result_pipe()
        with far:
            self._crew.start(_work, worker, self._board, far_numbers, far)
        self._results.append(near)

    @property
    def start_method(self) -> StartMethod:
        """How the workers were started."""
        return self._crew.start_method

    def _post(self, sequence: int, function: Callable[[S, Any], Any], unit: Any) -> None:
        posted = pickle.dumps((function, unit), protocol=5)
        with suppress(BrokenPipeError):  # no worker is left; _collect says why
            self._board.post(sequence, posted, self._numbers.fileno())
        self._pending[sequence] = unit

    def _collect(self) -> list[Answer]:
        deaths: dict[int, BaseProcess] = {process.sentinel: process for process in self._crew.processes}
        ready = wait([*self._results, *deaths], attention(self._patience()))
        answers = [answer for results in self._results for answer in self._received(results)]
        for answer in answers:
            del self._pending[answer.sequence]
        if not answers:
            for key in ready:
                if isinstance(key, int):
                    raise self._loss(deaths[key])
        self._check_time()
        return answers

    @staticmethod
    def _received(results: Connection) -> Iterator[Answer]:
        """Yield the answers of a worker that are there, without the one over which it may have died."""
        with suppress(EOFError, OSError):
            while results.poll():
                sequence, value, failure = pickle.loads(results.recv_bytes())
                yield Answer(sequence, value, None if failure is None else unpacked(failure))

    def _loss(self, process: BaseProcess) -> WorkerLost:
        process.join()
        worker = self._crew.processes.index(process)
        for sequence, unit in self._pending.items():
            claim = self._board.claim(sequence)
            if claim is not None and claim.worker == worker:
                return WorkerLost(process.pid, process.exitcode, f"unit {sequence} ({unit})")
        return WorkerLost(process.pid, process.exitcode, "its start" if not self._delivered else "a wait for work")

    def _claims(self) -> Iterator[tuple[int, int]]:
        """Yield (unit number, start on the monotonic clock in microseconds) of units that are being worked on."""
        for sequence in self._pending:
            claim = self._board.claim(sequence)
            if claim is not None:
                yield sequence, claim.since_us

    def _patience(self) -> float | None:
        """Return how long to wait for events until a unit may be late."""
        if self._timeout_s is None:
            return None
        oldest = min((since for _, since in self._claims()), default=_now_us())
        return max(0.0, self._timeout_s - (_now_us() - oldest) / US_PER_SECOND)

    def _check_time(self) -> None:
        if self._timeout_s is None:
            return
        now = _now_us()
        for sequence, since in self._claims():
            if now - since > self._timeout_s * US_PER_SECOND:
                raise UnitTimeout(f"Unit {sequence} ({self._pending[sequence]})", self._timeout_s)

    def _end(self, *, at_once: bool) -> None:
        self._numbers.close()
        self._crew.end(at_once=at_once)
        for results in self._results:
            results.close()


def open_pool(
    state: S,
    *,
    workers: int | None = None,
    look_ahead: int | None = None,
    timeout_s: float | None = None,
    kind: PoolKind = "auto",
) -> Pool[S]:
    """Return a pool with `workers` workers (None: one for each core; see `workers_for`).

    `auto` works in this process for one worker; otherwise it forks where that is safe, and takes threads where it is
    not: they need no copy of the state either, and do not run the caller's main module again as spawned processes do.
    So it does where the system gives no process, which for another kind raises OSError.
    """
    count = workers_for(workers)
    chosen = chosen_kind(count, bounded=timeout_s is not None) if kind == "auto" else kind
    if chosen == "inline":
        return InlinePool(state)
    if chosen == "threads":
        return ThreadPool(state, workers=count, look_ahead=look_ahead, timeout_s=timeout_s)
    try:
        return ProcessPool(state, workers=count, look_ahead=look_ahead, timeout_s=timeout_s, start=chosen)
    except OSError:
        if kind != "auto":
            raise
        return ThreadPool(state, workers=count, look_ahead=look_ahead, timeout_s=timeout_s)


def chosen_kind(workers: int, *, bounded: bool) -> Literal["fork", "threads", "inline"]:
    """Return the kind of pool that `auto` stands for; `bounded`: units have a time limit, which needs a worker."""
    if workers == 1 and not bounded:
        return "inline"
    return "fork" if fork_is_safe() and not multiprocessing.current_process().daemon else "threads"
