"""Clips in files: their boxes are read, the bytes of a frame only when it is asked for.

In: a path, or the bytes of a file.  Out: `ClipBytes`, which reads a part of the file, and the `ClipFile` of its boxes.
A path is opened anew for each part: so nothing has to be closed, and processes and threads read beside each other.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from refdec.bitstream.firstbytes import is_heif
from refdec.errors import BitOffset
from refdec.formats.errors import FileTooLong, FileUnreadable
from refdec.formats.file_errors import file_unreadable
from refdec.formats.files import Source, read_bytes
from refdec.formats.pipes import is_pipe, named
from refdec.heif.boxes import FileBox
from refdec.heif.boxreader import read_boxes
from refdec.heif.clipfile import ClipFile, clip_of_boxes
from refdec.heif.errors import BoxCut, ItemOutside
from refdec.heif.track_errors import NoJpegAiTrack
from refdec.limits import Limits

__all__ = ["ClipBytes", "FoundClip", "clip_or_bytes"]

HEAD, LARGE_HEAD = 8, 16
TO_THE_END, LARGE = 0, 1
NOT_READ = ("mdat", "free", "skip")
"""Boxes whose bytes may be many, and are not fields."""
MOVIE, ITEMS = "moov", "meta"


@dataclass(frozen=True, slots=True, eq=False)
class ClipBytes:
    """The bytes of a file: at a path, or in memory.  No part is longer than `most` bytes.

    Raises FileUnreadable, FileTooLong.
    """

    path: Path | None
    data: bytes
    size: int
    most: int

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, part: slice, /) -> bytes:
        start, stop, _ = part.indices(self.size)
        count = max(stop - start, 0)
        if count > self.most:
            raise FileTooLong("A part of the file", self.most)
        if self.path is None:
            return self.data[start:stop]
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                return file.read(count)
        except OSError as reason:
            raise file_unreadable(str(self.path), reason) from reason


@dataclass(frozen=True, slots=True, eq=False)
class FoundClip:
    """A clip and where its bytes are; `cut`: the file ends before its last box does."""

    bytes: ClipBytes
    file: ClipFile
    cut: bool


def clip_or_bytes(source: Source, *, limits: Limits, lenient: bool = False) -> FoundClip | bytes | None:
    """Return the clip that a source holds; the bytes of a source that holds none, None where it is a file to be read.

    `lenient`: a file that is cut behind the boxes of its clip is one all the same.
    Raises what `clip_of_boxes` raises, BoxCut, FileUnreadable, FileTooLong.
    """
    whole = _file_at(source, limits)
    if whole is None:
        data = read_bytes(source, limits=limits)
        whole = ClipBytes(None, data, len(data), limits.codestream_bytes)
    found = clip_in(whole, limits, lenient=lenient)
    return found if found is not None else (whole.data if whole.path is None else None)


def _file_at(source: Source, limits: Limits) -> ClipBytes | None:
    """Return the bytes of a file that has a length, None for pipes and what is in memory."""
    if not isinstance(source, str | os.PathLike) or is_pipe(source):
        return None
    path = Path(source)
    try:
        if not path.is_file():
            return None
        return ClipBytes(path, b"", path.stat().st_size, limits.codestream_bytes)
    except OSError as reason:
        raise file_unreadable(named(path), reason) from reason
    except ValueError as reason:  # a NUL in a path
        raise FileUnreadable(named(path), str(reason)) from reason


def clip_in(whole: ClipBytes, limits: Limits, *, lenient: bool = False) -> FoundClip | None:
    """Return the clip of a file, None where it is none: another file, no box moov, or a picture beside a film."""
    if not is_heif(whole[:HEAD]):
        return None
    places = list(_top_boxes(whole, limits, lenient=lenient))
    if not any(kind == MOVIE for kind, _, _ in places):
        return None
    boxes: list[FileBox] = []
    cut = False
    for kind, at, size in places:
        cut = cut or at + size > len(whole)
        if kind in NOT_READ:
            boxes.append(FileBox(kind, at=at, size=size))
        else:
            boxes += read_boxes(whole[at : at + size], limits=limits, origin=at)
    try:
        return FoundClip(whole, clip_of_boxes(tuple(boxes), whole, limits), cut)
    except NoJpegAiTrack:
        if any(box.kind == ITEMS for box in boxes):
            return None
        raise
    except ItemOutside:
        if not cut:
            raise
    file = clip_of_boxes(tuple(box for box in boxes if box.kind != ITEMS), whole, limits)
    return FoundClip(
        whole, replace(file, others=(*file.others, "its items, which are cut: metadata, still picture")), cut
    )


def _top_boxes(whole: ClipBytes, limits: Limits, *, lenient: bool) -> Iterator[tuple[str, int, int]]:
    """Yield (type, byte, size) of the boxes of a file by their headers.

    Raises BoxCut where one ends behind the file; `lenient` lets the last one, of data, do so once a clip was found.
    """
    at, count, seen = 0, 0, False
    while at < len(whole):
        count += 1
        limits.require("number of boxes and their entries", count, limits.box_entries)
        head, left = whole[at : at + LARGE_HEAD], len(whole) - at
        size, kind, own = int.from_bytes(head[:4], "big"), head[4:8].decode("latin-1"), HEAD
        if size == LARGE:
            size, own = int.from_bytes(head[8:16], "big"), LARGE_HEAD
        elif size == TO_THE_END:
            size = left
        passed = lenient and seen and kind in NOT_READ
        if left < own or size < own or (size > left and not passed):
            raise BoxCut(kind if left >= own else "after the last box", max(size, own), left, at=BitOffset.of_byte(at))
        yield kind, at, size
        seen = seen or kind == MOVIE
        at += size
