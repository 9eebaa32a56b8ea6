"""Exit codes of the command line: the same for every command."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["ExitCode"]


class ExitCode(IntEnum):
    """What a finished command tells its caller; UNSUPPORTED is also for what is above a limit."""

    DONE = 0
    IO = 1
    USAGE = 2
    NOT_CONFORMANT = 3
    DIFFERS = 4
    UNSUPPORTED = 5
    BUG = 70
