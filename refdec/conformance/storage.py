"""Where a new suite is written: a folder, or one zip archive that is the same byte for byte every time.

In: paths and bytes.  Out: files.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from refdec.conformance.errors import SuiteExists
from refdec.formats.errors import FileUnwritable
from refdec.formats.file_errors import file_unwritable
from refdec.formats.files import write_bytes
from refdec.formats.unfinished import Unfinished, unfinished_file, unfinished_folder
from refdec.parallel.new_folders import missing_folders, remove_empty
from refdec.parallel.places import is_file, is_folder, is_there

__all__ = ["ArchiveStore", "FolderStore", "Store", "extend_suite"]

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file of an archive: archives of equal content are equal."""


class Store(Protocol):
    """Takes the files of a suite."""

    def write(self, path: str, data: bytes) -> None: ...


@contextmanager
def _naming(place: Path) -> Iterator[None]:
    """Have errors of the system name what was to be written, not what it is called until then."""
    try:
        yield
    except FileUnwritable:
        raise
    except OSError as reason:
        raise file_unwritable(str(place), reason) from reason


class FolderStore:
    """A suite in a new folder; a context manager.  The folder appears whole, or not at all."""

    def __init__(self, folder: Path) -> None:
        """Choose the folder; raises SuiteExists if there is anything in it.  Writing raises FileUnwritable."""
        if is_there(folder) and (not is_folder(folder) or any(folder.iterdir())):
            raise SuiteExists(str(folder))
        self._folder = folder
        self._new = missing_folders(folder.parent)
        self._unfinished: Unfinished | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            if self._unfinished is not None:
                self._unfinished.remove()
            remove_empty(self._new)
            return
        try:
            with _naming(self._folder):
                if is_there(self._folder):
                    self._folder.rmdir()  # it is empty; not everywhere can a rename replace it
                self._place().become(self._folder)
        except FileUnwritable:
            if self._unfinished is not None:
                self._unfinished.remove()
            remove_empty(self._new)
            raise

    def _place(self) -> Unfinished:
        """Return the folder that becomes the suite, made when it is needed."""
        if self._unfinished is None:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            self._unfinished = unfinished_folder(self._folder)
        return self._unfinished

    def write(self, path: str, data: bytes) -> None:
        """Write one file."""
        with _naming(self._folder / path):
            target = self._place().path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


class ArchiveStore:
    """A suite in a zip archive; a context manager.  The archive appears whole, or not at all."""

    def __init__(self, path: Path) -> None:
        """Begin it; raises FileUnwritable, as writing does."""
        self._path = path
        with _naming(path):
            self._unfinished = unfinished_file(path)
        self._stream = os.fdopen(os.dup(self._unfinished.descriptor), "wb")
        self._file = zipfile.ZipFile(self._stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with _naming(self._path) if error is None else suppress(OSError):
                self._file.close()
                self._stream.flush()
                os.fsync(self._stream.fileno())
                if error is None:
                    self._unfinished.become(self._path)
        finally:
            with suppress(OSError):  # closing writes what is buffered, which may not fit either
                self._stream.close()
            self._unfinished.remove()

    def write(self, path: str, data: bytes) -> None:
        """Write one file."""
        entry = zipfile.ZipInfo(path, EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        with _naming(self._path):
            self._file.writestr(entry, data)


def extend_suite(place: Path, files: Mapping[str, bytes], last: Mapping[str, bytes]) -> None:
    """Add files to a suite, or begin a new one; `last` replaces files that are there, after all others.

    A folder has the new case when its manifest names it; an archive is written anew and appears whole.  Of a case that
    cannot be written nothing is left.  Raises FileUnwritable.
    """
    if place.suffix == ".zip" or is_file(place):
        kept: dict[str, bytes] = {}
        if is_there(place):
            with zipfile.ZipFile(place) as before:
                kept = {name: before.read(name) for name in before.namelist() if name not in last}
        with ArchiveStore(place) as archive:
            for path, data in {**kept, **files, **last}.items():
                archive.write(path, data)
        return
    made: list[Path] = []
    folders: set[Path] = set()
    try:
        for path, data in {**files, **last}.items():
            target = place / path
            is_new = not is_there(target)
            folders.update(missing_folders(target.parent))
            with _naming(target):
                target.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(target, data)
            made += [target] if is_new else []
    except BaseException:
        for target in made:
            with suppress(OSError):
                target.unlink()
        remove_empty(folders)
        raise
