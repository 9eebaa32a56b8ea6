"""Memory and time of a command with all its processes, seen from outside (Linux: /proc).

In: a command.  Out: `Usage`.  PSS counts a page that several processes share once, in parts; RSS counts it in each.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Usage", "measured", "timed"]

KIB = 1024
PROC = Path("/proc")
FIELDS = ("Rss:", "Pss:")


@dataclass(frozen=True, slots=True)
class Usage:
    """Wall seconds, CPU seconds of all processes, and the largest sums over all processes at one moment, in bytes."""

    exit_code: int
    wall_seconds: float
    cpu_seconds: float
    peak_pss_bytes: int
    peak_rss_bytes: int


def _tree(pid: int) -> Iterator[int]:
    """Yield a process and all below it."""
    yield pid
    try:
        children = (PROC / str(pid) / "task" / str(pid) / "children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _tree(int(child))


def _memory(pid: int) -> tuple[int, int]:
    """Return (RSS, PSS) of a process in bytes, zeros where it is gone."""
    found = dict.fromkeys(FIELDS, 0)
    try:
        for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            name, _, rest = line.partition(" ")
            if name in found:
                found[name] = int(rest.split()[0]) * KIB
    except (OSError, ValueError):
        pass
    return found["Rss:"], found["Pss:"]


def _cpu_of_children() -> float:
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(command: Sequence[str], *, env: dict[str, str] | None = None) -> tuple[float, float]:
    """Run a command to its end without watching it; return wall and CPU seconds."""
    before, start = _cpu_of_children(), time.perf_counter()
    run = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env, check=False)
    wall = time.perf_counter() - start
    if run.returncode:
        raise RuntimeError(run.stderr.decode(errors="replace"))
    return wall, _cpu_of_children() - before


def measured(command: Sequence[str], *, every_seconds: float = 0.05, env: dict[str, str] | None = None) -> Usage:
    """Run a command to its end and watch it; memory is 0 where there is no /proc."""
    before, start = _cpu_of_children(), time.perf_counter()
    peak_rss = peak_pss = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=env) as process:
        while process.poll() is None:
            sums = [_memory(pid) for pid in _tree(process.pid)]
            peak_rss = max(peak_rss, sum(rss for rss, _ in sums))
            peak_pss = max(peak_pss, sum(pss for _, pss in sums))
            time.sleep(every_seconds)
        wall = time.perf_counter() - start
        if process.returncode and process.stderr is not None:
            raise RuntimeError(process.stderr.read().decode(errors="replace"))
    return Usage(process.returncode, wall, _cpu_of_children() - before, peak_pss, peak_rss)
