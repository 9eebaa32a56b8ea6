"""Another decoder under test: a command that reads a stream and writes a picture.

In: a command with the places {in}, {out} and perhaps {weights}, a case.  Out: `CaseResult`.  The command runs in a
session of its own, so that whatever it starts ends with it when its time is over.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from refdec.conformance.case import Case, ExpectedPicture
from refdec.conformance.compare import depth_likeness, hash_only, with_difference, with_guess
from refdec.conformance.errors import CommandCannotStart, CommandUnreadable, CommandWithoutPlaces
from refdec.conformance.expected import picture_suffix
from refdec.conformance.sizes import raw_bytes, raw_size_likeness, size_likeness
from refdec.conformance.verdicts import CaseResult, CaseVerdict
from refdec.errors import RefdecError
from refdec.formats.files import read_picture
from refdec.formats.pictures import CodePicture
from refdec.formats.yuv import YuvLayout

__all__ = ["Command", "run_foreign"]

SHELL_SIGNAL = 128
"""A shell reports a command that was ended by signal N as 128 + N."""

SHELL_SIGNALS = frozenset(SHELL_SIGNAL + int(s) for s in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE))
SHELL_NOT_STARTED = {126: "not executable", 127: "not found"}
"""Exit codes by which a shell says that it could not start a command: nothing was decoded, so nothing was refused."""

TAIL = 2000


@dataclass(frozen=True, slots=True)
class Command:
    """How a decoder is called: words with places, where its weights are, and how long a case may take."""

    words: tuple[str, ...]
    weights: Path | None
    timeout_s: float

    @classmethod
    def of(cls, text: str, weights: Path | None, timeout_s: float) -> Command:
        """Split a command line as a shell does; raises CommandWithoutPlaces and CommandUnreadable."""
        for place in ("{in}", "{out}"):
            if place not in text:
                raise CommandWithoutPlaces(text, place)
        if "{weights}" in text and weights is None:
            raise CommandWithoutPlaces(text, "weights to put in: the suite has none, name them with --weights DIR")
        try:
            words = shlex.split(text)
        except ValueError as reason:
            raise CommandUnreadable(text, str(reason)[:1].lower() + str(reason)[1:]) from reason
        return cls(tuple(words), weights, timeout_s)

    def require_program(self) -> None:
        """Look whether there is a program to start; raises CommandCannotStart."""
        if shutil.which(self.words[0]) is None:
            raise CommandCannotStart(self.words[0], "there is no such program that may be executed")

    def filled(self, stream: Path, picture: Path) -> list[str]:
        """Return the words of one call."""
        values = {"{in}": str(stream), "{out}": str(picture), "{weights}": str(self.weights or "")}
        words = []
        for word in self.words:
            for place, value in values.items():
                word = word.replace(place, value)  # noqa: PLW2901 - one place after the other
            words.append(word)
        return words


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a command ended: its exit code, None when its time was over; the end of what it printed."""

    exit_code: int | None
    output: str


def _called(words: list[str], timeout_s: float, folder: str) -> _Ended:
    with tempfile.TemporaryFile(dir=folder) as printed:
        try:
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=printed, stderr=printed, start_new_session=True
            )
        except OSError as reason:
            raise CommandCannotStart(words[0], reason.strerror or str(reason)) from reason
        try:
            code: int | None = process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            _end_session(process)
        size = printed.seek(0, os.SEEK_END)
        printed.seek(max(0, size - TAIL))
        return _Ended(code, printed.read().decode(errors="replace"))


