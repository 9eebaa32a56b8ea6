"""The report of a batch: one JSON object a line, written as files finish, so that a killed batch leaves a good report.

In: outcomes.  Out: lines; and, where a batch goes on with an earlier report, the inputs that it says are done.
"""

from __future__ import annotations

import hashlib
import json
import os
from array import array
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.parallel.errors import ReportUnreadable
from refdec.parallel.outcomes import Job, Outcome, Status
from refdec.parallel.places import is_file

__all__ = ["BatchReport", "digest_of"]

UInt64Array: TypeAlias = npt.NDArray[np.uint64]
Unwritable: TypeAlias = Callable[[str, OSError], OSError]
DIGEST_BYTES = 8
NOTHING: UInt64Array = np.empty(0, np.uint64)


def named_os_error(name: str, reason: OSError) -> OSError:
    """Return what the system says of a file, with its name."""
    return OSError(reason.errno, reason.strerror or str(reason), name)


def digest_of(text: str) -> int:
    """Return what is kept of a name: eight bytes, for reports of millions; any file's name is taken."""
    digest = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=DIGEST_BYTES)
    return int.from_bytes(digest.digest(), "little")


def _digest(name: str, target: str | None) -> int:
    """Return what is kept of a finished job."""
    return digest_of(f"{name}\0{target or ''}")


class BatchReport:
    """A report file; use it as a context manager.

    It may also go on at the end of an earlier one: a last line that was cut off is removed, and `has` knows jobs that
    are done.  Lines come in the order in which files finish; `index` tells the order of the jobs.
    """

    def __init__(
        self, file: TextIO, name: str, finished: UInt64Array = NOTHING, unwritable: Unwritable = named_os_error
    ) -> None:
        self._file = file
        self._name = name
        self._finished = finished
        self._unwritable = unwritable
        self._is_cut = False

    @classmethod
    def open(
        cls, path: str | os.PathLike[str], *, resume: bool = False, unwritable: Unwritable = named_os_error
    ) -> BatchReport:
        """Open a report for writing; `resume` keeps what is there.

        `unwritable` makes the error of a report that cannot be written, an OSError, of its name and of what the system
        says.  Raises ReportUnreadable and that error.
        """
        path, name = Path(path), os.fspath(path)
        finished: UInt64Array = NOTHING
        keep = resume and is_file(path)
        if keep:
            finished, whole_bytes = _read(path)
        try:
            if keep:
                os.truncate(path, whole_bytes)
            file = path.open("a" if resume else "w", encoding="utf-8", newline="\n")
        except OSError as reason:
            raise unwritable(name, reason) from reason
        return cls(file, name, finished, unwritable)

    def has(self, job: Job) -> bool:
        """Tell whether an earlier run says that this job is done."""
        digest = _digest(str(job.input), None if job.output is None else str(job.output))
        place = int(np.searchsorted(self._finished, np.uint64(digest)))
        return place < len(self._finished) and int(self._finished[place]) == digest

    def write(self, outcome: Outcome) -> None:
        """Write one line.  Raises the error of a file that cannot be written, and BrokenPipeError of a pipe."""
        try:
            self._file.write(json.dumps(outcome.as_line(), default=str) + "\n")
            self._file.flush()
        except BrokenPipeError:
            raise
        except OSError as reason:
            self._is_cut = True
            raise self._unwritable(self._name, reason) from reason

    def close(self) -> None:
        """Close the file; of a line that could not be written it has been said."""
        with suppress(OSError) if self._is_cut else nullcontext():
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _read(path: Path) -> tuple[UInt64Array, int]:
    """Return the digests of the finished jobs of a report, sorted, and the bytes of its whole lines."""
    finished = array("Q")
    whole_bytes = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                break
            try:
                entry = json.loads(line)
                if entry["status"] == Status.DONE:
                    finished.append(_digest(entry["input"], entry.get("output")))
            except (ValueError, TypeError, KeyError):
                raise ReportUnreadable(str(path), number) from None
            whole_bytes += len(line)
    return np.sort(np.array(finished, np.uint64)), whole_bytes
