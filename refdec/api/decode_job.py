"""What is asked of one file that is decoded to another: `DecodeJob`, from the command line to the writer.

In: wishes.  Out: a frozen value, which worker processes are sent too.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from refdec.api.chosen_frame import FrameWish
from refdec.decoding.options import DEFAULT_OPTIONS, DecodeOptions

if TYPE_CHECKING:
    from refdec.privacy.keys import PrivateKey

__all__ = ["DEFAULT_JOB", "DecodeJob"]


@dataclass(frozen=True, slots=True)
class DecodeJob:
    """One file to decode; picklable, so that it can be sent to a worker.

    `suffix`: format of the target where its name does not tell; the format says the colour.  A colour of the options
    chooses only between gray and the standard's colours of a gray picture.
    `key` opens private regions; `or_public`: where it does not, the public picture is decoded, with a warning.
    `trace`, `dump`: files to write beside the picture.  `fingerprint`: report the SHA-256 of the codes.
    `scale`: a small picture straight from the latents.  `lossy`: not the original, although there is a lossless layer.
    `tone_map`: as an SDR display shows it; `options.bit_depth` is then that of what is written.
    `frame`, from 1, or `time`, in seconds: that frame of a clip alone; neither: all of it.
    `blur_faces`: faces that are found are covered.
    """

    options: DecodeOptions = DEFAULT_OPTIONS
    suffix: str = ""
    trace: Path | None = None
    dump: Path | None = None
    timings: bool = False
    fingerprint: bool = True
    key: PrivateKey | None = None
    or_public: bool = False
    scale: int | None = None
    lossy: bool = False
    tone_map: bool = False
    frame: int | None = None
    time: Fraction | None = None
    blur_faces: bool = False

    @property
    def wants_stages(self) -> bool:
        """Whether what is asked for watches the stages."""
        return bool(self.trace or self.dump or self.timings)

    @property
    def frame_wish(self) -> FrameWish:
        """Which frame of a clip is meant."""
        return FrameWish(self.frame, self.time)


DEFAULT_JOB = DecodeJob()
