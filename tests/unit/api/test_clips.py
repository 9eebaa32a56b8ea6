"""Clips frame by frame: in any order, alone, by time, by several processes; damage is named by frame and byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refdec
from refdec.api import clips as module
from refdec.heif.track_errors import SampleOutside
from refdec.sequences.errors import FrameDamaged, FrameMissing
from refdec.tiling.geometry import Rect
from refdec.verification.clips import verify_clip
from refdec.verification.verdict import Conformity
from tests.unit.heif.clips import DURATIONS, PART, TABLES, clip_data, cropped_clip, damaged_clip, with_clip_box
from tests.unit.heif.support import STREAM, alpha_plane, clap


@cache
def picture() -> Any:
    return refdec.decode(STREAM).array


def test_what_is_known_before_anything_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "clip.jaii"
    path.write_bytes(clip_data())
    clip = refdec.open_clip(path)
    assert (len(clip), clip.width, clip.height, clip.plays, clip.has_alpha) == (4, 65, 79, 3, True)
    assert clip.seconds == Fraction(sum(DURATIONS), 1000)
    assert list(clip.durations) == [Fraction(each, 1000) for each in DURATIONS]
    assert list(clip.starts) == [0, Fraction(4, 100), Fraction(8, 100), Fraction(18, 100)]


def test_every_frame_with_its_time() -> None:
    clip = refdec.open_clip(clip_data())
    frames = list(clip)
    assert [frame.number for frame in frames] == [1, 2, 3, 4]
    assert [frame.start for frame in frames] == list(clip.starts)
    for frame in frames:
        assert np.array_equal(frame.picture.array, picture())
        assert frame.picture.alpha is not None and np.array_equal(frame.picture.alpha.samples, alpha_plane().samples)
        assert frame.picture.metadata.exif == b"MM\0*some Exif"
    assert frames[3].picture is frames[2].picture, "the same bytes are decoded once"


@pytest.mark.parametrize("turned", [False, True])
def test_a_clean_aperture_of_the_sample_entry_crops_every_frame(turned: bool) -> None:
    data = cropped_clip(turned=turned)
    turns = 1 if turned else 0
    shown = np.rot90(picture()[PART.rows, PART.columns], turns)
    cropped_alpha = np.rot90(alpha_plane().samples[PART.rows, PART.columns], turns)
    clip = refdec.open_clip(data)
    for frame in clip:
        assert frame.picture.alpha is not None
        assert np.array_equal(frame.picture.array, shown)
        assert np.array_equal(frame.picture.alpha.samples, cropped_alpha)
    assert verify_clip(clip).outcome is Conformity.CONFORMANT
    facts = refdec.read_info(data).file
    assert facts is not None and facts["crop"] == [PART.x, PART.y, PART.w, PART.h]
    assert facts["orientation"] == (8 if turned else 1)


def test_an_aperture_that_is_not_inside_of_the_frames_is_an_error_of_the_frame() -> None:
    wrong = clap(200, 200, Rect(0, 0, 190, 190)).box
    data = with_clip_box(f"{TABLES}/stsd/jaim", lambda box: replace(box, children=(*box.children, wrong)))
    with pytest.raises(FrameDamaged, match=r"Frame 1.*RD2016"):
        refdec.open_clip(data).frame(1)


def test_one_frame_alone_reads_and_decodes_no_other() -> None:
    clip = refdec.open_clip(damaged_clip(1))
    assert np.array_equal(clip.frame(2).picture.array, picture())
    assert [clip.number_at(time) for time in (0, 0.039, 0.04, Fraction(1, 10), 0.18, 0.1999)] == [1, 1, 2, 3, 4, 4]
    assert clip.at(0.19).number == 4
    with pytest.raises(FrameMissing):
        clip.at(0.2)


def test_frames_are_read_while_they_are_asked_for() -> None:
    frames = refdec.open_clip(damaged_clip(3)).frames()
    assert next(frames).number == 1 and next(frames).number == 2
    with pytest.raises(FrameDamaged, match="Frame 3"):
        next(frames)


@pytest.mark.parametrize("workers", [1, 2])
def test_any_number_of_workers_gives_the_same(workers: int) -> None:
    clip = refdec.open_clip(clip_data())
    made = list(clip.frames(2, 4, workers=workers))
    assert [frame.number for frame in made] == [2, 3, 4]
    assert all(np.array_equal(frame.picture.array, picture()) for frame in made)


def test_the_iterator_holds_few_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a long clip no more frames are decoded than were asked for."""
    made: list[int] = []
    true = module.decoded_still

    def counted(clip: module.Clip, number: int) -> Any:
        made.append(number)
        return true(clip, number)

    monkeypatch.setattr(module, "decoded_still", counted)
    frames: Iterator[Any] = refdec.open_clip(clip_data((40,) * 500)).frames()
    next(frames), next(frames)
    assert made == [1, 2]


def test_lenient_reading_leaves_bad_frames_out() -> None:
    clip = refdec.open_clip(damaged_clip(2), lenient=True)
    assert [frame.number for frame in clip] == [1, 3, 4]
    cut = refdec.open_clip(clip_data(alpha=False)[:-5], lenient=True)
    assert [frame.number for frame in cut] == [1, 2], "the last two frames share their bytes"
    with pytest.raises(SampleOutside) as caught:
        cut.frame(4)
    assert caught.value.frame == 4 and caught.value.at is not None


def test_an_error_names_frame_byte_and_file(tmp_path: Path) -> None:
    path = tmp_path / "bad.jaii"
    path.write_bytes(damaged_clip(2))
    clip = refdec.open_clip(path)
    with pytest.raises(FrameDamaged) as caught:
        clip.frame(2)
    assert f"Frame 2 (byte {clip.place(2)[0]} of the file, {len(STREAM)} bytes)" in str(caught.value)
    assert caught.value.source == str(path) and caught.value.exit_code == 3
    with pytest.raises(refdec.LimitExceeded):
        refdec.open_clip(path, limits=refdec.Limits(pixels=100)).frame(1)


def test_the_still_picture_of_a_clip_is_said_to_be_one() -> None:
    made = refdec.decode(clip_data())
    assert np.array_equal(made.array, picture()) and "open_clip" in made.warnings[0]
    assert made.alpha is not None
    info = refdec.read_info(clip_data())
    assert info.file is not None and info.file["clip"]["frames"] == 4 and info.file["clip"]["distinct_frames"] == 3


def test_a_frame_leaves_the_clip_as_it_is_coded() -> None:
    with pytest.warns(refdec.PictureWarning, match="transparency"):
        assert refdec.transcode(clip_data(), frame=2, container="jai") == STREAM
    alone = refdec.transcode(clip_data(), frame=2)
    assert refdec.decode(alone).metadata.exif == b"MM\0*some Exif" and "open_clip" not in str(
        refdec.decode(alone).warnings
    )
    assert refdec.transcode(clip_data()) == clip_data()
    with pytest.raises(refdec.UsageError, match="This command"):
        refdec.transcode(clip_data(), threads=2)
