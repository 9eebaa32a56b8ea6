"""The standard output of a command: results only, whatever guests, libraries and threads print.

In: the streams that the process was started with.  Out: one text stream for results.  `claim` gives the command a
descriptor of its own for what was descriptor 1, and points 1 to standard error: what C libraries, child processes and
workers write goes there.  `divert` does the same for `sys.stdout`, from when foreign code is loaded until the process
is gone, so that threads and functions at exit cannot spoil a codestream either.  A process that nobody claims (a
notebook, a service) keeps its streams as they are.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from errno import EBADF
from pathlib import Path
from typing import BinaryIO, TextIO

from refdec.formats.errors import FileUnwritable
from refdec.formats.pipes import is_pipe

__all__ = [
    "abandon",
    "claim",
    "data_stream",
    "divert",
    "is_closed",
    "is_standard_output",
    "release",
    "results",
    "still_there",
]

ESCAPING = "backslashreplace"
"""How characters are shown that the encoding of a console lacks, and bytes of file names that are no UTF-8."""
OUTPUT, ERRORS = 1, 2
NAMES = frozenset({"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})
"""Paths of descriptor 1, which is standard error once it is claimed."""


class _Nowhere(io.StringIO):
    """Standard output of a process that was started without one: takes text, keeps nothing, and has no bytes.

    `release` tells that something was lost.
    """

    has_lost = False

    def write(self, text: str) -> int:
        self.has_lost = self.has_lost or bool(text)
        return len(text)


@dataclass(frozen=True, slots=True)
class _Claim:
    """Where results go, what `sys.stdout` is once foreign code is there, and whether a command is at work."""

    results: TextIO
    talk: TextIO
    at_work: bool = True

    def holds(self, stream: TextIO | None) -> bool:
        """Tell whether a stream is one of the two."""
        return stream is self.results or stream is self.talk


_claim: _Claim | None = None


def _open_closed_descriptors() -> bool:
    """Let descriptors 0 to 2 that a process was started without (`>&-`) lead nowhere; tell whether 1 was open.

    Otherwise the next file that is opened would be taken for one of them.
    """
    was_open = [True, True, True]
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            was_open[number] = False
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
    return was_open[OUTPUT]


def _text(descriptor: int, like: TextIO) -> TextIO:
    """Return a text stream on a descriptor, buffered as `like` is, that can show any text."""
    at_once = os.isatty(descriptor) or bool(getattr(like, "write_through", False))  # PYTHONUNBUFFERED
    raw = open(descriptor, "wb", closefd=False)  # noqa: SIM115 - lives as long as the process
    return io.TextIOWrapper(raw, encoding=like.encoding, errors=ESCAPING, line_buffering=at_once)


def claim() -> None:
    """Take the standard output of this process for results; what others write to descriptor 1 goes to standard error.

    Streams that are closed lead nowhere from now on.  To be called by the owner of the process, at its start.
    """
    global _claim
    was_open = _open_closed_descriptors()
    nowhere = Path(os.devnull)
    sys.stdin = sys.stdin or nowhere.open(encoding="utf-8")
    sys.stderr = sys.stderr or nowhere.open("w", encoding="utf-8")
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors=ESCAPING)
    if _claim is not None and _claim.holds(sys.stdout):  # the process goes on after an earlier command
        _claim, sys.stdout = replace(_claim, at_work=True), _claim.results
        return
    if sys.stdout is None or not was_open:
        results: TextIO = _Nowhere()
    else:
        sys.stdout.flush()
        try:
            results = _text(os.dup(sys.stdout.fileno()), sys.stdout)
        except (OSError, ValueError):  # no descriptor: a stream in memory
            results = sys.stdout
    os.dup2(ERRORS, OUTPUT)
    talk = open(OUTPUT, "w", buffering=1, encoding="utf-8", errors=ESCAPING, closefd=False)  # noqa: SIM115
    _claim, sys.stdout = _Claim(results, talk), results


def release() -> None:
    """Write out what results are still held back, at the end of a command; guests stay away from standard output.

    Raises OSError where they cannot be written, or were written to a standard output that is closed.
    """
    global _claim
    if _claim is not None:
        _claim = replace(_claim, at_work=False)
        _claim.results.flush()
        if isinstance(_claim.results, _Nowhere) and _claim.results.has_lost:
            _claim.results.has_lost = False
            raise OSError(EBADF, "it is closed")


def divert() -> None:
    """Let everything that is printed through `sys.stdout` from now on go to standard error; `results` stays.

    Does nothing in a process whose output was not claimed.
    """
    if _claim is not None and sys.stdout is _claim.results:
        sys.stdout = _claim.talk


def results() -> TextIO:
    """Return the stream for results: the claimed standard output, or what `sys.stdout` is."""
    if _claim is not None and (_claim.at_work or _claim.holds(sys.stdout)):
        return _claim.results
    return sys.stdout or _Nowhere()


def is_closed() -> bool:
    """Tell whether there is no standard output: what is printed is lost."""
    return isinstance(results(), _Nowhere)


def data_stream() -> BinaryIO:
    """Return standard output as a stream of bytes.  Raises FileUnwritable where there is none."""
    stream: BinaryIO | None = getattr(results(), "buffer", None)
    if stream is None:
        raise FileUnwritable("standard output", "it is closed, or takes text only")
    results().flush()
    return stream


def is_standard_output(target: object) -> bool:
    """Tell whether a target is "-", or, in a process whose output is claimed, a path that names standard output."""
    if is_pipe(target):
        return True
    return _claim is not None and isinstance(target, str | os.PathLike) and os.fspath(target) in NAMES


def still_there(path: Path) -> Path:
    """Return a path under which a file can be opened: that of standard output leads to the results, claimed or not."""
    if _claim is None or str(path) not in NAMES:
        return path
    try:
        return Path(f"/dev/fd/{_claim.results.fileno()}")
    except (OSError, ValueError):  # a stream in memory
        return path


def abandon(stream: TextIO | None = None) -> None:
    """Let a stream lead nowhere that cannot be written, so that the end of the process does not try once more.

    None: the results.
    """
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, (stream or results()).fileno())
        os.close(nowhere)
