"""The only place that prints: results on stdout, talk on stderr, colour only on a terminal."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from rich.console import Console

REFRESH_SECONDS = 0.1
__all__ = ["Progress", "counter", "progress", "result", "result_line", "say", "show_json", "show_mapping", "show_table"]


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """Print talk (warnings, hints, errors) on stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def result(text: str) -> None:
    """Print a line of the result on stdout."""
    sys.stdout.write(text + "\n")


def show_json(value: Any) -> None:
    """Print a result as JSON on stdout."""
    sys.stdout.write(json.dumps(value, indent=1, default=str) + "\n")


def result_line(value: Any) -> None:
    """Print a part of a long result as one line of JSON on stdout, at once."""
    sys.stdout.write(json.dumps(value, default=str) + "\n")
    sys.stdout.flush()


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table on stdout: drawn on a terminal, tab-separated in a pipe."""
    lines = [[str(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for line in [list(columns), *lines]:
            result("\t".join(line))
        return
    from rich.table import Table

    table = Table(*columns, title=title, title_justify="left")
    for line in lines:
        table.add_row(*line)
    _console(stderr=False).print(table)


class Progress(Protocol):
    """Called with the share of the work that is done, 0..1."""

    def __call__(self, done: float) -> None: ...


@contextmanager
def progress(label: str, *, quiet: bool = False) -> Iterator[Progress]:
    """Show a progress bar on stderr for the time of a `with` block; silent where stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    # Refreshed by hand: a thread that refreshes would keep the decoder from forking its workers.
    with Bar(*columns, console=_console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task(label, total=1.0)
        shown = [time.monotonic()]

        def show(done: float) -> None:
            due = time.monotonic() - shown[0] >= REFRESH_SECONDS
            bar.update(task, completed=done, refresh=due)
            if due:
                shown[0] = time.monotonic()

        yield show


@contextmanager
def counter(label: str) -> Iterator[Callable[[str], None]]:
    """Count events of several kinds on one line of stderr; silent where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda kind: None
        return
    counts: Counter[str] = Counter()

    def count(kind: str) -> None:
        counts[kind] += 1
        seen = ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))
        sys.stderr.write(f"\r\x1b[K{label}: {seen} ")
        sys.stderr.flush()

    try:
        yield count
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def show_mapping(values: Mapping[str, Any]) -> None:
    """Print names and values, aligned, on stdout."""
    width = max((len(name) for name in values), default=0)
    for name, value in values.items():
        result(f"{name:<{width}}  {value}")
