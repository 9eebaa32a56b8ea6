"""The tree of errors that refdec raises, and the position type that they carry.

Every broken rule has a class of its own in the `errors` module of the package that checks it; this module holds the
branches of the tree.  A caller that wants one `except` takes `RefdecError`; the branches tell whose fault it is.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import PurePath
from typing import Any, ClassVar

from refdec.clauses import clauses_passed

__all__ = [
    "BitOffset",
    "CodestreamError",
    "ExitCode",
    "FileError",
    "InputError",
    "LimitExceeded",
    "Placed",
    "RefdecError",
    "UnsupportedError",
    "UsageError",
    "WeightsError",
    "first_of",
    "origins",
]


FILE = re.compile(r"\bFILE\b(?P<suffix>\.[a-z]+)?")
"""The word in a hint that stands for the file which an error is about."""


def first_of(names: Sequence[object], most: int = 3, *, apart: str = ", ") -> str:
    """Return names as a list that stays short whatever a file holds: the first, and how many more there are."""
    more = len(names) - most
    return apart.join(map(str, names[:most])) + (f" and {more} more" if more > 0 else "")


class ExitCode(IntEnum):
    """What a finished command tells its caller; UNSUPPORTED is also for what is above a limit."""

    DONE = 0
    IO = 1
    USAGE = 2
    NOT_CONFORMANT = 3
    DIFFERS = 4
    UNSUPPORTED = 5
    BUG = 70


@dataclass(frozen=True, slots=True, order=True)
class BitOffset:
    """A position in a file, counted in bits from its first bit; printed as `byte.bit`."""

    bits: int

    @classmethod
    def of_byte(cls, byte: int) -> BitOffset:
        """Return the position of the first bit of a byte."""
        return cls(8 * byte)

    def __add__(self, bits: int) -> BitOffset:
        return BitOffset(self.bits + bits)

    def __str__(self) -> str:
        return f"{self.bits >> 3}.{self.bits & 7}"


class RefdecError(Exception):
    """Anything that refdec reports on purpose; a bug in refdec is never one of these.

    `code` is stable and unique, `clause` names the rule of `docs/spec`, `exit_code` is what the command line returns,
    `at` is the place in the file where one is known, `source` the name of that file, filled in by who opened it.
    `came_through` holds the clauses on its way in the process that
    it came from, if that was another one; `clauses.clause_path` tells the whole way.
    """

    code: ClassVar[str] = "RD0000"
    clause: ClassVar[str] = ""
    exit_code: ClassVar[int] = ExitCode.BUG
    at: BitOffset | None = None
    source: str = ""
    came_through: tuple[str, ...] = ()

    def explain(self) -> str:
        """Return the message: first line what is wrong, further lines what helps; FILE stands for the file."""
        return self.args[0] if self.args else type(self).__name__

    def hints(self) -> tuple[str, ...]:
        """Return what helps, a line each; commands name the file as a shell takes it, FILE where it has no name."""
        lines = self.explain().splitlines()[1:]
        if not self.source:
            return tuple(lines)
        name = self.source if self.source == "-" or not self.source.startswith("-") else f"./{self.source}"
        return tuple(FILE.sub(lambda found: shlex.quote(_with_suffix(name, found["suffix"])), line) for line in lines)

    def explained_in(self, place: str) -> str:
        """Return the message as that of an error which holds this one: "PLACE: CODE, message", and what helps."""
        return f"{place}: {self.code}, {self.explain()}"

    def headline(self) -> str:
        """Return one line: message, clause and place."""
        first = self.explain().splitlines()[0]
        where = "" if self.at is None else f", at byte.bit {self.at}"
        rule = f" (clause {self.clause}{where})" if self.clause else where
        return f"{first} [{self.code}]{rule}"

    def __str__(self) -> str:
        return self.headline()

    def __reduce__(self) -> tuple[Any, ...]:
        # constructors take more than `args`; errors must pass between processes all the same, and tracebacks do not
        values = {name: value for name, value in vars(self).items() if name != "clause_notes"}
        if passed := clauses_passed(self):
            values["came_through"] = passed
        return _unpickled, (type(self), self.args, values)


def _with_suffix(name: str, suffix: str | None) -> str:
    """Return a file's name with another suffix, None: its own."""
    return name if suffix is None else str(PurePath(name).with_suffix(suffix))


def _unpickled(kind: type[RefdecError], arguments: tuple[Any, ...], values: dict[str, Any]) -> RefdecError:
    """Return an unpickled error, without its constructor."""
    error = kind.__new__(kind, *arguments)
    error.args = arguments  # those of an OSError are set by the constructor only
    for name, value in values.items():
        setattr(error, name, value)
    return error


def origins(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, and those that it was raised from or beside, each once: a chain of foreign code may be a
    ring.
    """
    known: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and all(one is not each for each in known):
        known.append(one)
        yield one
        one = one.__cause__ or one.__context__


class CodestreamError(RefdecError):
    """The codestream breaks a rule of the standard."""

    exit_code: ClassVar[int] = ExitCode.NOT_CONFORMANT


class LimitExceeded(RefdecError):
    """The codestream asks for more than `Limits` allows; it may well be legal for a decoder with more room."""

    exit_code: ClassVar[int] = ExitCode.UNSUPPORTED


class UnsupportedError(RefdecError):
    """The codestream is legal, and this decoder cannot decode it (or not with these options)."""

    exit_code: ClassVar[int] = ExitCode.UNSUPPORTED


class WeightsError(RefdecError):
    """A checkpoint or a pack of weights is missing, damaged or of another kind."""

    exit_code: ClassVar[int] = ExitCode.IO


class InputError(RefdecError):
    """A file cannot be read or written, or is not of the kind that its name says."""

    exit_code: ClassVar[int] = ExitCode.IO


class FileError(InputError, OSError):
    """A file or folder cannot be had; an OSError too, with its `errno` (None: the system was not asked), `strerror`
    and `filename`.
    """

    def __init__(self, name: str, reason: str, number: int | None = None) -> None:
        super().__init__(name, reason)
        self.name, self.reason = name, reason
        self.errno, self.strerror, self.filename = number, reason, name

    def __reduce__(self) -> tuple[Any, ...]:
        make, (kind, arguments, values) = super().__reduce__()
        system = {"errno": self.errno, "strerror": self.strerror, "filename": self.filename}
        return make, (kind, arguments, values | system)


class UsageError(RefdecError):
    """The caller asked for something that contradicts itself or does not exist."""

    exit_code: ClassVar[int] = ExitCode.USAGE


@dataclass(eq=False, repr=False, kw_only=True)
class Placed:
    """An error with a place: `at` is the position in the file, `element` the syntax element (empty: none)."""

    ELEMENT: ClassVar[str] = ""
    READ_ALONE: ClassVar[bool] = True
    """Whether the element stands in the file, once: markers and sizes stand often, what the data end before nowhere."""
    at: BitOffset | None = None

    @property
    def element(self) -> str:
        """Return the name of the syntax element that breaks the rule, with its indices."""
        return self.ELEMENT

    def look(self) -> str:
        """Return the command that shows the place, by the element's name where that finds it."""
        if self.READ_ALONE and self.element:
            return f"See it in its place: refdec view FILE --element {shlex.quote(self.element)}"
        return f"See the bytes there: refdec view FILE --offset {self.at or BitOffset(0)}"
