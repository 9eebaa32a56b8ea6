"""`refdec transcode`: one codestream, a pipe, a folder; what it says, and its exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from refdec.api.archives import StreamArchive, transcode_archive
from refdec.api.errors import OutputIsInput
from tests.encodable import GOLDEN

from .conftest import Run

Refdec = Callable[..., Run]
STREAMS = (GOLDEN / "kodim15_m1_+0_65x79.jai", GOLDEN / "kodim14_m1_+0_96x333.jai")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two codestreams, one of them deeper, and a file that is none."""
    folder = tmp_path / "streams"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.jai").write_bytes(STREAMS[0].read_bytes())
    (folder / "sub" / "b.jai").write_bytes(STREAMS[1].read_bytes())
    (folder / "notes.txt").write_text("no codestream")
    return folder


def test_without_a_wish_the_file_is_the_same(refdec: Refdec, tmp_path: Path) -> None:
    ran = refdec("transcode", STREAMS[1], tmp_path / "a.jai")
    assert ran.code == 0 and "the same bytes" in ran.out and ran.err == ""
    assert (tmp_path / "a.jai").read_bytes() == STREAMS[1].read_bytes()


def test_a_smaller_one_with_a_report(refdec: Refdec, tmp_path: Path) -> None:
    size = STREAMS[1].stat().st_size
    ran = refdec("transcode", STREAMS[1], "-o", tmp_path / "a.jai", "--max-bytes", size // 2, "--json")
    report = json.loads(ran.out)
    assert ran.code == 0
    assert report["bytes"] == (tmp_path / "a.jai").stat().st_size <= size // 2
    assert (report["source_bytes"], report["what"], report["exact"]) == (size, "requantised", False)
    assert refdec("verify", tmp_path / "a.jai").code == 0


def test_headers_and_threads_there_and_back(refdec: Refdec, tmp_path: Path) -> None:
    there = refdec("transcode", STREAMS[1], tmp_path / "a.jai", "--edition", "draft", "--threads", 4)
    assert there.code == 0 and "the same symbols" in there.out
    back = refdec("transcode", tmp_path / "a.jai", tmp_path / "b.jai", "--edition", "published", "--threads", 1)
    assert back.code == 0 and "draft" in back.err
    assert (tmp_path / "b.jai").read_bytes() == STREAMS[1].read_bytes()


def test_the_output_is_named_and_neither_the_input_nor_a_picture(refdec: Refdec, tmp_path: Path) -> None:
    source = tmp_path / "a.jai"
    source.write_bytes(STREAMS[0].read_bytes())
    for arguments in ([source], [source, source], [source, tmp_path / "a.png"]):
        ran = refdec("transcode", *arguments, "--displacement", -300)
        assert ran.code == 2 and source.read_bytes() == STREAMS[0].read_bytes()
    assert not (tmp_path / "a.png").exists()


def test_wishes_that_cannot_be_met(refdec: Refdec, tmp_path: Path) -> None:
    ran = refdec("transcode", STREAMS[1], tmp_path / "a.jai", "--max-bytes", 60)
    assert ran.code == 2 and "out of reach" in ran.err and "refdec decode" in ran.err
    ran = refdec("transcode", STREAMS[1], tmp_path / "a.jai", "--bpp", 1, "--quality", 3)
    assert ran.code == 2 and "cannot both be met" in ran.err
    (tmp_path / "cut.jai").write_bytes(STREAMS[1].read_bytes()[:-30])
    ran = refdec("transcode", tmp_path / "cut.jai", tmp_path / "a.jai")
    assert ran.code == 3
    assert not (tmp_path / "a.jai").exists()


def test_a_folder(refdec: Refdec, folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.jsonl"
    command = ("transcode", folder, tmp_path / "out", "--displacement", -300, "--workers", 1, "--report", report)
    ran = refdec(*command, "--json")
    assert ran.code == 0 and json.loads(ran.out)["left_out"] == {".txt": 1}
    made = tmp_path / "out" / "sub" / "b.jai"
    assert made.stat().st_size < STREAMS[1].stat().st_size
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    assert [line["details"]["what"] for line in lines if "details" in line] == ["requantised"] * 2
    again = refdec(*command)
    assert again.code == 0 and "skipped" in again.err


def test_a_folder_does_not_take_what_becomes_of_it(refdec: Refdec, folder: Path) -> None:
    ran = refdec("transcode", folder, folder, "--displacement", -300, "--overwrite")
    assert ran.code == 2 and (folder / "a.jai").read_bytes() == STREAMS[0].read_bytes()
    with pytest.raises(OutputIsInput):
        transcode_archive(StreamArchive((str(folder),), folder))
