"""Files: sources, targets, and that a failed write leaves nothing and changes nothing."""

from __future__ import annotations

import io
import os
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refdec.errors import InputError
from refdec.formats.errors import (
    FileTooLong,
    FileUnreadable,
    FileUnwritable,
    FormatCannotHold,
    RowsDoNotFit,
    SuffixUnknown,
)
from refdec.formats.files import (
    READ_SUFFIXES,
    WRITERS,
    name_of,
    open_writer,
    read_bytes,
    read_picture,
    suffix_of,
    write_bytes,
    write_picture,
)
from refdec.formats.pictures import Colour
from refdec.formats.sinks import AtomicFile
from refdec.limits import Limits
from tests.unit.formats.support import picture, same, yuv_picture


class Stdio:
    """A standard stream with a binary side."""

    def __init__(self, data: bytes = b"") -> None:
        self.buffer = io.BytesIO(data)

    def flush(self) -> None:
        pass


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_source_gives_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"abc")
    with path.open("rb") as file:
        assert read_bytes(file) == b"abc"
    monkeypatch.setattr(sys, "stdin", Stdio(b"abc"))
    for source in (path, str(path), b"abc", bytearray(b"abc"), memoryview(b"abc"), io.BytesIO(b"abc"), "-"):
        assert read_bytes(source) == b"abc"


def test_unreadable_and_too_long(tmp_path: Path) -> None:
    for path in (tmp_path / "absent", tmp_path):
        with pytest.raises(FileUnreadable, match=str(path)):
            read_bytes(path)
    for source in (b"abcd", io.BytesIO(b"abcd")):
        with pytest.raises(FileTooLong):
            read_bytes(source, limits=Limits(codestream_bytes=3))
    assert read_bytes(b"abc", limits=Limits(codestream_bytes=3)) == b"abc"


def test_names_and_suffixes(tmp_path: Path) -> None:
    assert suffix_of("A.PNG") == suffix_of(Path("b/a.png")) == ".png"
    assert suffix_of(b"x.png") == suffix_of(io.BytesIO()) == suffix_of("-") == ""
    with (tmp_path / "c.yuv").open("wb") as file:
        assert suffix_of(file) == ".yuv"
        assert name_of(file) == file.name
    assert name_of(b"") == "the data"
    assert name_of("-") == "standard input or output"
    assert name_of(io.BytesIO()) == "the stream"


@pytest.mark.parametrize("suffix", [".png", ".ppm", ".npy"])
def test_pictures_by_path(tmp_path: Path, suffix: str) -> None:
    made = picture(9, 11)
    path = tmp_path / f"a{suffix}"
    write_picture(path, made)
    assert same(read_picture(path), made)
    assert names(tmp_path) == [path.name]


def test_yuv_by_name(tmp_path: Path) -> None:
    made = yuv_picture(9, 11, "420", 10)
    write_picture(tmp_path / "a_11x9_10bit.yuv", made)
    assert same(read_picture(str(tmp_path / "a_11x9_10bit.yuv")), made)


def test_unknown_suffixes() -> None:
    with pytest.raises(SuffixUnknown, match=r"\.png"):
        open_writer("a.bmp", "", picture(2, 2).spec())
    with pytest.raises(SuffixUnknown):
        read_picture(b"", suffix="")
    with pytest.raises(FormatCannotHold):
        open_writer("a.pgm", "", picture(2, 2).spec())
    assert set(WRITERS) <= set(READ_SUFFIXES)


def test_a_file_that_is_no_picture_is_called_what_it_is(tmp_path: Path) -> None:
    """Found: an empty file and the page of an error were "no sound PNG file"."""
    for data, words in (
        (b"", "There is no picture: the data are empty"),
        (b"<html>not found</html>", "no sound JPEG file: it begins like a page of HTML"),
        (b"not found", "no sound JPEG file: it begins like a text: 'not found'"),
        (b"\0\1\2\3", "no sound JPEG file"),
    ):
        (tmp_path / "a.jpg").write_bytes(data)
        with pytest.raises(InputError, match=words):
            read_picture(tmp_path / "a.jpg")


