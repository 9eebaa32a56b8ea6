"""`refdec verify`: verdicts and exit codes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import refdec as library
from refdec.api.clips import Clip
from refdec.verification.clips import verify_clip
from refdec.verification.verdict import Verdict
from tests.unit.heif.clips import clip_data

from .conftest import Run

Refdec = Callable[..., Run]
DEMO = Path(library.__file__).parent / "data" / "demo.jai"


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    data = bytearray(DEMO.read_bytes())
    data[5000] ^= 0x40
    data[9000] ^= 1
    (tmp_path / "damaged.jai").write_bytes(data)
    return tmp_path / "damaged.jai"


def test_a_sound_stream(refdec: Refdec) -> None:
    ran = refdec("verify", DEMO)
    assert ran.code == 0
    assert ran.out.splitlines() == [f"{DEMO}: conformant", "  decoded: 768 x 512, 8 bit RGB"]


def test_traces_and_pictures(refdec: Refdec, tmp_path: Path) -> None:
    assert refdec("verify", DEMO, "--trace", tmp_path / "t.json").code == 0
    assert refdec("verify", DEMO, "--expect", tmp_path / "t.json").code == 0
    assert refdec("decode", DEMO, tmp_path / "p.png").code == 0
    ran = refdec("verify", DEMO, "--expect", tmp_path / "p.png")
    assert ran.code == 0 and "equal, sample by sample" in ran.out
    wrong = json.loads((tmp_path / "t.json").read_text())
    wrong["sha256"]["symbols.Y[160,32,48]"] = "0" * 64
    (tmp_path / "w.json").write_text(json.dumps(wrong))
    ran = refdec("verify", DEMO, "--expect", tmp_path / "w.json")
    assert ran.code == 4 and "first stage that differs: symbols.Y" in ran.out


def test_all_problems_with_their_places(refdec: Refdec, damaged: Path) -> None:
    ran = refdec("verify", damaged)
    assert ran.code == 3
    first, *others = ran.out.splitlines()
    assert first.endswith("not conformant, 2 problems")
    places = [line.split(",")[0] for line in others if line.startswith("  byte.bit")]
    assert places == ["  byte.bit 28.0", "  byte.bit 8185.0"]
    way, remark = (line for line in others if not line.startswith("  byte.bit"))
    assert way.startswith("    came through clauses ") and way.endswith(" > 2.3.1")
    assert remark.startswith("  remark: the stream does not say for which weights it was made")


def test_json(refdec: Refdec, damaged: Path) -> None:
    ran = refdec("verify", damaged, "--json")
    made = json.loads(ran.out)
    assert ran.code == made["exit_code"] == 3
    assert [problem["clause"] for problem in made["problems"]] == ["2.3.1", "2.3.1"]


def test_files_that_cannot_be_read(refdec: Refdec, tmp_path: Path) -> None:
    assert refdec("verify", tmp_path / "none.jai").code == 1
    assert refdec("verify", DEMO, "--expect", tmp_path / "none.png").code == 1
    assert refdec("verify", DEMO, "--fraction", "2").code == 2


def test_a_folder_with_a_report(refdec: Refdec, damaged: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    shutil.copy(DEMO, folder / "good.jai")
    shutil.copy(damaged, folder / "bad.jai")
    (folder / "readme.txt").write_text("no stream")
    report = tmp_path / "r.jsonl"
    ran = refdec("verify", folder, "--report", report, "--workers", 2)
    assert ran.code == 3
    assert "2 files in" in ran.err and "1 conformant, 1 not conformant" in ran.err
    lines = {Path(line["input"]).name: line for line in map(json.loads, report.read_text().splitlines())}
    assert lines["good.jai"]["details"]["verdict"] == "conformant"
    assert len(lines["bad.jai"]["details"]["problems"]) == 2
    again = refdec("verify", folder, "--report", report, "--resume", "--workers", 1)
    assert again.code == 3
    assert "1 conformant, 1 not conformant" in again.err and "2 skipped" in again.err
    assert "could not be verified" not in again.err
    assert {line.split(": ", 1)[1] for line in again.out.splitlines()} == {
        "skipped: conformant, says the report",
        "skipped: not conformant, says the report",
    }
    assert len(report.read_text().splitlines()) == 4


def test_several_files_as_json_lines(refdec: Refdec, damaged: Path) -> None:
    ran = refdec("verify", DEMO, damaged, "--json", "--workers", 1)
    assert ran.code == 3
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert {(line["details"]["verdict"], line["exit_code"]) for line in lines} == {
        ("conformant", 0),
        ("not conformant", 3),
    }


def test_workers_name_files_as_they_were_typed(
    refdec: Refdec, damaged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Text and hints of a report held absolute paths, where its "input" is as it was typed."""
    monkeypatch.chdir(tmp_path)
    folder = Path("in")
    folder.mkdir()
    damaged.rename(folder / "bad.jai")
    (folder / "cut.jai").write_bytes(DEMO.read_bytes()[:5000])
    ran = refdec("verify", "in", "none.jai", "--json", "--report", "r.jsonl", "--workers", 1)
    assert ran.code == 1
    report = Path("r.jsonl").read_text()
    assert str(tmp_path) not in ran.out + ran.err + report
    lines = {line["input"]: line for line in map(json.loads, report.splitlines())}
    bad = lines["in/bad.jai"]["details"]
    assert bad["text"][0] == "in/bad.jai: not conformant, 2 problems"
    assert any("view in/cut.jai" in hint for one in lines["in/cut.jai"]["details"]["problems"] for hint in one["hints"])
    assert lines["none.jai"]["message"].startswith("none.jai cannot be read")
    assert "in/bad.jai: not conformant" in refdec("verify", "in", "--workers", 1).out


