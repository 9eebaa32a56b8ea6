"""What is said of picture headers of another text than the one they are read by (1.12)."""

from __future__ import annotations

from dataclasses import dataclass

from refdec.bitstream.editions import Edition
from refdec.errors import CodestreamError, Placed, UsageError

__all__ = ["DraftHeader", "HeaderAmbiguous", "HeaderBeforeDraft", "HeaderOfOtherEdition"]


@dataclass(eq=False, repr=False)
class DraftHeader(Placed, CodestreamError):
    """(1.12) The picture header is that of the draft; a decoder reads it and says so, a verifier counts it.

    `legal`: whether the codestream breaks no rule of the draft, None where that has not been looked at.
    """

    code, clause, ELEMENT = "RD0165", "1.12", "decoder_profile_id"
    legal: bool | None = None

    def explain(self) -> str:
        if self.legal is None:
            what = "The picture header is that of the draft (DIS), not of the published standard; it is read as such."
        else:
            kind = "a legal stream" if self.legal else "a stream"
            what = f"This is {kind} of the draft (DIS), not of the published standard: it has no stream_profile_idc."
        return f"{what}\nTo take the draft for right: refdec verify FILE --edition draft"


@dataclass(eq=False, repr=False)
class HeaderOfOtherEdition(Placed, CodestreamError):
    """(1.12) Profile, transforms or level are illegal in the edition that the caller named, and legal in the other.

    `reason`: what is illegal, as a sentence; `name`: the element that it is about.
    """

    code, clause = "RD0166", "1.12"
    reason: str
    name: str
    edition: Edition

    @property
    def element(self) -> str:
        return self.name

    def explain(self) -> str:
        return (
            f"{self.reason.rstrip('.')}, by {self.edition.words}; by {self.edition.other.words} this picture header is "
            f"legal.\nTo read it so: refdec info FILE --edition {self.edition.other}"
        )


@dataclass(eq=False, repr=False)
class HeaderBeforeDraft(Placed, CodestreamError):
    """(1.12) The picture header begins as that of the software before the draft, which listed decoder profiles."""

    code, clause, ELEMENT = "RD0167", "1.12", "stream_profile_idc"

    def explain(self) -> str:
        return (
            "This picture header begins as that of the reference software before the draft (VM 7.0 and about), which "
            "listed decoder profiles.\n"
            "Streams of that software follow neither text, and are not decoded.\n"
            f"Encode the picture again with current software.  {self.look()}"
        )


@dataclass(eq=False, repr=False)
class HeaderAmbiguous(Placed, UsageError):
    """(1.12) A picture header of the draft is to be written whose bits are a legal header of the published standard."""

    code, clause, ELEMENT = "RD0169", "1.12", "decoder_profile_id"

    def explain(self) -> str:
        return (
            "As a header of the draft, profile, transforms and level would begin as a legal header of the published "
            "standard: readers would take it for that.\nTry: refdec encode IN OUT.jai --edition draft --profile base"
        )