def _end_session(process: subprocess.Popen[bytes]) -> None:
    """End everything that the command started and left behind; the session's number is that of the command."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run_foreign(command: Command, case: Case, data: bytes, expected: Callable[[], CodePicture | None]) -> CaseResult:
    """Run a decoder over one case; `expected` gives the expected picture when it is needed.

    Raises CommandCannotStart.
    """
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="refdec-conform-") as folder:
        stream = Path(folder) / f"{case.name}.jai"
        stream.write_bytes(data)
        suffix = ".png" if case.picture is None else picture_suffix(case.picture.colour)
        out = Path(folder) / f"decoded{suffix}"
        ended = _called(command.filled(stream, out), command.timeout_s, folder)
        result = CaseResult(
            case, CaseVerdict.EXACT, time.perf_counter() - start, exit_code=ended.exit_code, output=ended.output
        )
        return _judged(result, ended, out, expected)


def _judged(result: CaseResult, ended: _Ended, out: Path, expected: Callable[[], CodePicture | None]) -> CaseResult:
    case, code = result.case, ended.exit_code
    if code is None:
        return replace(result, verdict=CaseVerdict.HANG, message="it did not end in time and was stopped")
    if code < 0 or code in SHELL_SIGNALS:
        number = -code if code < 0 else code - SHELL_SIGNAL
        return replace(result, verdict=CaseVerdict.CRASH, message=f"ended by {signal.Signals(number).name}")
    if code in SHELL_NOT_STARTED:
        message = f"exit code {code}, by which shells report a command that is {SHELL_NOT_STARTED[code]}"
        return replace(result, verdict=CaseVerdict.CRASH, message=message)
    if case.error is not None:
        return _judged_refusal(result, code)
    if code != 0:
        verdict = CaseVerdict.REFUSED if case.kind == "optional" else CaseVerdict.FAILED
        return replace(result, verdict=verdict, message=f"exit code {code}")
    assert case.picture is not None, "a positive case has a picture"
    return _judged_picture(result, case.picture, expected(), out)


def _judged_refusal(result: CaseResult, code: int) -> CaseResult:
    error = result.case.error
    assert error is not None
    rule = f": {error.name} ({error.clause})" if error.name else ""
    if code != 0:
        return replace(result, verdict=CaseVerdict.REFUSED, message=f"exit code {code}")
    if error.lenient or result.case.kind == "optional":
        return replace(result, verdict=CaseVerdict.DECODED, message=f"passed over{rule}")
    return replace(result, verdict=CaseVerdict.ACCEPTED, message=f"not noticed{rule}")


def _judged_picture(result: CaseResult, described: ExpectedPicture, want: CodePicture | None, out: Path) -> CaseResult:
    """Judge a picture; `want` None: only its hash is known."""
    if not out.is_file():
        return replace(result, verdict=CaseVerdict.NO_PICTURE, message=f"exit code 0, but no {out.name}")
    layout = YuvLayout(described.width, described.height, described.bits, described.chroma)
    try:
        found = read_picture(out, layout=layout, bits=described.bits if described.bits > 8 else None)
    except (RefdecError, OSError, ValueError) as reason:
        said = reason.headline() if isinstance(reason, RefdecError) else str(reason)
        return _judged_unreadable(result, layout, out, said, want)
    sizes = [plane.shape for plane in found.components]
    if sizes != [tuple(size) for size in layout.sizes]:
        h, w = sizes[0]
        message = f"{w} x {h} with {len(sizes)} planes, expected {described.width} x {described.height}"
        guess = size_likeness((described.width, described.height), (w, h))
        return replace(result, verdict=CaseVerdict.SIZE, message=with_guess(message, guess), guess=guess)
    if found.bits != described.bits:
        return replace(result, verdict=CaseVerdict.DIFFERS, message=f"{found.bits} bits, expected {described.bits}")
    if want is None:
        return hash_only(result, described, found)
    return with_difference(result, want, found)


def _judged_unreadable(
    result: CaseResult, layout: YuvLayout, out: Path, said: str, want: CodePicture | None
) -> CaseResult:
    """Judge a file that is not a picture of the right layout: raw files say nothing of themselves."""
    size = out.stat().st_size
    if out.suffix != ".yuv" or not size:
        return replace(result, verdict=CaseVerdict.NO_PICTURE, message=said)
    if size != raw_bytes(layout):
        guess = raw_size_likeness(layout, size)
        return replace(result, verdict=CaseVerdict.SIZE, message=with_guess(said, guess), guess=guess)
    deep = read_picture(out, layout=replace(layout, bits=16))  # the right size, and codes above the depth
    guess = "" if want is None else depth_likeness(want, deep)
    return replace(result, verdict=CaseVerdict.DIFFERS, message=with_guess(said, guess), guess=guess)
