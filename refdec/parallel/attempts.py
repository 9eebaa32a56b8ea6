"""One file of a batch, as the worker sees it, in whatever process or thread an executor runs it.

In: the function of the batch and a job.  Out: an `Outcome`, whatever happens; nothing but the end of the process itself
(and signals that ask for it) leaves `attempt` as an exception.
"""

from __future__ import annotations

import errno
import hashlib
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

from refdec.clauses import clause_path
from refdec.errors import ExitCode, RefdecError, origins
from refdec.parallel.deadline import within
from refdec.parallel.errors import FileTimeout
from refdec.parallel.outcomes import Job, Outcome, Status
from refdec.parallel.typed_names import TypedNames, as_typed

__all__ = ["BatchFunction", "JobOrder", "attempt", "failed"]

BatchFunction: TypeAlias = Callable[[Job], Mapping[str, Any] | None]
"""Does one job; returns details for the report (JSON values) or None.  Writes outputs by an atomic rename."""
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}


@dataclass(frozen=True, slots=True)
class JobOrder:
    """A job on its way to a worker, with absolute paths: workers may live in another folder.

    `typed`: what these paths, and others that the work may name, were typed as.
    """

    index: int
    job: Job
    timeout_s: float | None = None
    sha256: bool = False
    typed: TypedNames = field(default_factory=dict)

    @property
    def called(self) -> str:
        """What the work is called: that on the input, as it was typed."""
        name = str(self.job.input)
        return f"the work on {self.typed.get(name, name)}"


def attempt(function: BatchFunction, order: JobOrder) -> Outcome:
    """Do one job within its time; return what became of it."""
    began = time.perf_counter()
    blank = Outcome(order.index, order.job, Status.DONE)
    unmade: OSError | None = None
    try:
        blank = replace(blank, input_bytes=_size(order.job.input))
        if order.job.output is not None:
            unmade = _missing_for(order.job.output)
        details = within(order.timeout_s, lambda: function(order.job))
        done = replace(blank, details=details or {}, **_measured(order))
    except Exception as error:  # one file must not end a batch of a million; a bug is reported as a bug
        blind = isinstance(error, FileNotFoundError) and not isinstance(error, RefdecError)
        done = failed(blank, as_typed(unmade if unmade is not None and blind else error, order.typed))
    return replace(done, seconds=time.perf_counter() - began)


def _missing_for(output: Path) -> OSError | None:
    """Make the folder of an output; return what the system says where it cannot be made.

    The work goes on: it has words of its own for what it cannot write, or makes its folders elsewhere.
    """
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        return reason
    return None


def failed(blank: Outcome, error: BaseException) -> Outcome:
    """Return the outcome of a job that ended with an exception."""
    status = Status.TIMEOUT if isinstance(error, FileTimeout) else Status.FAILED
    if isinstance(error, RefdecError):
        code, message, exit_code = error.code, error.headline(), error.exit_code
    elif isinstance(error, OSError):
        code = errno.errorcode.get(error.errno or 0, "OSError")
        message, exit_code = str(error), ExitCode.IO
    elif isinstance(error, MemoryError):
        code, message, exit_code = "MemoryError", f"memory is exhausted: {error}", ExitCode.IO
    else:
        code, message, exit_code = type(error).__name__, "".join(traceback.format_exception(error)), ExitCode.BUG
    fatal, through = _is_full(error), clause_path(error) if isinstance(error, RefdecError) else ()
    known = replace(blank, status=status, code=code, message=message, exit_code=exit_code)
    return replace(known, through=through, fatal=fatal)


def _is_full(error: BaseException) -> bool:
    """Tell whether an exception, or one that it came from, says that nothing more can be written."""
    return any(isinstance(one, OSError) and one.errno in FULL for one in origins(error))


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None


def _measured(order: JobOrder) -> dict[str, Any]:
    """Return size and, if wanted, hash of the output."""
    output = order.job.output
    if output is None or not output.is_file():
        return {}
    if not order.sha256:
        return {"output_bytes": output.stat().st_size}
    with output.open("rb") as file:
        return {"output_bytes": output.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
