"""Many files with one pool: bounded, resumable, reported line by line, on our own processes or on anybody's executor.

In: a function `function(job) -> details` and jobs, drawn one by one.  Out: a line of the report for each file, and a
`Summary`.

At no time are more jobs in memory than workers can be busy with, so the iterable may be endless.  The function writes
its output by an atomic rename; therefore an output that exists is complete, and an interrupted batch goes on where it
was.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from refdec.errors import RefdecError
from refdec.parallel.attempts import BatchFunction, JobOrder
from refdec.parallel.counts import workers_for
from refdec.parallel.crews import Backend, ExecutorBackend, ProcessBackend
from refdec.parallel.errors import ExecutorBroken
from refdec.parallel.executors import executor_named
from refdec.parallel.new_folders import missing_folders, remove_empty
from refdec.parallel.outcomes import Job, Outcome, Status, Summary, Tally
from refdec.parallel.places import is_file, is_there
from refdec.parallel.processes import StartMethod
from refdec.parallel.report import BatchReport
from refdec.parallel.signals import Terminated, orderly_sigterm
from refdec.parallel.typed_names import NO_NAMES, TypedNames, typed_names

__all__ = ["BatchOptions", "is_complete", "run_batch"]

IN_FLIGHT = 64
"""Files that are with a foreign executor of unknown size at a time."""


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How a batch runs.

    `workers`: processes (None: one for each core), or what a named executor is told.  `executor`: an executor or a
    dotted name (see `executors`) instead of our own processes.  `in_flight`: files that are with an executor at a time
    (default 64, or twice `workers`).  `timeout_s`: wall time of one file.  `resume`: skip jobs that are complete.
    `sha256`: of outputs, for the report.  `start`: start method of our own processes.
    """

    workers: int | None = None
    executor: str | Executor | None = None
    in_flight: int | None = None
    timeout_s: float | None = None
    resume: bool = True
    sha256: bool = False
    start: StartMethod | None = None


@contextmanager
def _backend(function: BatchFunction, options: BatchOptions) -> Iterator[Backend]:
    """Give the place where the attempts run, for the time of a `with` block."""
    if options.executor is None:
        yield ProcessBackend(function, workers=workers_for(options.workers), start=options.start)
        return
    in_flight = options.in_flight or (2 * options.workers if options.workers else IN_FLIGHT)
    if isinstance(options.executor, Executor):
        yield ExecutorBackend(function, options.executor, in_flight=in_flight)
        return
    with executor_named(options.executor, workers=options.workers) as executor:
        yield ExecutorBackend(function, executor, in_flight=in_flight)


def is_complete(job: Job) -> bool:
    """Tell whether a job's output is there: not empty, and not older than its input."""
    if job.output is None or not is_file(job.output):
        return False
    made = job.output.stat()
    return made.st_size > 0 and (not is_there(job.input) or made.st_mtime_ns >= job.input.stat().st_mtime_ns)


