"""Threads that share the work of a picture: each piece is done once, by whoever, and nothing outlives the block."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refdec.networks import sharing
from refdec.networks.sharing import Team, helped_by, in_parts, shared_by, sharing_threads, side_by_side
from tests.unit.networks.interrupts import interrupted

ROOT = Path(__file__).resolve().parents[3]
Tree = list["Tree"] | int
"""What is asked for: pieces of a layer, or works side by side that ask for more."""


@contextmanager
def shared(threads: int) -> Iterator[None]:
    with helped_by(threads) as team, shared_by(team):
        yield


def failing(message: str) -> None:
    raise ValueError(message)


def test_alone_the_work_is_one_part() -> None:
    assert in_parts(lambda begin, end: (begin, end), 7) == [(0, 7)]
    with shared(1):
        assert in_parts(lambda begin, end: (begin, end), 7) == [(0, 7)]
    assert sharing_threads() == 1


def test_alone_works_are_done_one_after_the_other() -> None:
    seen: list[str] = []
    works = [lambda: seen.append("first"), lambda: failing("second"), lambda: seen.append("third")]
    with pytest.raises(ValueError, match="second"):
        side_by_side(works)
    assert seen == ["first"]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 40, 1001])
@pytest.mark.parametrize("threads", [2, 3])
@pytest.mark.parametrize("least", [1, 16])
def test_parts_are_the_whole_in_order(count: int, threads: int, least: int) -> None:
    with shared(threads):
        assert sharing_threads() == threads
        parts = in_parts(lambda begin, end: list(range(begin, end)), count, least)
    assert [n for part in parts for n in part] == list(range(count))
    assert len(parts) == 1 or min(len(part) for part in parts) >= least


def test_larger_parts_come_first() -> None:
    """Taken one by one, they end together so: a part of two at the end would be waited for."""
    with shared(2):
        begins = in_parts(lambda begin, end: begin, 12)
    assert set(begins) <= {0, 2, 4, 6, 8, 9, 10, 11}


def test_all_threads_work_and_end() -> None:
    before = threading.active_count()
    seen: set[int] = set()
    meet = threading.Barrier(3, timeout=30)

    def work(begin: int, end: int) -> None:
        if threading.get_ident() not in seen:
            seen.add(threading.get_ident())
            meet.wait()

    with shared(3):
        in_parts(work, 12)
    assert len(seen) == 3
    assert threading.active_count() == before


def test_works_side_by_side_are_done_at_the_same_time_and_come_in_order() -> None:
    meet = threading.Barrier(2, timeout=30)

    def work(name: str) -> str:
        meet.wait()
        assert sharing_threads() == 2
        return name

    with shared(2):
        assert side_by_side([partial(work, "luma"), partial(work, "chroma")]) == ["luma", "chroma"]


@pytest.mark.parametrize("longer", [0, 1])
def test_who_has_no_work_left_helps_with_the_layers_of_the_other(longer: int) -> None:
    """Whichever thread that is: the caller does the first work, a helper the second."""
    meet = threading.Barrier(2, timeout=30)
    seen: set[int] = set()

    def part(begin: int, end: int) -> None:
        if threading.get_ident() not in seen:
            seen.add(threading.get_ident())
            meet.wait()

    works: list[Callable[[], object]] = [lambda: None, lambda: None]
    works[longer] = lambda: in_parts(part, 8)
    with shared(2):
        side_by_side(works)
    assert len(seen) == 2


def parts_while_all_are_busy() -> list[tuple[int, int]]:
    """Return the parts in which a layer of 64 comes while the only other thread is at something else."""
    begun, ended = threading.Event(), threading.Event()

    def other() -> None:
        begun.set()
        assert ended.wait(30)

    def layer() -> list[tuple[int, int]]:
        assert begun.wait(30)
        try:
            return in_parts(lambda begin, end: (begin, end), 64)
        finally:
            ended.set()

    works: list[Callable[[], Any]] = [layer, other]
    parts: list[tuple[int, int]] = side_by_side(works)[0]
    return parts


def test_while_all_are_busy_a_layer_comes_in_few_parts() -> None:
    """They have nobody to be shared with, and each part costs a call."""
    with shared(2):
        parts = parts_while_all_are_busy()
    assert parts == [(0, 32), (32, 48), (48, 56), (56, 64)]


def test_work_within_work_is_done_by_its_thread() -> None:
    """Else helpers would wait for helpers."""
    with shared(2):
        inner = in_parts(lambda begin, end: in_parts(lambda a, b: threading.get_ident(), 100), 8)
    assert all(len(one) == 1 for one in inner)


@pytest.mark.parametrize("wrong", [0, 7])
def test_a_part_that_fails_is_heard_when_all_have_stopped(wrong: int) -> None:
    running = []

    def work(begin: int, end: int) -> None:
        running.append(1)
        try:
            if begin <= wrong < end:
                raise ValueError(f"part {wrong}")
            time.sleep(0.01)
        finally:
            running.pop()

    with shared(2):
        with pytest.raises(ValueError, match=f"part {wrong}"):
            in_parts(work, 8)
        assert not running
        assert [n for part in in_parts(lambda begin, end: range(begin, end), 8) for n in part] == list(range(8))


def test_of_several_works_that_fail_the_first_is_heard() -> None:
    """As without threads, whichever fails first by the clock."""
    late = threading.Event()

    def first() -> None:
        assert late.wait(30)
        failing("first")

    def second() -> None:
        try:
            failing("second")
        finally:
            late.set()

    with shared(2), pytest.raises(ValueError, match="first"):
        side_by_side([first, second])


def test_work_is_done_without_threads_that_the_system_does_not_give(monkeypatch: pytest.MonkeyPatch) -> None:
    start, before = threading.Thread.start, threading.active_count()
    given: list[threading.Thread] = []

    def start_one(thread: threading.Thread) -> None:
        if given:
            raise RuntimeError("can't start new thread")
        given.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_one)
    for _ in range(2):  # one helper of two, and then none
        with shared(3):
            assert [n for part in in_parts(lambda begin, end: range(begin, end), 40) for n in part] == list(range(40))
            assert side_by_side([partial(str, 1), partial(str, 2)]) == ["1", "2"]
    assert threading.active_count() == before


def test_an_interrupt_while_it_waits_leaves_a_thread_that_is_not_counted_as_idle() -> None:
    """Found: layers came in single pieces from then on, for helpers that were not there."""
    striking = threading.Event()

    def strike() -> None:
        striking.set()
        time.sleep(0.2)  # the caller has nothing left to do, and waits
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)

    with shared(2):
        first: list[Callable[[], Any]] = [partial(striking.wait, 30), strike]
        with pytest.raises(KeyboardInterrupt):
            side_by_side(first)
        parts = parts_while_all_are_busy()
    assert parts == [(0, 32), (32, 48), (48, 56), (56, 64)]


def test_an_interrupt_before_a_piece_that_was_lent_ends_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found: the owner of the job waited for ever for one who was gone."""
    do, caller = Team._do, list[threading.Thread]()
    here = threading.Barrier(2, timeout=30)

    def interrupted_do(team: Team, job: sharing._Job, first: int, beyond: int, *how: object, **more: object) -> None:
        if caller == [threading.current_thread()] and not job.shared:
            caller.clear()
            raise KeyboardInterrupt
        do(team, job, first, beyond, *how, **more)

    def layer(count: int) -> None:
        here.wait()
        in_parts(lambda begin, end: time.sleep(0.05), count)

    def run() -> None:
        caller.append(threading.current_thread())
        with shared(2):
            try:
                side_by_side([partial(layer, 0), partial(layer, 8)])
            except KeyboardInterrupt:
                heard.append("interrupted")

    monkeypatch.setattr(Team, "_do", interrupted_do)
    heard = list[str]()
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(20)
    assert heard == ["interrupted"] and not thread.is_alive()


