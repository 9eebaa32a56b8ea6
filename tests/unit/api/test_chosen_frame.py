"""Which codestream of a file is meant: of a clip a chosen frame, or the first one, and somebody says so."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import refdec
from refdec.api.chosen_frame import ANY_FRAME, ChosenStream, FrameWish, chosen_stream, every_stream
from refdec.api.task import TaskOrder, run_on_file
from refdec.bitstream.errors import UnknownMarker
from refdec.bitstream.framing import read_codestream
from refdec.bitstream.headers import read_headers
from refdec.decoding.options import DEFAULT_OPTIONS
from refdec.sequences.errors import ClipOption, FrameDamaged, FrameMissing, NotAClip
from tests.encodable import GOLDEN
from tests.unit.heif.clips import clip_data, damaged_clip
from tests.unit.heif.support import STREAM

STILL = (GOLDEN / "kodim15_m1_+0_65x79.jai").read_bytes()


def test_a_file_of_one_picture_has_no_frames() -> None:
    found = chosen_stream(STILL, DEFAULT_OPTIONS)
    assert (found.data, found.facts, found.place, found.remarks) == (STILL, {}, "", ())
    for wish, option in ((FrameWish(1), "--frame"), (FrameWish(time=Fraction(0)), "--time")):
        for reading in (chosen_stream, lambda *given: list(every_stream(*given))):
            with pytest.raises(NotAClip, match=option):
                reading(STILL, DEFAULT_OPTIONS, wish)


def test_a_frame_of_a_clip_by_number_and_by_time() -> None:
    clip = clip_data()
    for wish, frame in ((FrameWish(3), 3), (FrameWish(time=Fraction("0.1")), 3), (FrameWish(time=Fraction(0)), 1)):
        found = chosen_stream(clip, DEFAULT_OPTIONS, wish)
        assert (found.data, found.facts, found.remarks) == (STREAM, {"frame": frame, "frames": 4}, ())
    for wish, error in ((FrameWish(5), FrameMissing), (FrameWish(1, Fraction(0)), ClipOption)):
        with pytest.raises(error):
            chosen_stream(clip, DEFAULT_OPTIONS, wish)


def test_who_does_not_choose_hears_which_it_is() -> None:
    found = chosen_stream(clip_data(), DEFAULT_OPTIONS, ANY_FRAME)
    assert found.frame == 1 and len(found.remarks) == 1 and found.remarks[0].startswith("frame 1 of 4 of a clip: --fr")
    assert ChosenStream(STREAM, 1, 1, guessed=True).remarks == (), "it has no other frame"


def test_every_frame_or_the_one_that_is_meant() -> None:
    assert [found.frame for found in every_stream(clip_data(), DEFAULT_OPTIONS)] == [1, 2, 3, 4]
    assert [found.frame for found in every_stream(clip_data(), DEFAULT_OPTIONS, FrameWish(2))] == [2]


def test_among_other_files_one_picture_is_taken_as_it_is() -> None:
    for wish, option in ((FrameWish(2, among_others=True), "--frame"), (FrameWish(None, Fraction(0), True), "--time")):
        assert chosen_stream(STILL, DEFAULT_OPTIONS, wish).data == STILL
        assert [found.data for found in every_stream(STILL, DEFAULT_OPTIONS, wish)] == [STILL]
        assert wish.unused(1) == () and wish.unused(0) == (f"{option} changes nothing: no clip is among these files",)
    assert ANY_FRAME.unused(0) == ()


def test_damage_of_a_frame_says_which_it_is() -> None:
    """Found: tasks, latents, transcode and encode told the rule that a frame breaks, and not which frame that was."""
    data = damaged_clip(2)
    chosen = chosen_stream(data, DEFAULT_OPTIONS, FrameWish(2))
    with pytest.raises(FrameDamaged, match=r"Frame 2 \(byte"), chosen.named():
        read_headers(read_codestream(chosen.data))
    with pytest.raises(FrameDamaged, match="Frame 2"):
        refdec.read_latents(data, stage="symbols", frame=2)
    with pytest.raises(FrameDamaged, match="Frame 2"):
        refdec.transcode(data, frame=2, quality=20)
    with pytest.raises(FrameDamaged, match="Frame 2"):
        refdec.encode(data, frame=2, quality=20)
    with pytest.raises(FrameDamaged, match="Frame 1"):
        refdec.read_info(damaged_clip(1))
    with pytest.raises(FrameDamaged, match="Frame 2"):
        run_on_file(data, TaskOrder("statistics", frame=FrameWish(2)))
    named = chosen_stream(STILL, DEFAULT_OPTIONS)
    with pytest.raises(UnknownMarker), named.named():
        read_codestream(b"\xff\x80\0\0\0\0")


def test_latents_of_a_clip_say_of_which_frame_they_are(tmp_path: Path) -> None:
    path = tmp_path / "clip.jaii"
    path.write_bytes(clip_data())
    with pytest.warns(refdec.PictureWarning, match="frame 1 of 4"):
        first = refdec.read_latents(path, stage="symbols")
    assert first.equals(refdec.read_latents(path, stage="symbols", frame=4))
    with pytest.raises(FrameMissing, match="frame 9"):
        refdec.read_latents(path, stage="symbols", frame=9)
