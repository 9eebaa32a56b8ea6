"""A decode that is interrupted, starved or robbed of a worker: one clear error, nothing half-written, nobody left."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import refdec
from refdec.bench.streams import repeated_stream

ROOT = Path(__file__).resolve().parents[2]
DEMO = Path(refdec.__file__).parent / "data" / "demo.jai"
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def long_stream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A codestream that takes some seconds."""
    path = tmp_path_factory.mktemp("long") / "long.jai"
    path.write_bytes(repeated_stream(DEMO.read_bytes(), refdec.load_weights(None), 2560, 1920))
    return path


@pytest.fixture
def start() -> Iterator[Start]:
    """Start `refdec ARGS...` in a session of its own."""
    started: list[subprocess.Popen[str]] = []
    paths = [str(ROOT / name) for name in ("", "encoders", "tasks", "spec_tables")]

    def run(*arguments: object, before: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*before, sys.executable, "-m", "refdec.cli", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def children(pid: int) -> list[int]:
    """The living children of a process."""
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in found.read_text().split()] if found.exists() else []


def wait_for(condition: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def begun(process: subprocess.Popen[str], folder: Path) -> list[int]:
    """Wait until workers run and the output is begun; return the workers."""
    wait_for(lambda: process.poll() is not None or (len(children(process.pid)) >= 2 and any(folder.iterdir())))
    assert process.poll() is None, process.communicate()[1]
    return children(process.pid)


def assert_gone(pids: list[int]) -> None:
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), 10)


needs_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")


@needs_proc
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_leave_nothing(start: Start, long_stream: Path, tmp_path: Path, number: int, code: int) -> None:
    process = start("decode", long_stream, tmp_path / "o.png", "--workers", 2)
    workers = begun(process, tmp_path)
    process.send_signal(number)
    _, talk = process.communicate(timeout=60)
    assert process.returncode == code, talk
    assert "interrupted" in talk
    assert "Traceback" not in talk
    assert list(tmp_path.iterdir()) == []
    assert_gone(workers)


@needs_proc
def test_a_killed_worker_is_one_clear_error(start: Start, long_stream: Path, tmp_path: Path) -> None:
    (tmp_path / "o.png").write_bytes(b"the picture of yesterday")
    process = start("decode", long_stream, tmp_path / "o.png", "--workers", 2)
    wait_for(lambda: process.poll() is not None or len(list(tmp_path.iterdir())) == 2)
    workers = begun(process, tmp_path)
    os.kill(workers[0], signal.SIGKILL)
    _, talk = process.communicate(timeout=60)
    assert process.returncode == 1, talk
    assert "was killed by SIGKILL" in talk
    assert "Traceback" not in talk
    assert [path.name for path in tmp_path.iterdir()] == ["o.png"]
    assert (tmp_path / "o.png").read_bytes() == b"the picture of yesterday"
    assert_gone(workers)


@needs_proc
def test_a_killed_parent_takes_its_workers_along(start: Start, long_stream: Path, tmp_path: Path) -> None:
    process = start("decode", long_stream, tmp_path / "o.png", "--workers", 2)
    workers = begun(process, tmp_path)
    process.kill()
    process.communicate()
    assert_gone(workers)
    assert not (tmp_path / "o.png").exists()


@needs_proc
def test_a_full_disk_is_one_clear_error(start: Start, long_stream: Path, tmp_path: Path) -> None:
    alone = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")
    mount = f'mount -t tmpfs -o size=2m none "{tmp_path}" && '
    if not shutil.which("unshare") or subprocess.run([*alone, mount + "true"], capture_output=True).returncode:
        pytest.skip("cannot mount a small file system here")
    script = mount + '"$@"; code=$?; ls -A "$0"; exit $code'
    target = tmp_path / "o.ppm"
    process = start("decode", long_stream, target, "--workers", 2, before=(*alone, script, str(tmp_path)))
    left, talk = process.communicate(timeout=120)
    assert process.returncode == 1, talk
    assert "o.ppm" in talk
    assert "No space left" in talk
    assert "Traceback" not in talk
    assert left == "", "nothing is left on the disk"


@needs_proc
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_first_run_ends_at_once_too(start: Start, tmp_path: Path, number: int, code: int) -> None:
    """Found: exit code 70 and a traceback, when LLVM had just compiled something."""
    cache = tmp_path / "cache"
    clean = ("env", f"NUMBA_CACHE_DIR={cache}")
    process = start("decode", DEMO, tmp_path / "o.png", before=clean)
    wait_for(lambda: process.poll() is not None or any(cache.rglob("*.nbc")))
    partners = children(process.pid)
    process.send_signal(number)
    _, talk = process.communicate(timeout=60)
    assert process.returncode == code, talk
    assert talk.count("interrupted by") == 1 and "Traceback" not in talk
    assert_gone(partners)
    assert not list(tmp_path.rglob("*.part")) and not (tmp_path / "o.png").exists()


IMPORTING = """
import sys, signal, builtins
number = int(sys.argv.pop(1))
from refdec.cli.__main__ import main
real, name = builtins.__import__, sys.argv.pop(1)
def strike(module, *rest, **more):
    if module == name:
        builtins.__import__ = real
        signal.raise_signal(number)
    return real(module, *rest, **more)
builtins.__import__ = strike
main()
"""


@pytest.mark.parametrize("module", ["typer", "refdec.cli.options", "refdec.startup", "refdec.decoding.rows", "numpy"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_while_it_starts_is_one_line(module: str, number: int, code: int, tmp_path: Path) -> None:
    """Found: a traceback of imports, or no word at all (Typer's own exit), or death by the signal."""
    command = [sys.executable, "-c", IMPORTING, str(int(number)), module, "decode", str(DEMO), str(tmp_path / "o.png")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == code, done.stderr
    assert done.stderr.startswith(f"refdec: interrupted by {signal.Signals(number).name}; nothing was left")
    assert done.stderr.count("\n") == 1 and list(tmp_path.iterdir()) == []


EARLIEST = """
import sys, signal, builtins
from refdec.__main__ import start
real, name = builtins.__import__, sys.argv.pop(1)
def strike(module, *rest, **more):
    if module == name:
        builtins.__import__ = real
        signal.raise_signal(signal.SIGINT)
    return real(module, *rest, **more)
builtins.__import__ = strike
start()
"""


@pytest.mark.parametrize("module", ["refdec.cli.__main__", "refdec.clauses", "refdec.cli.console", "refdec.cli.errors"])
def test_an_interrupt_before_its_own_code_runs_is_one_line(module: str, tmp_path: Path) -> None:
    """Found: a traceback, where Ctrl-C came while Python imported the command line itself."""
    command = [sys.executable, "-c", EARLIEST, module, "decode", str(DEMO), str(tmp_path / "o.png")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 130, done.stderr
    assert done.stderr.startswith("refdec: interrupted by SIGINT; nothing was left")
    assert done.stderr.count("\n") == 1 and list(tmp_path.iterdir()) == []
