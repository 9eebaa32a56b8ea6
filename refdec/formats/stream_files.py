"""Files that hold a codestream: bare, or as the picture of a HEIF file.  What is in them tells, not their name.

In: a source.  Out: `StreamFile`, the codestream and what stands beside it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from refdec.bitstream.firstbytes import START_BYTES, is_heif
from refdec.formats.files import Source, read_bytes
from refdec.formats.pipes import is_read_once
from refdec.limits import Limits

if TYPE_CHECKING:
    from refdec.heif.heiffile import HeifFile

__all__ = ["StreamFile", "may_hold_clip", "read_stream_file", "stream_in"]


MOVIE, ITEMS = "moov", "meta"


@dataclass(frozen=True, slots=True, eq=False)
class StreamFile:
    """A codestream, and the HEIF file that it is the picture of; None: it stands alone."""

    codestream: bytes
    file: HeifFile | None = None


def stream_in(data: bytes, *, limits: Limits | None = None, first_tile: bool = False) -> StreamFile:
    """Return what the bytes of a file hold; what does not begin as a HEIF file is taken for a codestream.

    Of a clip without a still picture that is its first frame; of a picture made of tiles the first of them where
    `first_tile` is said.  Raises NoJpegAiItem, PictureOfTiles, and what reading boxes raises.
    """
    if not is_heif(data):
        return StreamFile(data)
    from refdec.heif.errors import BoxMissing
    from refdec.heif.grid import grid_of, is_grid
    from refdec.heif.picturefile import shown_item
    from refdec.heif.reading import read_heif

    limits = limits or Limits()
    try:
        file = read_heif(data, limits=limits)
    except BoxMissing as missing:
        if missing.path != ITEMS or MOVIE.encode() not in data:
            raise
        file = _first_of_clip(data, limits)
    item = grid_of(file).tiles[0] if first_tile and is_grid(file) else shown_item(file)
    return StreamFile(bytes(item.data), file)


def _first_of_clip(data: bytes, limits: Limits) -> HeifFile:
    """Return the first frame of a clip as a file of its own.  Raises what `clip_of_boxes` raises."""
    from refdec.heif.boxreader import read_boxes
    from refdec.heif.clipfile import clip_of_boxes

    boxes = read_boxes(data, limits=limits)
    clip = clip_of_boxes(boxes, data, limits)
    picture, *alpha = (data[at : at + length] for at, length in clip.places(0))
    return replace(clip.still(0, picture, alpha[0] if alpha else None), left_out=(MOVIE,))


def may_hold_clip(source: Source) -> bool:
    """Tell whether a source may hold a clip: a file that begins with boxes does, and what can be read once may."""
    if not isinstance(source, str | os.PathLike) or is_read_once(source):
        return not isinstance(source, bytes | bytearray | memoryview) or is_heif(bytes(source[:START_BYTES]))
    try:
        with Path(source).open("rb") as file:
            return is_heif(file.read(START_BYTES))
    except (OSError, ValueError):
        return False  # who reads it whole says what is wrong


def read_stream_file(source: Source, *, limits: Limits | None = None) -> StreamFile:
    """Read a file.  Raises what `stream_in` raises, FileUnreadable, FileTooLong."""
    return stream_in(read_bytes(source, limits=limits), limits=limits)
