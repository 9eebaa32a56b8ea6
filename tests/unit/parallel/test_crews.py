"""Backends of a batch: own processes that are replaced, and executors."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from refdec.parallel import crews
from refdec.parallel.attempts import JobOrder
from refdec.parallel.counts import FewerWorkersWarning
from refdec.parallel.crews import Backend, ExecutorBackend, ProcessBackend
from refdec.parallel.errors import ExecutorBroken
from refdec.parallel.outcomes import Job, Outcome, Status
from tests.unit.parallel import work


def order(index: int, folder: Path, text: str, **values: float) -> JobOrder:
    path = folder / f"{index}.txt"
    path.write_text(text)
    return JobOrder(index, Job(path), **values)  # type: ignore[arg-type]


def run(backend: Backend, *orders: JobOrder) -> dict[int, Outcome]:
    for one in orders:
        backend.submit(one)
    outcomes: list[Outcome] = []
    while len(outcomes) < len(orders):
        outcomes += backend.collect()
    return {outcome.index: outcome for outcome in outcomes}


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_own_processes(start: str, tmp_path: Path) -> None:
    backend = ProcessBackend(work.obey, workers=2, start=start)  # type: ignore[arg-type]
    outcomes = run(backend, order(0, tmp_path, "sleep 0.05"), order(1, tmp_path, "break"))
    backend.end(at_once=False)
    assert (outcomes[0].status, outcomes[1].code) == (Status.DONE, "RD0999")


def test_workers_are_started_when_needed() -> None:
    backend = ProcessBackend(work.obey, workers=50, start="fork")
    assert not multiprocessing.active_children()
    backend.end(at_once=True)


@pytest.mark.parametrize("given", [0, 1, 2])
def test_a_batch_goes_on_with_the_workers_that_the_system_gives(
    given: int, few_forks: Callable[[int], None], tmp_path: Path
) -> None:
    """Found: a fork that was refused ended the batch.  Without any worker the owner does the work."""
    few_forks(given)
    backend = ProcessBackend(work.obey, workers=3, start="fork")
    with pytest.warns(FewerWorkersWarning, match="no worker" if given == 0 else f"{given} of 3 workers"):
        outcomes = run(backend, *(order(n, tmp_path, "sleep 0.02" if n % 2 else "break") for n in range(3)))
    assert backend.capacity == max(1, given)
    more = run(backend, order(3, tmp_path, "go"))
    backend.end(at_once=False)
    assert [outcomes[n].code for n in range(3)] == ["RD0999", None, "RD0999"] and more[3].status is Status.DONE
    assert (more[3].details["pid"] == os.getpid()) == (given == 0)


def test_a_worker_that_nobody_can_replace_leaves_its_work_to_the_owner(
    few_forks: Callable[[int], None], tmp_path: Path
) -> None:
    few_forks(1)
    backend = ProcessBackend(work.obey, workers=1, start="fork")
    assert run(backend, order(0, tmp_path, "die"))[0].status is Status.LOST
    with pytest.warns(FewerWorkersWarning, match="no worker"):
        assert run(backend, order(1, tmp_path, "go"))[1].status is Status.DONE
    backend.end(at_once=False)


def test_a_killed_worker_costs_its_file_alone(tmp_path: Path) -> None:
    backend = ProcessBackend(work.obey, workers=2, start="fork")
    for _ in range(2):
        outcomes = run(backend, order(0, tmp_path, "die"), order(1, tmp_path, "sleep 0.02"))
        assert (outcomes[0].status, outcomes[0].code, outcomes[0].exit_code) == (Status.LOST, "RD0901", 1)
        assert "SIGKILL during the work on" in (outcomes[0].message or "")
        assert outcomes[1].status is Status.DONE
    backend.end(at_once=False)


def test_an_idle_worker_that_was_killed_is_noticed_with_the_next_file(tmp_path: Path) -> None:
    backend = ProcessBackend(work.obey, workers=1, start="fork")
    assert run(backend, order(0, tmp_path, "go"))[0].status is Status.DONE
    (child,) = multiprocessing.active_children()
    child.kill()
    child.join()
    assert run(backend, order(1, tmp_path, "go"))[1].status is Status.LOST
    assert run(backend, order(2, tmp_path, "go"))[2].status is Status.DONE
    backend.end(at_once=False)


def test_a_stuck_worker_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "BACKSTOP_SECONDS", 0.1)
    backend = ProcessBackend(work.obey, workers=2, start="fork")
    outcomes = run(backend, order(0, tmp_path, "stuck", timeout_s=0.1), order(1, tmp_path, "sleep 0.5"))
    backend.end(at_once=False)
    assert (outcomes[0].status, outcomes[0].code) == (Status.TIMEOUT, "RD0908")
    assert outcomes[1].status is Status.DONE


def test_a_late_file_does_not_cost_the_worker(tmp_path: Path) -> None:
    backend = ProcessBackend(work.obey, workers=1, start="fork")
    assert run(backend, order(0, tmp_path, "sleep 30", timeout_s=0.05))[0].status is Status.TIMEOUT
    (child,) = multiprocessing.active_children()
    assert run(backend, order(1, tmp_path, "go"))[1].status is Status.DONE
    assert multiprocessing.active_children() == [child]
    backend.end(at_once=False)


@pytest.mark.parametrize("kind", ["own", "processes"])
def test_details_that_cannot_travel_are_a_bug(kind: str, tmp_path: Path) -> None:
    one = order(0, tmp_path, "lock")
    if kind == "own":
        backend: Backend = ProcessBackend(work.obey, workers=1, start="fork")
        outcome = run(backend, one)[0]
        backend.end(at_once=False)
        assert outcome.status is Status.FAILED
    else:
        with ProcessPoolExecutor(1) as executor:
            outcome = run(ExecutorBackend(work.obey, executor, in_flight=1), one)[0]
        assert outcome.status is Status.LOST
    assert (outcome.code, outcome.exit_code) == ("TypeError", 70)


@pytest.mark.parametrize("maker", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_executors(maker: type[Executor], tmp_path: Path) -> None:
    with maker(2) as executor:  # type: ignore[call-arg]
        backend = ExecutorBackend(work.obey, executor, in_flight=4)
        orders = [order(n, tmp_path, text) for n, text in enumerate(["go", "break", "bug", "sleep 0.01"])]
        outcomes = run(backend, *orders)
        late = run(backend, order(9, tmp_path, "sleep 0.6", timeout_s=0.05))
    assert [outcomes[n].exit_code for n in range(4)] == [0, 3, 70, 0]
    assert late[9].status is Status.TIMEOUT


def test_an_executor_that_breaks(tmp_path: Path) -> None:
    with ProcessPoolExecutor(1) as executor:
        backend = ExecutorBackend(work.obey, executor, in_flight=2)
        outcomes = run(backend, order(0, tmp_path, "die"), order(1, tmp_path, "sleep 5"))
        assert [outcomes[n].status for n in range(2)] == [Status.LOST, Status.LOST]
        assert [outcomes[n].code for n in range(2)] == ["RD0901", "RD0901"]
        with pytest.raises(ExecutorBroken, match="ProcessPoolExecutor takes no more work"):
            backend.submit(order(2, tmp_path, "go"))


def test_ending_at_once_unwinds_busy_workers(tmp_path: Path) -> None:
    (tmp_path / "0.txt").write_text("sleep 60")
    backend = ProcessBackend(work.obey, workers=1, start="fork")
    backend.submit(JobOrder(0, Job(tmp_path / "0.txt", tmp_path / "0.out")))
    while not (tmp_path / ".0.out.part").exists():
        time.sleep(0.005)
    (child,) = multiprocessing.active_children()
    backend.end(at_once=True)
    assert child.exitcode == 128 + signal.SIGTERM
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.txt"]


def test_ending_at_once_cancels_what_has_not_begun(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as executor:
        backend = ExecutorBackend(work.upper, executor, in_flight=9)
        for index in range(9):
            path = tmp_path / f"{index}.txt"
            path.write_text("x")
            backend.submit(JobOrder(index, Job(path, tmp_path / "slow" / f"{index}.out")))
            if index == 0:
                executor.submit(time.sleep, 0.1)
        backend.end(at_once=True)
    assert len(list(tmp_path.glob("slow/*.out"))) <= 1
