"""Where a new suite is written: a folder, or one zip archive that is the same byte for byte every time.

In: paths and bytes.  Out: files.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from refdec.conformance.errors import SuiteExists
from refdec.formats.errors import FileUnwritable
from refdec.formats.file_errors import file_unwritable
from refdec.formats.files import write_bytes
from refdec.formats.unfinished import Unfinished, unfinished_file, unfinished_folder
from refdec.parallel.new_folders import missing_folders, remove_empty

__all__ = ["ArchiveStore", "FolderStore", "Store", "extend_suite"]

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file of an archive: archives of equal content are equal."""


class Store(Protocol):
    """Takes the files of a suite."""

    def write(self, path: str, data: bytes) -> None: ...


class FolderStore:
    """A suite in a new folder; a context manager.  The folder appears whole, or not at all."""

    def __init__(self, folder: Path) -> None:
        """Choose the folder; raises SuiteExists if there is anything in it."""
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
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
            if self._folder.exists():
                self._folder.rmdir()  # it is empty; not everywhere can a rename replace it
            self._place().become(self._folder)
        except OSError as reason:
            raise file_unwritable(str(self._folder), reason) from reason

    def _place(self) -> Unfinished:
        """Return the folder that becomes the suite, made when it is needed."""
        if self._unfinished is None:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            self._unfinished = unfinished_folder(self._folder)
        return self._unfinished

    def write(self, path: str, data: bytes) -> None:
        """Write one file.  Raises FileUnwritable."""
        try:
            target = self._place().path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except OSError as reason:
            raise file_unwritable(str(self._folder / path), reason) from reason


class ArchiveStore:
    """A suite in a zip archive; a context manager.  The archive appears whole, or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._unfinished = unfinished_file(path)
        except OSError as reason:
            raise file_unwritable(str(path), reason) from reason
        self._stream = os.fdopen(os.dup(self._unfinished.descriptor), "wb")
        self._file = zipfile.ZipFile(self._stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with suppress(OSError) if error is not None else nullcontext():  # what is given up may not fit either
                self._file.close()
                self._stream.close()
            if error is None:
                self._unfinished.become(self._path)
        except OSError as reason:
            raise file_unwritable(str(self._path), reason) from reason
        finally:
            self._unfinished.remove()

    def write(self, path: str, data: bytes) -> None:
        """Write one file.  Raises FileUnwritable."""
        entry = zipfile.ZipInfo(path, EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        try:
            self._file.writestr(entry, data)
        except OSError as reason:
            raise file_unwritable(str(self._path), reason) from reason


def extend_suite(place: Path, files: Mapping[str, bytes], last: Mapping[str, bytes]) -> None:
    """Add files to a suite, or begin a new one; `last` replaces files that are there, after all others.

    A folder has the new case when its manifest names it; an archive is written anew and appears whole.  Raises
    FileUnwritable.
    """
    if place.suffix == ".zip" or place.is_file():
        kept: dict[str, bytes] = {}
        if place.exists():
            with zipfile.ZipFile(place) as before:
                kept = {name: before.read(name) for name in before.namelist() if name not in last}
        with ArchiveStore(place) as archive:
            for path, data in {**kept, **files, **last}.items():
                archive.write(path, data)
        return
    for path, data in {**files, **last}.items():
        target = place / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as reason:
            raise FileUnwritable(str(target), reason.strerror or str(reason)) from reason
        write_bytes(target, data)
