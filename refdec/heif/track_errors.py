"""What a reader of tracks rejects, one class a rule; each knows the path of the box and its byte in the file."""

from __future__ import annotations

from dataclasses import dataclass

from refdec.errors import CodestreamError, Placed, UnsupportedError
from refdec.heif.errors import SEE_BOXES

__all__ = ["NoJpegAiTrack", "SampleOutside", "SampleTableWrong", "TrackUnreadable"]


@dataclass(eq=False, repr=False)
class SampleTableWrong(Placed, CodestreamError):
    """The tables of a track contradict each other, or themselves: which bytes are which frame, and when, is open."""

    code, clause = "RD2021", ""
    path: str
    reason: str

    def explain(self) -> str:
        return f"The box {self.path} cannot be right: {self.reason}.\n{SEE_BOXES}"


@dataclass(eq=False, repr=False)
class SampleOutside(Placed, CodestreamError):
    """The bytes of a frame are not all in the file."""

    code, clause = "RD2022", ""
    frame: int
    length: int
    size: int

    def explain(self) -> str:
        start = "" if self.at is None else f" at byte {self.at.bits // 8}"
        return (
            f"Frame {self.frame} should have {self.length} bytes{start}, the file has {self.size} in all.\n"
            "The file was cut; compare its length with the source: ls -l FILE"
        )


@dataclass(eq=False, repr=False)
class TrackUnreadable(Placed, UnsupportedError):
    """A track is legal, and cannot be read here."""

    code, clause = "RD2023", ""
    track: int
    reason: str

    def explain(self) -> str:
        return f"Track {self.track} cannot be read here: {self.reason}.\n{SEE_BOXES}"


@dataclass(eq=False, repr=False)
class NoJpegAiTrack(Placed, UnsupportedError):
    """A clip has no track whose frames are JPEG AI codestreams."""

    code, clause = "RD2024", ""
    kinds: tuple[str, ...]

    def explain(self) -> str:
        found = ", ".join(self.kinds) or "nothing"
        return (
            f"This file holds {found}, and no track of JPEG AI pictures (jaim).\n"
            "Convert it to frames, then encode these: ffmpeg -i FILE FRAMES/%05d.png"
        )
