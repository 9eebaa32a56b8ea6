"""Rows of a picture that were decoded, kept until they are looked at again: small ones in memory, others on disk.

In: planes of one size, some rows at a time, from the top.  Out: any rows of them, and their digest.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import numpy as np

from refdec.formats.file_errors import file_unwritable
from refdec.picture.output import Codes, code_type

__all__ = ["KeptRows", "kept_rows"]

IN_MEMORY, PIECE_ROWS = 1 << 22, 64
"""Bytes of a plane that stay in memory; rows that are hashed at a time."""
NAME = "A temporary file for the decoded picture"


class KeptRows:
    """Takes rows of as many planes as there are files, all of one width; made by `kept_rows`."""

    def __init__(self, width: int, bits: int, files: list[tempfile.SpooledTemporaryFile[bytes]]) -> None:
        self._width, self._kind, self._files = width, code_type(bits), files
        self._height = 0

    def add(self, *planes: Codes) -> None:
        """Keep rows behind those that are there.  Raises FileUnwritable where there is no room for them."""
        for file, rows in zip(self._files, planes, strict=True):
            try:
                file.seek(0, 2)
                file.write(np.ascontiguousarray(rows, dtype=self._kind).tobytes())
            except OSError as reason:
                raise file_unwritable(NAME, reason) from reason
        self._height += planes[0].shape[0]

    def rows(self, top: int, bottom: int) -> tuple[Codes, ...]:
        """Return rows of all planes, from one on up to another one, which is not among them."""
        return tuple(self._read(file, top, bottom) for file in self._files)

    def _read(self, file: tempfile.SpooledTemporaryFile[bytes], top: int, bottom: int) -> Codes:
        row_bytes = self._width * self._kind.itemsize
        file.seek(top * row_bytes)
        data = file.read((min(bottom, self._height) - top) * row_bytes)
        return np.frombuffer(data, self._kind).reshape(-1, self._width)

    def hexdigest(self) -> str:
        """Return the fingerprint of what is kept, as `picture_sha256` has it."""
        digest = hashlib.sha256()
        for file in self._files:
            for top in range(0, self._height, PIECE_ROWS):
                digest.update(self._read(file, top, top + PIECE_ROWS).astype("<i4").data)
        return digest.hexdigest()


@contextmanager
def kept_rows(width: int, bits: int, planes: int) -> Iterator[KeptRows]:
    """Give an empty one, for codes of a depth, for the time of a `with` block."""
    with ExitStack() as stack:
        yield KeptRows(
            width, bits, [stack.enter_context(tempfile.SpooledTemporaryFile(IN_MEMORY)) for _ in range(planes)]
        )
