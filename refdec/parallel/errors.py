"""What can go wrong between processes and in batches, one class each (RD09xx).

None of these is about a codestream: what the work itself raises comes through unchanged.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping

from refdec.errors import ExitCode, FileError, InputError, RefdecError, UsageError

__all__ = [
    "BadExecutor",
    "ExecutorBroken",
    "FileTimeout",
    "FolderMissing",
    "PoolUnusable",
    "ReportUnreadable",
    "UnitTimeout",
    "UnitTooLarge",
    "WorkerFailed",
    "WorkerLost",
    "folder_missing",
]


def _cause_of_death(exit_code: int | None) -> str:
    """Say in words how a process ended."""
    if exit_code is None:
        return "vanished"
    if exit_code >= 0:
        return f"ended with exit code {exit_code}"
    try:
        return f"was killed by {signal.Signals(-exit_code).name}"
    except ValueError:
        return f"was killed by signal {-exit_code}"


class WorkerLost(RefdecError):
    """A worker process ended while it was needed: killed, out of memory, or crashed in native code."""

    code, exit_code = "RD0901", ExitCode.IO

    def __init__(self, pid: int | None, status: int | None, work: str) -> None:
        super().__init__(pid, status, work)
        self.pid, self.status, self.work = pid, status, work

    def explain(self) -> str:
        advice = {
            -signal.SIGKILL: "Was memory short?  Fewer workers need less of it: --workers 1",
            -signal.SIGBUS: "Was memory short?  Fewer workers need less of it: --workers 1",
        }.get(self.status or 0, "Try without worker processes: --workers 1")
        return f"Worker process {self.pid} {_cause_of_death(self.status)} during {self.work}.\n{advice}"


class UnitTimeout(RefdecError):
    """One unit of work took longer than allowed."""

    code, exit_code = "RD0902", ExitCode.IO

    def __init__(self, unit: str, seconds: float) -> None:
        super().__init__(unit, seconds)
        self.unit, self.seconds = unit, seconds

    def explain(self) -> str:
        return f"{self.unit} is not finished after {self.seconds:g} s.\nAllow more time: --timeout SECONDS"


class WorkerFailed(RefdecError):
    """The work raised an exception that cannot travel between processes; a bug, shown as text."""

    code = "RD0903"

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(kind, text)
        self.kind, self.text = kind, text

    def explain(self) -> str:
        return f"The work raised {self.kind}.\n{self.text}\nRun it in this process: --workers 1"


class UnitTooLarge(UsageError):
    """A unit of work is too long for its slot on the board."""

    code = "RD0904"

    def __init__(self, size: int, room: int) -> None:
        super().__init__(size, room)
        self.size, self.room = size, room

    def explain(self) -> str:
        return (
            f"A unit of work and its function take {self.size} bytes, the board has {self.room} for each.\n"
            "Units name rectangles and indices; put arrays into the pool's state, as SharedArray."
        )


class PoolUnusable(UsageError):
    """The pool was closed or has failed, or another map is still running on it."""

    code = "RD0905"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def explain(self) -> str:
        return f"This pool cannot take work: {self.reason}.\nA pool serves one map at a time; open another pool."


class BadExecutor(UsageError):
    """The dotted name of an executor leads nowhere, or to something that is no executor."""

    code = "RD0906"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name, self.reason = name, reason

    def explain(self) -> str:
        return (
            f"The executor {self.name!r} cannot be used: {self.reason}.\n"
            "A name is PACKAGE.MODULE:ATTRIBUTE, for an executor, its class, or a function that makes one.\n"
            "Try: --executor concurrent.futures:ThreadPoolExecutor"
        )


class ExecutorBroken(RefdecError):
    """The executor refuses further work (its workers died, or it was shut down)."""

    code, exit_code = "RD0907", ExitCode.IO

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name, self.reason = name, reason

    def explain(self) -> str:
        return (
            f"The executor {self.name} takes no more work: {self.reason}.\n"
            "Finished outputs are kept; run the same command again to go on."
        )


class FileTimeout(RefdecError):
    """One file of a batch took longer than allowed."""

    code, exit_code = "RD0908", ExitCode.IO

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def explain(self) -> str:
        return f"The file is not finished after {self.seconds:g} s.\nAllow more time: --timeout SECONDS"


class FolderMissing(FileError):
    """A folder to walk through does not exist, or is no folder."""

    code = "RD0909"

    @property
    def folder(self) -> str:
        """The folder."""
        return self.name

    def explain(self) -> str:
        return f"The folder {self.name} cannot be read: {self.reason}."


class FolderNotFound(FolderMissing, FileNotFoundError):
    """A folder to walk through does not exist."""


class FolderForbidden(FolderMissing, PermissionError):
    """A folder to walk through may not be read."""


class FolderIsFile(FolderMissing, NotADirectoryError):
    """A folder to walk through is none."""


FOLDERS: Mapping[type[OSError], type[FolderMissing]] = {
    FileNotFoundError: FolderNotFound,
    PermissionError: FolderForbidden,
    NotADirectoryError: FolderIsFile,
}


def folder_missing(folder: str, reason: OSError) -> FolderMissing:
    """Return the error of a folder that cannot be listed, of the kind of `reason`."""
    return FOLDERS.get(type(reason), FolderMissing)(folder, reason.strerror or str(reason), reason.errno)


class ReportUnreadable(InputError):
    """A report to continue holds something else than one JSON object a line."""

    code = "RD0910"

    def __init__(self, path: str, line: int) -> None:
        super().__init__(path, line)
        self.path, self.line = path, line

    def explain(self) -> str:
        return (
            f"Line {self.line} of {self.path} is not a line of a report, so it is not continued.\n"
            "Name another file, or remove this one."
        )
