"""The text "-" is a pipe; a path is a file, whatever it is called."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from refdec.api.concerning import name_source
from refdec.formats.clip_files import clip_or_bytes
from refdec.formats.errors import FileUnwritable
from refdec.formats.files import name_of, read_bytes, write_bytes
from refdec.formats.pipes import is_pipe, is_read_once, named
from refdec.formats.standard_output import is_standard_output
from refdec.formats.stream_files import may_hold_clip
from refdec.limits import DEFAULT_LIMITS, TimeIsUp


def test_a_path_of_that_name_is_a_file() -> None:
    assert is_pipe("-") and is_standard_output("-")
    for place in ("./-", Path("-"), Path("./-"), b"-", None, "a"):
        assert not is_pipe(place) and not is_standard_output(place)


def test_its_name_is_not_taken_for_a_pipe() -> None:
    assert [named(place) for place in ("-", "./-", Path("-"), Path("./-"), "a/-", Path("a"))] == [
        "-",
        "./-",
        "./-",
        "./-",
        "a/-",
        "a",
    ]
    assert [name_of(place) for place in ("-", Path("-"))] == ["standard input or output", "./-"]
    problem = TimeIsUp(1.0)
    name_source(Path("-"), (problem,))
    assert problem.source == "./-"


def test_what_can_be_read_once_is_told_without_opening_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    for place in (tmp_path, tmp_path / "file", str(tmp_path / "link"), tmp_path / "missing", Path("-"), "a\0b"):
        assert not is_read_once(place)
    os.mkfifo(tmp_path / "pipe")  # nobody writes: opening it would wait
    (tmp_path / "other").symlink_to(tmp_path / "pipe")
    for place in ("-", tmp_path / "pipe", str(tmp_path / "other"), os.devnull):
        assert is_read_once(place) and may_hold_clip(place)


@pytest.mark.parametrize("place", ["./-", Path("-")])
def test_it_is_read_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str | Path) -> None:
    monkeypatch.chdir(tmp_path)
    write_bytes(place, b"here")
    assert (tmp_path / "-").read_bytes() == read_bytes(place) == b"here"
    assert clip_or_bytes(place, limits=DEFAULT_LIMITS, lenient=False) is None and not may_hold_clip(place)


def test_errors_name_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-").mkdir()
    with pytest.raises(FileUnwritable, match=r"^\./- cannot be written"):
        write_bytes(Path("-"), b"")
