"""Files and folders under a hidden name until they are whole, and what killed processes left under such names.

In: the path that something is to have.  Out: an `Unfinished` beside it, which its process locks as long as it lives:
the system lets go of the locks of a process that is killed.  What nobody has locked was left behind, and goes when the
next one is made for the same path.  Only names that are given here are looked at, the same few for each path; no folder
is listed.  Where a file system has no locks nothing is removed.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from errno import ENOENT
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

__all__ = ["Unfinished", "unfinished_file", "unfinished_folder"]

NAMES = 4
"""So many processes may write one path at a time; what is left under names beyond these is not found again."""
MOST_TRIES = 16
LONGEST_NAME = 255
"""Bytes of a name on the file systems in use; beyond them the system says so."""
HASH_DIGITS = 16
FILE_MODE = 0o666
"""As of any new file: the process's umask takes away from it."""
_HAVE_LOCKS = find_spec("fcntl") is not None
"""Whether this system has locks that end with their process."""


class _TakenAway(Exception):
    """A folder was removed before it could be locked: another name is tried."""


class Unfinished:
    """Something new at `path`, and `descriptor`: that of it which holds its lock, to which a file is written."""

    __slots__ = ("_is_there", "_open", "descriptor", "path")

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path, self.descriptor = path, descriptor
        self._open = self._is_there = True

    def become(self, path: Path) -> None:
        """Give it its name, once.  Raises OSError; then it is still there."""
        if not _HAVE_LOCKS:  # where there are none, what is open cannot be given another name
            self._release()
        elif not _is_still_at(self.path, self.descriptor):  # other machines may not see our lock
            raise FileNotFoundError(ENOENT, "somebody else took away what was written", str(self.path))
        self.path.replace(path)
        self._is_there = False
        self._release()

    def remove(self) -> None:
        """Remove it, unless it has its name."""
        if not _HAVE_LOCKS:
            self._release()
        if self._is_there:
            self._is_there = False
            with suppress(OSError):
                if not _HAVE_LOCKS or _is_still_at(self.path, self.descriptor):
                    _remove(self.path)
        self._release()

    def _release(self) -> None:
        """Let go of the lock: nobody can take it for abandoned any more."""
        if self._open:
            self._open = False
            with suppress(OSError):
                os.close(self.descriptor)

    __del__ = _release


def unfinished_file(path: Path) -> Unfinished:
    """Return a new empty file beside `path`; its descriptor may be written to.  Raises OSError."""
    return _created(path, lambda place: os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))


def unfinished_folder(path: Path) -> Unfinished:
    """Return a new empty folder beside `path`.  Raises OSError."""

    def opened(place: Path) -> int:
        place.mkdir()
        try:
            return os.open(place if _HAVE_LOCKS else os.devnull, os.O_RDONLY)  # Windows opens no folders
        except FileNotFoundError as reason:  # somebody took it for abandoned, before it was open
            raise _TakenAway from reason

    return _created(path, opened)


def _created(path: Path, create: Callable[[Path], int]) -> Unfinished:
    """Create and lock what nobody has, under the first name that is free."""
    for place in _names(path):
        _remove_abandoned(place)
    drawn = (_hidden(path, secrets.token_hex(4)) for _ in range(MOST_TRIES))
    for place in chain(_names(path), drawn):
        try:
            made = Unfinished(place, create(place))
        except (FileExistsError, _TakenAway):  # somebody writes there, or what was left cannot be removed
            continue
        if _locked(made.descriptor, without=True) and (not _HAVE_LOCKS or _is_still_at(place, made.descriptor)):
            return made
        del made  # somebody took it for abandoned, before it was locked
    raise FileExistsError(f"there is no free name for {path.name} while it is written")


def _names(path: Path) -> Iterator[Path]:
    return (_hidden(path, f"refdec-{number}") for number in range(NAMES))


def _hidden(path: Path, mark: str) -> Path:
    """Return a hidden name beside `path`; of a name that leaves no room for the rest its begin and its hash."""
    name, ending = os.fsencode(path.name), f".{mark}.part"
    room = LONGEST_NAME - len(f".{ending}")
    if len(name) <= room or len(name) > LONGEST_NAME:  # which the system refuses before anything is made
        return path.with_name(f".{path.name}{ending}")
    digest = hashlib.sha256(name).hexdigest()[:HASH_DIGITS]
    begin = name[: room - len(f"-{digest}")].decode(errors="ignore")  # no part of a letter is left
    return path.with_name(f".{begin}-{digest}{ending}")


def _remove_abandoned(place: Path) -> None:
    """Remove what is at a place, if it can be locked: whoever made it is no more."""
    if not _HAVE_LOCKS:
        return
    with suppress(OSError):
        mode = place.lstat().st_mode
        if stat.S_ISREG(mode):
            descriptor = os.open(place, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
        elif stat.S_ISDIR(mode):
            descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
        else:
            return
        try:
            if _locked(descriptor, without=False) and _is_still_at(place, descriptor):
                _remove(place)
        finally:
            os.close(descriptor)


def _remove(place: Path) -> None:
    """Remove a file, or a folder with all that is in it."""
    if stat.S_ISDIR(place.lstat().st_mode):
        shutil.rmtree(place)
    else:
        place.unlink()


def _locked(descriptor: int, *, without: bool) -> bool:
    """Lock a file or folder unless somebody has, and tell whether; `without`: what is said where there are no locks."""
    if not _HAVE_LOCKS:
        return without
    from fcntl import LOCK_EX, LOCK_NB, flock

    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # not on this file system
        return without
    return True


def _is_still_at(place: Path, descriptor: int) -> bool:
    """Tell whether what is open is what has the name: nobody has removed it, or put something else there."""
    try:
        return os.path.samestat(place.lstat(), os.fstat(descriptor))
    except OSError:
        return False
