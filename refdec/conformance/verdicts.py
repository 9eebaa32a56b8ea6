"""What can become of a case, and what that means for the decoder under test.

A verdict says what was seen, `passed` what follows from it; docs/conformance.md has a paragraph on each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from refdec.clauses import way_in_words
from refdec.conformance.case import Case
from refdec.formats.pictures import CodePicture

__all__ = ["MEANINGS", "PASSING", "CaseResult", "CaseVerdict", "PictureDifference"]


class CaseVerdict(StrEnum):
    """What was seen."""

    EXACT = "exact"
    TOLERATED = "within tolerance"
    UNCOMPARED = "decoded, not compared"
    REFUSED = "refused"
    DECODED = "decoded, as it may"
    DIFFERS = "picture differs"
    STAGE = "stage differs"
    SIZE = "wrong size"
    NO_PICTURE = "no picture"
    FAILED = "refused a legal stream"
    ACCEPTED = "accepted a broken stream"
    WRONG_ERROR = "refused for another reason"
    CRASH = "crash"
    HANG = "no end"


PASSING = frozenset(
    {CaseVerdict.EXACT, CaseVerdict.TOLERATED, CaseVerdict.UNCOMPARED, CaseVerdict.REFUSED, CaseVerdict.DECODED}
)
MEANINGS: Mapping[CaseVerdict, str] = {
    CaseVerdict.EXACT: "every sample (refdec: every stage) equals the reference",
    CaseVerdict.TOLERATED: (
        "some samples differ, within the tolerance that the case states for decoders in floating point"
    ),
    CaseVerdict.UNCOMPARED: (
        "a picture of the right size; its values are so extreme that only exact decoders are compared"
    ),
    CaseVerdict.REFUSED: "a stream that must, or may, be refused was refused",
    CaseVerdict.DECODED: "a stream that may be refused was decoded",
    CaseVerdict.DIFFERS: "the picture has the right size and other samples",
    CaseVerdict.STAGE: "an intermediate result of the decoder has another fingerprint",
    CaseVerdict.SIZE: "the picture has another size than the header says",
    CaseVerdict.NO_PICTURE: "the decoder said that it succeeded and left no readable picture",
    CaseVerdict.FAILED: "a stream that every decoder must decode was refused",
    CaseVerdict.ACCEPTED: "a stream that breaks a rule was decoded without a word",
    CaseVerdict.WRONG_ERROR: "a broken stream was refused, but the error names another rule",
    CaseVerdict.CRASH: "the decoder ended by a signal, or by an error that it does not report on purpose",
    CaseVerdict.HANG: "the decoder was still running when its time was over",
}


@dataclass(frozen=True, slots=True)
class PictureDifference:
    """How two pictures differ: largest difference, share of differing samples 0..1, the first of them, and a guess why.

    `first` is (plane, row, column).
    """

    max_difference: int
    share: float
    first: tuple[int, int, int]
    guess: str


@dataclass(frozen=True, slots=True, eq=False)
class CaseResult:
    """What became of one case; `shown` holds the expected and the found picture where they differ.

    `through`: the clauses on the way to the error that ended it, known of refdec itself only.  `guess`: what the wrong
    picture looks like.
    """

    case: Case
    verdict: CaseVerdict
    seconds: float
    message: str = ""
    exit_code: int | None = None
    output: str = ""
    difference: PictureDifference | None = None
    shown: tuple[CodePicture, CodePicture] | None = None
    through: tuple[str, ...] = ()
    guess: str = ""

    @property
    def way(self) -> str:
        """The clauses on the way to the error in words; "" where they are not known."""
        return way_in_words(self.through)

    @property
    def passed(self) -> bool:
        """Whether the decoder did what it must."""
        return self.verdict in PASSING

    def as_json(self) -> dict[str, Any]:
        """Return plain values, pictures left out."""
        return {
            "name": self.case.name,
            "kind": self.case.kind,
            "title": self.case.title,
            "verdict": self.verdict.value,
            "passed": self.passed,
            "seconds": round(self.seconds, 3),
            "message": self.message,
            "exit_code": self.exit_code,
            "output": self.output,
            "clauses": list(self.case.clauses),
            "through": list(self.through),
            "difference": None if self.difference is None else asdict(self.difference),
        }
