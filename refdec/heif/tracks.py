"""Reading tracks (ISO/IEC 14496-12): the boxes of `moov` become tables of samples, with their places and times.

In: boxes, `Limits`.  Out: frozen `Track` values.  Nothing of a sample is read here, and no table is longer than the
bytes that it has in the file or than `Limits.samples`: a few bytes can claim any number of equal ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from refdec.arithmetic.types import Int64Array
from refdec.heif.boxes import FileBox
from refdec.heif.errors import BoxMissing, BoxRepeated
from refdec.heif.heiffile import Reference
from refdec.heif.track_errors import SampleTableWrong, TrackUnreadable
from refdec.limits import Limits

__all__ = ["FOR_EVER", "SampleTable", "Track", "tracks_of"]

FOR_EVER = 0
"""How often a clip plays that never ends."""
REPEATED, SELF_CONTAINED = 1, 1
LARGEST_PLACE = 1 << 62
"""Places that no file reaches; so sums of them stay within 64 bits."""
ONE = (1, 0)
"""The usual rate of an edit: integer and fraction."""


@dataclass(frozen=True, slots=True, eq=False)
class SampleTable:
    """Where the samples of a track are, bytes of the file, and how long they last, in units of its timescale.

    All [samples], int64: `offsets`, `sizes`, `durations`, `starts`; `entries`: which sample entry each has, from 0.
    """

    offsets: Int64Array
    sizes: Int64Array
    durations: Int64Array
    entries: Int64Array

    def __len__(self) -> int:
        return len(self.sizes)

    @property
    def starts(self) -> Int64Array:
        """When each sample begins."""
        return np.asarray(np.cumsum(self.durations) - self.durations, np.int64)

    @property
    def total(self) -> int:
        """How long all last together."""
        return int(self.durations.sum())

    def place(self, index: int) -> tuple[int, int]:
        """Return (byte, length) of a sample, counted from 0."""
        return int(self.offsets[index]), int(self.sizes[index])


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One track: what its samples are (`entries`: boxes of stsd), their places and times.

    `timescale`: units of its times in a second.  `plays`: how often it is shown, FOR_EVER is 0.  `box`: where it is.
    """

    id: int
    handler: str
    timescale: int
    entries: tuple[FileBox, ...]
    samples: SampleTable
    plays: int
    references: tuple[Reference, ...]
    box: FileBox


def tracks_of(moov: FileBox, limits: Limits) -> tuple[Track, ...]:
    """Return the tracks of a clip.

    Raises BoxMissing, BoxRepeated, SampleTableWrong, TrackUnreadable, TooLarge.
    """
    head = _only(moov, "mvhd", "moov")
    return tuple(_track(box, head, limits) for box in moov.every("trak"))


def _only(parent: FileBox, kind: str, path: str) -> FileBox:
    """Return the one box of a type.  Raises BoxMissing, BoxRepeated."""
    found = parent.every(kind)
    if not found:
        raise BoxMissing(f"{path}/{kind}", at=parent.place)
    if len(found) > 1:
        raise BoxRepeated(path, f"a box {kind}", at=found[1].place)
    return found[0]


def _track(box: FileBox, movie_head: FileBox, limits: Limits) -> Track:
    head, media = _only(box, "tkhd", "moov/trak"), _only(box, "mdia", "moov/trak")
    time, handler = _only(media, "mdhd", "moov/trak/mdia"), _only(media, "hdlr", "moov/trak/mdia")
    information = _only(media, "minf", "moov/trak/mdia")
    table = _only(information, "stbl", "moov/trak/mdia/minf")
    number, timescale = head.values["track_ID"], time.values["timescale"]
    if not timescale:
        raise SampleTableWrong("moov/trak/mdia/mdhd", "its second has no units (timescale 0)", at=time.place)
    _require_own_data(information, number)
    entries = _only(table, "stsd", STBL).children
    samples = _samples(table, len(entries), limits)
    references = tuple(
        Reference(each.kind, number, tuple(one["track_ID"] for one in each.values["tracks"]))
        for parent in box.every("tref")
        for each in parent.children
    )
    plays = _plays(box, head, movie_head, samples.total, timescale)
    return Track(number, handler.values["handler_type"], timescale, entries, samples, plays, references, box)


STBL = "moov/trak/mdia/minf/stbl"


def _require_own_data(information: FileBox, number: int) -> None:
    """Raise TrackUnreadable where the samples are in another file."""
    for data in information.every("dinf"):
        for listed in data.every("dref"):
            if any(each.kind == "url " and not each.flags & SELF_CONTAINED for each in listed.children):
                raise TrackUnreadable(number, "its frames are in another file", at=listed.place)