def test_an_interrupt_anywhere_is_heard_and_nobody_waits_for_ever() -> None:
    """In a process of its own: an interrupt that hits the end of a team leaves its helpers behind."""
    code = "from tests.unit.networks.test_sharing import interrupt_all; interrupt_all()"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE
    )
    assert done.returncode == 0, done.stderr.decode()


def interrupt_all() -> None:
    def part(begin: int, end: int) -> int:
        time.sleep(0.0005)  # so that each thread is at pieces of the other
        return sum(range(begin, end))

    def work() -> list[int]:
        with shared(2):
            return [sum(one) for one in side_by_side([partial(in_parts, part, count) for count in (3, 7)])]

    number, more = 1, True
    while more:
        ended, more = interrupted(work, sharing, number)
        assert isinstance(ended, KeyboardInterrupt) if more else ended == [3, 21]
        number += 1
    assert number > 100


SUSPENDED = """
import sys
from refdec.networks.sharing import helped_by, in_parts, shared_by

class Kept:
    def __del__(self):
        print("closed", sys.is_finalizing(), self.rows.close(), flush=True)

def rows():
    with helped_by(2) as team:
        with shared_by(team):
            yield in_parts(lambda begin, end: None, 8)
        yield "never"

kept = Kept()
kept.rows = rows()
next(kept.rows)
sys.modules["kept"] = kept  # until the last
"""


def test_rows_that_nobody_finished_let_python_end() -> None:
    """Helpers stand still then, and whoever waited for them would too."""
    done = subprocess.run([sys.executable, "-c", SUSPENDED], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "closed True None\n", "")


def test_while_python_ends_nobody_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    team = Team(2)
    try:
        with monkeypatch.context() as ending:
            ending.setattr(sys, "is_finalizing", lambda: True)
            ending.setattr(threading.Thread, "join", lambda thread: stop.wait(0) or pytest.fail("waited"))
            team.end()
    finally:
        team.end()


def test_other_threads_share_nothing() -> None:
    with shared(2):
        found: list[int] = []
        other = threading.Thread(target=lambda: found.append(sharing_threads()))
        other.start()
        other.join()
    assert found == [1]


def total(tree: Tree) -> int:
    if isinstance(tree, int):
        return sum(in_parts(lambda begin, end: sum(range(begin, end)), tree))
    return sum(side_by_side([partial(total, one) for one in tree]))


@given(tree=st.recursive(st.integers(0, 40), lambda inner: st.lists(inner, max_size=4), max_leaves=12))
@settings(max_examples=60, deadline=None)
def test_whatever_asks_for_whatever_it_is_all_done(tree: Tree) -> None:
    alone = total(tree)
    for threads in (2, 3):
        with shared(threads):
            assert total(tree) == alone
