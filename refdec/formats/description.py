"""What a file says about its picture beside the samples: which way is up, what the colours mean, and all the rest.

In: what readers find.  Out: `SourceDescription`, frozen, that travels with the picture to the encoder.
"""

from __future__ import annotations

from dataclasses import dataclass

from refdec.bitstream.rendering import RenderingInfo
from refdec.heif.parts import NO_METADATA, Metadata

__all__ = [
    "LEFT_BY_FILE",
    "NOTHING_SAID",
    "PROFILE",
    "UPRIGHT",
    "XMP_NAME",
    "SourceDescription",
    "bytes_after",
    "profile_name",
    "resolution",
]

LEFT_BY_CODESTREAM, LEFT_BY_FILE = (
    f"left behind, since {place} has no place for it: " for place in ("a codestream", "a HEIF file")
)
"""How the sentence about what is left behind begins."""
XMP_NAME, PROFILE = "XMP metadata", "ICC profile"
UPRIGHT = 1
"""The Exif orientation of samples that are stored as they are to be shown."""


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """Which way is up, what the colours mean, what a codestream has no place for, and what a user should know.

    `orientation` 1..8 as Exif counts: 1 as stored, 3 upside down, 6 to be turned right by 90 degrees, 8 left; 2, 4, 5,
    7 mirrored.  `rendering`: what goes into RDI (1.5.3), None where the file says nothing about its colours that H.273
    has a code for.  `left_behind`: names, with their articles, of what a codestream cannot carry ("an ICC profile
    'Adobe RGB (1998)'"), of which a HEIF file keeps those that are also in `kept`, as `metadata`.  `remarks`: whole
    sentences about how the samples were read.
    """

    orientation: int = UPRIGHT
    rendering: RenderingInfo | None = None
    left_behind: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    kept: frozenset[str] = frozenset()
    metadata: Metadata = NO_METADATA

    def sentences(self, *, in_file: bool = False) -> tuple[str, ...]:
        """Return what a codestream, or (`in_file`) a HEIF file, leaves behind as one sentence, none if nothing."""
        left = [name for name in self.left_behind if not in_file or name not in self.kept]
        if not left:
            return ()
        return (f"{LEFT_BY_FILE if in_file else LEFT_BY_CODESTREAM}{'; '.join(left)}",)


NOTHING_SAID = SourceDescription()
"""Of a file, or an array, that says nothing beside its samples."""


def profile_name(name: str, *, needed: bool) -> str:
    """Return how to call an ICC profile that is left behind; `needed`: nothing else says what the colours mean."""
    called = f"the {PROFILE} '{name}'" if name else f"an {PROFILE} without a name"
    return f"{called}, without which its colours will be shown wrong" if needed else called


def resolution(x: object, y: object) -> str:
    """Return how to call a resolution in dots per inch."""
    return f"the resolution {x} x {y} dpi"


def bytes_after(count: int) -> tuple[str, ...]:
    """Return how to call bytes after the end of a picture, none if there are none."""
    return (f"{count} bytes after its end",) if count else ()
