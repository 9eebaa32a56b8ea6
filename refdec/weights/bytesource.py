"""Where bytes come from: a buffer in memory or an open binary file, with the same two verbs.

In: bytes, or a file that the caller opened.  Out: `ByteSource`, safe to use from several threads.  Opening files is the
caller's business.
"""

from __future__ import annotations

import os
import threading
import weakref
from io import FileIO
from typing import BinaryIO, Protocol, TypeAlias

from refdec.errors import BitOffset
from refdec.weights.errors_files import ArchiveDamaged

__all__ = ["BufferSource", "ByteSource", "FileSource", "Readable", "SharedFileSource", "byte_source"]


class ByteSource(Protocol):
    """Random access to a fixed number of bytes."""

    @property
    def size(self) -> int:
        """Return the number of bytes."""
        ...

    def read(self, offset: int, size: int) -> memoryview:
        """Return exactly `size` bytes from `offset`; raises ArchiveDamaged where the source ends before."""
        ...


Readable: TypeAlias = bytes | bytearray | memoryview | BinaryIO | ByteSource


def _require_inside(offset: int, size: int, total: int) -> None:
    if offset < 0 or size < 0 or offset + size > total:
        reason = f"it needs {size} bytes at {offset}, the file has {total}"
        raise ArchiveDamaged(reason, at=BitOffset.of_byte(max(offset, 0)))


class BufferSource:
    """Bytes in memory; `read` copies nothing."""

    def __init__(self, buffer: bytes | bytearray | memoryview) -> None:
        self._view = memoryview(buffer).toreadonly().cast("B")

    @property
    def size(self) -> int:
        """Return the number of bytes."""
        return len(self._view)

    def read(self, offset: int, size: int) -> memoryview:
        """Return a view of `size` bytes from `offset`; raises ArchiveDamaged."""
        _require_inside(offset, size, self.size)
        return self._view[offset : offset + size]


class FileSource:
    """An open, seekable binary file; one lock makes seek and read one step."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._lock = file, threading.Lock()
        self._size = file.seek(0, os.SEEK_END)

    @property
    def size(self) -> int:
        """Return the number of bytes that the file had when it was handed over."""
        return self._size

    def read(self, offset: int, size: int) -> memoryview:
        """Return `size` bytes from `offset`; raises ArchiveDamaged."""
        _require_inside(offset, size, self._size)
        with self._lock:
            self._file.seek(offset)
            data = self._file.read(size)
        _require_inside(offset, size, offset + len(data))
        return memoryview(data)


class SharedFileSource:
    """A file that the caller opened, read at places without moving in it, so that forked processes share it.

    It is closed when nobody reads it any more.  Only where the system can (`os.pread`).
    """

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self._size = os.fstat(file.fileno()).st_size
        weakref.finalize(self, file.close)

    @property
    def size(self) -> int:
        """Return the number of bytes that the file had when it was handed over."""
        return self._size

    def read(self, offset: int, size: int) -> memoryview:
        """Return `size` bytes from `offset`; raises ArchiveDamaged, also where the file has become shorter."""
        _require_inside(offset, size, self._size)
        try:
            data = os.pread(self._file.fileno(), size, offset)
        except OSError as error:
            reason = f"it cannot be read: {error.strerror}"
            raise ArchiveDamaged(reason, at=BitOffset.of_byte(offset)) from None
        _require_inside(offset, size, offset + len(data))
        return memoryview(data)


def byte_source(readable: Readable) -> ByteSource:
    """Return a source for bytes or for an open binary file; a source is returned as it is."""
    if isinstance(readable, bytes | bytearray | memoryview):
        return BufferSource(readable)
    if isinstance(readable, BufferSource | FileSource | SharedFileSource):
        return readable
    return FileSource(readable)  # type: ignore[arg-type]
