"""What both adapters share: pixels as other libraries hold them, how a file is decoded to them, and errors.

In: what headers say, a decoded `Picture`.  Out: uint8 or uint16 [rows, columns] of gray, [rows, columns, 3] of RGB, one
channel more where there is transparency, which colours are not multiplied by.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from refdec.errors import RefdecError
from refdec.formats.errors import FormatCannotHold
from refdec.formats.transparency import pixels_of

if TYPE_CHECKING:
    from refdec.api.beside import BesidePicture
    from refdec.formats.decoded import Picture
    from refdec.inspection.summary import Info
    from refdec.picture.output import Codes

__all__ = ["os_errors", "shown_channels", "shown_pixels"]


@contextmanager
def os_errors() -> Iterator[None]:
    """Raise an OSError, as readers of pictures do, for what refdec refuses."""
    try:
        yield
    except RefdecError as problem:
        raise OSError(problem.headline()) from problem


def shown_channels(info: Info, beside: BesidePicture) -> int:
    """Return how many samples a pixel has: 1 of gray, 3 of RGB, one more with transparency."""
    return (1 if info.is_gray_alone else 3) + (beside.alpha is not None)


def shown_pixels(picture: Picture, gray_components: int | None, bits: int | None = None) -> Codes:
    """Return a picture that was decoded in `colour_to_show`, or in a colour of the caller's; `bits` None: of its own.

    Transparency is brought to the depth of the colours.  Raises FormatCannotHold for subsampled chroma.
    """
    from refdec.api.gray import shown_planes

    if picture.subsampling != (1, 1):
        raise FormatCannotHold("An array", "chroma that has fewer samples than luma", 'Leave out colour="YUV".')
    depth = picture.bit_depth if bits is None else bits
    planes, is_ycc = shown_planes(picture, gray_components), picture.colour == "YUV"
    return pixels_of(planes, picture.bit_depth, depth, picture.alpha, is_ycc=is_ycc)
