"""`refdec info` of several files: a table, JSON, lines of JSON; errors stay with their files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import refdec as api
from tests.encodable import GOLDEN, photograph
from tests.unit.heif.grids import grid_data

from .conftest import Run

Refdec = Callable[..., Run]
STREAM = GOLDEN / "kodim15_m1_+0_65x79.jai"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A folder with two streams, one of them in a sub-folder."""
    folder = tmp_path / "archive"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.jai").write_bytes(STREAM.read_bytes())
    (folder / "sub" / "b.bits").write_bytes(STREAM.read_bytes())
    (folder / "notes.txt").write_text("no stream")
    return folder


def test_a_folder_is_a_table(refdec: Refdec, archive: Path) -> None:
    ran = refdec("info", archive)
    assert ran.code == 0 and ran.err == ""
    head, *rows = [line.split("\t") for line in ran.out.splitlines()]
    assert head[:3] == ["file", "size", "bits"]
    assert [row[0] for row in rows] == [str(archive / "a.jai"), str(archive / "sub" / "b.bits")]
    assert all(row[1] == "65x79" and row[7] == str(STREAM.stat().st_size) for row in rows)


def test_json_is_one_list_and_lines_are_one_each(refdec: Refdec, archive: Path) -> None:
    alone = json.loads(refdec("info", STREAM, "--json").out)
    whole = json.loads(refdec("info", archive, "--json").out)
    lines = [json.loads(line) for line in refdec("info", archive, "--json-lines").out.splitlines()]
    assert whole == lines
    assert [entry.pop("file") for entry in lines] == [str(archive / "a.jai"), str(archive / "sub" / "b.bits")]
    assert lines == [alone, alone]
    assert [json.loads(line) for line in refdec("info", STREAM, "--json-lines").out.splitlines()] == [
        {"file": str(STREAM), **alone}
    ]


@pytest.mark.parametrize("form", [(), ("--json",), ("--json-lines",)])
def test_a_bad_file_is_told_and_the_others_are_shown(refdec: Refdec, archive: Path, form: tuple[str, ...]) -> None:
    (archive / "bad.jai").write_bytes(STREAM.read_bytes()[:30])
    ran = refdec("info", archive, *form)
    assert ran.code == 3
    assert "bad.jai" in ran.err and "RD01" in ran.err
    if not form:
        assert len(ran.out.splitlines()) == 3
        return
    entries = [json.loads(line) for line in ran.out.splitlines()] if "lines" in form[0] else json.loads(ran.out)
    (failed,) = [entry for entry in entries if "error" in entry]
    assert failed["error"]["exit_code"] == 3 and failed["file"].endswith("bad.jai")
    assert len(entries) == 3


def test_files_and_patterns_and_what_is_not_there(refdec: Refdec, archive: Path, tmp_path: Path) -> None:
    ran = refdec("info", archive / "a.jai", str(archive / "s*" / "*"), tmp_path / "none.jai", STREAM)
    assert ran.code == 1 and "none.jai" in ran.err
    assert len(ran.out.splitlines()) == 4
    assert refdec("info", str(archive / "*.none")).code == 1
    assert refdec("info", tmp_path / "none.jai").code == 1


def test_an_empty_folder_is_an_empty_table(refdec: Refdec, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = refdec("info", tmp_path / "empty")
    assert ran.code == 0 and len(ran.out.splitlines()) == 1
    assert json.loads(refdec("info", tmp_path / "empty", "--json").out) == []


def test_wishes_reach_every_file(refdec: Refdec, archive: Path) -> None:
    from tests.unit.bitstream.support import patched

    (archive / "odd.jai").write_bytes(patched(STREAM.read_bytes(), "stream_profile_idc", 5))
    assert refdec("info", archive).code == 3
    assert refdec("info", archive, "--any-level").code == 0


def test_a_picture_of_tiles_says_what_is_of_the_first_and_where_others_differ(refdec: Refdec, tmp_path: Path) -> None:
    photo = photograph(64, 64)
    coarse, fine = (api.encode(photo, encoder="analysis", quality=quality) for quality in (10, 90))
    (tmp_path / "a.jaii").write_bytes(grid_data(coded=(coarse, fine)))
    out = refdec("info", tmp_path / "a.jaii").out
    steps = [", ".join(map(str, api.read_info(stream).displacement)) for stream in (coarse, fine)]
    lines = [line.split("\t") for line in out.splitlines()]
    assert ["displacement", steps[0], "1 3 5"] in lines and ["displacement", steps[1], "2 4 6"] in lines
    assert ["file", "first", "tile", "1"] in [line.split() for line in out.splitlines()]
