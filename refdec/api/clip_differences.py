"""What two clips differ in: how many frames, when and how often they are shown, and which are coded otherwise.

In: two clips.  Out: lines for people, and plain values.  Frames are compared as they are coded; nothing is decoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refdec.api.clips import Clip
from refdec.errors import first_of

__all__ = ["ClipDifference", "compare_clips"]

MOST_FRAMES = 20
"""Frames that are named; of more only the number is."""


@dataclass(frozen=True, slots=True)
class ClipDifference:
    """Two counts of frames, the numbers of frames that are shown at other times, and of those that are coded otherwise.

    Frames are compared as far as both clips have them; `plays`: how often each clip plays, 0 for ever.
    """

    counts: tuple[int, int]
    plays: tuple[int, int]
    moved: tuple[int, ...]
    changed: tuple[int, ...]

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return len(set(self.counts)) == len(set(self.plays)) == 1 and not (self.moved or self.changed)

    def lines(self) -> tuple[str, ...]:
        """Return what differs, a line each."""
        if self.equal:
            return (f"equal: {self.counts[0]} frames, coded and timed alike",)
        found = []
        if len(set(self.counts)) > 1:
            found.append(f"frames: A has {self.counts[0]}, B {self.counts[1]}; those that both have are compared")
        if len(set(self.plays)) > 1:
            found.append("plays: " + ", ".join(f"{name} {_often(n)}" for name, n in zip("AB", self.plays, strict=True)))
        for what, numbers in (
            ("shown at another time or for another time", self.moved),
            ("coded otherwise", self.changed),
        ):
            if numbers:
                found.append(f"{what}: frames {first_of(numbers, MOST_FRAMES)}")
        if self.changed:
            one = self.changed[0]
            found.append(
                f"To see how: refdec transcode A --frame {one} a.jai, the same of B, and refdec diff a.jai b.jai"
            )
        return tuple(found)

    def as_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "frames": list(self.counts),
            "plays": list(self.plays),
            "moved": list(self.moved),
            "changed": list(self.changed),
        }


def compare_clips(a: Clip, b: Clip) -> ClipDifference:
    """Compare two clips.  Raises SampleOutside where a frame lies outside of its file."""
    both = range(1, min(len(a), len(b)) + 1)
    times = [list(zip(clip.starts, clip.durations, strict=True)) for clip in (a, b)]
    return ClipDifference(
        (len(a), len(b)),
        (a.plays, b.plays),
        tuple(n for n in both if times[0][n - 1] != times[1][n - 1]),
        tuple(n for n in both if a.codestream(n) != b.codestream(n)),
    )


def _often(plays: int) -> str:
    return f"{plays} times" if plays else "for ever"
