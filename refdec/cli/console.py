"""The only place that prints: results on stdout, talk on stderr, colour only on a terminal."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TextIO, cast

from refdec.formats.errors import FileUnwritable
from refdec.formats.standard_output import abandon, is_closed, results

REFRESH_SECONDS = 0.1
CONTROLS = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n"}
SEPARATORS = str.maketrans({"\t": "\\t", "\n": "\\n"})
__all__ = [
    "Progress",
    "counter",
    "ending",
    "hush",
    "progress",
    "result",
    "result_line",
    "say",
    "show_json",
    "show_mapping",
    "show_table",
]
_quiet = False


def hush(quiet: bool) -> None:
    """Leave out, from now on, or no longer, what is neither a result nor an error."""
    global _quiet
    _quiet = quiet


def _plain(text: str) -> str:
    """Return a text whose control characters, such as those of a hostile file name, are shown and not obeyed."""
    return text.translate(CONTROLS)


def _lives() -> bool:
    """Tell whether stderr is a terminal on which a line can be written anew."""
    return sys.stderr.isatty() and os.environ.get("TERM", "dumb").lower() not in {"dumb", "unknown"}


class _Talk:
    """Standard error for what is nice to have: a terminal that went away stops no work."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self._stream = sys.stderr  # as it is now: a bar puts another one in its place, which writes to this

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except OSError:
            abandon(self._stream)
        except ValueError:  # somebody closed it
            pass

    def write(self, text: str) -> int:
        """Write a text, if it can be written."""
        self._try(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Bring it out."""
        self._try(self._stream.flush)

    def isatty(self) -> bool:
        """Tell whether somebody watches."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the descriptor, from which the width is known."""
        return self._stream.fileno()


def say(text: str, *, always: bool = False) -> None:
    """Print talk (warnings, hints, errors) on stderr; where nobody can hear it, work goes on.

    `always`: errors, and what was asked for, which -q does not silence.
    """
    if _quiet and not always:
        return
    talk = _Talk()
    talk.write(_plain(text) + "\n")
    talk.flush()


def _print(text: str, *, at_once: bool = False) -> None:
    """Print a line on stdout.  Raises FileUnwritable, and BrokenPipeError where nobody reads any more."""
    out = results()
    try:
        out.write(text + "\n")
        if at_once:
            out.flush()
    except BrokenPipeError:
        raise
    except OSError as reason:
        raise FileUnwritable("standard output", reason.strerror or str(reason)) from reason


def result(text: str) -> None:
    """Print a line of the result on stdout."""
    _print(_plain(text))


def ending(text: str) -> None:
    """Print the closing line of a command that wrote a file, on stdout, if there is one: it is no result."""
    if not _quiet and not is_closed():
        result(text)


def show_json(value: Any) -> None:
    """Print a result as JSON on stdout."""
    _print(json.dumps(value, indent=1, default=str))


def result_line(value: Any) -> None:
    """Print a part of a long result as one line of JSON on stdout, at once."""
    _print(json.dumps(value, default=str), at_once=True)


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table on stdout: drawn on a terminal, tab-separated in a pipe."""
    lines = [[_plain(str(cell)) for cell in row] for row in rows]
    if not results().isatty():
        for line in [list(columns), *lines]:
            result("\t".join(cell.translate(SEPARATORS) for cell in line))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")  # nothing is cut off where the terminal is narrow
    for line in lines:
        table.add_row(*map(Text, line))  # brackets in names are no markup
    Console(file=results(), highlight=False, soft_wrap=True).print(table)


class Progress(Protocol):
    """Called with the share of the work that is done, 0..1."""

    def __call__(self, done: float) -> None: ...


@contextmanager
def progress(label: str, *, quiet: bool = False) -> Iterator[Progress]:
    """Show a progress bar on stderr for the time of a `with` block; silent where stderr is no terminal."""
    if quiet or _quiet or not _lives():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    screen = Console(file=cast(TextIO, _Talk()), highlight=False, soft_wrap=True)
    # Refreshed by hand: a thread that refreshes would keep the decoder from forking its workers.
    with Bar(*columns, console=screen, transient=True, auto_refresh=False) as bar:
        task = bar.add_task(_plain(label), total=1.0)
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
    if _quiet or not _lives():
        yield lambda kind: None
        return
    talk = _Talk()
    counts: Counter[str] = Counter()

    def count(kind: str) -> None:
        counts[kind] += 1
        seen = ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))
        talk.write(f"\r\x1b[K{label}: {seen} ")
        talk.flush()

    try:
        yield count
    finally:
        talk.write("\r\x1b[K")
        talk.flush()


def show_mapping(values: Mapping[str, Any]) -> None:
    """Print names and values, aligned, on stdout."""
    width = max((len(name) for name in values), default=0)
    for name, value in values.items():
        result(f"{name:<{width}}  {value}")
