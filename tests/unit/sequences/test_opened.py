"""What a source is, its content tells: folder, animation, raw video, or a single picture."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from refdec.formats.errors import FileTooLong, FileUnreadable
from refdec.limits import Limits
from refdec.sequences.opened import is_always_moving, moving_picture, moving_start
from tests.unit.heif.support import STREAM
from tests.unit.sequences.support import animation, y4m

LIMITS = Limits()


def test_sources(tmp_path: Path) -> None:
    raw, gif = tmp_path / "a.bin", tmp_path / "b.png"
    raw.write_bytes(y4m())
    gif.write_bytes(animation(".gif"))
    for source, count in ((raw, 3), (str(gif), 4), (y4m(), 3), (io.BytesIO(animation(".png")), 4), (tmp_path, 1)):
        found = moving_picture(source, LIMITS)
        assert found is not None and len(list(found.frames)) == count
    assert moving_picture(STREAM, LIMITS) is None and moving_picture(animation(".gif", count=1), LIMITS) is None
    raw.write_bytes(STREAM)
    assert moving_picture(raw, LIMITS) is None


def test_pipes_that_have_a_name_are_read_once() -> None:
    for data, count in ((y4m(), 3), (animation(".gif"), 4), (STREAM, 0)):
        reading, writing = os.pipe()
        os.write(writing, data)
        os.close(writing)
        found = moving_picture(f"/dev/fd/{reading}", LIMITS)
        os.close(reading)
        assert (0 if found is None else len(list(found.frames))) == count


def test_starts() -> None:
    assert moving_start(y4m()) and moving_start(animation(".gif")) and not moving_start(STREAM)
    assert is_always_moving(y4m()) and not is_always_moving(animation(".gif"))


def test_files_that_cannot_be_had(tmp_path: Path) -> None:
    for source in (tmp_path / "missing", "a\0b"):
        with pytest.raises(FileUnreadable):
            moving_picture(source, LIMITS)
    with pytest.raises(FileTooLong):
        moving_picture(animation(".gif"), Limits(codestream_bytes=100))


def test_raw_video_is_not_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.y4m"
    path.write_bytes(y4m(frames=20))
    found = moving_picture(path, Limits(codestream_bytes=64))
    assert found is not None and len(list(found.frames)) == 20, "the limit of what is read at once does not matter"