def test_standard_output(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Stdio()
    monkeypatch.setattr(sys, "stdout", out)
    made = picture(4, 4)
    write_picture("-", made, suffix=".ppm")
    assert same(read_picture(out.buffer.getvalue(), suffix=".ppm"), made)


@pytest.mark.parametrize("suffix", [".png", ".ppm", ".npy", ".yuv"])
@pytest.mark.parametrize("how", ["raises", "rows missing", "wrong rows", "abort", "disk full"])
def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, suffix: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"old")
    made = yuv_picture(6, 6, "444") if suffix == ".yuv" else picture(6, 6)
    rows = tuple(plane[:3] for plane in made.components)
    writer = open_writer(path, "", made.spec())
    writer.write_rows(*rows)
    if how == "raises":
        with pytest.raises(KeyboardInterrupt), writer:
            raise KeyboardInterrupt
    elif how == "rows missing":
        with pytest.raises(RowsDoNotFit):
            writer.close()
    elif how == "wrong rows":
        with pytest.raises(RowsDoNotFit):
            writer.write_rows(*(plane[:, :2] for plane in rows))
    elif how == "abort":
        writer.abort()
    else:
        monkeypatch.setattr(os, "fsync", fail)
        writer.write_rows(*rows)
        with pytest.raises(FileUnwritable, match="No space"):
            writer.close()
    writer.abort()
    writer.close()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == [path.name]


def fail(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_nothing_is_created_for_a_picture_that_cannot_be_held(tmp_path: Path) -> None:
    for name, made in (
        ("a.png", yuv_picture(2, 2, "444")),
        ("a.npy", yuv_picture(2, 2, "420")),
        ("a.yuv", picture(2, 2)),
    ):
        with pytest.raises(FormatCannotHold):
            write_picture(tmp_path / name, made)
    assert names(tmp_path) == []


def test_unwritable_targets(tmp_path: Path) -> None:
    for target in (tmp_path / "absent" / "a.png", tmp_path):
        with pytest.raises(FileUnwritable):
            write_bytes(target, b"x")

    class Full(io.BytesIO):
        def write(self, _data: object) -> int:
            fail()
            return 0

    with pytest.raises(FileUnwritable, match="No space"):
        write_bytes(Full(), b"x")


def test_write_bytes_is_atomic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jai"
    write_bytes(path, b"one")
    write_bytes(str(path), b"two")
    assert path.read_bytes() == b"two"
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(FileUnwritable):
        write_bytes(path, b"three")
    assert path.read_bytes() == b"two"
    assert names(tmp_path) == ["a.jai"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_bytes(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_a_named_pipe_is_written_to_directly(tmp_path: Path) -> None:
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write_bytes(pipe, b"through")
    reader.join()
    assert got == [b"through"]
    assert names(tmp_path) == ["pipe"]


def test_permissions_are_those_of_any_new_file(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a", b"")
    (tmp_path / "b").write_bytes(b"")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode


@pytest.mark.parametrize(
    "source", ["a\0b", io.StringIO("text"), 3, None, 2.5], ids=["nul", "text", "int", "none", "float"]
)
def test_what_is_no_source_is_an_input_error(source: Any) -> None:
    with pytest.raises(FileUnreadable):
        read_bytes(source)


def test_a_closed_source_is_an_input_error() -> None:
    stream = io.BytesIO(b"abc")
    stream.close()
    with pytest.raises(FileUnreadable, match="closed"):
        read_bytes(stream)


def test_a_target_with_a_nul_is_an_input_error() -> None:
    with pytest.raises(FileUnwritable, match="NUL"):
        write_bytes("a\0b", b"")


def test_a_pipe_of_no_format_is_told_how_to_name_one() -> None:
    with pytest.raises(SuffixUnknown) as caught:
        open_writer("-", "", picture(2, 2).spec())
    assert "--format png" in caught.value.explain()


def test_a_closed_file_takes_no_more(tmp_path: Path) -> None:
    file = AtomicFile(tmp_path / "a")
    file.commit()
    file.commit()
    with pytest.raises(FileUnwritable):
        file.write(b"x")


def test_a_picture_of_many_bands_is_whole(tmp_path: Path) -> None:
    made = picture(130, 20000, 8, Colour.GRAY)
    write_picture(tmp_path / "a.png", made)
    assert same(read_picture(tmp_path / "a.png"), made)
    assert np.array_equal(made.components[0], read_picture(tmp_path / "a.png").components[0])
