"""The bytes of frames while a clip is made: in a temporary file, until the tables in front of them can be written.

In: codestreams, or samples of transparency, one by one.  Out: their places, and all of them in pieces.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from refdec.formats.file_errors import file_unwritable

__all__ = ["ClipMedia", "clip_media"]

IN_MEMORY, PIECE = 1 << 26, 1 << 20
NAME = "A temporary file for the frames"


@dataclass(slots=True)
class ClipMedia:
    """Takes bytes, and gives them back in their order.  Raises FileUnwritable where there is no room for them."""

    file: tempfile.SpooledTemporaryFile[bytes]
    size: int = 0

    def put(self, data: bytes) -> tuple[int, int]:
        """Keep bytes behind those that are there, and return where they begin and their number."""
        try:
            self.file.write(data)
        except OSError as reason:
            raise file_unwritable(NAME, reason) from reason
        place = self.size, len(data)
        self.size += len(data)
        return place

    def pieces(self) -> Iterator[bytes]:
        """Yield all bytes."""
        self.file.seek(0)
        while piece := self.file.read(PIECE):
            yield piece


@contextmanager
def clip_media() -> Iterator[ClipMedia]:
    """Give an empty one for the time of a `with` block."""
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        yield ClipMedia(file)
