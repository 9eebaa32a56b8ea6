"""Tables of samples become places and times; what contradicts itself is refused before anything is allocated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refdec.heif.boxes import FileBox
from refdec.heif.boxreader import read_boxes
from refdec.heif.boxwriter import write_box
from refdec.heif.errors import BoxMissing, BoxRepeated
from refdec.heif.track_errors import SampleTableWrong, TrackUnreadable
from refdec.heif.tracks import FOR_EVER, Track, tracks_of
from refdec.limits import Limits, TooLarge
from tests.unit.heif.clips import DURATIONS, TABLES, clip_data, with_clip_box
from tests.unit.heif.support import LIMITS, STREAM, left_out, setting


def tracks_in(data: bytes, limits: Limits = LIMITS) -> tuple[Track, ...]:
    (moov,) = (box for box in read_boxes(data, limits=limits) if box.kind == "moov")
    return tracks_of(moov, limits)


def test_places_and_times_of_every_sample() -> None:
    data = clip_data()
    picture, alpha = tracks_in(data)
    assert (picture.handler, alpha.handler, picture.timescale) == ("vide", "auxv", 1000)
    assert list(picture.samples.durations) == list(alpha.samples.durations) == list(DURATIONS)
    assert list(picture.samples.starts) == [0, 40, 80, 180] and picture.samples.total == 200
    for index in range(4):
        at, length = picture.samples.place(index)
        assert data[at : at + length] == STREAM
    assert picture.samples.place(2) == picture.samples.place(3), "equal frames share their bytes"
    assert [each.kind for each in alpha.references] == ["auxl"]


@pytest.mark.parametrize("plays", [FOR_EVER, 1, 2, 100])
def test_how_often_it_plays(plays: int) -> None:
    assert tracks_in(clip_data(plays=plays))[0].plays == plays


def test_several_samples_in_a_chunk_lie_one_after_the_other() -> None:
    runs = [
        {"first_chunk": 1, "samples_per_chunk": 3, "sample_description_index": 1},
        {"first_chunk": 2, "samples_per_chunk": 1, "sample_description_index": 1},
    ]

    def two(box: FileBox) -> FileBox:
        children = []
        for child in box.children:
            if child.kind == "stsc":
                children.append(replace(child, values={"entries": runs}))
            elif child.kind == "stco":
                first, *_ = child.values["offsets"]
                children.append(FileBox("co64", {"offsets": [int(first), 1 << 40]}))
            else:
                children.append(child)
        return replace(box, children=tuple(children))

    (picture, _) = tracks_in(with_clip_box(TABLES, two, clip_data()))
    first, size = picture.samples.place(0)
    assert [picture.samples.place(index)[0] - first for index in range(3)] == [0, size, 2 * size]
    assert picture.samples.place(3)[0] >> 40 == 1, "whether it is in the file is seen when it is asked for"


def test_samples_of_one_size_need_no_list_and_are_bounded_all_the_same() -> None:
    data = with_clip_box(f"{TABLES}/stsz", lambda box: FileBox("stsz", {"sample_size": 7, "sample_count": 4}))
    assert set(tracks_in(data)[0].samples.sizes) == {7}
    many = with_clip_box(f"{TABLES}/stsz", lambda box: FileBox("stsz", {"sample_size": 1, "sample_count": 1 << 31}))
    with pytest.raises(TooLarge, match="number of frames"):
        tracks_in(many)
    with pytest.raises(TooLarge, match="number of frames"):
        tracks_in(clip_data(), Limits(samples=3))


def test_tables_that_contradict_each_other() -> None:
    def entries(kind: str, *rows: dict[str, int]) -> bytes:
        return with_clip_box(f"{TABLES}/{kind}", setting(entries=rows))

    chunk = {"first_chunk": 1, "samples_per_chunk": 1, "sample_description_index": 1}
    for data, words in (
        (entries("stts", {"sample_count": 1 << 31, "sample_delta": 1}), "it times 2147483648 frames, there are 4"),
        (entries("stts"), "it times 0 frames"),
        (entries("stsc", {**chunk, "first_chunk": 2}), "do not begin with 1"),
        (entries("stsc", chunk, chunk), "go up"),
        (entries("stsc", chunk, {**chunk, "first_chunk": 9}), "names chunk 9 of 4"),
        (entries("stsc", {**chunk, "samples_per_chunk": 1 << 31}), "chunks have 8589934592 frames"),
        (entries("stsc", {**chunk, "sample_description_index": 2}), "none of 1"),
        (entries("stsc", {**chunk, "sample_description_index": 0}), "none of 1"),
    ):
        with pytest.raises(SampleTableWrong, match=words):
            tracks_in(data)
    with pytest.raises(SampleTableWrong, match="timescale 0"):
        tracks_in(with_clip_box("moov/trak/mdia/mdhd", setting(timescale=0)))


def test_places_beyond_any_file_stay_numbers() -> None:
    far = FileBox("co64", {"offsets": [(1 << 64) - 1] * 4})

    def moved(box: FileBox) -> FileBox:
        found = (far if box.kind == "stco" else box) if not box.children else box
        return replace(found, children=tuple(map(moved, found.children)))

    (moov,) = (box for box in read_boxes(clip_data(), limits=LIMITS) if box.kind == "moov")
    picture, _ = tracks_of(read_boxes(write_box(moved(moov)), limits=LIMITS)[0], LIMITS)
    assert picture.samples.offsets.dtype == np.int64 and picture.samples.offsets.min() > 1 << 61


def test_edit_lists_that_do_more_than_repeat() -> None:
    edit = {"segment_duration": 200, "media_time": 0, "media_rate_integer": 1}
    for rows in (
        [{**edit, "media_time": 40}],
        [{**edit, "media_rate_integer": 2}],
        [edit, edit],
        [{**edit, "media_time": (1 << 32) - 1}],
    ):
        with pytest.raises(TrackUnreadable, match="edit list"):
            tracks_in(with_clip_box("moov/trak/edts/elst", setting(entries=rows)))
    long = with_clip_box("moov/trak/edts/elst", setting(entries=[edit]), clip_data((4000, 4000)))
    with pytest.raises(TrackUnreadable, match="ends before its last frame"):
        tracks_in(long)
    once = with_clip_box("moov/trak/edts/elst", lambda box: replace(box, flags=0))
    assert tracks_in(once)[0].plays == 1


def test_frames_in_another_file_are_not_looked_for() -> None:
    with pytest.raises(TrackUnreadable, match="another file"):
        tracks_in(with_clip_box("moov/trak/mdia/minf/dinf/dref/url ", lambda box: replace(box, flags=0)))


def test_boxes_that_are_missing_or_there_twice() -> None:
    for path in ("moov/mvhd", "moov/trak/tkhd", f"{TABLES}/stsz", f"{TABLES}/stco", f"{TABLES}/stsd"):
        with pytest.raises(BoxMissing):
            tracks_in(with_clip_box(path, left_out))
    with pytest.raises(BoxRepeated):
        tracks_in(with_clip_box("moov/trak/mdia", lambda box: replace(box, children=box.children * 2)))
    both = lambda box: replace(box, children=(*box.children, FileBox("co64", {"offsets": []})))  # noqa: E731
    with pytest.raises(BoxRepeated):
        tracks_in(with_clip_box(TABLES, both))
