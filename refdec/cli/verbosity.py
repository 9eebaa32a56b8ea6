"""How much a command says: -q and -v, at any place of the command line.

In: arguments.  Out: the same without them, and a level; the library's logger `refdec` then writes to stderr.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from enum import IntEnum

from refdec.cli import console

__all__ = ["Verbosity", "set_up", "without_verbosity"]


class Verbosity(IntEnum):
    """Errors and results alone; also warnings and closing words; also what is done; also each step of it."""

    QUIET = -1
    USUAL = 0
    VERBOSE = 1
    DEBUG = 2


WORDS = {"-q": -1, "--quiet": -1, "-v": 1, "--verbose": 1, "-vv": 2}


def without_verbosity(arguments: Sequence[str]) -> tuple[Verbosity, list[str]]:
    """Return what is asked for (the last word counts, and -v twice is -vv) and the other arguments; -- ends them."""
    level, rest = 0, list[str]()
    for index, argument in enumerate(arguments):
        if argument == "--":
            rest += arguments[index:]
            break
        if argument in WORDS:
            change = WORDS[argument]
            level = change if change != 1 or level < 1 else 2
            continue
        rest.append(argument)
    return Verbosity(level), rest


class _Console(logging.Handler):
    """Hands records to the one place that prints."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record."""
        console.say(f"refdec: {record.getMessage()}")


def set_up(level: Verbosity) -> None:
    """Make the console as quiet, and the logger as talkative, as is asked for."""
    console.hush(level is Verbosity.QUIET)
    logger = logging.getLogger("refdec")
    for handler in [handler for handler in logger.handlers if isinstance(handler, _Console)]:
        logger.removeHandler(handler)
    if level >= Verbosity.VERBOSE:
        logger.addHandler(_Console())
        logger.setLevel(logging.INFO if level is Verbosity.VERBOSE else logging.DEBUG)
        logger.propagate = False
