"""Picture headers in one line: what tests choose, as keywords."""

from __future__ import annotations

from typing import Any

from refdec.bitstream import builder
from refdec.bitstream.builder import HeaderChoices
from refdec.bitstream.picture_header import PictureHeader

__all__ = ["picture_header"]


def picture_header(width: int, height: int, **choices: Any) -> PictureHeader:
    """Return the header of a picture of a displayed size and the named choices; the others are the usual ones."""
    return builder.picture_header(HeaderChoices(width=width, height=height, **choices))
