"""Files that hold a codestream: bare, or as the picture of a HEIF file.  What is in them tells, not their name.

In: a source.  Out: `StreamFile`, the codestream and what stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from refdec.bitstream.firstbytes import is_heif
from refdec.formats.files import Source, read_bytes
from refdec.limits import Limits

if TYPE_CHECKING:
    from refdec.heif.heiffile import HeifFile

__all__ = ["StreamFile", "codestream_bytes", "read_stream_file", "stream_in"]


@dataclass(frozen=True, slots=True, eq=False)
class StreamFile:
    """A codestream, and the HEIF file that it is the picture of; None: it stands alone."""

    codestream: bytes
    file: HeifFile | None = None


def stream_in(data: bytes, *, limits: Limits | None = None) -> StreamFile:
    """Return what the bytes of a file hold; what does not begin as a HEIF file is taken for a codestream.

    Raises NoJpegAiItem, and what reading boxes raises.
    """
    if not is_heif(data):
        return StreamFile(data)
    from refdec.heif.picturefile import shown_item
    from refdec.heif.reading import read_heif

    file = read_heif(data, limits=limits or Limits())
    return StreamFile(bytes(shown_item(file).data), file)


def read_stream_file(source: Source, *, limits: Limits | None = None) -> StreamFile:
    """Read a file.  Raises what `stream_in` raises, FileUnreadable, FileTooLong."""
    return stream_in(read_bytes(source, limits=limits), limits=limits)


def codestream_bytes(source: Source, *, limits: Limits | None = None) -> bytes:
    """Return the codestream of a file, whatever stands beside it.  Raises what `read_stream_file` raises."""
    return read_stream_file(source, limits=limits).codestream
