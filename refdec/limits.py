"""What a codestream, or a picture that is encoded, may ask of memory and time; checked before anything is allocated.

Sizes are compared where they are read.  Memory is estimated from the headers before the first large array (see
`stages.room`).  Time is the caller's: the core only calls a `Check` between its steps, and never reads a clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from math import inf
from typing import TypeAlias

from refdec.clauses import clause
from refdec.errors import LimitExceeded, UsageError

__all__ = [
    "DEFAULT_LIMITS",
    "LESS_MEMORY",
    "Check",
    "LimitImpossible",
    "Limits",
    "TimeIsUp",
    "TooLarge",
    "TooMuchMemory",
    "TooMuchMemoryToEncode",
    "unchecked",
]

Check: TypeAlias = Callable[[], None]
"""Called between steps of a decode; whatever it raises ends the decode."""
MIB = 1 << 20
LESS_MEMORY = ("A part needs less: --region X,Y,W,H", "Fewer workers need less: --workers 1")
"""What a decode can be asked for that takes less memory, a line for each option."""
RAISE_MEMORY = "Or allow more: --limit-memory BYTES\nIn Python: Limits(memory_bytes=...)"


class TooLarge(LimitExceeded):
    """A number from the stream is above its limit."""

    code, clause = "RD0001", "1.8 (7)"

    def __init__(self, what: str, value: int, limit: int) -> None:
        super().__init__(what, value, limit)
        self.what, self.value, self.limit = what, value, limit

    def explain(self) -> str:
        return (
            f"{self.what} is {self.value}, the limit is {self.limit}.\n"
            "If you trust the file, raise the limit: --limit-pixels\n"
            "In Python: Limits(...)"
        )


class TooMuchMemory(LimitExceeded):
    """The arrays that a decode needs would be larger than its limit."""

    code, clause = "RD0003", "1.8 (7)"

    def __init__(self, needed_bytes: int, limit_bytes: int) -> None:
        super().__init__(needed_bytes, limit_bytes)
        self.needed_bytes, self.limit_bytes = needed_bytes, limit_bytes

    def explain(self) -> str:
        return (
            f"Decoding needs about {-(-self.needed_bytes // MIB)} MiB, the limit is {self.limit_bytes // MIB} MiB.\n"
            + "\n".join((*LESS_MEMORY, RAISE_MEMORY))
        )


class TooMuchMemoryToEncode(TooMuchMemory):
    """The arrays that an encode needs would be larger than its limit."""

    code, clause = "RD0006", "1.8 (7)"

    def explain(self) -> str:
        return (
            f"Encoding needs about {-(-self.needed_bytes // MIB)} MiB, the limit is {self.limit_bytes // MIB} MiB.\n"
            "The encoder analysis needs least (--encoder analysis), without --cubes; of its networks bop less than\n"
            f"hop (--option networks=bop)\n{RAISE_MEMORY}"
        )


class TooMuchMemoryToTranscode(TooMuchMemory):
    """The arrays that a transcode needs would be larger than its limit."""

    code, clause = "RD0007", "1.8 (7)"

    def explain(self) -> str:
        return (
            f"Transcoding needs about {-(-self.needed_bytes // MIB)} MiB, the limit is {self.limit_bytes // MIB} MiB.\n"
            f"At the old rate and in the old regions it needs least.\n{RAISE_MEMORY}"
        )


class TimeIsUp(LimitExceeded):
    """The work took longer than its limit."""

    code, clause = "RD0004", "1.8 (7)"

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def explain(self) -> str:
        return (
            f"The work is not finished after {self.seconds:g} s.\n"
            "If you trust the file, allow more: --time-limit SECONDS\nIn Python: Limits(seconds=...)"
        )


class LimitImpossible(UsageError):
    """A limit is no number that anything could be compared with."""

    code, clause = "RD0005", "1.8 (7)"

    def __init__(self, name: str, value: object) -> None:
        super().__init__(name, value)
        self.name, self.value = name, value

    def explain(self) -> str:
        return f"{self.value!r} is no limit of {self.name}: give a number that is not negative, or None for no limit."


def unchecked() -> None:
    """Check nothing: a decode without a limit of time."""


@clause("1.8 (7)", kind="added", reason="bounds on memory and time; the text sets none")
@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds on what one codestream may ask for (inclusive).

    The default picture limit is that of the largest level of the standard (1.7.2), and the others allow that level, the
    number of tiles with synthesis tiles of at least 64 samples.
    `box_entries`: boxes of a HEIF file and records in them; `box_depth`: of boxes in boxes.  `samples`: frames of a
    clip.
    `memory_bytes`: arrays of one decode or encode, estimated from its headers, without program and weights; None is no
    limit.  `seconds`: wall time of one of them, counted by the entry points (docs/limits.md); None is no limit.
    Raises LimitImpossible for what is no number or negative.
    """

    pixels: int = 398_131_200
    codestream_bytes: int = 1 << 31
    substreams: int = 2048
    regions: int = 16384
    tiles: int = 1 << 17
    header_elements: int = 1 << 22
    box_entries: int = 1 << 16
    box_depth: int = 12
    samples: int = 1 << 20
    memory_bytes: int | None = None
    seconds: float | None = None

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None and field.name in {"memory_bytes", "seconds"}:
                continue
            kinds = (int, float) if field.name == "seconds" else int
            if not isinstance(value, kinds) or not 0 <= value < inf:
                raise LimitImpossible(field.name, value)

    def require(self, what: str, value: int, limit: int) -> None:
        """Raise TooLarge if `value` is above `limit`."""
        if value > limit:
            raise TooLarge(what, value, limit)

    def require_memory(self, needed_bytes: int, error: type[TooMuchMemory] = TooMuchMemory) -> None:
        """Raise `error` if a decode, or whatever the error names, needs more than `memory_bytes`."""
        if self.memory_bytes is not None and needed_bytes > self.memory_bytes:
            raise error(needed_bytes, self.memory_bytes)


DEFAULT_LIMITS = Limits()
"""What a codestream may ask for where the caller says nothing."""
