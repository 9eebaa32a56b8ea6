"""The page for authors of other decoders: its program writes traces that refdec reads, its tables hold all names."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import refdec
from refdec.api.diff import diff_files
from refdec.bundles.bundle import FIELDS
from refdec.conformance.clause_titles import clause_title
from refdec.decoding.whole import decode_codestream
from refdec.formats.files import write_picture
from refdec.formats.pictures import CodePicture, Colour
from refdec.trace.fingerprints import Fingerprints
from refdec.trace.names import BESIDE, OLD_NAMES, STAGES, stage_name
from refdec.trace.tracefile import read_trace, write_trace
from refdec.verification.files import VerifyRequest, verify_file
from refdec.weights.bundled import bundled_pack

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "traces.md").read_text(encoding="utf-8")
DEMO = Path(refdec.__file__).parent / "data" / "demo.jai"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (text,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "write_trace.py").write_text(text)
    return tmp_path / "write_trace.py"


def test_the_program_makes_a_trace_that_verify_reads(program: Path, tmp_path: Path) -> None:
    assert "import refdec" not in program.read_text()
    picture = refdec.decode(DEMO)
    code = CodePicture(picture.planes, picture.bit_depth, Colour(picture.colour))
    write_picture(tmp_path / "mine.ppm", code)
    words = [sys.executable, program, tmp_path / "mine.ppm", tmp_path / "mine.json"]
    subprocess.run([str(word) for word in words], check=True)
    verdict = verify_file(DEMO, VerifyRequest(expect=tmp_path / "mine.json"))
    assert verdict.exit_code == 0 and verdict.comparison is not None and verdict.comparison.accepted
    trace = (tmp_path / "mine.json").read_text()
    (tmp_path / "wrong.json").write_text(re.sub(r'(codes\.1\[512,768\]": ")....', r"\g<1>0000", trace))
    wrong = verify_file(DEMO, VerifyRequest(expect=tmp_path / "wrong.json"))
    assert wrong.exit_code == 4 and any("codes.1" in line for line in wrong.lines())


def test_its_function_hashes_every_stage_as_refdec_does(program: Path, tmp_path: Path) -> None:
    known: dict[str, Any] = {"__name__": "write_trace"}
    exec(compile(program.read_text(), "write_trace.py", "exec"), known)
    ours = Fingerprints()

    def observe(stage: str, array: Any) -> None:
        ours(stage, array)
        if stage.partition(".")[0] in STAGES:
            known["show"](stage, array)

    decode_codestream(DEMO.read_bytes(), bundled_pack(), observe=observe)
    known["write"](tmp_path / "theirs.json", "demo.jai")
    (tmp_path / "ours.json").write_bytes(write_trace("demo.jai", ours.sha256))
    found = diff_files(tmp_path / "ours.json", tmp_path / "theirs.json")
    assert found.equal and found.lines == (f"equal: {len(ours.sha256)} stages",)


def test_the_tables_hold_every_name() -> None:
    table, old = PAGE.split("## Names of before")
    listed = {name.partition(".")[0] for name in re.findall(r"`([a-z_]+)(?:\.[A-Z0-9]+)?`", table)}
    assert set(STAGES) | set(BESIDE) <= listed
    for name in OLD_NAMES:
        assert f"{name}`" in old or f"{name}." in old, name
    bundles = re.findall(r"`((?:luma|planes)\.\w+)`", old)
    assert {f"luma.{field.name}" for field in FIELDS if stage_name(f"luma.{field.name}") != f"{field.name}.Y"} <= {
        *bundles
    }
    for row in re.findall(r"^\|(.*)\|$", old, re.MULTILINE)[2:]:
        cells = row.split("|")
        before, after = (re.findall(r"`([\w.]+)`", cell) for cell in cells[1:3])
        assert [stage_name(name) for name in before if name != ".R"] == after, row


def test_the_table_names_the_file_that_makes_a_stage() -> None:
    rows = re.findall(r"^\| `.*\|$", PAGE.split("## Names of before")[0], re.MULTILINE)
    for row in rows:
        cells = row.split("|")
        names = {name.partition(".")[0] for name in re.findall(r"`([a-z_0-9]+[.\w]*)`", cells[1])}
        files = [ROOT / "docs" / path for path in re.findall(r"\]\(([\w./]+)\)", cells[6])]
        text = "".join(file.read_text(encoding="utf-8") for file in files)
        assert names and files
        if "bundles" not in row:
            assert all(f'"{name}.' in text or f'"{name}"' in text for name in names), row


def test_clauses_of_the_table_exist() -> None:
    for row in re.findall(r"^\| `.*\|$", PAGE.split("## Names of before")[0], re.MULTILINE):
        for number in re.findall(r"\d+(?:\.\d+)+", row.split("|")[4]):
            title = clause_title(number)
            assert title is not None and title.file.startswith(f"0{number[0]}"), row


def test_the_example_of_json_is_a_trace() -> None:
    (text,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert set(read_trace(text.encode(), "page")) == {"z_hat.Y[160,8,12]", "symbols.Y[160,32,48]", "codes.0[512,768]"}
