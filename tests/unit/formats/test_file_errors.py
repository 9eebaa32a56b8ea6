"""Files that cannot be had are of the kind of OSError that the system says, and stay it on their way."""

from __future__ import annotations

import errno
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from refdec.api.archives import archive_jobs
from refdec.errors import InputError
from refdec.formats.errors import FileUnreadable, FileUnwritable
from refdec.formats.file_errors import file_unreadable, file_unwritable
from refdec.formats.files import read_bytes, write_bytes
from refdec.formats.folders import folder_sources
from refdec.parallel.folders import walk

CASES: list[tuple[Callable[[Path], object], type[OSError], int]] = [
    (lambda folder: read_bytes(folder / "absent"), FileNotFoundError, errno.ENOENT),
    (lambda folder: read_bytes(folder), IsADirectoryError, errno.EISDIR),
    (lambda folder: read_bytes(folder / "file" / "below"), NotADirectoryError, errno.ENOTDIR),
    (lambda folder: write_bytes(folder / "absent" / "a", b""), FileNotFoundError, errno.ENOENT),
    (lambda folder: write_bytes(folder, b""), IsADirectoryError, errno.EISDIR),
    (lambda folder: write_bytes(folder / "file" / "below", b""), NotADirectoryError, errno.ENOTDIR),
    (lambda folder: write_bytes(folder / "read-only", b""), PermissionError, errno.EACCES),
    (lambda folder: list(walk(folder / "absent", [".jai"])), FileNotFoundError, errno.ENOENT),
    (lambda folder: list(walk(folder / "file", [".jai"])), NotADirectoryError, errno.ENOTDIR),
    (lambda folder: folder_sources(folder / "file"), NotADirectoryError, errno.ENOTDIR),
    (lambda folder: list(archive_jobs([str(folder / "*.none")], folder)), FileNotFoundError, errno.ENOENT),
]


@pytest.mark.parametrize(("cause", "kind", "number"), CASES)
def test_it_is_the_error_of_the_system_and_ours(
    cause: Callable[[Path], object], kind: type[OSError], number: int, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "read-only").touch(mode=0o444)
    with pytest.raises(kind) as caught:
        cause(tmp_path)
    error = caught.value
    assert isinstance(error, InputError) and error.exit_code == 1
    for each in (error, pickle.loads(pickle.dumps(error))):
        assert type(each) is type(error)
        assert (each.errno, str(each)) == (number, str(error))
        assert each.strerror and str(each.filename) and each.args == error.args


@pytest.mark.parametrize("make", [file_unreadable, file_unwritable])
def test_a_kind_of_its_own_is_not_needed(make: Callable[[str, OSError], FileUnreadable | FileUnwritable]) -> None:
    full = make("a.png", OSError(errno.ENOSPC, "No space left on device"))
    assert type(full) in (FileUnreadable, FileUnwritable) and full.errno == errno.ENOSPC
    assert isinstance(make("a.png", PermissionError(errno.EPERM, "no")), PermissionError)
