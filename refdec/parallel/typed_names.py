"""Names of files as they were typed, in the errors of workers, which have absolute paths: they may live elsewhere.

In: paths as they were typed, and an error that names some of them by what they became.  Out: the same error, which
names them as they were typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias, TypeVar

__all__ = ["NO_NAMES", "TypedNames", "as_typed", "naming_as_typed", "typed_names"]

TypedNames: TypeAlias = Mapping[str, str]
"""What was typed, by the absolute path that became of it."""
NO_NAMES: TypedNames = MappingProxyType({})
E = TypeVar("E", bound=BaseException)
FIELDS = ("name", "filename")
"""Where errors of ours, and those of the system, have the name of a file."""


def typed_names(*paths: Path | None) -> TypedNames:
    """Return the names of paths and of the folders above them, as far as these were typed; None names nothing."""
    found = dict[str, str]()
    for path in paths:
        if path is not None and not path.is_absolute():
            found |= {str(place.absolute()): str(place) for place in (path, *path.parents) if place.name}
    return found


def as_typed(error: E, names: TypedNames) -> E:
    """Return an error, which from now on names files as they were typed; so does the one that it holds as its reason.

    An error whose name was typed as an absolute path stays as it is.
    """
    for problem in (error, getattr(error, "reason", None)):
        if isinstance(problem, BaseException):
            for field in FIELDS:
                name = getattr(problem, field, None)
                if isinstance(name, str) and name in names:
                    setattr(problem, field, names[name])
    return error


@contextmanager
def naming_as_typed(names: TypedNames) -> Iterator[None]:
    """Let the errors that are raised inside name files as they were typed."""
    try:
        yield
    except Exception as error:
        as_typed(error, names)
        raise
