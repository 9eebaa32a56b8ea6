"""How a clip is made: `ClipOptions`, beside the `EncodeOptions` of its frames.

In: keywords, or what was typed.  Out: frozen options, checked when they are put together.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from refdec.api.encode_options import EncodeOptions
from refdec.sequences.errors import ClipOption, FrameRateInvalid

__all__ = ["DEFAULT_CLIP", "ClipOptions", "refuse_single"]

MOST_PLAYS = 1 << 31
MOST_WORKERS = 1024
"""Each has frames at work, which take memory."""


@dataclass(frozen=True, slots=True)
class ClipOptions:
    """`fps`: frames a second, in place of the durations that the source states; None: those, or 25 where it has none.

    `plays`: how often the clip plays, 0 for ever; None: what the source says, else once.  `workers`: processes that
    share the frames, None: one for each core; the file is the same for any number.  Raises FrameRateInvalid.
    """

    fps: Fraction | None = None
    plays: int | None = None
    workers: int | None = 1

    def __post_init__(self) -> None:
        if self.fps is not None and self.fps <= 0:
            raise FrameRateInvalid("The frame rate", self.fps, "a number above 0, such as 25 or 30000/1001")
        if self.plays is not None and not (isinstance(self.plays, int) and 0 <= self.plays < MOST_PLAYS):
            raise FrameRateInvalid("How often the clip plays", self.plays, "a number, 0 for ever")
        if self.workers is not None and not 0 < self.workers <= MOST_WORKERS:
            raise FrameRateInvalid("The number of workers", self.workers, f"a number from 1 to {MOST_WORKERS}")

    @property
    def says_something(self) -> bool:
        """Whether it asks for a clip: a rate, or how often it plays."""
        return self.fps is not None or self.plays is not None


DEFAULT_CLIP = ClipOptions()


def refuse_single(options: EncodeOptions) -> None:
    """Raise ClipOption for wishes that are about one picture."""
    wishes = {
        "--max-bytes": (options.max_bytes, "Bound the rate of each frame: --quality N or --bpp R"),
        "--private": (options.private, "Encode the frames one by one."),
        "--thumbnail": (options.thumbnail, "Leave it away: the first frame is the picture that stands for the clip."),
    }
    for wish, (given, instead) in wishes.items():
        if given:
            raise ClipOption(wish, instead)