def test_workers_of_one_file_share_the_frames_of_a_clip(
    refdec: Refdec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing took them; and one codestream, of which every stage is looked at, says that it has no use for them."""
    given = list[int | None]()

    def watched(clip: Clip, *, workers: int | None = 1) -> Verdict:
        given.append(workers)
        return verify_clip(clip, workers=workers)

    monkeypatch.setattr("refdec.verification.files.verify_clip", watched)
    (tmp_path / "clip.jaii").write_bytes(clip_data())
    shared, alone, usual = (
        refdec("verify", tmp_path / "clip.jaii", *wish).out for wish in (["--workers", 3], ["--workers", 1], [])
    )
    assert given == [3, 1, None] and shared == alone == usual
    remark = "remark: one worker did it, since every stage of a codestream is looked at"
    assert remark in refdec("verify", DEMO, "--workers", 2).out
    assert "remark" not in refdec("verify", DEMO, "--workers", 1).out + refdec("verify", DEMO).out
    assert "remark" not in refdec("verify", DEMO, DEMO, "--workers", 2).out


@pytest.mark.parametrize(
    "arguments",
    [
        ["verify", "-", "-"],
        ["verify", "-", "--report", "r.jsonl"],
        ["decode", "-", DEMO, "--out", "o"],
        ["task", "statistics", "-", DEMO],
    ],
)
def test_a_pipe_is_not_one_of_several(
    refdec: Refdec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[object]
) -> None:
    """It was taken for the name of a file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "r.jsonl").write_text("")
    ran = refdec(*arguments)
    assert ran.code == 2 and "[RD0985]" in ran.err and "give - alone" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["r.jsonl"]


@pytest.mark.parametrize("arguments", [["diff", "-", "-"], ["info", "-", "-"], ["lossless", "add", "-", "-", "o.jai"]])
def test_a_pipe_is_read_once(refdec: Refdec, arguments: list[str]) -> None:
    """The second one was said to be empty, or of no kind that is known."""
    ran = refdec(*arguments)
    assert ran.code == 2 and ran.out == "" and "can be read once" in " ".join(ran.err.split())
