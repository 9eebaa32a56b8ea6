"""Exceptions that travel from a worker to its parent and stay what they were.

In: an exception.  Out: bytes; and from bytes the same class again, with the worker's traceback as its cause.
"""

from __future__ import annotations

import pickle
import traceback

from refdec.parallel.errors import WorkerFailed

__all__ = ["WorkerTraceback", "packed", "unpacked"]


class WorkerTraceback(Exception):
    """Where in the worker the exception came from; only ever the cause of another exception."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


def packed(error: Exception) -> bytes:
    """Return an exception as bytes; one that cannot be pickled becomes WorkerFailed."""
    text = "".join(traceback.format_exception(error))
    try:
        data = pickle.dumps((error, text), protocol=5)
        pickle.loads(data)
    except Exception:  # foreign exceptions may fail to pickle in any way whatever
        kind = f"{type(error).__module__}.{type(error).__qualname__}"
        data = pickle.dumps((WorkerFailed(kind, text), text), protocol=5)
    return data


def unpacked(data: bytes) -> Exception:
    """Return the exception, ready to be raised."""
    error, text = pickle.loads(data)
    assert isinstance(error, Exception)
    error.__cause__ = WorkerTraceback(text)
    return error
