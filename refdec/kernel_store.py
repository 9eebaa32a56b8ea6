"""Compiled kernels on disk, a file each, that is checked before it is believed; trouble is told and never raised.

In: the machine code of a kernel, and a key that says what it was made from and for.  Out: the same bytes, in a later
process, or nothing.

A file holds a mark, the SHA-256 of key and code, and the code.  It is written beside and renamed, so that processes
which compile the same at the same time leave one whole file; its name holds the key, so that machines with other
processors, and other versions, never write over each other's.  A file that was cut, changed or put there by something
else is not what its sum says: it is deleted and made again.

Loading machine code is running it.  The sum finds accidents, not intent: so a file counts only if none but the user,
root, and the owner of this program can have written it.
"""

from __future__ import annotations

import hashlib
import os
import stat
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CacheTrouble", "KernelStore"]

MARK = b"refdec kernel 1\n"
SUM_BYTES = 32
MOST_BYTES = 64 << 20
"""No kernel is near this size; the largest has 200 kB."""


@dataclass(frozen=True, slots=True)
class CacheTrouble:
    """What went wrong with a path of the cache; `lasting`: it will be the same next time, unless somebody helps."""

    path: Path
    what: str
    lasting: bool

    def __str__(self) -> str:
        """Return it as a clause of a sentence."""
        return f"{self.path}: {self.what}"


@dataclass(frozen=True, slots=True)
class KernelStore:
    """The kernels in a folder; `tell` hears of each trouble."""

    folder: Path
    tell: Callable[[CacheTrouble], None]

    def path(self, room: str, name: str, key: bytes) -> Path:
        """Return the file of a kernel: the room is a folder, the key a part of the name."""
        return self.folder.joinpath(room, f"{name}-{hashlib.sha256(key).hexdigest()[:24]}.nbc")

    def load(self, room: str, name: str, key: bytes) -> bytes | None:
        """Return what was saved under the same names and key, None if that is not there whole."""
        path = self.path(room, name, key)
        try:
            held = _read(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self.tell(CacheTrouble(path, error.strerror or str(error), lasting=True))
            return None
        if isinstance(held, CacheTrouble):
            self.tell(held)
            return None
        start = len(MARK) + SUM_BYTES
        code = held[start:]
        if held[:start] != MARK + hashlib.sha256(key + code).digest():
            self.drop(room, name, key)
            return None
        return code

    def drop(self, room: str, name: str, key: bytes) -> None:
        """Delete a file that turned out to be damaged, and say so."""
        path = self.path(room, name, key)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            self.tell(CacheTrouble(path, f"damaged, and stays: {error.strerror or error}", lasting=True))
        else:
            self.tell(CacheTrouble(path, "damaged, deleted", lasting=False))

    def save(self, room: str, name: str, key: bytes, code: bytes) -> bool:
        """Keep the code of a kernel; return whether that was possible."""
        path = self.path(room, name, key)
        part = path.with_name(f".{name}.{uuid.uuid4().hex[:16]}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with part.open("xb") as file:
                    file.write(MARK + hashlib.sha256(key + code).digest() + code)
                part.replace(path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        except OSError as error:
            self.tell(CacheTrouble(path, error.strerror or str(error), lasting=True))
            return False
        return True


def _read(path: Path) -> bytes | CacheTrouble:
    """Return the content of a file, or why it does not count.  Raises OSError."""
    facts = path.lstat()
    if not stat.S_ISREG(facts.st_mode):
        return CacheTrouble(path, "something else than a file is in the way", lasting=True)
    with path.open("rb") as file:
        facts = os.fstat(file.fileno())
        if why := _not_ours(facts):
            return CacheTrouble(path, why, lasting=True)
        return file.read(min(facts.st_size, MOST_BYTES))  # it reserves as much as it is told


def _not_ours(facts: os.stat_result) -> str:
    """Return why a file may come from somebody else, "" if it cannot."""
    if not hasattr(os, "geteuid"):
        return ""
    if facts.st_uid not in {0, os.geteuid(), Path(__file__).stat().st_uid}:
        return "belongs to another user"
    return "may be written by anyone" if facts.st_mode & stat.S_IWOTH else ""
