"""What kind of value an argument of the Python interface is: a number, a word, yes or no.

In: values by name, whatever a caller gave.  Out: nothing, or the error that names the first of another kind, so that
none goes on to where nobody knows what it was meant for.  Ranges are checked by who knows them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import NamedTuple

from refdec.errors import UsageError

__all__ = [
    "CALLS",
    "FLAG",
    "NUMBER",
    "TEXT",
    "WHOLE",
    "ArgumentOfOtherKind",
    "ValueKind",
    "instance_of",
    "require_kinds",
]

LONGEST = 60
"""Characters of a value in a message."""


class ArgumentOfOtherKind(UsageError):
    """An argument is a value of another kind than what it means: a word in place of a number, for instance."""

    code, clause = "RD1312", ""

    def __init__(self, name: str, shown: str, wanted: str) -> None:
        super().__init__(name, shown, wanted)
        self.name, self.shown, self.wanted = name, shown, wanted

    def explain(self) -> str:
        return f"{self.name}={self.shown} is no value for it.\nGive {self.wanted}."


class ValueKind(NamedTuple):
    """What a value has to be, as a test and in words."""

    test: Callable[[object], bool]
    words: str

    def or_none(self) -> ValueKind:
        """Return the kind of what may be left open."""
        test = self.test
        return ValueKind(lambda value: value is None or test(value), f"{self.words}, or None")


def _is_flag(value: object) -> bool:
    """Tell whether a value says yes or no: NumPy's too, which is not imported to find out; 0 and 1 do."""
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_"):
        return True
    return isinstance(value, int) and value in (0, 1)


FLAG = ValueKind(_is_flag, "True or False")
WHOLE = ValueKind(lambda value: isinstance(value, Integral) and not isinstance(value, bool), "a whole number")
NUMBER = ValueKind(lambda value: isinstance(value, Real) and not isinstance(value, bool), "a number")
TEXT = ValueKind(lambda value: isinstance(value, str), "a text")
CALLS = ValueKind(callable, "something to call")


def instance_of(kind: type, words: str) -> ValueKind:
    """Return the kind of the instances of a class."""
    return ValueKind(lambda value: isinstance(value, kind), words)


def require_kinds(values: Mapping[str, object], kinds: Mapping[str, ValueKind]) -> None:
    """Raise ArgumentOfOtherKind for the first value that is not of its kind; every value has one."""
    for name, value in values.items():
        if not kinds[name].test(value):
            shown = repr(value) if len(repr(value)) <= LONGEST else f"<{type(value).__name__}>"
            raise ArgumentOfOtherKind(name, shown, kinds[name].words)
