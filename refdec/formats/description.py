"""What a file says about its picture beside the samples: which way is up, what the colours mean, and all the rest.

In: what readers find.  Out: `SourceDescription`, frozen, that travels with the picture to the encoder.
"""

from __future__ import annotations

from dataclasses import dataclass

from refdec.bitstream.rendering import RenderingInfo

__all__ = ["NOTHING_SAID", "UPRIGHT", "SourceDescription"]

UPRIGHT = 1
"""The Exif orientation of samples that are stored as they are to be shown."""


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """Which way is up, what the colours mean, what a codestream has no place for, and what a user should know.

    `orientation` 1..8 as Exif counts: 1 as stored, 3 upside down, 6 to be turned right by 90 degrees, 8 left; 2, 4, 5,
    7 mirrored.  `rendering`: what goes into RDI (1.5.3), None where the file says nothing about its colours that H.273
    has a code for.  `left_behind`: names, with their articles, of what a codestream cannot carry ("an ICC profile
    'Adobe RGB (1998)'").  `remarks`: whole sentences about how the samples were read.
    """

    orientation: int = UPRIGHT
    rendering: RenderingInfo | None = None
    left_behind: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


NOTHING_SAID = SourceDescription()
"""Of a file, or an array, that says nothing beside its samples."""
