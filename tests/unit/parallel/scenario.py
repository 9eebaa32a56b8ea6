"""Programs that tests start, interrupt and kill: `python -m tests.unit.parallel.scenario NAME [FOLDER]`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

from refdec.parallel.batch import BatchOptions, run_batch
from refdec.parallel.folders import folder_jobs
from refdec.parallel.pool import ProcessPool
from refdec.parallel.report import BatchReport
from refdec.parallel.threads import ThreadPool
from tests.unit.parallel import work


def say(*words: object) -> None:
    print(*words, flush=True)


def pool(start: str) -> int:
    """Sleep in two processes; name them first."""
    with ProcessPool(work.small_state(), workers=2, start=start) as workers:  # type: ignore[arg-type]
        say(*work.pids(workers))
        try:
            for _ in workers.map(work.nap, [30, 30, 30]):
                pass
        except KeyboardInterrupt:
            say("interrupted")
            return 130
    return 0


def idle_pool() -> int:
    """Have two workers that wait for work."""
    with ProcessPool(None, workers=2, start="fork") as workers:
        say(*work.pids(workers))
        sys.stdin.read()
    return 0


def crossed_pools() -> int:
    """Have two pools whose workers were forked while the pipes of the other pool existed; the first is busy."""
    with ProcessPool(None, workers=1, start="fork") as one, ProcessPool(None, workers=1, start="fork") as two:
        busy = two.map(work.nap, [30])
        say(*work.pids(one), *work.pids(two))
        next(busy)
    return 0


def threads() -> int:
    """Sleep in threads."""
    with ThreadPool(None, workers=2) as workers:
        say(os.getpid())
        try:
            for _ in workers.map(work.nap, [0.3] * 100):
                pass
        except KeyboardInterrupt:
            say("interrupted")
            return 130
    return 0


def batch(folder: Path) -> int:
    """Run a batch over a folder; say each outcome."""
    jobs = folder_jobs(folder / "in", [".txt"], out=folder / "out", out_suffix=".out")
    options = BatchOptions(workers=2, start="fork")
    with BatchReport.open(folder / "report.jsonl") as report:
        say(os.getpid())
        function = work.write_much if (folder / "much").exists() else work.obey
        summary = run_batch(function, jobs, options, report=report, watch=lambda o: say(o.index, o.status, o.code))
    say(summary.explain())
    return summary.exit_code


if __name__ == "__main__":
    name, *rest = sys.argv[1:]
    programs: dict[str, Callable[[], int]] = {
        "fork": lambda: pool("fork"),
        "spawn": lambda: pool("spawn"),
        "idle": idle_pool,
        "crossed": crossed_pools,
        "threads": threads,
        "batch": lambda: batch(Path(rest[0])),
    }
    sys.exit(programs[name]())
