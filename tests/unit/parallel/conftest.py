"""Fixtures for tests that start programs, and the check that nothing is left behind."""

from __future__ import annotations

import errno
import multiprocessing
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from refdec.parallel import counts

ROOT = Path(__file__).resolve().parents[3]
Program = subprocess.Popen[str]


def is_alive(pid: int) -> bool:
    """Tell whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> bool:
    """Wait for something that happens in other processes; return whether it did."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """Fail a test that leaves a worker behind."""
    before = set(multiprocessing.active_children())
    yield
    assert wait_until(lambda: not set(multiprocessing.active_children()) - before, 5)


@pytest.fixture
def few_forks(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the system give so many processes and no more, as at a limit (RLIMIT_NPROC); nothing has been told yet."""

    def allow(count: int) -> None:
        fork, given = os.fork, list[int]()

        def fork_or_refuse() -> int:
            if len(given) == count:
                raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
            given.append(0)
            return fork()

        monkeypatch.setattr(os, "fork", fork_or_refuse)
        monkeypatch.setattr(counts, "_told", set())

    return allow


@pytest.fixture
def few_threads(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the system give so many threads and no more; nothing has been told yet."""

    def allow(count: int) -> None:
        start, given = threading.Thread.start, list[threading.Thread]()

        def start_or_refuse(thread: threading.Thread) -> None:
            if len(given) == count:
                raise RuntimeError("can't start new thread")
            given.append(thread)
            start(thread)

        monkeypatch.setattr(threading.Thread, "start", start_or_refuse)
        monkeypatch.setattr(counts, "_told", set())

    return allow


@pytest.fixture
def program() -> Iterator[Callable[..., Program]]:
    """Start scenarios in sessions of their own, so that a signal to the group reaches all their processes."""
    started: list[Program] = []

    def start(*arguments: str | Path, before: tuple[str, ...] = ()) -> Program:
        process = subprocess.Popen(
            [*before, sys.executable, "-m", "tests.unit.parallel.scenario", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
