"""Published checkpoint files, known by size and SHA-256 or MD5 (4.11.1, 5.7.3), whatever they are called.

In: a file's bytes.  Out: which published file it is, if any; for a Git LFS pointer, which one it stands for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from refdec import tables
from refdec.bitstream.firstbytes import LFS_POINTER_START
from refdec.clauses import clause
from refdec.weights.errors import UnknownCheckpoint
from refdec.weights.names import CheckpointName, name_of_text

__all__ = ["PublishedFile", "Recognised", "is_lfs_pointer", "pointed_at", "published_files", "recognise"]

LFS_OBJECT = re.compile(rb"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)
LARGEST_POINTER_BYTES = 1024
"""What Git LFS allows for a pointer."""


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file of the reference software's set.

    `checkpoint`: what it holds, None for a stage of training.  `sha256`: of the published set.  `md5`: of the draft's
    set, empty where none is known.
    """

    file: str
    checkpoint: CheckpointName | None
    size: int
    sha256: str
    md5: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """A published file, and the hash it was recognised by: "SHA-256" or "MD5"."""

    file: PublishedFile
    by: str


def _checkpoint(file: str) -> CheckpointName | None:
    """Return the checkpoint that a published file holds; None for a stage of training."""
    try:
        return name_of_text(file.removesuffix(".pth"))
    except UnknownCheckpoint:
        return None


def _md5() -> Iterator[tuple[str, str]]:
    """Yield name and MD5 of each file of the draft's set: 56 network checkpoints and 20 eICCI models."""
    bank = tables.eicci_models()
    yield from ((line["file"], line["md5"]) for line in tables.checkpoints()["files"])
    yield from ((f"{bank['directory']}/{line['file']}", line["md5"]) for line in bank["files"])


@cache
def published_files() -> tuple[PublishedFile, ...]:
    """Return all published files: 56 network checkpoints, 20 eICCI models, and a stage of training."""
    md5 = dict(_md5())
    return tuple(
        PublishedFile(line["file"], _checkpoint(line["file"]), line["bytes"], line["sha256"], md5.get(line["file"], ""))
        for line in tables.checkpoint_sha256()["files"]
    )


@clause("4.11.1")
def recognise(data: bytes | memoryview) -> Recognised | None:
    """(4.11.1) Return the published file that these bytes are, by size and SHA-256 or else MD5, or None."""
    of_this_size = [file for file in published_files() if file.size == len(data)]
    if not of_this_size:
        return None
    sha256 = hashlib.sha256(data).hexdigest()
    for file in of_this_size:
        if file.sha256 == sha256:
            return Recognised(file, "SHA-256")
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return next((Recognised(file, "MD5") for file in of_this_size if file.md5 == md5), None)


def is_lfs_pointer(data: bytes) -> bool:
    """Tell whether a file is a Git LFS pointer: the few lines that stand in a clone for a file not fetched yet."""
    return len(data) <= LARGEST_POINTER_BYTES and data.startswith(LFS_POINTER_START)


def pointed_at(pointer: bytes) -> PublishedFile | None:
    """Return the published file that a Git LFS pointer stands for, by its SHA-256, or None."""
    found = LFS_OBJECT.search(pointer)
    sha256 = "" if found is None else found[1].decode("ascii")
    return next((file for file in published_files() if file.sha256 == sha256), None)
