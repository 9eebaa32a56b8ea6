"""Start and end of worker processes."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import pytest

from refdec.parallel import processes
from refdec.parallel.processes import Crew, available_cores, fork_is_safe, owned_pipe, start_method


def answer_and_wait(state: Any, pipe: Connection, seconds: float) -> None:
    try:
        pipe.send(state)
        time.sleep(seconds)
    finally:
        pipe.send("unwound")


def never_end(state: Any, pipe: Connection) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pipe.send(state)
    time.sleep(60)


def test_cores() -> None:
    assert 1 <= available_cores() <= (os.cpu_count() or 1)


def test_fork_is_not_safe_beside_threads() -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert not fork_is_safe()
        assert start_method() == "spawn"
    finally:
        stop.set()
        thread.join()


def test_fork_is_safe_on_linux_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    assert fork_is_safe() == (sys.platform == "linux")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert not fork_is_safe()


def test_a_crew_that_unwinds_leaves_through_its_finally_clauses() -> None:
    near, far = owned_pipe(duplex=True)
    crew = Crew("state", start="fork", unwind=True)
    process = crew.start(answer_and_wait, far, 60)
    far.close()
    assert near.recv() == "state"
    crew.end(at_once=True)
    assert near.recv() == "unwound"
    assert process.exitcode == 128 + signal.SIGTERM


def test_a_crew_that_need_not_unwind_is_killed() -> None:
    near, far = owned_pipe(duplex=True)
    crew = Crew("state", start="fork", unwind=False)
    process = crew.start(answer_and_wait, far, 60)
    far.close()
    assert near.recv() == "state"
    crew.end(at_once=True)
    assert process.exitcode == -signal.SIGKILL


def test_a_worker_that_does_not_listen_is_killed_after_its_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE_SECONDS", 0.1)
    near, far = owned_pipe(duplex=True)
    crew = Crew(5, start="fork", unwind=True)
    process = crew.start(never_end, far)
    far.close()
    assert near.recv() == 5
    crew.end(at_once=True)
    assert process.exitcode == -signal.SIGKILL


def test_owned_ends_are_closed_in_any_forked_child() -> None:
    near, far = owned_pipe(duplex=False)
    child = os.fork()
    if child == 0:
        os._exit(0 if near.closed and not far.closed else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert not near.closed
    near.close()
    far.close()


def test_a_worker_without_a_thread_of_its_own_works(
    few_threads: Callable[[int], None], capfd: pytest.CaptureFixture[str]
) -> None:
    """Found: at a limit of processes it ended with a traceback.  It hears of the owner's end when it has answered."""
    few_threads(0)
    near, far = owned_pipe(duplex=True)
    crew = Crew("state", start="fork", unwind=True)
    process = crew.start(answer_and_wait, far, 0)
    far.close()
    assert (near.recv(), near.recv()) == ("state", "unwound")
    process.join()
    crew.end(at_once=False)
    assert process.exitcode == 0 and capfd.readouterr().err == ""
