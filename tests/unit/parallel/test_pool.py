"""The pool of processes and the choice between pools; what all pools promise is in test_ordered."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from refdec.parallel.counts import FewerWorkersWarning, most_workers
from refdec.parallel.errors import UnitTimeout, UnitTooLarge, WorkerLost
from refdec.parallel.pool import ProcessPool, chosen_kind, open_pool
from refdec.parallel.threads import InlinePool, ThreadPool
from tests.unit.parallel import work
from tests.unit.parallel.conftest import Program, is_alive, wait_until

STARTS: tuple[Any, ...] = ("fork", "spawn", "forkserver")


@pytest.mark.parametrize("start", STARTS)
def test_workers_fill_rectangles_of_a_shared_plane(start: Any) -> None:
    state = work.small_state()
    rectangles = [(x, y, 3, 4) for y in (0, 4) for x in (0, 3, 6, 9)]
    with ProcessPool(state, workers=2, start=start) as pool:
        assert pool.start_method == start
        assert list(pool.map(work.fill, rectangles)) == [None] * 8
        assert list(pool.map(work.writable, [0])) == [(True, True)]
    rows, columns = np.mgrid[0:8, 0:12]
    np.testing.assert_array_equal(state.plane.array, 100 * rows + columns)


@pytest.mark.parametrize("start", STARTS[:2])
def test_arrays_of_the_state_keep_their_read_only_flag(start: Any) -> None:
    state = work.small_state()
    state.weights.flags.writeable = False
    with ProcessPool(state, workers=1, start=start) as pool:
        assert list(pool.map(work.writable, [0])) == [(False, True)]


@pytest.mark.parametrize("start", STARTS[:2])
def test_no_memory_of_a_pool_has_a_name(start: Any) -> None:
    state = work.small_state()
    with ProcessPool(state, workers=1, start=start) as pool:
        (worker,) = pool.map(work.maps, [0])
        mine = work.maps(None, 0)
    for text in (worker, mine):
        assert "/dev/shm/" not in text
        assert "/memfd:refdec (deleted)" in text


def test_both_workers_take_part() -> None:
    with ProcessPool(None, workers=2, start="fork") as pool:
        assert set(pool.map(work.own_pid, range(20))) == set(work.pids(pool))


def test_blas_has_one_thread_in_each_worker() -> None:
    with ProcessPool(None, workers=1, start="fork") as pool:
        (counts,) = pool.map(work.blas_threads, [0])
    assert set(counts) <= {1}


def test_workers_ignore_sigint_and_block_nothing() -> None:
    with ProcessPool(None, workers=1, start="fork") as pool:
        assert list(pool.map(work.signal_state, [0])) == [(True, False)]
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_a_killed_worker_ends_the_map_at_once() -> None:
    pool = ProcessPool(None, workers=2, start="fork")
    pids = work.pids(pool)
    killer = threading.Timer(0.1, os.kill, (pids[1], signal.SIGKILL))
    killer.start()
    with pytest.raises(WorkerLost) as caught, pool:
        list(pool.map(work.nap, [300, 300]))
    killer.join()
    assert caught.value.pid == pids[1]
    assert caught.value.status == -signal.SIGKILL
    assert "SIGKILL during unit" in caught.value.headline()
    assert not any(is_alive(pid) for pid in pids)


def test_a_lost_worker_names_its_unit() -> None:
    with pytest.raises(WorkerLost, match=r"SIGKILL during unit 2 \(2\)"), ProcessPool(None, workers=1) as pool:
        list(pool.map(work.die_at_two, range(5)))


def test_a_worker_that_exits_is_lost_too() -> None:
    with pytest.raises(WorkerLost, match="exit code 5"), ProcessPool(None, workers=1, start="fork") as pool:
        list(pool.map(work.leave, [5]))


def test_a_worker_killed_between_maps_is_noticed() -> None:
    with pytest.raises(WorkerLost, match="SIGKILL"), ProcessPool(None, workers=1, start="fork") as pool:
        assert list(pool.map(work.nap, [0])) == [0]
        os.kill(work.pids(pool)[0], signal.SIGKILL)
        assert wait_until(lambda: not is_alive(work.pids(pool)[0]))
        list(pool.map(work.nap, [0]))


def test_time_limit_of_a_unit() -> None:
    pool = ProcessPool(None, workers=2, start="fork", timeout_s=0.1)
    pids = work.pids(pool)
    with pytest.raises(UnitTimeout, match=r"Unit 1 \(30\) is not finished after 0\.1 s"), pool:
        list(pool.map(work.nap, [0, 30, 0]))
    assert not any(is_alive(pid) for pid in pids)


def test_time_limit_counts_from_the_start_of_a_unit() -> None:
    """Units wait behind others, and results behind a slow consumer, for longer than the limit."""
    with ProcessPool(None, workers=1, start="fork", look_ahead=4, timeout_s=1) as pool:
        results = pool.map(work.nap, [0.3] * 4 + [0] * 3)
        assert next(results) == 0.3
        time.sleep(1.5)
        assert list(results) == [0.3] * 3 + [0] * 3


def test_a_unit_that_is_no_rectangle_is_refused() -> None:
    with pytest.raises(UnitTooLarge, match="4096"), ProcessPool(None, workers=1, start="fork") as pool:
        list(pool.map(work.nap, [bytes(5000)]))  # type: ignore[arg-type]


def test_a_large_unit_just_fits_and_results_may_be_large() -> None:
    with ProcessPool(small := work.small_state(), workers=2, start="fork") as pool:
        texts = list(pool.map(work.maps, range(40)))
    assert len(texts) == 40 and small.plane.array.shape == (8, 12)


def test_a_result_that_cannot_travel_is_an_error_of_the_work() -> None:
    with pytest.raises(Exception, match="lambda"), ProcessPool(None, workers=1, start="fork") as pool:
        list(pool.map(work.lambda_result, [0]))


def test_workers_are_gone_after_an_exception_of_the_consumer() -> None:
    with pytest.raises(ZeroDivisionError), ProcessPool(None, workers=2, start="fork") as pool:
        pids = work.pids(pool)
        for _ in pool.map(work.nap, [0, 30, 30]):
            raise ZeroDivisionError
    assert not any(is_alive(pid) for pid in pids)


@pytest.mark.parametrize("scenario", ["fork", "spawn", "threads"])
def test_sigint_ends_everything(scenario: str, program: Callable[..., Program]) -> None:
    process = program(scenario)
    assert process.stdout is not None
    pids = [int(word) for word in process.stdout.readline().split()]
    time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "interrupted\n", "")
    assert not any(is_alive(pid) for pid in pids)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("scenario", ["fork", "idle", "crossed", "spawn"])
def test_workers_do_not_outlive_their_parent(
    scenario: str, number: signal.Signals, program: Callable[..., Program]
) -> None:
    process = program(scenario)
    assert process.stdout is not None
    pids = [int(word) for word in process.stdout.readline().split()]
    assert len(pids) == 2
    assert all(is_alive(pid) for pid in pids)
    process.send_signal(number)
    assert process.wait(30) == -number
    assert wait_until(lambda: not any(is_alive(pid) for pid in pids))


def test_choice_of_a_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    safe = "refdec.parallel.pool.fork_is_safe"
    monkeypatch.setattr(safe, lambda: True)
    assert chosen_kind(1, bounded=False) == "inline"
    assert chosen_kind(1, bounded=True) == "fork"
    assert chosen_kind(2, bounded=False) == "fork"
    monkeypatch.setattr(safe, lambda: False)
    assert chosen_kind(2, bounded=False) == "threads"


@pytest.mark.parametrize("given", [1, 2])
def test_fewer_workers_do_it_where_the_system_gives_no_more(given: int, few_forks: Callable[[int], None]) -> None:
    """Found: a fork that was refused ended the decode."""
    few_forks(given)
    with pytest.warns(FewerWorkersWarning, match=f"{given} of 3 workers") as said:
        pool = ProcessPool(work.small_state(), workers=3, start="fork")
    with pool:
        assert len(work.pids(pool)) == given and len(said) == 1
        assert list(pool.map(work.look_up, range(40))) == list(range(40))


def test_without_a_process_threads_do_it(few_forks: Callable[[int], None]) -> None:
    few_forks(0)
    with open_pool(work.small_state(), workers=3, kind="auto", timeout_s=60) as pool:
        assert isinstance(pool, ThreadPool)
        assert list(pool.map(work.look_up, range(40))) == list(range(40))
    with pytest.raises(BlockingIOError, match="temporarily"):
        open_pool(None, workers=3, kind="fork")


def test_without_a_process_and_a_thread_the_owner_does_it(
    few_forks: Callable[[int], None], few_threads: Callable[[int], None]
) -> None:
    few_forks(0)
    few_threads(0)
    with (
        pytest.warns(FewerWorkersWarning, match="no worker"),
        open_pool(work.small_state(), workers=3) as pool,
    ):
        assert list(pool.map(work.look_up, range(40))) == list(range(40))


def test_more_workers_than_are_of_use_are_not_started(few_threads: Callable[[int], None]) -> None:
    few_threads(1000)
    with (
        pytest.warns(FewerWorkersWarning, match="100000 workers"),
        open_pool(None, workers=100_000, kind="threads") as pool,
    ):
        assert pool.workers == most_workers()


def test_a_pool_of_each_kind() -> None:
    with open_pool(None, workers=1) as pool:
        assert isinstance(pool, InlinePool)
    with open_pool(None, workers=2, kind="threads") as pool:
        assert isinstance(pool, ThreadPool)
    with open_pool(None, workers=2, kind="fork", look_ahead=9) as pool:
        assert isinstance(pool, ProcessPool)
        assert (pool.workers, pool.look_ahead) == (2, 9)
    with open_pool(None) as pool:
        assert pool.workers == len(os.sched_getaffinity(0))
