"""Two processes compile what is kept nowhere: each something else, and none depends on the other."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from refdec import kernel_choices
from refdec.parallel import compiling, processes
from refdec.parallel.compiling import Talk, Together

NAME, WHAT = "a.module.kernel", "a.module.kernel int64(int64)"
KERNELS = """
from refdec.jit import kernel

@kernel("int64(int64)")
def first(a):
    return a * 3 + {offset}

@kernel("int64(int64)")
def second(a):
    return first(a) - 1

@kernel("int64(int64)")
def third(a):
    return second(a) * 2
"""
RUN = """
import os, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from refdec import kernel_choices
from refdec.parallel.compiling import Talk, Together
folder = Path(sys.argv[1], "cache")
begins = Talk.begins
def told(self, what):
    os.write(1, f"{os.getpid()} {what.split()[0]}\\n".encode())  # one call: two processes share it
    begins(self, what)
Talk.begins = told
kernel_choices.use_cache(folder)
kernel_choices.share(Together(folder, tuple(sys.argv[2:])))
import early_of_a_test as early, late_of_a_test as late
results = [early.third(1)]
if "slowly" in os.environ:
    time.sleep(float(os.environ["slowly"]))
results.append(late.third(1))
print("done", *results, flush=True)
"""


@pytest.fixture
def both() -> tuple[Talk, Talk]:
    one, other = multiprocessing.Pipe()
    return Talk(one), Talk(other)


def test_what_nobody_has_begun_is_not_waited_for(both: tuple[Talk, Talk]) -> None:
    here, _ = both
    assert not here.made(WHAT) and not here.is_taken(NAME)


def test_what_the_other_has_begun_is_waited_for(both: tuple[Talk, Talk]) -> None:
    here, there = both
    there.begins(WHAT)
    assert here.is_taken(NAME) and not here.is_taken("a.module.kern")
    found: list[bool] = []
    waiting = threading.Thread(target=lambda: found.append(here.made(WHAT)))
    waiting.start()
    time.sleep(0.1)
    assert found == []
    there.begins("another int64(int64)")
    there.ends(WHAT)
    waiting.join()
    assert found == [True] and here.made(WHAT) and here.is_taken("another")


def test_one_that_is_gone_is_not_waited_for() -> None:
    one, other = multiprocessing.Pipe()
    here, there = Talk(one), Talk(other)
    there.begins(WHAT)
    other.close()
    assert not here.made(WHAT)
    here.begins(WHAT)
    here.ends(WHAT)
    assert not here.made("another int64(int64)")


def test_one_that_takes_too_long_is_not_waited_for(both: tuple[Talk, Talk], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "PATIENCE_SECONDS", 1)
    here, there = both
    there.begins(WHAT)
    assert not here.made(WHAT)


@pytest.mark.parametrize("why", ["one core", "no fork"])
def test_no_partner_is_started_where_it_would_not_help(
    why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "available_cores", lambda: 1 if why == "one core" else 8)
    monkeypatch.setattr(processes, "start_method", lambda: "spawn" if why == "no fork" else "fork")

    def started(*asked: object, **how: object) -> None:
        pytest.fail("a partner was started")

    monkeypatch.setattr(processes, "Crew", started)
    assert not Together(tmp_path, ("a.module",)).made(WHAT)


@pytest.mark.parametrize("what", ["processes", "pipes"])
def test_where_the_system_gives_no_partner_nobody_is_waited_for(
    what: str, few_forks: Callable[[int], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found: a first run at a limit of processes ended with `Resource temporarily unavailable`."""
    monkeypatch.setattr(processes, "available_cores", lambda: 8)
    monkeypatch.setattr(processes, "start_method", lambda: "fork")
    if what == "processes":
        few_forks(0)
    else:
        monkeypatch.setattr(processes, "owned_pipe", refuse)
    together = Together(tmp_path, ("a.module",))
    assert not together.made(WHAT)
    together.begins(WHAT)
    together.ends(WHAT)
    assert not together.made(WHAT) and not multiprocessing.active_children()


def refuse(*, duplex: bool) -> None:
    raise OSError(24, "Too many open files")


needs_two = pytest.mark.skipif(
    kernel_choices.is_disabled() or sys.platform != "linux" or processes.available_cores() < 2,
    reason="kernels are not compiled, or there is no second core, or no fork",
)


def run(folder: Path, *modules: str, **settings: str) -> tuple[list[tuple[int, str]], list[str]]:
    """Compile two modules; return who began what, and the last line."""
    (folder / "early_of_a_test.py").write_text(KERNELS.format(offset=1))
    (folder / "late_of_a_test.py").write_text(KERNELS.format(offset=2))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA")}
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(folder), *modules], capture_output=True, text=True, env={**kept, **settings}
    )
    assert (done.returncode, done.stderr) == (0, "")
    *begun, last = done.stdout.splitlines()
    return [(int(line.split()[0]), line.split()[1]) for line in begun], last.split()


@needs_two
def test_each_compiles_something_else_and_the_partner_ends_with_us(tmp_path: Path) -> None:
    begun, last = run(tmp_path, "late_of_a_test", slowly="3")
    assert last == ["done", "6", "8"]
    assert len({pid for pid, _ in begun}) == 2
    names = [name for _, name in begun]
    assert sorted(names) == sorted(set(names)) and len(names) == 6, "none is compiled twice"
    for pid, _ in begun:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert run(tmp_path, "late_of_a_test") == ([], ["done", "6", "8"]), "all is kept, and nobody is started"


@needs_two
def test_a_partner_that_fails_leaves_it_to_us(tmp_path: Path) -> None:
    begun, last = run(tmp_path, "a_module_that_is_not_there")
    assert last == ["done", "6", "8"] and len(begun) == 6 and len({pid for pid, _ in begun}) == 1


def test_a_worker_starts_none(tmp_path: Path) -> None:
    """It would be one more for each worker; kernels are ready before workers start."""
    if sys.platform != "linux":
        pytest.skip("workers are forked on Linux alone")
    here, there = multiprocessing.Pipe(duplex=False)
    worker = multiprocessing.get_context("fork").Process(target=_asks, args=(there, tmp_path), daemon=True)
    worker.start()
    worker.join()
    assert here.recv() == (False, [])


def _asks(link: Connection, folder: Path) -> None:
    made = Together(folder, ("a.module",)).made(WHAT)
    link.send((made, multiprocessing.active_children()))
