"""Clips in files: only boxes and the bytes that are asked for are read; cut files are said to be cut."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from refdec.formats.clip_files import ClipBytes, FoundClip, clip_in, clip_or_bytes
from refdec.formats.errors import FileTooLong, FileUnreadable
from refdec.heif.boxes import FileBox
from refdec.heif.errors import BoxCut
from refdec.heif.track_errors import NoJpegAiTrack
from refdec.limits import Limits, TooLarge
from tests.unit.heif.clips import TABLES, clip_data, with_clip_box
from tests.unit.heif.support import LIMITS, STREAM, left_out, whole_file


def memory(data: bytes) -> ClipBytes:
    return ClipBytes(None, data, len(data), 1 << 31)


def test_a_path_bytes_and_a_stream_hold_the_same_clip(tmp_path: Path) -> None:
    path = tmp_path / "clip.jaii"
    path.write_bytes(clip_data())
    for source in (path, str(path), clip_data(), io.BytesIO(clip_data())):
        found = clip_or_bytes(source, limits=LIMITS)
        assert isinstance(found, FoundClip) and not found.cut and found.file.count == 4
        at, length = found.file.places(1)[0]
        assert found.bytes[at : at + length] == STREAM


def test_other_files_are_left_to_who_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "a.jaii"
    path.write_bytes(whole_file())
    assert clip_or_bytes(path, limits=LIMITS) is None
    assert clip_or_bytes(whole_file(), limits=LIMITS) == whole_file()
    assert clip_or_bytes(io.BytesIO(STREAM), limits=LIMITS) == STREAM
    with pytest.raises(FileUnreadable):
        clip_or_bytes(tmp_path / "missing", limits=LIMITS)


def test_media_data_are_not_read(tmp_path: Path) -> None:
    """A file of 16 GiB, nearly all of it a hole: its boxes are found, and so is its first frame."""
    data, path = clip_data(), tmp_path / "long.jaii"
    at = data.find(b"mdat") - 4
    hole = 1 << 34
    with path.open("wb") as file:
        file.write(data)
        file.write((1).to_bytes(4, "big") + b"free" + hole.to_bytes(8, "big"))
        file.truncate(len(data) + hole)
    found = clip_or_bytes(path, limits=Limits(codestream_bytes=1 << 16))
    assert isinstance(found, FoundClip) and found.bytes[at + 4 : at + 8] == b"mdat"
    with pytest.raises(FileTooLong):
        found.bytes[0 : 1 << 20]


def test_a_cut_file_is_one_all_the_same_where_that_is_wished() -> None:
    cut = clip_data()[:-20]
    with pytest.raises(BoxCut):
        clip_in(memory(cut), LIMITS)
    found = clip_in(memory(cut), LIMITS, lenient=True)
    assert found is not None and found.cut
    with pytest.raises(BoxCut):
        clip_in(memory(clip_data()[:900]), LIMITS, lenient=True)


@pytest.mark.parametrize("tail", [b"\0\0\0\x04free", b"\0\0\0\x01free\0\0", b"abc", b"\0\0\0\x01free" + b"\xff" * 8])
def test_boxes_that_cannot_be(tail: bytes) -> None:
    with pytest.raises(BoxCut):
        clip_in(memory(clip_data() + tail), LIMITS)


def test_a_picture_beside_a_film_of_others_is_a_picture() -> None:
    other = with_clip_box(f"{TABLES}/stsd", lambda box: FileBox("stsd", children=(FileBox("av01", {"data": b""}),)))
    assert clip_in(memory(other), LIMITS) is None
    with pytest.raises(NoJpegAiTrack):
        clip_in(memory(with_clip_box("meta", left_out, other)), LIMITS)


def test_the_number_of_boxes_is_bounded() -> None:
    with pytest.raises(TooLarge):
        clip_in(memory(clip_data() + b"\0\0\0\x08free" * 200), Limits(box_entries=150))


def test_a_box_may_go_on_to_the_end() -> None:
    data = clip_data()
    at = data.find(b"mdat") - 4
    found = clip_in(memory(data[:at] + bytes(4) + data[at + 4 :]), LIMITS)
    assert found is not None and not found.cut