def _plays(track: FileBox, head: FileBox, movie_head: FileBox, total: int, timescale: int) -> int:
    """Return how often a track is shown.  Raises TrackUnreadable for edit lists that do more than repeat it."""
    edits = [each for parent in track.every("edts") for each in parent.every("elst")]
    if not edits:
        return 1
    (*_, edit) = edits
    entries, number = edit.values["entries"], head.values["track_ID"]
    whole = len(entries) == 1 and entries[0]["media_time"] == 0
    if not whole or (entries[0]["media_rate_integer"], entries[0]["media_rate_fraction"]) != ONE:
        raise TrackUnreadable(number, "its edit list delays, cuts or rearranges it", at=edit.place)
    segment, scale = entries[0]["segment_duration"], movie_head.values["timescale"]
    if segment and scale and segment * timescale < (total - timescale) * scale:  # a rounded second may be missing
        raise TrackUnreadable(number, "its edit list ends before its last frame", at=edit.place)
    if not edit.flags & REPEATED or not segment:
        return 1
    endless = (1 << (64 if head.version else 32)) - 1
    duration = head.values["duration"]
    return FOR_EVER if duration == endless else max(1, -(-duration // segment))


# -- tables of samples


def _samples(table: FileBox, n_entries: int, limits: Limits) -> SampleTable:
    """Return the table of a track's samples."""
    sizes = _sizes(_only(table, "stsz", STBL), limits)
    offsets, entries = _places(table, sizes, n_entries)
    return SampleTable(offsets, sizes, _durations(_only(table, "stts", STBL), len(sizes)), entries)


def _sizes(box: FileBox, limits: Limits) -> Int64Array:
    count, constant = box.values["sample_count"], box.values["sample_size"]
    limits.require("number of frames", count, limits.samples)
    return np.full(count, constant, np.int64) if constant else box.values["sizes"].astype(np.int64)


def _durations(box: FileBox, count: int) -> Int64Array:
    runs = box.values["entries"]
    if (stated := sum(run["sample_count"] for run in runs)) != count:
        raise SampleTableWrong(f"{STBL}/stts", f"it times {stated} frames, there are {count}", at=box.place)
    return np.repeat(_column(runs, "sample_delta"), _column(runs, "sample_count"))


def _column(records: Any, name: str) -> Int64Array:
    return np.array([record[name] for record in records], np.int64)


def _places(table: FileBox, sizes: Int64Array, n_entries: int) -> tuple[Int64Array, Int64Array]:
    """Return the offset and the sample entry of each sample: they lie one after the other in each chunk."""
    chunks = _chunk_offsets(table)
    box = _only(table, "stsc", STBL)
    runs, count, path = box.values["entries"], len(sizes), f"{STBL}/stsc"
    if not count:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    firsts = [run["first_chunk"] for run in runs]
    if firsts[:1] != [1] or any(one >= other for one, other in pairwise(firsts)):
        raise SampleTableWrong(path, "its runs of chunks do not begin with 1 and go up", at=box.place)
    if firsts[-1] > len(chunks):
        raise SampleTableWrong(path, f"it names chunk {firsts[-1]} of {len(chunks)}", at=box.place)
    lengths = np.array([other - one for one, other in pairwise([*firsts, len(chunks) + 1])], np.int64)
    stated = sum(run["samples_per_chunk"] * length for run, length in zip(runs, map(int, lengths), strict=True))
    if stated != count:
        raise SampleTableWrong(path, f"chunks have {stated} frames, there are {count}", at=box.place)
    entries = _column(runs, "sample_description_index")
    if entries.min() < 1 or entries.max() > n_entries:
        raise SampleTableWrong(path, f"it names a sample entry that is none of {n_entries}", at=box.place)
    in_chunk = np.repeat(_column(runs, "samples_per_chunk"), lengths)
    chunk = np.repeat(np.arange(len(chunks), dtype=np.int64), in_chunk)
    before = np.cumsum(sizes) - sizes
    first = np.cumsum(in_chunk) - in_chunk  # the first sample of each chunk
    first = np.minimum(first, count - 1)  # of a chunk without any, which nothing asks for
    offsets = chunks[chunk] + before - before[first[chunk]]
    return offsets, np.repeat(np.repeat(entries, lengths), in_chunk) - 1


def _chunk_offsets(table: FileBox) -> Int64Array:
    found = [box for kind in ("stco", "co64") for box in table.every(kind)]
    if len(found) != 1:
        if found:
            raise BoxRepeated(STBL, "a table of chunks", at=found[1].place)
        raise BoxMissing(f"{STBL}/stco", at=table.place)
    offsets = np.minimum(found[0].values["offsets"].astype(np.uint64), np.uint64(LARGEST_PLACE))
    return np.asarray(offsets, np.int64)
