"""How many workers: what is wanted, what is of use, what the system gives, and the word about a difference.

In: a number of workers that somebody wants.  Out: how many are started; and where that is fewer, a warning, once of
each kind in a process.  The results are the same for any number.
"""

from __future__ import annotations

import warnings

from refdec.parallel.processes import available_cores

__all__ = ["FewerWorkersWarning", "most_workers", "tell_fewer", "workers_for"]

FOR_EACH_CORE, FOR_ANY_MACHINE = 4, 16
"""More workers than this for each core only take memory; so many may be tried anywhere."""


class FewerWorkersWarning(UserWarning):
    """Fewer workers do the work than were asked for: the system gives no more, or more are of no use."""


_told = set[str]()
"""Of which kinds this process has told."""


def most_workers() -> int:
    """Return how many workers may be asked for."""
    return max(FOR_ANY_MACHINE, FOR_EACH_CORE * available_cores())


def workers_for(wanted: int | None) -> int:
    """Return how many workers to start: what is wanted, None: one for each core; `most_workers` at most."""
    if wanted is None:
        return available_cores()
    most = most_workers()
    if wanted > most:
        _tell("use", f"{wanted} workers would only take memory from each other here; {most} are started")
    return min(wanted, most)


def tell_fewer(wanted: int, given: int, reason: BaseException) -> None:
    """Say that the system gives fewer workers than are wanted, 0: none, and why; nothing where it gives all of them."""
    if given < wanted:
        why = getattr(reason, "strerror", None) or reason
        count = f"{given} of {wanted} workers" if given else "no worker"
        _tell("system", f"the system starts {count} ({why}); what is made is the same, and takes longer")


def _tell(kind: str, text: str) -> None:
    """Say something once; where warnings are errors too it stops nothing."""
    if kind in _told:
        return
    _told.add(kind)
    try:
        warnings.warn(text, FewerWorkersWarning, stacklevel=2)
    except FewerWorkersWarning as warning:
        warnings.showwarning(warning, FewerWorkersWarning, __file__, 0)
