"""The report of a batch: one JSON object a line, written as files finish, so that a killed batch leaves a good report.

In: outcomes.  Out: lines; and, where a batch goes on with an earlier report, the inputs that it says are done.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from refdec.parallel.errors import ReportUnreadable
from refdec.parallel.outcomes import Job, Outcome, Status

__all__ = ["Report"]

DIGEST_BYTES = 8


def _digest(name: str, target: str | None) -> bytes:
    """Return what is kept of a finished job: eight bytes, for reports of millions."""
    return hashlib.blake2b(
        f"{name}\0{target or ''}".encode(errors="surrogateescape"), digest_size=DIGEST_BYTES
    ).digest()


class Report:
    """A report file; use it as a context manager.

    A `Report` may also go on at the end of an earlier one: a last line that was cut off is removed, and `has` knows
    jobs that are done.  Lines come in the order in which files finish; `index` tells the order of the jobs.
    """

    def __init__(self, file: TextIO, finished: frozenset[bytes] = frozenset()) -> None:
        self._file = file
        self._finished = finished

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, resume: bool = False) -> Report:
        """Open a report for writing; `resume` keeps what is there.  Raises ReportUnreadable and OSError."""
        path = Path(path)
        finished: frozenset[bytes] = frozenset()
        if resume and path.is_file():
            finished, whole_bytes = _read(path)
            os.truncate(path, whole_bytes)
        return cls(path.open("a" if resume else "w", encoding="utf-8", newline="\n"), finished)

    def has(self, job: Job) -> bool:
        """Tell whether an earlier run says that this job is done."""
        output = None if job.output is None else str(job.output)
        return bool(self._finished) and _digest(str(job.input), output) in self._finished

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


def _read(path: Path) -> tuple[frozenset[bytes], int]:
    """Return the finished jobs of a report and the number of bytes of its whole lines."""
    finished: set[bytes] = set()
    whole_bytes = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                break
            try:
                entry = json.loads(line)
                if entry["status"] == Status.DONE:
                    finished.add(_digest(entry["input"], entry.get("output")))
            except (ValueError, TypeError, KeyError):
                raise ReportUnreadable(str(path), number) from None
            whole_bytes += len(line)
    return frozenset(finished), whole_bytes
