"""Kinds of files: one list of suffixes, one table of first bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from refdec.api.archives import archive_jobs
from refdec.api.task_streams import streams_below
from refdec.bitstream.firstbytes import CODESTREAM_START
from refdec.bitstream.markers import Marker
from refdec.formats.files import READ_SUFFIXES, write_picture
from refdec.formats.kinds import CODESTREAM_SUFFIXES, is_codestream, other_than_picture, sniffed_suffix
from refdec.formats.pictures import CodePicture, Colour


def test_a_codestream_starts_with_the_marker_soc() -> None:
    assert Marker.SOC.to_bytes(2, "big") == CODESTREAM_START
    assert is_codestream(CODESTREAM_START + b"rest")
    assert not any(is_codestream(data) for data in (b"", b"\xff", b"\xff\x81", b"PK"))


@pytest.mark.parametrize("suffix", [".png", ".pgm", ".ppm", ".npy"])
def test_pictures_are_known_by_their_first_bytes(suffix: str, tmp_path: Path) -> None:
    plane = np.zeros((2, 3), np.uint8)
    gray = suffix == ".pgm"
    picture = CodePicture((plane,) if gray else (plane,) * 3, 8, Colour.GRAY if gray else Colour.RGB)
    write_picture(tmp_path / f"a{suffix}", picture)
    assert sniffed_suffix((tmp_path / f"a{suffix}").read_bytes()) == suffix
    assert suffix in READ_SUFFIXES


def test_other_bytes_are_no_picture() -> None:
    assert [sniffed_suffix(data) for data in (b"", CODESTREAM_START, b"P7", b"JFIF")] == [""] * 4


def test_what_is_no_picture_is_called_what_it_begins_like() -> None:
    assert other_than_picture(b"<!DOCTYPE html><html>404</html>") == "a page of HTML"
    assert other_than_picture(b"%PDF-1.7") == "a PDF document"
    assert other_than_picture(b"hello\nthere") == r"a text: 'hello\nthere'"
    assert other_than_picture(b"\0\1\2 binary") == ""


def test_folders_are_searched_for_the_same_suffixes_everywhere(tmp_path: Path) -> None:
    expected = sorted(tmp_path / f"{n}{suffix}" for n, suffix in enumerate(CODESTREAM_SUFFIXES))
    for path in (*expected, tmp_path / "other.png"):
        path.write_bytes(CODESTREAM_START)
    assert sorted(map(Path, streams_below(tmp_path))) == expected
    assert sorted(job.input for job in archive_jobs([str(tmp_path)], tmp_path / "out")) == expected
