"""The end of a command's process: at once, but after all that is to be done at exit, and by Python where it must be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import refdec

DEMO = Path(refdec.__file__).parent / "data" / "demo.jai"
BEGIN = """
import atexit, os, sys
sys.argv = ["refdec", *sys.argv[1:]]
def at_once(code, really=os._exit):
    sys.__stderr__.write("at once\\n")
    sys.__stderr__.flush()
    really(code)
os._exit = at_once
atexit.register(lambda: sys.__stderr__.write("at exit\\n"))
from refdec.cli.__main__ import command
"""
PLAIN = {
    "a guest": "import refdec.plugins.manager",
    "a thread at work": "import threading; threading.Thread(target=threading.main_thread().join).start()",
    "a debugger": "sys.settrace(lambda *told: None)",
    "a profiler": "sys.setprofile(lambda *told: None)",
}


def run(code: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run code that ends with the command."""
    command = [sys.executable, "-c", f"{BEGIN}{code}\ncommand()", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_command_ends_at_once_after_what_is_to_be_done_at_exit() -> None:
    done = run("", "info", DEMO, "--json")
    assert done.returncode == 0
    assert done.stdout.rstrip().endswith("}")
    assert done.stderr == "at exit\nat once\n"


@pytest.mark.parametrize("reason", PLAIN)
def test_python_ends_the_process_where_somebody_may_count_on_it(reason: str) -> None:
    done = run(PLAIN[reason], "info", DEMO, "--json")
    assert done.returncode == 0
    assert done.stdout.rstrip().endswith("}")
    assert done.stderr == "at exit\n"


@pytest.mark.parametrize(("arguments", "code"), [(["info", "nowhere.jai"], 1), (["info"], 2), (["--version"], 0)])
def test_the_exit_code_is_that_of_the_command(tmp_path: Path, arguments: list[str], code: int) -> None:
    for way in (["-m", "refdec"], ["-m", "refdec.cli"]):
        done = subprocess.run([sys.executable, *way, *arguments], capture_output=True, cwd=tmp_path, check=False)
        assert done.returncode == code


def test_results_that_nobody_can_take_are_told_by_the_exit_code() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no device here that is always full")
    with full.open("wb") as nowhere:
        done = subprocess.run([sys.executable, "-m", "refdec", "info", DEMO], stdout=nowhere, check=False)
    assert done.returncode == 1
