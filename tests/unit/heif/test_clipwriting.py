"""Writing clips: equal frames share bytes, large files get long tables, boxes read back as they were written."""

from __future__ import annotations

from refdec.api.enclosing import headers_of
from refdec.heif.boxreader import read_boxes
from refdec.heif.boxwriter import write_box
from refdec.heif.clipwriting import NewClip, NewTrack, clip_head, picture_entry
from refdec.heif.parts import NO_PARTS
from refdec.heif.picturefile import file_around, picture_properties
from refdec.heif.tracks import tracks_of
from tests.unit.heif.clips import SIZE, clip_data
from tests.unit.heif.support import LIMITS, STREAM

STATED = picture_properties(headers_of(STREAM, None))


def test_boxes_are_written_again_as_they_were_read() -> None:
    for data in (clip_data(), clip_data(plays=0), clip_data(plays=1, alpha=False)):
        boxes = read_boxes(data, limits=LIMITS)
        assert b"".join(map(write_box, boxes)) == data
    assert clip_data() == clip_data.__wrapped__(), "the same for the same clip"


def test_a_clip_that_plays_once_has_no_edit_list() -> None:
    assert b"elst" not in clip_data(plays=1) and b"elst" in clip_data(plays=2)


def test_large_files_have_long_places_and_long_clips_long_times() -> None:
    track = NewTrack((picture_entry(STATED, SIZE),), [0, 0], [(0, len(STREAM)), ((1 << 32) + 5, len(STREAM))])
    clip = NewClip(SIZE, 1_000_000, [1 << 31, (1 << 31) + 1], 5, (track,))
    head = clip_head(file_around(STREAM, STATED, NO_PARTS), [0], clip, (1 << 32) + 5 + len(STREAM))
    assert (
        b"co64" in head and b"stco" not in head and head.endswith((16 + (1 << 32) + 5 + len(STREAM)).to_bytes(8, "big"))
    )
    boxes = read_boxes(head[: head.find(b"mdat") - 4], limits=LIMITS)
    (moov,) = (box for box in boxes if box.kind == "moov")
    (read,) = tracks_of(moov, LIMITS)
    assert read.samples.place(0) == (len(head), len(STREAM))
    assert read.samples.place(1)[0] - len(head) == (1 << 32) + 5
    assert read.samples.total == (1 << 32) + 1 and read.plays == 5


def test_runs_of_entries_and_durations() -> None:
    entry = picture_entry(STATED, SIZE)
    track = NewTrack((entry, entry), [0, 0, 1, 0], [(0, len(STREAM))] * 4)
    head = clip_head(
        file_around(STREAM, STATED, NO_PARTS), [0], NewClip(SIZE, 10, [1, 1, 1, 9], 1, (track,)), len(STREAM)
    )
    boxes = read_boxes(head + STREAM, limits=LIMITS)
    (moov,) = (box for box in boxes if box.kind == "moov")
    (read,) = tracks_of(moov, LIMITS)
    assert list(read.samples.entries) == [0, 0, 1, 0]
    table = next(box for _, box in moov.walk() if box.kind == "stts")
    assert [dict(each) for each in table.values["entries"]] == [
        {"sample_count": 3, "sample_delta": 1},
        {"sample_count": 1, "sample_delta": 9},
    ]
