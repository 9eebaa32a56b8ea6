"""Folders as frames: by name, numbers by their size; what is no picture is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from refdec.limits import Limits, TooLarge
from refdec.sequences.errors import NoFrames
from refdec.sequences.frame_folder import in_order, moving_folder


def test_numbers_in_names_count_as_numbers() -> None:
    names = ["frame10.png", "frame2.png", "frame1.png", "a.png", "frame2b.png", "b007.png", "b7.png"]
    made = [path.name for path in in_order(map(Path, names))]
    assert made == ["a.png", "b007.png", "b7.png", "frame1.png", "frame2.png", "frame2b.png", "frame10.png"]


def test_what_is_in_a_folder(tmp_path: Path) -> None:
    for name in ("2.png", "10.PNG", "1.jpg", "notes.txt", ".hidden.png"):
        tmp_path.joinpath(name).write_bytes(b"")
    tmp_path.joinpath("below.png").mkdir()
    found = moving_folder(tmp_path, Limits())
    assert [frame.picture.name for frame in found.frames if isinstance(frame.picture, Path)] == [
        "1.jpg",
        "2.png",
        "10.PNG",
    ]
    assert found.count == 3 and found.remarks == (
        "left out, since they are no pictures that are read here: below.png, notes.txt",
    )
    with pytest.raises(TooLarge):
        moving_folder(tmp_path, Limits(samples=2))
    with pytest.raises(NoFrames):
        moving_folder(tmp_path.joinpath("below.png"), Limits())
