"""Which file an error is about: the entry points that open a file write its name into the errors they let pass.

In: a source, and what is done with it or found in it.  Out: errors that know the name, so that the commands which they
advise can be typed as they are printed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from refdec.errors import RefdecError
from refdec.formats.pipes import named

__all__ = ["concerning", "name_source"]


def name_source(source: object, problems: Iterable[RefdecError]) -> None:
    """Write the name of a source into problems that know none; bytes and file objects have no name to type."""
    if isinstance(source, str | os.PathLike):
        for problem in problems:
            problem.source = problem.source or named(source)


@contextmanager
def concerning(source: object) -> Iterator[None]:
    """Let the errors that are raised inside name a source."""
    try:
        yield
    except RefdecError as problem:
        name_source(source, (problem,))
        raise
