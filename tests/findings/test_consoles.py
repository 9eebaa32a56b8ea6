"""What users found about consoles: no name, no encoding and no terminal turns finished work into a failure."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import PIL.Image
import pytest

from refdec.conformance.report import to_junit
from refdec.conformance.run_result import RunResult

ROOT = Path(__file__).resolve().parents[2]
STREAM = ROOT / "tests" / "golden" / "streams" / "kodim21_m1_+0_64x64.jai"
NAME = "über ✓"
RAW = os.fsdecode(b"raw\xff\xfe")
HOSTILE = "a\x1b]0;owned\x07\r[/red] [b].jai"
Done = subprocess.CompletedProcess[bytes]
posix_names = pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux alone")


def run(*arguments: object, shell: str = "", **variables: str) -> Done:
    command = [sys.executable, "-m", "refdec.cli", *map(str, arguments)]
    if shell:
        command = ["sh", "-c", f'"$@" {shell}', "sh", *command]
    unset = {"PYTHONIOENCODING", "PYTHONUTF8", "LC_ALL", "LANG", "PYTHONUNBUFFERED"}
    environment = {name: value for name, value in os.environ.items() if name not in unset} | variables
    return subprocess.run(command, capture_output=True, cwd=ROOT, env=environment, timeout=120)


def copy(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(STREAM.read_bytes())
    return path


@pytest.mark.parametrize(
    "variables",
    [
        {"PYTHONIOENCODING": "cp1252"},
        {"PYTHONIOENCODING": "ascii:strict"},
        {"PYTHONIOENCODING": "utf-16"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1"},
    ],
    ids=str,
)
def test_a_name_that_a_console_cannot_show_is_escaped(variables: dict[str, str], tmp_path: Path) -> None:
    name = NAME + RAW if sys.platform == "linux" else NAME
    source = copy(tmp_path, f"{name}.jai")
    done = run("decode", source, tmp_path / f"{name}.png", **variables)
    assert (done.returncode, done.stderr) == (0, b"") and b"64 x 6" in done.stdout.replace(b"\0", b"")
    missing = run("info", tmp_path / f"{name} no.jai", **variables)
    assert missing.returncode == 1 and b"RD0701" in missing.stderr.replace(b"\0", b"")


@posix_names
def test_names_of_bytes_are_written_everywhere(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / f"out{RAW}"
    folder.mkdir()
    source = copy(folder, f"{RAW}.jai")
    report = tmp_path / "report.jsonl"
    for expected in ("done", "skipped"):  # the second run finds the first one's lines
        done = run("decode", folder, "--out", out, "--report", report, "--json")
        assert done.returncode == 0 and json.loads(done.stdout)["statuses"].get(expected) == 1, (
            done.stdout,
            done.stderr,
        )
    assert {Path(json.loads(line)["input"]).name for line in report.read_text().splitlines()} == {f"{RAW}.jai"}
    assert run("view", source, "--html", tmp_path / "page.html").returncode == 0
    assert "raw\\udcff" in (tmp_path / "page.html").read_text(encoding="utf-8")
    commands: list[tuple[object, ...]] = [
        ("decode", source, tmp_path / "a.png", "--trace", tmp_path / f"{RAW}.json", "--json"),
        ("latents", source, tmp_path / f"{RAW}.npz", "--json"),
        ("task", "statistics", source, folder, "--json"),
        ("verify", folder, "--json"),
        ("info", source, "--json"),
    ]
    for command in commands:
        done = run(*command)
        assert done.returncode == 0, (command, done.stderr)
        assert all(json.loads(part) for part in done.stdout.decode("ascii").replace("\n{", "\0{").split("\0"))


def test_junit_holds_any_name() -> None:
    run_ = RunResult(suite=f"{RAW}\x1b", decoder="\uffff", results=(), seconds=0.0, common_clauses=())
    assert ElementTree.fromstring(to_junit(run_).encode(errors="backslashreplace")).tag == "testsuites"


def ended(*arguments: object, shell: str, **variables: str) -> tuple[int, bytes]:
    done = run(*arguments, shell=shell, **variables)
    return done.returncode, done.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_results_that_cannot_be_written_are_said_and_end_with_1(unbuffered: str, tmp_path: Path) -> None:
    code, said = ended("info", STREAM, shell=">/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert code == 1 and said.count(b"standard output cannot be written: No space") == 1, said
    code, said = ended("info", tmp_path / "none.jai", "--json", shell=">/dev/full")
    assert code == 1 and b"RD0701" in said and b"Traceback" not in said


def test_standard_streams_that_are_closed_or_full(tmp_path: Path) -> None:
    code, said = ended("decode", STREAM, "-", "--format", "png", shell=">&-")
    assert code == 1 and b"standard output cannot be written: it is closed" in said
    picture = tmp_path / "a.png"
    assert ended("decode", STREAM, picture, shell=">&-") == (0, b"") and picture.stat().st_size
    for nobody in ("2>&-", "2>/dev/full", "<&- >&- 2>&-"):
        code, said = ended("info", tmp_path / "none.jai", shell=nobody)
        assert (code, said) == (1, b"")
    assert ended("decode", STREAM, picture, "--timings", shell="2>/dev/full") == (0, b"")


@pytest.mark.parametrize(
    "typed",
    ["info {}", "info {} --json", "verify {}", "view {}", "task statistics {}", "bench icons --sides 16", "--help"],
)
def test_a_result_that_nobody_gets_is_no_success(typed: str) -> None:
    """With a closed standard output the result was lost, and the exit code 0."""
    said = ended(*typed.format(STREAM).split(), shell=">&-")
    assert said == (1, b"refdec: standard output cannot be written: it is closed\n")


def test_a_reader_that_goes_away_ends_a_command_quietly() -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "refdec.cli", "info", str(STREAM)]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, cwd=ROOT, timeout=60)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


def on_terminal(*arguments: object, **variables: str) -> tuple[int, bytes]:
    """Run a command with a terminal for both outputs; return exit code and what the terminal got."""
    owner, terminal = pty.openpty()
    command = [sys.executable, "-m", "refdec.cli", *map(str, arguments)]
    environment = os.environ | variables
    child = subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, cwd=ROOT, env=environment, close_fds=True
    )
    os.close(terminal)
    seen = b""
    while True:
        try:
            part = os.read(owner, 4096)
        except OSError:
            break
        if not part:
            break
        seen += part
    os.close(owner)
    return child.wait(60), seen


@pytest.mark.parametrize(
    "variables",
    [
        {"TERM": "xterm", "COLUMNS": "0", "LINES": "0"},
        {"TERM": "xterm", "COLUMNS": "1", "PYTHONIOENCODING": "ascii"},
        {"TERM": "dumb"},
    ],
    ids=str,
)
def test_odd_terminals_and_hostile_names(variables: dict[str, str], tmp_path: Path) -> None:
    source = copy(tmp_path, HOSTILE.replace("/", ":"))
    code, seen = on_terminal("decode", source, tmp_path / "a.png", **variables)
    assert code == 0 and b"64 x 64" in seen and b"\x1b]0;" not in seen
    assert (b"\x1b[?25l" in seen) == (variables["TERM"] == "xterm")  # a bar, where one can be drawn


def test_names_in_brackets_are_no_markup(tmp_path: Path) -> None:
    """`[red]` in a name was taken for a colour and left out of the label of progress."""
    source = copy(tmp_path, "[red]rose.jai")
    code, seen = on_terminal("decode", source, tmp_path / "a.png", TERM="xterm", COLUMNS="80")
    assert code == 0 and b"decoding [red]rose.jai" in seen, seen


def test_what_libraries_warn_of_is_a_line_without_their_places(tmp_path: Path) -> None:
    picture, tag = io.BytesIO(), (270).to_bytes(2, "little") + b"\x02\0"
    PIL.Image.new("RGB", (64, 64)).save(picture, "TIFF", description="x" * 50)
    data = bytearray(picture.getvalue())
    count = data.index(tag) + len(tag)
    data[count : count + 4] = (10**6).to_bytes(4, "little")  # longer than the file
    (tmp_path / "a.tif").write_bytes(data)
    done = run("encode", tmp_path / "a.tif", tmp_path / "a.jai")
    assert done.returncode == 0 and done.stderr.splitlines() == [
        b"refdec: warning: Tag data larger than file. Skipping tag 270"
    ]
