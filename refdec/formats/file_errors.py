"""Files that cannot be had, one class for each kind of OSError: a missing file is a FileNotFoundError too.

In: what the system said of a file.  Out: a FileUnreadable or FileUnwritable of that kind; the codes are theirs.
"""

from __future__ import annotations

from collections.abc import Mapping

from refdec.formats.errors import FileUnreadable, FileUnwritable

__all__ = ["file_unreadable", "file_unwritable"]


class FileMissing(FileUnreadable, FileNotFoundError):
    """There is no such file to read."""


class FileForbidden(FileUnreadable, PermissionError):
    """A file may not be read."""


class FileIsFolder(FileUnreadable, IsADirectoryError):
    """A file to read is a folder."""


class FileBelowFile(FileUnreadable, NotADirectoryError):
    """A file to read lies below something that is no folder."""


class TargetMissing(FileUnwritable, FileNotFoundError):
    """The folder of a file to write does not exist."""


class TargetForbidden(FileUnwritable, PermissionError):
    """A file may not be written."""


class TargetIsFolder(FileUnwritable, IsADirectoryError):
    """A file to write is a folder."""


class TargetBelowFile(FileUnwritable, NotADirectoryError):
    """A file to write lies below something that is no folder."""


UNREADABLE: Mapping[type[OSError], type[FileUnreadable]] = {
    FileNotFoundError: FileMissing,
    PermissionError: FileForbidden,
    IsADirectoryError: FileIsFolder,
    NotADirectoryError: FileBelowFile,
}
UNWRITABLE: Mapping[type[OSError], type[FileUnwritable]] = {
    FileNotFoundError: TargetMissing,
    PermissionError: TargetForbidden,
    IsADirectoryError: TargetIsFolder,
    NotADirectoryError: TargetBelowFile,
}


def file_unreadable(name: str, reason: OSError) -> FileUnreadable:
    """Return the error of a file that cannot be read, of the kind of `reason`."""
    return UNREADABLE.get(type(reason), FileUnreadable)(name, reason.strerror or str(reason), reason.errno)


def file_unwritable(name: str, reason: OSError) -> FileUnwritable:
    """Return the error of a file that cannot be written, of the kind of `reason`."""
    return UNWRITABLE.get(type(reason), FileUnwritable)(name, reason.strerror or str(reason), reason.errno)
