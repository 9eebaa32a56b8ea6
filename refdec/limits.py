"""What a codestream may ask of memory and time; checked before anything is allocated."""

from __future__ import annotations

from dataclasses import dataclass

from refdec.clauses import clause
from refdec.errors import LimitExceeded

__all__ = ["Limits", "TooLarge"]


class TooLarge(LimitExceeded):
    """A number from the stream is above its limit."""

    code, clause = "RD0001", "1.8 (7)"

    def __init__(self, what: str, value: int, limit: int) -> None:
        super().__init__(what, value, limit)
        self.what, self.value, self.limit = what, value, limit

    def explain(self) -> str:
        return (
            f"{self.what} is {self.value}, the limit is {self.limit}.\n"
            "If you trust the file, raise the limit: --limit-pixels on the command line, Limits(...) in Python."
        )


@clause("1.8 (7)", kind="added", reason="bounds on memory and time; the text sets none")
@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds on what one codestream may ask for (inclusive).

    The default picture limit is that of the largest level of the standard (1.7.2).
    """

    pixels: int = 398_131_200
    codestream_bytes: int = 1 << 31
    substreams: int = 2048
    regions: int = 16384
    tiles: int = 1 << 17
    header_elements: int = 1 << 22
    seconds: int | None = None

    def require(self, what: str, value: int, limit: int) -> None:
        """Raise TooLarge if `value` is above `limit`."""
        if value > limit:
            raise TooLarge(what, value, limit)
