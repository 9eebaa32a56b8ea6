"""How a source is to be read, and what is made of it.

In: what a caller wishes.  Out: frozen values that go to the readers of `source_codes`, `source_arrays`,
`source_streams`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from refdec.formats.kinds import FloatView
    from refdec.formats.yuv import YuvLayout
    from refdec.heif.parts import PictureParts
    from refdec.limits import Limits
    from refdec.plugins.source_picture import SourcePicture

__all__ = ["AS_IT_IS", "SourceWishes", "WithParts"]


@dataclass(frozen=True, slots=True)
class SourceWishes:
    """How a source is to be read.

    `bits`: depth of the codes where the source does not say (uint8: 8, uint16: 16).  `suffix`, `layout`, `frame`,
    `low_bits` and `float_view` as for `formats.files.read_picture`.  `strip`: what a codestream cannot carry is left
    without a word.  `keep_floats`: arrays of floats are taken too, since a layer will keep them.
    `in_file`: it goes into a HEIF file.  Then samples stay as they are stored, the parts say how they are to be turned,
    and warnings name only what such a file has no place for; `strip` leaves the metadata away, but not what they say
    about the samples: ICC profile and orientation.
    """

    bits: int | None = None
    suffix: str = ""
    layout: YuvLayout | None = None
    limits: Limits | None = None
    frame: int | None = None
    low_bits: bool = False
    strip: bool = False
    float_view: FloatView = "sdr"
    keep_floats: bool = False
    in_file: bool = False


AS_IT_IS = SourceWishes()


class WithParts(NamedTuple):
    """A picture to encode, and what a HEIF file keeps beside its codestream."""

    picture: SourcePicture
    parts: PictureParts
