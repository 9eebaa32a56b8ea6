"""The chroma formats (1.6.1): the one list of 4:4:4, 4:2:2 and 4:2:0, and which of them becomes which.

In: subsampling of a header, or digits that people type.  Out: `ChromaFormat`.
"""

from __future__ import annotations

from enum import Enum

from refdec.clauses import clause

__all__ = ["CONVERTIBLE", "VERTICAL_ONLY", "ChromaFormat"]


@clause("1.6.1")
class ChromaFormat(Enum):
    """(1.6.1) A chroma format; its value is the (vertical, horizontal) subsampling."""

    YUV444 = (1, 1)
    YUV422 = (1, 2)
    YUV420 = (2, 2)

    @property
    def digits(self) -> str:
        """The name in file names and options, "420"."""
        return self.name.removeprefix("YUV")

    @property
    def label(self) -> str:
        """The name that people know, "4:2:0"."""
        return ":".join(self.digits)

    @classmethod
    def named(cls, digits: str) -> ChromaFormat | None:
        """Return the format of digits such as "420", None if there is none."""
        return cls.__members__.get(f"YUV{digits}")


VERTICAL_ONLY = (2, 1)
"""The subsampling that the elements can say and that is no format."""
CONVERTIBLE = frozenset(
    (output.value, coded.value)
    for output in ChromaFormat
    for coded in ChromaFormat
    if coded is output or output is ChromaFormat.YUV444
)
"""(1.6.1) Subsampling of the output and of the coded format, of every legal pair."""
