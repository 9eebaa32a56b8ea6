"""Standard output of a process that nobody claims, or that has none; `tests/findings` has those of commands."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from refdec.formats import standard_output
from refdec.formats.errors import FileUnreadable, FileUnwritable
from refdec.formats.files import read_bytes, write_bytes

ROOT = Path(__file__).resolve().parents[3]


def test_without_a_claim_standard_output_is_that_of_the_program(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    before = sys.stdout
    standard_output.divert()
    assert sys.stdout is before and standard_output.results() is before
    write_bytes("-", b"\x00\xff")
    assert capfdbinary.readouterr().out == b"\x00\xff"


@pytest.mark.parametrize("stream", [None, io.StringIO()])
def test_a_program_without_standard_streams_of_bytes(stream: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "stdin", stream)
    standard_output.results().write("heard by nobody")
    with pytest.raises(FileUnwritable, match="standard output"):
        write_bytes("-", b"x")
    with pytest.raises(FileUnreadable, match="standard input"):
        read_bytes("-")


CLAIMED = """
import io, os, sys
from refdec.formats import standard_output as s
s.claim()
s.results().write("one\\n")
s.divert()
print("talk")
os.write(1, b"more talk\\n")
s.claim()  # a second command in the same process
s.results().write("two\\n")
s.divert()
sys.stdout = io.StringIO()  # a guest that puts its own in place
print("lost")
s.data_stream().write(b"\\xff\\n")
s.release()
sys.stdout = sys.__stdout__
print("after")
"""


def test_claimed_output_holds_results_alone() -> None:
    done = subprocess.run([sys.executable, "-c", CLAIMED], capture_output=True, cwd=ROOT, check=True)
    assert done.stdout == b"one\ntwo\n\xff\n"
    assert done.stderr.splitlines() == [b"talk", b"more talk", b"after"]


IN_MEMORY = """
import io, sys
from refdec.formats import standard_output as s
sys.stdout = memory = io.StringIO()
s.claim()
s.results().write("kept")
s.divert()
print("talk")
s.release()
s.abandon()
assert memory.getvalue() == "kept"
"""


def test_a_stream_in_memory_is_claimed_as_it_is() -> None:
    done = subprocess.run([sys.executable, "-c", IN_MEMORY], capture_output=True, cwd=ROOT, check=True)
    assert (done.stdout, done.stderr) == (b"", b"talk\n")


def test_what_is_lost_to_a_closed_standard_output_is_told_once() -> None:
    code = """
import sys
from refdec.formats import standard_output as out
def ending():
    try:
        out.release()
    except OSError as reason:
        return reason.strerror
out.claim()
said = [out.is_closed(), ending()]
out.claim()
out.results().write("a result")
said += [ending(), ending()]
sys.stderr.write(repr(said))
"""
    command = ["sh", "-c", 'exec "$0" -c "$1" >&-', sys.executable, code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert (done.returncode, done.stderr) == (0, "[True, None, 'it is closed', None]")
