"""What all pools share: units go out in order, results come back in order, and never more than a window lies between.

In: a function `function(state, unit) -> result` and an iterable of units.  Out: an iterator of results in the order of
the units.  Unit n is drawn from the iterable only after the consumer has come back for more after result n -
look_ahead; so a ring of `look_ahead` buffers, used in turn, is never written while the consumer still reads.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from refdec.parallel.errors import PoolUnusable

__all__ = ["Answer", "Pool"]

S = TypeVar("S")
U = TypeVar("U")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a unit: a value, or the exception that its work raised."""

    sequence: int
    value: Any = None
    error: Exception | None = None


class Pool(ABC, Generic[S]):
    """A pool of workers that all hold `state`; use it as a context manager.

    Leaving the `with` block with an exception ends the workers at once, without one lets them finish.  So does giving
    up a `map` half-way.  One map runs at a time.
    """

    def __init__(self, *, workers: int, look_ahead: int | None) -> None:
        """`look_ahead`: units under way at most, default two for each worker; it is raised to the number of workers."""
        if workers < 1:
            raise ValueError(f"{workers} workers")
        self.workers = workers
        self.look_ahead = max(workers, 2 * workers if look_ahead is None else look_ahead)
        self._posted = 0
        self._delivered = 0
        self._busy = False
        self._closed = False

    def map(self, function: Callable[[S, U], R], units: Iterable[U]) -> Iterator[R]:
        """Yield `function(state, unit)` for each unit, in order.

        What the work raises is raised here in its turn, with its class, after all results before it; so which error is
        seen does not depend on timing.  Raises PoolUnusable, and WorkerLost, UnitTimeout, UnitTooLarge, WorkerFailed
        where there are processes.
        """
        if self._busy or self._closed:
            raise PoolUnusable("it is closed" if self._closed else "another map is running on it")
        self._busy = True
        todo = iter(units)
        answers: dict[int, Answer] = {}
        more, complete = True, False
        try:
            while True:
                more = more and self._fill(function, todo)
                if self._delivered == self._posted:
                    break
                while self._delivered not in answers:
                    for answer in self._collect():
                        answers[answer.sequence] = answer
                        more = more and answer.error is None
                answer = answers.pop(self._delivered)
                if answer.error is not None:
                    raise answer.error
                yield answer.value
                self._delivered += 1
            complete = True
        finally:
            if complete:
                self._busy = False
            else:
                self.kill()

    def _fill(self, function: Callable[[S, U], R], units: Iterator[U]) -> bool:
        """Post units until the window is full; return whether there may be more."""
        while self._posted - self._delivered < self.look_ahead:
            for unit in units:
                self._post(self._posted, function, unit)
                self._posted += 1
                break
            else:
                return False
        return True

    @abstractmethod
    def _post(self, sequence: int, function: Callable[[S, Any], Any], unit: Any) -> None:
        """Hand out a unit."""

    @abstractmethod
    def _collect(self) -> list[Answer]:
        """Wait until something happens, or for a moment; return the answers that are there."""

    @abstractmethod
    def _end(self, *, at_once: bool) -> None:
        """End the workers; called once."""

    def close(self) -> None:
        """End the workers after their work (those of an unfinished map at once).  May be called again."""
        self._finish(at_once=self._busy)

    def kill(self) -> None:
        """End the workers at once.  May be called again."""
        self._finish(at_once=True)

    def _finish(self, *, at_once: bool) -> None:
        if not self._closed:
            self._closed = True
            self._end(at_once=at_once)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish(at_once=self._busy or error is not None)
