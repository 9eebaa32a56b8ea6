"""Published checkpoint files, known by size and MD5 (4.11.1, 5.7.3), whatever they are called.

In: a file's bytes.  Out: which published file it is, if any.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from refdec import tables
from refdec.clauses import clause
from refdec.weights.names import CheckpointName, name_of_text

__all__ = ["PublishedFile", "published_files", "recognise"]


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file of the reference software's set."""

    file: str
    checkpoint: CheckpointName
    size: int
    md5: str


@cache
def published_files() -> Mapping[str, PublishedFile]:
    """Return all published files by MD5: 56 network checkpoints and 20 eICCI models."""
    bank = tables.eicci_models()
    lines = [(line["file"], line["bytes"], line["md5"]) for line in tables.checkpoints()["files"]]
    lines += [(f"{bank['directory']}/{line['file']}", line["bytes"], line["md5"]) for line in bank["files"]]
    files = [PublishedFile(name, name_of_text(name.removesuffix(".pth")), size, md5) for name, size, md5 in lines]
    return MappingProxyType({file.md5: file for file in files})


@cache
def _sizes() -> frozenset[int]:
    return frozenset(file.size for file in published_files().values())


@clause("4.11.1")
def recognise(data: bytes | memoryview) -> PublishedFile | None:
    """(4.11.1) Return the published file that these bytes are, by size and MD5, or None."""
    if len(data) not in _sizes():
        return None
    return published_files().get(hashlib.md5(data, usedforsecurity=False).hexdigest())
