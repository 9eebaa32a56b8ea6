"""Threads that share the work of one picture: components side by side, and parts of a layer.

In: work on things that do not touch each other.  Out: the same work, by the caller and its helpers.  Kernels release
the GIL, so two threads do it in half the time; what is computed does not depend on who does it.

Luma and chroma need no word with each other for milliseconds, parts of a layer after each.  So components come first
(`side_by_side`), and a thread that has none left takes parts of the layers that others are at (`in_parts`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Condition, Thread
from typing import Any, TypeAlias, TypeVar

__all__ = ["Team", "helped_by", "in_parts", "shared_by", "sharing_threads", "side_by_side"]

T = TypeVar("T")
PARTS = 4
"""Parts for each thread: a thread that is late leaves the others something to do."""
_team: ContextVar[Team | None] = ContextVar("team", default=None)


class _Job:
    """Pieces of work that are taken in their order, some at a time; `shared`: what they ask for is shared in its turn.

    `away`: how many of those who are at it do not own it.  Results and errors are kept by the first piece.
    """

    __slots__ = ("away", "beyond", "errors", "results", "shared", "todo", "work")

    def __init__(self, work: Callable[[int, int], Any], count: int, *, shared: bool) -> None:
        self.work, self.shared = work, shared
        self.todo, self.beyond, self.away = 0, count, 0
        self.results: dict[int, Any] = {}
        self.errors: dict[int, BaseException] = {}

    def take(self, count: int) -> tuple[int, int]:
        """Return the next pieces: first, and first beyond."""
        first = self.todo
        self.todo += count
        return first, self.todo

    @property
    def left(self) -> int:
        """How many pieces nobody has begun."""
        return self.beyond - self.todo


_Taken: TypeAlias = tuple[_Job, int, int]


class Team:
    """A caller and the threads that help it; see `helped_by`.

    `threads` are wanted; `refusal`: what the system said when it gave fewer, `given`.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._changed = Condition()
        self._jobs: deque[_Job] = deque()
        self._idle = 0
        self._ended = False
        self._helpers: list[Thread] = []
        self.refusal: RuntimeError | None = None
        for n in range(1, threads):
            helper = Thread(target=self._help, name=f"refdec helper {n}", daemon=True)
            try:
                helper.start()
            except RuntimeError as refusal:  # the system gives no more of them: those that there are do the work
                self.refusal = refusal
                break
            self._helpers.append(helper)

    @property
    def given(self) -> int:
        """How many threads there are, the caller included."""
        return 1 + len(self._helpers)

    def end(self) -> None:
        """Let the helpers go; nothing is being worked on any more."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        for helper in self._helpers:
            helper.join()

    def results(self, job: _Job) -> list[Any]:
        """Do a job together, and return what its pieces gave, in order.

        What a piece raises ends the job: it is raised when nobody is at a piece any more, that of the first piece if
        there are several.  As pieces are taken in order, it is what a single thread would have met.
        """
        with self._changed:
            self._jobs.append(job)
            if self._idle:
                self._changed.notify_all()
        try:
            while (taken := self._taken(job)) is not None:
                self._do(*taken, owned=taken[0] is job)
        finally:
            with self._changed:
                self._close(job)
                while job.away:
                    self._wait()
        for n in sorted(job.errors):
            raise job.errors[n]
        return [job.results[n] for n in sorted(job.results)]

    def _taken(self, job: _Job) -> _Taken | None:
        """Return pieces for the owner of a job, None when the job is done: one, or half of a layer if nobody helps yet.

        While others are at its last pieces, the owner of components helps with what these ask for; the owner of a layer
        waits, since that takes no longer than to begin something else.
        """
        with self._changed:
            while True:
                if job.left:
                    return self._next(job, 1 if job.shared or self._idle or job.away else job.left // 2)
                if not job.away:
                    return None
                if job.shared and self._jobs:
                    return self._lent()
                self._wait()

    def _lent(self) -> _Taken:
        """Return a piece of what somebody else owns."""
        job = self._jobs[0]
        job.away += 1
        return self._next(job, 1)

    def _next(self, job: _Job, count: int) -> _Taken:
        first, beyond = job.take(max(1, count))
        if not job.left:
            self._close(job)
        return job, first, beyond

    def _close(self, job: _Job) -> None:
        """Let nobody begin with a further piece of a job."""
        job.beyond = job.todo
        if job in self._jobs:
            self._jobs.remove(job)

    def _wait(self) -> None:
        self._idle += 1
        self._changed.wait()
        self._idle -= 1

    def _do(self, job: _Job, first: int, beyond: int, *, owned: bool) -> None:
        token = _team.set(self if job.shared else None)
        try:
            job.results[first] = job.work(first, beyond)
        except BaseException as error:  # raised again by the owner of the job
            with self._changed:
                job.errors[first] = error
                self._close(job)
        finally:
            _team.reset(token)
            if not owned:
                with self._changed:
                    job.away -= 1
                    self._changed.notify_all()

    def _help(self) -> None:
        """Do what comes, until the end."""
        while True:
            with self._changed:
                while not self._jobs and not self._ended:
                    self._wait()
                if not self._jobs:
                    return
                taken = self._lent()
            self._do(*taken, owned=False)


@contextmanager
def helped_by(threads: int) -> Iterator[Team | None]:
    """Give a team of so many threads, the caller included, until the end of the block; None for one thread."""
    team = None if threads == 1 else Team(threads)
    try:
        yield team
    finally:
        if team is not None:
            team.end()


@contextmanager
def shared_by(team: Team | None) -> Iterator[None]:
    """Have what this thread asks for done by a team, until the end of the block."""
    token = _team.set(team)
    try:
        yield
    finally:
        _team.reset(token)


def sharing_threads() -> int:
    """Return how many threads do what this one asks for."""
    team = _team.get()
    return 1 if team is None else team.threads


def side_by_side(works: Sequence[Callable[[], T]]) -> list[T]:
    """Return what several works return, in order; each is done by one thread, and its layers by those without one.

    One after the other where nobody helps.  What a work raises is raised when no other is being done any more.
    """
    team = _team.get()
    if team is None:
        return [work() for work in works]
    return team.results(_Job(lambda n, _: works[n](), len(works), shared=True))


def in_parts(work: Callable[[int, int], T], count: int, least: int = 1) -> list[T]:
    """Return what work(begin, end) returns for parts of range(count), in order; no part is smaller than `least`.

    One part where nobody helps.  What a part raises is raised when no other part is being worked on any more.
    """
    team = _team.get()
    parts = 1 if team is None else min(PARTS * team.threads, count // least)
    if team is None or parts < 2:
        return [work(0, count)]
    size, more = divmod(count, parts)
    edges = [size * n + min(n, more) for n in range(parts + 1)]  # larger ones first, so that all end together
    return team.results(_Job(lambda n, beyond: work(edges[n], edges[beyond]), parts, shared=False))
