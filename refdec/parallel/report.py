"""The report of a batch: one JSON object a line, written as files finish, so that a killed batch leaves a good report.

In: outcomes.  Out: lines; and, where a batch goes on with an earlier report, the inputs that it says are done.
"""

from __future__ import annotations

import hashlib
import json
import os
from array import array
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.parallel.errors import ReportUnreadable
from refdec.parallel.outcomes import Job, Outcome, Status

__all__ = ["BatchReport", "digest_of"]

UInt64Array: TypeAlias = npt.NDArray[np.uint64]
DIGEST_BYTES = 8
NOTHING: UInt64Array = np.empty(0, np.uint64)


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

    def __init__(self, file: TextIO, finished: UInt64Array = NOTHING) -> None:
        self._file = file
        self._finished = finished

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, resume: bool = False) -> BatchReport:
        """Open a report for writing; `resume` keeps what is there.  Raises ReportUnreadable and OSError."""
        path = Path(path)
        finished: UInt64Array = NOTHING
        if resume and path.is_file():
            finished, whole_bytes = _read(path)
            os.truncate(path, whole_bytes)
        return cls(path.open("a" if resume else "w", encoding="utf-8", newline="\n"), finished)

    def has(self, job: Job) -> bool:
        """Tell whether an earlier run says that this job is done."""
        digest = _digest(str(job.input), None if job.output is None else str(job.output))
        place = int(np.searchsorted(self._finished, np.uint64(digest)))
        return place < len(self._finished) and int(self._finished[place]) == digest

    def write(self, outcome: Outcome) -> None:
        """Write one line."""
        self._file.write(json.dumps(outcome.as_line(), default=str) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
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
