"""Compiled kernels on disk, a file each, that is checked before it is believed; trouble is told and never raised.

In: the machine code of a kernel, and a key that says what it was made from and for.  Out: the same bytes, in a later
process, or nothing.

A file holds a mark, the SHA-256 of key and code, and the code.  It is written beside and renamed, so that processes
which compile the same at the same time leave one whole file; its name holds the key, so that machines with other
processors, and other versions, never write over each other's.  A file that was cut, changed or put there by something
else is not what its sum says: it is deleted and made again.

A new name for each change would fill the folder.  So a process that keeps something cleans up once: of each kernel the
files that were used last stay, and of the others those that were used within some days, by whichever build or machine.

Loading machine code is running it.  The sum finds accidents, not intent: so a file counts only if none but the user,
root, and those who may write this program itself can have written it, or what lies in its folders.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from errno import ENOTDIR
from functools import cache
from pathlib import Path
from typing import BinaryIO

__all__ = ["CacheTrouble", "KernelStore"]

MARK = b"refdec kernel 1\n"
SUM_BYTES = 32
MOST_BYTES = 64 << 20
"""No kernel is near this size; the largest has 200 kB."""
OWN_ROOMS = "refdec"
"""How rooms begin that are cleaned: a folder that the user chose may hold what is not ours."""
KERNEL_FILE, PART_FILE = re.compile(r"(.+)-[0-9a-f]{24}\.nbc"), re.compile(r"\..+\.[0-9a-f]{16}\.part")
STAY_FOR_EACH, STAY_SECONDS, USED_AGAIN_SECONDS = 8, 7 * 86_400, 86_400
"""So many files of a kernel stay, and as long as they are used so often; a file tells its last use to a day."""
ANOTHER = "belongs to another user"
FILE_MODE, FOLDER_MODE = 0o644, 0o755
"""What is made here none but its owner may write, whatever the process would allow (umask)."""


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
            trouble = self._folders_of_others(room)
            held, why = (b"", "") if trouble is not None else _read(path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            trouble = CacheTrouble(path, error.strerror or str(error), lasting=True)
        if trouble is not None:
            self.tell(trouble)
            return None
        if why:
            self.drop(room, name, key, why)
            return None
        start = len(MARK) + SUM_BYTES
        code = held[start:]
        if held[:start] != MARK + hashlib.sha256(key + code).digest():
            self.drop(room, name, key)
            return None
        _used(path)
        return code

    def drop(self, room: str, name: str, key: bytes, why: str = "damaged") -> None:
        """Delete a file that turned out not to be what was saved, and say so."""
        path = self.path(room, name, key)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            self.tell(CacheTrouble(path, f"{why}, and stays: {error.strerror or error}", lasting=True))
        else:
            self.tell(CacheTrouble(path, f"{why}, deleted", lasting=False))

    def _folders_of_others(self, room: str) -> CacheTrouble | None:
        """Return what is wrong with the folders of a room, None if others put nothing into them.  Raises OSError."""
        for folder in (self.folder, self.folder.joinpath(room)):
            facts = folder.stat()
            if not stat.S_ISDIR(facts.st_mode):
                raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR))
            if why := _not_ours(facts):
                advice = "" if why == ANOTHER else " (chmod go-w takes that away)"
                return CacheTrouble(folder, why + advice, lasting=True)
        return None

    def save(self, room: str, name: str, key: bytes, code: bytes) -> bool:
        """Keep the code of a kernel; return whether that was possible."""
        path = self.path(room, name, key)
        part = path.with_name(f".{name}.{uuid.uuid4().hex[:16]}.part")
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            for folder in (self.folder, path.parent):
                folder.mkdir(FOLDER_MODE, exist_ok=True)
            if trouble := self._folders_of_others(room):
                self.tell(trouble)
                return False
            try:
                with _new_file(part) as file:
                    file.write(MARK + hashlib.sha256(key + code).digest() + code)
                part.replace(path)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
        except OSError as error:
            self.tell(CacheTrouble(path, error.strerror or str(error), lasting=True))
            return False
        clean(self.folder)
        return True


def _used(path: Path) -> None:
    """Have a file tell that it is used, where it may be written and has not told so for a day."""
    with suppress(OSError):
        if time.time() - path.stat().st_mtime > USED_AGAIN_SECONDS:
            os.utime(path)


@cache
def clean(folder: Path) -> None:
    """Delete what older builds, and processes that were killed, left behind in a folder of kernels; once in a process.

    Several processes may do so at a time.  What cannot be deleted stays, without a word.
    """
    with suppress(OSError):
        for room in list(folder.iterdir()):
            if room.name.startswith(OWN_ROOMS) and room.is_dir() and not room.is_symlink():
                for path in list(_left_behind(room)):
                    with suppress(OSError):
                        path.unlink()


def _left_behind(room: Path) -> Iterator[Path]:
    """Yield the files of a room that nobody needs."""
    now, kept = time.time(), defaultdict[str, list[tuple[float, Path]]](list)
    for path in room.iterdir():
        with suppress(FileNotFoundError):  # somebody else cleans up too
            facts = path.lstat()
            if not stat.S_ISREG(facts.st_mode):
                continue
            if name := KERNEL_FILE.fullmatch(path.name):
                kept[name[1]].append((facts.st_mtime, path))
            elif PART_FILE.fullmatch(path.name) and now - facts.st_mtime > USED_AGAIN_SECONDS:
                yield path
    for files in kept.values():
        for used, path in sorted(files, reverse=True)[STAY_FOR_EACH:]:
            if now - used > STAY_SECONDS:
                yield path


def _new_file(path: Path) -> BinaryIO:
    """Open a new file that none but its owner may write.  Raises OSError."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, FILE_MODE), "wb")


def _read(path: Path) -> tuple[bytes, str]:
    """Return the content of a file, and why it does not count, "" if it does.  Raises OSError."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise OSError("something else than a file is in the way")
    with path.open("rb") as file:
        facts = os.fstat(file.fileno())
        why = _not_ours(facts)
        return b"" if why else file.read(min(facts.st_size, MOST_BYTES)), why  # it reserves as much as it is told


@cache
def _program() -> os.stat_result:
    """Return who may write this program: they need no cache to have their code run."""
    return Path(__file__).stat()


def _not_ours(facts: os.stat_result) -> str:
    """Return why a file or folder may come from somebody else, "" if it cannot."""
    if not hasattr(os, "geteuid"):
        return ""
    if facts.st_uid not in {0, os.geteuid(), _program().st_uid}:
        return ANOTHER
    if stat.S_ISDIR(facts.st_mode) and facts.st_mode & stat.S_ISVTX:
        return ""  # all may add to it, as to /tmp, but none may replace what belongs to others
    if facts.st_mode & stat.S_IWOTH:
        return "may be written by anyone"
    group_of_program = _program().st_gid if _program().st_mode & stat.S_IWGRP else None
    if facts.st_mode & stat.S_IWGRP and facts.st_gid != group_of_program:
        return "may be written by its group"
    return ""
