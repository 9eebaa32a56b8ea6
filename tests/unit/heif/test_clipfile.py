"""Clips in files: which track is the picture, which its transparency, and a frame as a file of its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refdec.heif.boxes import FileBox
from refdec.heif.errors import BoxMissing, BoxRepeated
from refdec.heif.picturefile import alpha_of, metadata_of
from refdec.heif.reading import read_heif
from refdec.heif.track_errors import NoJpegAiTrack, TrackUnreadable
from refdec.heif.writing import write_heif
from tests.unit.heif.clips import SIZE, TABLES, clip_data, clip_of, with_clip_box
from tests.unit.heif.support import LIMITS, STREAM, alpha_plane, left_out, setting, whole_file


def test_what_a_clip_is() -> None:
    clip = clip_of(clip_data())
    assert (clip.count, clip.size, clip.picture.id) == (4, SIZE, 1)
    assert clip.alpha is not None and not clip.premultiplied and clip.others == ()
    assert clip.brands == ("jais", "jaii", "iso8", "mif1", "miaf")


def test_a_frame_is_a_file_of_its_own_with_the_metadata_of_the_clip() -> None:
    data = clip_data()
    clip = clip_of(data)
    picture, alpha = (data[at : at + length] for at, length in clip.places(2))
    file = read_heif(write_heif(clip.still(2, picture, alpha)), limits=LIMITS)
    assert bytes(file.items[0].data) == STREAM and [item.kind for item in file.items] == [
        "jai0",
        "Exif",
        "mime",
        "unci",
    ]
    assert metadata_of(file).exif == b"MM\0*some Exif" and metadata_of(file).xmp == b"<x:xmpmeta/>"
    plane = alpha_of(file, LIMITS)
    assert plane is not None and (plane.samples == alpha_plane().samples).all()
    assert file.items[0].property_of("jaih") is not None


def test_a_clip_without_items_or_transparency() -> None:
    clip = clip_of(with_clip_box("meta", left_out, clip_data(alpha=False)))
    assert clip.beside is None and clip.alpha is None and len(clip.places(0)) == 1
    assert [item.kind for item in clip.still(0, STREAM, None).items] == ["jai0"]


def test_transparency_goes_by_time() -> None:
    """A track of transparency with fewer samples than the pictures: each is shown until the next one begins."""
    slow = {"sample_count": 4, "sample_delta": 60}
    table = f"{TABLES}/stts"
    count = iter(range(2))
    data = with_clip_box(table, lambda box: box if next(count) == 0 else replace(box, values={"entries": [slow]}))
    clip = clip_of(data)
    assert clip.alpha is not None
    shown = [clip.alpha.samples.starts.searchsorted(start, "right") - 1 for start in clip.picture.samples.starts]
    assert shown == [0, 0, 1, 3]
    assert [clip._alpha_of[index] for index in range(4)] == shown


def test_tracks_that_are_no_pictures_of_jpeg_ai() -> None:
    def other(box: FileBox) -> FileBox:
        return FileBox("av01", {"data": b"something else"}) if box.kind == "jaim" else box

    data = with_clip_box(f"{TABLES}/stsd", lambda box: replace(box, children=tuple(map(other, box.children))))
    with pytest.raises(NoJpegAiTrack, match="a track of av01"):
        clip_of(data)
    empty = with_clip_box(TABLES, lambda box: replace(box, children=tuple(map(without_samples, box.children))))
    with pytest.raises(TrackUnreadable, match="no frames"):
        clip_of(empty)


def without_samples(box: FileBox) -> FileBox:
    if box.kind in ("stts", "stsc"):
        return replace(box, values={"entries": ()})
    if box.kind == "stsz":
        return FileBox("stsz", {"sizes": ()})
    return FileBox("stco", {"offsets": ()}) if box.kind == "stco" else box


def test_other_tracks_and_boxes_are_named() -> None:
    kinds = iter(("jaim", "text"))
    data = with_clip_box(
        "moov/trak/mdia/hdlr", lambda box: replace(box, values={**box.values, "handler_type": next(kinds)})
    )
    data = with_clip_box("moov/trak/tref", left_out, data)
    clip = clip_of(data + b"\0\0\0\x08abcd")
    assert clip.alpha is None and clip.others == ("track 2 (text)", "the box abcd")


def test_one_box_moov() -> None:
    with pytest.raises(BoxMissing):
        clip_of(whole_file())
    twice = clip_data()
    at = twice.find(b"moov") - 4
    size = int.from_bytes(twice[at : at + 4], "big")
    with pytest.raises(BoxRepeated):
        clip_of(twice + twice[at : at + size])


def test_transparency_of_another_kind_is_not_taken_for_it() -> None:
    data = with_clip_box(f"{TABLES}/stsd/uncv/auxi", setting(aux_track_type="urn:depth"))
    clip = clip_of(data)
    assert clip.alpha is None and clip.others == ("track 2 (auxv)",)
