"""Every error of refdec.parallel, raised by an input."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from refdec.errors import RefdecError
from refdec.parallel import errors
from refdec.parallel.attempts import JobOrder
from refdec.parallel.crews import ExecutorBackend
from refdec.parallel.deadline import within
from refdec.parallel.executors import executor_named
from refdec.parallel.folders import walk
from refdec.parallel.outcomes import Job
from refdec.parallel.pool import open_pool
from refdec.parallel.report import BatchReport
from tests.unit.parallel import work


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
    ExecutorBackend(work.obey, executor, in_flight=1).submit(JobOrder(0, Job(Path("a"))))


def use_executor(name: str) -> None:
    with executor_named(name):
        pass


def continue_report(folder: Path) -> None:
    (folder / "report").write_text("no report\n")
    BatchReport.open(folder / "report", resume=True)


def ring_of_links(folder: Path) -> Path:
    (folder / "ring").symlink_to("ring")
    return folder / "ring"


CAUSES: dict[type[RefdecError], Callable[[Path], object]] = {
    errors.WorkerLost: lambda folder: use_pool(work.die_at_two, 2),
    errors.UnitTimeout: lambda folder: use_pool(work.nap, 30, timeout_s=0.01),
    errors.WorkerFailed: lambda folder: use_pool(work.fail_without_pickle, 0),
    errors.UnitTooLarge: lambda folder: use_pool(work.nap, bytes(5000)),
    errors.PoolUnusable: lambda folder: use_closed_pool(),
    errors.BadExecutor: lambda folder: use_executor("no.such.module:name"),
    errors.ExecutorBroken: lambda folder: use_closed_executor(),
    errors.FileTimeout: lambda folder: within(0.01, lambda: work.nap(None, 30)),
    errors.FolderMissing: lambda folder: list(walk(ring_of_links(folder), [".jai"])),
    errors.ReportUnreadable: continue_report,
}


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