class _Batch:
    """One run: which jobs are under way, and what became of the others."""

    def __init__(
        self,
        options: BatchOptions,
        report: BatchReport | None,
        watch: Callable[[Outcome], None] | None,
        typed: TypedNames,
    ) -> None:
        self.options = options
        self.typed = typed
        self.report = report
        self.watch = watch
        self.tally = Tally()
        self.under_way: dict[int, Job] = {}
        self.new_folders: dict[int, tuple[Path, ...]] = {}
        self.unfilled: set[Path] = set()
        self.stopped = ""

    def record(self, outcome: Outcome) -> None:
        """Write the line of a job that is no longer under way; its paths are those that the caller gave."""
        job = self.under_way.pop(outcome.index, outcome.job)
        folders = self.new_folders.pop(outcome.index, ())
        if outcome.status is not Status.DONE:
            self.unfilled.update(folders)
        outcome = replace(outcome, job=job)
        self.tally.add(outcome)
        if self.report is not None:
            self._write_line(self.report, outcome)
        if self.watch is not None:
            self.watch(outcome)
        if outcome.fatal:
            self.stopped = (outcome.message or "nothing more can be written").splitlines()[0]

    def _write_line(self, report: BatchReport, outcome: Outcome) -> None:
        """Write a line of the report; where that cannot be, it has its last one, and no further file is begun."""
        try:
            report.write(outcome)
        except BrokenPipeError:
            raise
        except OSError as reason:
            self.report = None
            self.stopped = reason.headline() if isinstance(reason, RefdecError) else f"{reason}."

    def skips(self, index: int, job: Job) -> bool:
        """Record a job that needs no work; return whether it was one."""
        known = self.report is not None and job.output is None and self.report.has(job)
        if not self.options.resume or not (known or is_complete(job)):
            return False
        self.record(Outcome(index, job, Status.SKIPPED))
        return True

    def run(self, backend: Backend, jobs: Iterable[Job]) -> None:
        """Keep the backend busy until the jobs are at an end, or nothing more can be done."""
        for index, job in enumerate(jobs):
            if self.skips(index, job):
                continue
            while len(self.under_way) >= backend.capacity:
                self.record_all(backend.collect())
            if self.stopped:
                break
            self.under_way[index] = job
            if job.output is not None and (new := missing_folders(job.output.absolute().parent)):
                self.new_folders[index] = new
            backend.submit(self.order(index, job))
        while self.under_way:
            self.record_all(backend.collect())

    def record_all(self, outcomes: Iterable[Outcome]) -> None:
        """Record several outcomes."""
        for outcome in outcomes:
            self.record(outcome)

    def order(self, index: int, job: Job) -> JobOrder:
        """Return the order of a job."""
        output = None if job.output is None else job.output.absolute()
        moved = replace(job, input=job.input.absolute(), output=output)
        typed = {**self.typed, **typed_names(job.input, job.output)}
        return JobOrder(index, moved, self.options.timeout_s, self.options.sha256, typed)

    def give_up(self, reason: str, exit_code: int) -> None:
        """Record all jobs under way as interrupted."""
        self.stopped = reason
        for index, job in list(self.under_way.items()):
            self.record(Outcome(index, job, Status.INTERRUPTED, message=reason, exit_code=exit_code))


def run_batch(
    function: BatchFunction,
    jobs: Iterable[Job],
    options: BatchOptions = BatchOptions(),
    *,
    report: BatchReport | None = None,
    watch: Callable[[Outcome], None] | None = None,
    typed: TypedNames = NO_NAMES,
) -> Summary:
    """Run `function` on every job; return the summary.  `watch` sees each outcome (progress).

    Messages name the files of jobs as the jobs do; `typed`: what other files of the function were typed as.

    Never raises for a file: its outcome says what went wrong (a bug in the function has exit code 70).  SIGINT and
    SIGTERM end the batch in order: busy workers remove what they have not finished, their files are reported as
    interrupted, and the summary names the signal.  Folders that were made for outputs which did not come are removed
    again.  A full disk, a report that cannot be written and a broken executor end it early as well: what is under way
    is finished then.  Raises BadExecutor, BrokenPipeError, and what `jobs` raises.
    """
    began = time.monotonic()
    batch = _Batch(options, report, watch, typed)
    number: signal.Signals | None = None
    with orderly_sigterm(), _backend(function, options) as backend:
        whole = False
        try:
            batch.run(backend, jobs)
            whole = True
        except KeyboardInterrupt as reason:
            number = signal.SIGTERM if isinstance(reason, Terminated) else signal.SIGINT
        except ExecutorBroken as reason:
            batch.give_up(reason.headline(), reason.exit_code)
        finally:
            backend.end(at_once=not whole)
        if number is not None:
            batch.give_up(f"interrupted by {number.name}.", 128 + number)
        remove_empty(batch.unfilled)
    return batch.tally.summary(time.monotonic() - began, batch.stopped, number)
