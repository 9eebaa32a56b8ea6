"""Fingerprint of a picture: SHA-256 over the codes of all planes as little-endian int32, planes one after the other.

In: whole planes, or three planes some rows at a time.  Out: the same digest.  Of rows, those of the second and third
plane wait in temporary files until the first is complete.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np

from refdec.arithmetic.types import IntArray
from refdec.picture.output import Codes

__all__ = ["PictureDigest", "picture_digest", "picture_sha256"]

IN_MEMORY = 1 << 24
"""Bytes of a plane that wait in memory; more wait on disk."""
PIECE_BYTES = 1 << 22


def picture_sha256(planes: Iterable[IntArray]) -> str:
    """Return the fingerprint of whole planes of codes."""
    digest = hashlib.sha256()
    for plane in planes:
        digest.update(np.ascontiguousarray(plane, dtype="<i4").data)
    return digest.hexdigest()


class PictureDigest:
    """Takes rows of three planes, or of gray's one; made by `picture_digest`."""

    def __init__(self, *waiting: tempfile.SpooledTemporaryFile[bytes]) -> None:
        self._digest = hashlib.sha256()
        self._waiting = waiting
        self._kind = np.dtype(np.uint16)

    def add(self, first: Codes, *others: Codes) -> None:
        """Add rows."""
        self._digest.update(np.ascontiguousarray(first, dtype="<i4").data)
        self._kind = first.dtype
        for file, rows in zip(self._waiting if others else (), others, strict=True):
            file.write(np.ascontiguousarray(rows, dtype=self._kind).tobytes())

    def hexdigest(self) -> str:
        """Return the fingerprint after the last rows; called once."""
        for file in self._waiting:
            file.seek(0)
            while piece := file.read(PIECE_BYTES):
                self._digest.update(np.frombuffer(piece, self._kind).astype("<i4").data)
        return self._digest.hexdigest()


@contextmanager
def picture_digest() -> Iterator[PictureDigest]:
    """Give a digest for the time of a `with` block."""
    with (
        tempfile.SpooledTemporaryFile(IN_MEMORY) as second,
        tempfile.SpooledTemporaryFile(IN_MEMORY) as third,
    ):
        yield PictureDigest(second, third)
