"""Clips are compared frame by frame: their number, their times, and how they are coded."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

import refdec
from refdec.api.clip_differences import MOST_FRAMES, ClipDifference
from refdec.api.diff import diff_files
from refdec.api.errors import KindsDiffer, NoDifferencePicture

FRAMES = [np.full((16, 16, 3), 40 * index, np.uint8) for index in range(1, 5)]


def clip(frames: list[Any] = FRAMES, fps: int = 25, **options: Any) -> bytes:
    target = io.BytesIO()
    refdec.encode_clip(frames, target, fps=fps, **options)
    return target.getvalue()


def test_clips_of_one_kind_are_equal() -> None:
    found = diff_files(clip(), clip())
    assert (found.kind, found.equal, found.lines) == ("clip", True, ("equal: 4 frames, coded and timed alike",))


def test_what_differs_is_named() -> None:
    found = diff_files(clip(), clip(FRAMES[:3]))
    assert not found.equal and found.lines == ("frames: A has 4, B 3; those that both have are compared",)
    changed = diff_files(clip(), clip([*FRAMES[:2], FRAMES[0], FRAMES[3]], fps=20, plays=3))
    assert found.kind == "clip" and changed.details["changed"] == [3] and changed.details["moved"] == [1, 2, 3, 4]
    assert changed.details["plays"] == [1, 3] and "coded otherwise: frames 3" in changed.lines
    assert "plays: A 1 times, B 3 times" in changed.lines and "--frame 3" in changed.lines[-1]


def test_many_frames_are_counted() -> None:
    lines = ClipDifference((50, 50), (0, 1), (), tuple(range(1, MOST_FRAMES + 6))).lines()
    assert lines[0] == "plays: A for ever, B 1 times" and lines[1].endswith("20 and 5 more")


def test_a_clip_is_no_single_picture() -> None:
    still = refdec.encode(FRAMES[0], container="jaii")
    with pytest.raises(KindsDiffer, match="A is a clip, B is a codestream"):
        diff_files(clip(), still)
    with pytest.raises(NoDifferencePicture, match="--frame"):
        diff_files(clip(), clip(), decode=True)
