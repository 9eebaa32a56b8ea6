"""Where bytes go: a file that appears whole or not at all, or a stream of somebody else's.

A file is written under a temporary name in its own folder (`unfinished`) and renamed at the end, so that a reader never
sees half a picture and an error leaves what was there before.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from errno import EACCES, EISDIR
from pathlib import Path
from typing import BinaryIO, Protocol, TypeAlias

from refdec.formats.errors import FileUnwritable
from refdec.formats.file_errors import file_unwritable
from refdec.formats.folders import names_folder
from refdec.formats.pipes import named
from refdec.formats.standard_output import data_stream, is_standard_output
from refdec.formats.unfinished import unfinished_file
from refdec.parallel.places import is_file, is_folder, is_there

__all__ = ["AtomicFile", "Borrowed", "Sink", "Target", "make_folder_for", "sink_of"]

Target: TypeAlias = str | os.PathLike[str] | BinaryIO
"""A path, "-" (or /dev/stdout) for standard output, or a binary file object."""


class Sink(Protocol):
    """Takes bytes; `commit` makes them last, `discard` undoes what can be undone.  Both may follow each other."""

    def write(self, data: bytes | memoryview) -> None: ...
    def commit(self) -> None: ...
    def discard(self) -> None: ...


def _mode_of(path: Path, name: str) -> int | None:
    """Return the permissions of a file, None where there is none; raises FileUnwritable where it is read-only."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None
    if not mode & stat.S_IWUSR:  # a rename would replace it all the same
        raise file_unwritable(name, PermissionError(EACCES, "it is read-only"))
    return mode


def make_folder_for(path: Path) -> None:
    """Make the folder that a file is to lie in, and those above it.  Raises FileUnwritable, which names the file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise file_unwritable(named(path), reason) from reason


class AtomicFile:
    """A new file that replaces `path`, with its mode, on commit and vanishes on discard.  Raises FileUnwritable."""

    def __init__(self, path: Path) -> None:
        self._path, self._name = path.resolve(), named(path)  # a link stays a link, and what it points to is replaced
        self._mode = _mode_of(self._path, self._name)
        try:
            self._partial = unfinished_file(self._path)
        except OSError as reason:
            raise file_unwritable(self._name, reason) from reason
        self._file: BinaryIO | None = os.fdopen(os.dup(self._partial.descriptor), "wb")

    def write(self, data: bytes | memoryview) -> None:
        """Append bytes."""
        if self._file is None:
            raise FileUnwritable(self._name, "it is closed")
        try:
            self._file.write(data)
        except OSError as reason:
            self.discard()
            raise file_unwritable(self._name, reason) from reason

    def commit(self) -> None:
        """Bring all bytes to the disk and give the file its name."""
        if self._file is None:
            return
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            if self._mode is not None:
                self._partial.path.chmod(self._mode)
            self._partial.become(self._path)
        except OSError as reason:
            self.discard()
            raise file_unwritable(self._name, reason) from reason
        self._file = None

    def discard(self) -> None:
        """Remove the partial file; what had the name before stays."""
        if self._file is None:
            return
        file, self._file = self._file, None
        try:
            with suppress(OSError):  # what is still buffered may not fit either; it is given up anyway
                file.close()
        finally:
            self._partial.remove()


class Borrowed:
    """A stream that the caller keeps open (a pipe, BytesIO); discard cannot take back what went out."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream, self._name = stream, name

    def write(self, data: bytes | memoryview) -> None:
        """Pass bytes on."""
        try:
            self._stream.write(data)
        except BrokenPipeError:
            raise
        except OSError as reason:
            raise file_unwritable(self._name, reason) from reason

    def commit(self) -> None:
        """Flush the stream and leave it open."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as reason:
            raise file_unwritable(self._name, reason) from reason

    def discard(self) -> None:
        """Do nothing."""


class _Device(Borrowed):
    """Something that is no regular file, such as a named pipe: written to directly."""

    def __init__(self, path: Path) -> None:
        try:
            stream = path.open("wb")
        except OSError as reason:
            raise file_unwritable(named(path), reason) from reason
        super().__init__(stream, named(path))

    def commit(self) -> None:
        super().commit()
        try:
            self._stream.close()
        except OSError as reason:
            raise file_unwritable(self._name, reason) from reason

    def discard(self) -> None:
        with suppress(OSError):  # closing writes what is buffered, which may not fit either
            self._stream.close()


def sink_of(target: Target) -> Sink:
    """Return the sink of a path, of "-" (standard output) or of a file object.  Raises FileUnwritable."""
    if is_standard_output(target):
        return Borrowed(data_stream(), "standard output")
    if not isinstance(target, str | os.PathLike):
        return Borrowed(target, str(getattr(target, "name", "the stream")))
    path = Path(target)
    if "\0" in str(path):
        raise FileUnwritable(named(path), "its name has a NUL")
    if is_folder(path) or names_folder(target):
        raise file_unwritable(
            named(target),
            IsADirectoryError(EISDIR, "it is a folder" if is_folder(path) else "its name is that of a folder"),
        )
    if is_there(path) and not is_file(path):
        return _Device(path)
    return AtomicFile(path)
