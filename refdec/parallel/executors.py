"""Executors by dotted name: whatever the user's cluster offers, as `concurrent.futures.Executor`.

In: "package.module:attribute" ("package.module.attribute" does as well).  Out: an executor for the time of a `with`
block. The attribute may be an executor, an executor class, anything with `get_executor()` (a client of
dask.distributed) or `get_client()` (a cluster of it), or a class or function that makes one of these.  What was made
here is shut down here.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack, contextmanager
from typing import Any

from refdec.parallel.errors import BadExecutor

__all__ = ["executor_named"]

COUNTS = ("max_workers", "n_workers")
"""Parameters by which executors and clusters take a number of workers."""


@contextmanager
def executor_named(name: str, *, workers: int | None = None) -> Iterator[Executor]:
    """Give the executor of that name; `workers` goes to its maker if that takes a number.  Raises BadExecutor."""
    thing = _attribute_named(name)
    with ExitStack() as stack:
        if _is_maker(thing):
            try:
                thing = thing(**_count(thing, workers))
            except Exception as reason:  # foreign code
                raise BadExecutor(name, f"making it failed with {type(reason).__name__}: {reason}") from reason
            _close_later(thing, stack)
        yield _executor_of(name, thing, stack)


def _attribute_named(name: str) -> Any:
    module, colon, attribute = name.partition(":")
    if not colon:
        module, _, attribute = name.rpartition(".")
    if not module or not attribute:
        raise BadExecutor(name, "it names no attribute of a module")
    try:
        thing: Any = importlib.import_module(module)
    except Exception as reason:  # foreign code
        raise BadExecutor(name, f"importing {module} failed with {type(reason).__name__}: {reason}") from reason
    for part in attribute.split("."):
        if not hasattr(thing, part):
            raise BadExecutor(name, f"{module} has no {attribute}")
        thing = getattr(thing, part)
    return thing


def _offers(thing: Any) -> bool:
    """Tell whether an object is an executor or leads to one."""
    return isinstance(thing, Executor) or hasattr(thing, "get_executor") or hasattr(thing, "get_client")


def _is_maker(thing: Any) -> bool:
    return isinstance(thing, type) or (callable(thing) and not _offers(thing))


def _count(maker: Any, workers: int | None) -> dict[str, int]:
    """Return the argument that tells a maker the number of workers, if it takes one."""
    try:
        parameters = inspect.signature(maker).parameters
    except (TypeError, ValueError):
        return {}
    return {} if workers is None else {name: workers for name in COUNTS if name in parameters}


def _close_later(thing: Any, stack: ExitStack) -> None:
    if isinstance(thing, Executor):
        stack.callback(thing.shutdown, wait=True, cancel_futures=True)
    elif hasattr(thing, "close"):
        stack.callback(thing.close)


def _executor_of(name: str, thing: Any, stack: ExitStack) -> Executor:
    if not isinstance(thing, Executor) and hasattr(thing, "get_client") and not hasattr(thing, "get_executor"):
        thing = thing.get_client()
        stack.callback(thing.close)
    if not isinstance(thing, Executor) and hasattr(thing, "get_executor"):
        thing = thing.get_executor()
    if not isinstance(thing, Executor):
        raise BadExecutor(name, f"it is {type(thing).__name__}, no executor")
    return thing
