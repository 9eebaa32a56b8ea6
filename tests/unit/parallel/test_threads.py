"""What only threads do; what all pools promise is in test_ordered."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

import pytest

from refdec.parallel.counts import FewerWorkersWarning
from refdec.parallel.errors import UnitTimeout
from refdec.parallel.threads import ThreadPool
from tests.unit.parallel import work


def test_a_late_unit_is_left_behind() -> None:
    release = threading.Event()
    with pytest.raises(UnitTimeout, match="Unit 0"), ThreadPool(release, workers=1, timeout_s=0.05) as pool:
        list(pool.map(work.wait_for, [0]))
    late = [thread for thread in threading.enumerate() if thread.name.startswith("refdec worker")]
    assert len(late) == 1
    release.set()
    late[0].join()


def test_units_within_the_limit_pass() -> None:
    with ThreadPool(None, workers=1, timeout_s=5) as pool:
        assert list(pool.map(work.nap, [0.01, 0.02])) == [0.01, 0.02]


def test_after_an_error_the_threads_are_gone() -> None:
    before = threading.active_count()
    with pytest.raises(work.Broken), ThreadPool(None, workers=2, look_ahead=8) as pool:
        list(pool.map(work.break_from_three, range(3, 9)))
    assert threading.active_count() == before


@pytest.mark.parametrize("given", [0, 1, 2])
def test_as_many_threads_as_the_system_gives_do_it(given: int, few_threads: Callable[[int], None]) -> None:
    before = threading.active_count()
    few_threads(given)
    said = "no worker" if given == 0 else f"{given} of 3 workers"
    with pytest.warns(FewerWorkersWarning, match=said), ThreadPool(None, workers=3) as pool:
        assert threading.active_count() == before + given
        assert list(pool.map(work.divide, range(1, 20))) == [1] + [0] * 18
        with pytest.raises(ZeroDivisionError):
            list(pool.map(work.divide, [1, 0, 1]))
    assert threading.active_count() == before


def test_without_a_thread_units_are_done_when_they_are_asked_for(few_threads: Callable[[int], None]) -> None:
    few_threads(0)
    with pytest.warns(FewerWorkersWarning), ThreadPool(done := list[int](), workers=2, look_ahead=4) as pool:
        results = pool.map(work.note, range(6))
        assert [next(results), next(results)] == [0, 1] and done == [0, 1]


def test_while_python_ends_nobody_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Found: with CPython 3.13, a picture whose rows nobody finished reading kept the process from its end."""
    before = threading.active_count()
    pool = ThreadPool(threading.Event(), workers=1)
    pool._fill(work.wait_for, iter([0]))
    with monkeypatch.context() as ending:
        ending.setattr(sys, "is_finalizing", lambda: True)
        pool.close()
    assert threading.active_count() == before + 1
    pool._state.set()
    pool._threads[0].join()
