"""Threads that share the work of one layer: blocks of its map, or rows.

In: work on a range of things that do not touch each other.  Out: the same work, by the caller and its helpers.  Kernels
release the GIL, so two threads do a layer in half the time; what is computed does not depend on who does it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

__all__ = ["in_parts", "shared_by", "sharing_threads"]

T = TypeVar("T")
PARTS = 4
"""Parts for each thread: a thread that is late leaves the others something to do."""
_helpers: ContextVar[tuple[ThreadPoolExecutor, int] | None] = ContextVar("helpers", default=None)


@contextmanager
def shared_by(threads: int) -> Iterator[None]:
    """Have layers that this thread asks for done by so many threads, itself included, until the end of the block."""
    if threads == 1:
        yield
        return
    with ThreadPoolExecutor(threads - 1, thread_name_prefix="refdec helper") as helpers:
        token = _helpers.set((helpers, threads))
        try:
            yield
        finally:
            _helpers.reset(token)


def sharing_threads() -> int:
    """Return how many threads do what this one asks for."""
    team = _helpers.get()
    return 1 if team is None else team[1]


def in_parts(work: Callable[[int, int], T], count: int, least: int = 1) -> list[T]:
    """Return what work(begin, end) returns for parts of range(count), in order; no part is smaller than `least`.

    One part where nobody helps.  What a part raises is raised when no other part is being worked on any more.
    """
    team = _helpers.get()
    parts = 1 if team is None else min(PARTS * team[1], count // least)
    if team is None or parts < 2:
        return [work(0, count)]
    helpers, threads = team
    edges = [count * n // parts for n in range(parts + 1)]
    results: dict[int, T] = {}
    todo = deque(range(parts))

    def help_out() -> None:
        while todo:
            try:
                n = todo.popleft()
            except IndexError:  # another thread took the last one
                return
            results[n] = work(edges[n], edges[n + 1])

    token = _helpers.set(None)  # helpers are busy: what the work asks for, this thread does alone
    helping = [helpers.submit(help_out) for _ in range(threads - 1)]
    try:
        help_out()
    finally:
        _helpers.reset(token)
        todo.clear()
        for help_ in helping:
            help_.exception()
    for help_ in helping:
        help_.result()
    return [results[n] for n in range(parts)]
