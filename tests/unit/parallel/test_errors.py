"""Every error of refdec.parallel, raised by an input."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from parallel import work
from refdec.errors import RefdecError
from refdec.parallel import errors
from refdec.parallel.attempts import Order
from refdec.parallel.crews import ExecutorBackend
from refdec.parallel.deadline import within
from refdec.parallel.executors import executor_named
from refdec.parallel.folders import walk
from refdec.parallel.outcomes import Job
from refdec.parallel.pool import open_pool
from refdec.parallel.report import Report


def use_pool(function: Callable[[Any, Any], Any], unit: Any, **options: Any) -> None:
    with open_pool(None, workers=1, kind="fork", **options) as pool:
        list(pool.map(function, [unit]))


def use_closed_pool() -> None:
    pool = open_pool(None, workers=1)
    pool.close()
    list(pool.map(work.nap, [0]))


def use_closed_executor() -> None:
    executor = ThreadPoolExecutor(1)
    executor.shutdown()
    ExecutorBackend(work.obey, executor, in_flight=1).submit(Order(0, Job(Path("a"))))


def use_executor(name: str) -> None:
    with executor_named(name):
        pass


def continue_report(folder: Path) -> None:
    (folder / "report").write_text("no report\n")
    Report.open(folder / "report", resume=True)


CASES: dict[type[RefdecError], Callable[[Path], object]] = {
    errors.WorkerLost: lambda folder: use_pool(work.die_at_two, 2),
    errors.UnitTimeout: lambda folder: use_pool(work.nap, 30, timeout_s=0.01),
    errors.WorkerFailed: lambda folder: use_pool(work.fail_without_pickle, 0),
    errors.UnitTooLarge: lambda folder: use_pool(work.nap, bytes(5000)),
    errors.PoolUnusable: lambda folder: use_closed_pool(),
    errors.BadExecutor: lambda folder: use_executor("no.such.module:name"),
    errors.ExecutorBroken: lambda folder: use_closed_executor(),
    errors.FileTimeout: lambda folder: within(0.01, lambda: work.nap(None, 30)),
    errors.FolderMissing: lambda folder: list(walk(folder / "missing", [".jai"])),
    errors.ReportUnreadable: continue_report,
}


def test_every_error_has_a_case() -> None:
    classes = {thing for thing in vars(errors).values() if isinstance(thing, type) and issubclass(thing, RefdecError)}
    assert {kind for kind in classes if kind.__module__ == errors.__name__} == set(CASES)
    assert {kind.__name__ for kind in CASES} == set(errors.__all__)
    codes = [kind.code for kind in CASES]
    assert len(set(codes)) == len(codes)
    assert all(code.startswith("RD09") for code in codes)


@pytest.mark.parametrize("kind", CASES, ids=lambda kind: kind.__name__)
def test_error_is_raised_and_explains_itself(kind: type[RefdecError], tmp_path: Path) -> None:
    with pytest.raises(kind) as caught:
        CASES[kind](tmp_path)
    error = caught.value
    assert type(error) is kind
    assert error.explain().splitlines()[0].endswith((".", kind.__name__))
    assert kind.code in error.headline()
    assert error.explain() == pickle.loads(pickle.dumps(error)).explain()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (-9, "was killed by SIGKILL"),
        (-7, "was killed by SIGBUS"),
        (-63, "was killed by signal 63"),
        (3, "ended with exit code 3"),
        (None, "vanished"),
    ],
)
def test_words_for_the_end_of_a_process(status: int | None, words: str) -> None:
    text = errors.WorkerLost(77, status, "unit 4").explain()
    assert text.startswith(f"Worker process 77 {words} during unit 4.\n")
    assert ("memory" in text) == (status in {-9, -7})
