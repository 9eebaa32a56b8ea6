"""Which codestream of a file is meant: of a clip a chosen frame, or the first one, and somebody says so."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import refdec
from refdec.api.chosen_frame import ANY_FRAME, ChosenStream, FrameWish, chosen_stream, every_stream
from refdec.decoding.options import DEFAULT_OPTIONS
from refdec.sequences.errors import ClipOption, FrameMissing, NotAClip
from tests.encodable import GOLDEN
from tests.unit.heif.clips import clip_data
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


def test_latents_of_a_clip_say_of_which_frame_they_are(tmp_path: Path) -> None:
    path = tmp_path / "clip.jaii"
    path.write_bytes(clip_data())
    with pytest.warns(refdec.PictureWarning, match="frame 1 of 4"):
        first = refdec.read_latents(path, stage="symbols")
    assert first.equals(refdec.read_latents(path, stage="symbols", frame=4))
    with pytest.raises(FrameMissing, match="frame 9"):
        refdec.read_latents(path, stage="symbols", frame=9)
