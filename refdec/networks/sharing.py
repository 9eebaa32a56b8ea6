"""Threads that share the work of one picture: components side by side, and parts of a layer.

In: work on things that do not touch each other.  Out: the same work, by the caller and its helpers.  Kernels release
the GIL, so two threads do it in half the time; what is computed does not depend on who does it.

Luma and chroma need no word with each other for milliseconds, parts of a layer after each.  So components come first
(`side_by_side`), and a thread that has none left takes parts of the layers that others are at (`in_parts`).

An interrupt may hit the caller between any two steps.  So what a thread is at is written down before it begins, and
whoever leaves in whatever way takes back what is written down for it: nobody waits for one who is gone.
"""

from __future__ import annotations

import sys
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Condition, RLock, Thread, get_ident
from typing import Any, TypeAlias, TypeVar

__all__ = ["Team", "helped_by", "in_parts", "shared_by", "sharing_threads", "side_by_side"]

T = TypeVar("T")
PARTS = 4
"""Parts for each thread: a thread that is late leaves the others something to do."""
_team: ContextVar[Team | None] = ContextVar("team", default=None)


class _Job:
    """Pieces of work that are taken in their order, some at a time; `shared`: what they ask for is shared in its turn.

    Results and errors are kept by the first piece.
    """

    __slots__ = ("beyond", "errors", "results", "shared", "todo", "work")

    def __init__(self, work: Callable[[int, int], Any], count: int, *, shared: bool) -> None:
        self.work, self.shared = work, shared
        self.todo, self.beyond = 0, count
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
        self._lock = RLock()  # taken as it is: an interrupt within Condition.__enter__ would leave it taken
        self._changed = Condition(self._lock)
        self._jobs: deque[_Job] = deque()
        self._lent: defaultdict[int, list[tuple[_Job, int]]] = defaultdict(list)
        self._idle = set[int]()
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

    @property
    def is_at_work(self) -> bool:
        """Whether the helpers are there."""
        return not self._ended

    def end(self) -> None:
        """Let the helpers go; nothing is being worked on any more.

        While Python ends they stand still wherever they are, as do all threads that it does not wait for.
        """
        if sys.is_finalizing():
            return
        with self._lock:
            self._ended = True
            self._take_back(0)
            self._changed.notify_all()
        for helper in self._helpers:
            helper.join()

    def results(self, job: _Job) -> list[Any]:
        """Do a job together, and return what its pieces gave, in order.

        What a piece raises ends the job: it is raised when nobody is at a piece any more, that of the first piece if
        there are several.  As pieces are taken in order, it is what a single thread would have met.
        """
        with self._lock:
            held = len(self._lent[get_ident()])
        try:
            with self._lock:
                self._jobs.append(job)
                if self._idle:
                    self._changed.notify_all()
            while (taken := self._taken(job)) is not None:
                self._do(*taken)
                if taken[0] is not job:
                    self._bring_back()
        finally:
            with self._lock:
                self._take_back(held)
                self._close(job)
                while self._is_lent(job):
                    self._wait()
        for n in sorted(job.errors):
            raise job.errors[n]
        return [job.results[n] for n in sorted(job.results)]

    def _taken(self, job: _Job) -> _Taken | None:
        """Return pieces for the owner of a job, None when the job is done: one, or half of a layer if nobody helps yet.

        While others are at its last pieces, the owner of components helps with what these ask for; the owner of a layer
        waits, since that takes no longer than to begin something else.
        """
        with self._lock:
            while True:
                if job.left:
                    alone = not (job.shared or self._idle or self._is_lent(job))
                    return self._next(job, job.left // 2 if alone else 1)
                if not self._is_lent(job):
                    return None
                if job.shared and self._jobs:
                    return self._lend()
                self._wait()

    def _is_lent(self, job: _Job) -> bool:
        """Tell whether somebody is at pieces of a job that another thread owns."""
        return any(one is job for lent in self._lent.values() for one, _ in lent)

    def _lend(self) -> _Taken:
        """Return a piece of what somebody else owns."""
        job = self._jobs[0]
        self._lent[get_ident()].append((job, job.todo))
        return self._next(job, 1)

    def _bring_back(self) -> None:
        """Have it known that the piece which was lent last is done."""
        with self._lock:
            self._lent[get_ident()].pop()
            self._changed.notify_all()

    def _take_back(self, held: int) -> None:
        """End the jobs whose pieces this thread was lent and will not do, beyond the first `held` of them."""
        lent = self._lent[get_ident()]
        while len(lent) > held:
            job, first = lent[-1]
            job.errors.setdefault(first, sys.exception() or KeyboardInterrupt())
            self._close(job)
            lent.pop()
        self._changed.notify_all()

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
        try:
            self._idle.add(get_ident())
            self._changed.wait()
        finally:
            self._idle.discard(get_ident())

    def _do(self, job: _Job, first: int, beyond: int) -> None:
        token = _team.set(self if job.shared else None)
        try:
            job.results[first] = job.work(first, beyond)
        except BaseException as error:  # raised again by the owner of the job
            with self._lock:
                job.errors[first] = error
                self._close(job)
        finally:
            _team.reset(token)

    def _help(self) -> None:
        """Do what comes, until the end."""
        while True:
            with self._lock:
                while not self._jobs and not self._ended:
                    self._wait()
                if not self._jobs:
                    return
                taken = self._lend()
            self._do(*taken)
            self._bring_back()


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


def _own_team() -> Team | None:
    """Return the team of this thread; an interrupt may have left one behind that has ended."""
    team = _team.get()
    return team if team is not None and team.is_at_work else None


def sharing_threads() -> int:
    """Return how many threads do what this one asks for."""
    team = _own_team()
    return 1 if team is None else team.threads


def side_by_side(works: Sequence[Callable[[], T]]) -> list[T]:
    """Return what several works return, in order; each is done by one thread, and its layers by those without one.

    One after the other where nobody helps.  What a work raises is raised when no other is being done any more.
    """
    team = _own_team()
    if team is None:
        return [work() for work in works]
    return team.results(_Job(lambda n, _: works[n](), len(works), shared=True))


def in_parts(work: Callable[[int, int], T], count: int, least: int = 1) -> list[T]:
    """Return what work(begin, end) returns for parts of range(count), in order; no part is smaller than `least`.

    One part where nobody helps.  What a part raises is raised when no other part is being worked on any more.
    """
    team = _own_team()
    parts = 1 if team is None else min(PARTS * team.threads, count // least)
    if team is None or parts < 2:
        return [work(0, count)]
    size, more = divmod(count, parts)
    edges = [size * n + min(n, more) for n in range(parts + 1)]  # larger ones first, so that all end together
    return team.results(_Job(lambda n, beyond: work(edges[n], edges[beyond]), parts, shared=False))
