"""The values of a batch: a job, what became of it, and the sum of all.

In: what workers report.  Out: lines for the report, and one exit code for the whole batch.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from refdec.errors import ExitCode

__all__ = ["Job", "Outcome", "Status", "Summary", "Tally", "worst_exit_code"]


@dataclass(frozen=True, slots=True)
class Job:
    """One file of a batch: where from, where to (None: nowhere), and anything picklable that the work needs."""

    input: Path
    output: Path | None = None
    options: Any = None


class Status(StrEnum):
    """What became of a job."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    TIMEOUT = "timeout"
    LOST = "lost"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one job; `index` counts jobs in the order in which they came, from 0.

    `seconds` is wall time in the worker.  `details` is what the work returned.  `fatal` is set where the next files
    would meet the same fate (the disk is full): the batch ends there.  `through`: the clauses on the way to the error.
    """

    index: int
    job: Job
    status: Status
    seconds: float = 0.0
    input_bytes: int | None = None
    output_bytes: int | None = None
    sha256: str | None = None
    code: str | None = None
    message: str | None = None
    exit_code: int = ExitCode.DONE
    details: Mapping[str, Any] = field(default_factory=dict)
    fatal: bool = False
    through: tuple[str, ...] = ()

    def as_line(self) -> dict[str, Any]:
        """Return the JSON object of the report; what is not known is left out.

        A verdict among the details has an exit code of its own: that is then the one of the line.
        """
        line: dict[str, Any] = {
            "index": self.index,
            "input": str(self.job.input),
            "output": None if self.job.output is None else str(self.job.output),
            "status": self.status.value,
            "seconds": round(self.seconds, 6),
            "input_bytes": self.input_bytes,
            "bytes": self.output_bytes,
            "sha256": self.sha256,
            "code": self.code,
            "message": self.message,
            "exit_code": self.exit_code or self.details.get("exit_code", 0),
            "through": list(self.through) or None,
            "details": dict(self.details) or None,
        }
        return {name: value for name, value in line.items() if value is not None}


EXIT_ORDER = (
    ExitCode.BUG,
    ExitCode.IO,
    ExitCode.USAGE,
    ExitCode.NOT_CONFORMANT,
    ExitCode.DIFFERS,
    ExitCode.UNSUPPORTED,
)
"""Which exit code wins: a bug, then files that could not be tried, then verdicts on files."""


def worst_exit_code(codes: Collection[int]) -> int | None:
    """Return the exit code of many files' codes, None where all are done."""
    return next((code for code in EXIT_ORDER if code in codes), None)


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a batch; `stopped` says why it ended early (empty: it did not), `signal` by which signal.

    `left_out` counts the files of folders that were passed over, by their suffix (lower case; empty: none).
    """

    statuses: Mapping[Status, int]
    codes: Mapping[str, int]
    exit_codes: Mapping[int, int]
    seconds: float
    output_bytes: int
    stopped: str = ""
    signal: int | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def files(self) -> int:
        """How many files were looked at."""
        return sum(self.statuses.values())

    @property
    def exit_code(self) -> int:
        """One exit code for all: 0 if every file is done or skipped, 128 + signal if interrupted."""
        if self.signal is not None:
            return 128 + self.signal
        otherwise = ExitCode.IO if self.stopped else ExitCode.DONE
        worst = worst_exit_code([code for code, count in self.exit_codes.items() if count])
        return otherwise if worst is None else worst

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "files": self.files,
            "statuses": {status.value: count for status, count in self.statuses.items()},
            "codes": dict(self.codes),
            "seconds": self.seconds,
            "output_bytes": self.output_bytes,
            "stopped": self.stopped,
            "left_out": dict(self.left_out),
            "exit_code": self.exit_code,
        }

    def explain(self) -> str:
        """Return the summary in words: what was done, a line for each error code, what was left out, why it ended."""
        counts = ", ".join(f"{self.statuses[status]} {status.value}" for status in Status if self.statuses.get(status))
        files = "1 file" if self.files == 1 else f"{self.files} files"
        lines = [f"{files} in {self.seconds:.1f} s: {counts or 'nothing to do'}."]
        lines += [f"  {count} x {code}" for code, count in sorted(self.codes.items())]
        if self.left_out:
            kinds = (f"{count} x {suffix or 'no suffix'}" for suffix, count in sorted(self.left_out.items()))
            lines.append(f"  left out, since the suffix is not one that is looked for: {', '.join(kinds)}")
        if self.stopped:
            lines.append(f"Stopped: {self.stopped}  Run the same command again to go on.")
        return "\n".join(lines)


class Tally:
    """Adds outcomes up; its size depends on the number of different error codes alone."""

    def __init__(self) -> None:
        self.statuses: Counter[Status] = Counter()
        self.codes: Counter[str] = Counter()
        self.exit_codes: Counter[int] = Counter()
        self.output_bytes = 0

    def add(self, outcome: Outcome) -> None:
        """Count one outcome."""
        self.statuses[outcome.status] += 1
        self.exit_codes[outcome.exit_code] += 1
        self.output_bytes += outcome.output_bytes or 0
        if outcome.code is not None:
            self.codes[outcome.code] += 1

    def summary(self, seconds: float, stopped: str, number: signal.Signals | None) -> Summary:
        """Return the sums."""
        counts = dict(self.statuses), dict(self.codes), dict(self.exit_codes)
        return Summary(*counts, seconds, self.output_bytes, stopped, None if number is None else int(number))
