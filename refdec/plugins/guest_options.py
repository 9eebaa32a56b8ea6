"""Typed options of guests: declared once, shown by `--help`, parsed from text (`docs/plugins.md`).

In: `Option`s of a guest and the texts that a user gave.  Out: `OptionValues`, complete and of the declared types.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias, TypeVar

from refdec.plugins.errors import OptionInvalid, OptionMissing, UnknownOption

T = TypeVar("T")

__all__ = ["NAME_PATTERN", "REQUIRED", "Option", "OptionValues", "parse_options"]

Value: TypeAlias = int | float | str | bool | Path
Kind: TypeAlias = type[int] | type[float] | type[str] | type[bool] | type[Path]

NAME_PATTERN = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
"""Names of options, encoders, tasks and actions."""
KIND_NAMES: Mapping[type, str] = {int: "INT", float: "NUMBER", str: "TEXT", bool: "yes/no", Path: "PATH"}
TRUE, FALSE = frozenset({"yes", "true", "on", "1"}), frozenset({"no", "false", "off", "0"})


class _Required:
    """The default of an option that must be given."""

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED = _Required()


@dataclass(frozen=True, slots=True)
class Option:
    """One option: `kind` is int, float, str, bool or Path; the default has that type, is None (no value) or REQUIRED.

    `choices` lists all allowed values; `minimum` and `maximum` (inclusive) bound numbers.  Raises ValueError for a
    declaration that contradicts itself, which refuses the guest.
    """

    name: str
    kind: Kind
    default: Value | _Required | None
    help: str
    choices: tuple[Value, ...] = ()
    minimum: int | float | None = None
    maximum: int | float | None = None

    def __post_init__(self) -> None:
        if not NAME_PATTERN.fullmatch(self.name):
            raise ValueError(f"option name {self.name!r} (small letters, digits, - and _)")
        if self.kind not in KIND_NAMES:
            raise ValueError(f"option {self.name}: kind {self.kind!r} is none of int, float, str, bool, Path")
        if not self.help:
            raise ValueError(f"option {self.name} has no help text")
        if (self.minimum is not None or self.maximum is not None) and self.kind not in {int, float}:
            raise ValueError(f"option {self.name}: only numbers have a minimum or maximum")
        for value in (*self.choices, *(() if self.default is None or self.required else (self.default,))):
            if not self._allows(value):
                raise ValueError(f"option {self.name}: {value!r} is not {self.describe()}")

    @property
    def required(self) -> bool:
        """Whether the option has no default."""
        return self.default is REQUIRED

    def describe(self) -> str:
        """Return what a value is, in words."""
        if self.choices:
            return "one of " + ", ".join(str(choice) for choice in self.choices)
        words = {int: "a whole number", float: "a number", str: "a text", bool: "yes or no", Path: "a path"}[self.kind]
        if self.minimum is not None and self.maximum is not None:
            return f"{words} {self.minimum}..{self.maximum}"
        if self.minimum is not None:
            return f"{words}, at least {self.minimum}"
        return words if self.maximum is None else f"{words}, at most {self.maximum}"

    def parse(self, text: str) -> Value:
        """Return the value that a text stands for.  Raises OptionInvalid."""
        try:
            value = self._converted(text)
        except ValueError:
            value = None
        if value is None or not self._allows(value):
            raise OptionInvalid(self.name, text, self.describe())
        return value

    def check(self, value: object) -> Value:
        """Return a value that was given as a Python object; texts are parsed.  Raises OptionInvalid."""
        if isinstance(value, str) and self.kind is not str:
            return self.parse(value)
        if self.kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if not self._allows(value):
            raise OptionInvalid(self.name, str(value), self.describe())
        return value  # type: ignore[return-value]

    def _converted(self, text: str) -> Value | None:
        if self.kind is bool:
            word = text.strip().lower()
            return True if word in TRUE else False if word in FALSE else None
        return None if self.kind is Path and not text else self.kind(text)

    def _allows(self, value: object) -> bool:
        if not isinstance(value, self.kind) or (isinstance(value, bool) and self.kind is not bool):
            return False
        if isinstance(value, float) and not math.isfinite(value):
            return False
        if self.choices and value not in self.choices:
            return False
        if isinstance(value, int | float):
            return not (
                (self.minimum is not None and value < self.minimum)
                or (self.maximum is not None and value > self.maximum)
            )
        return True


@dataclass(frozen=True, slots=True, eq=False)
class OptionValues(Mapping[str, Any]):
    """The values of all options of a guest, read-only; a mapping, and a getter per type for those who check types."""

    values_by_name: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.values_by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_name)

    def __len__(self) -> int:
        return len(self.values_by_name)

    def integer(self, name: str) -> int:
        """Return the value of an int option that has one."""
        return self._typed(name, int)

    def number(self, name: str) -> float:
        """Return the value of a float option that has one."""
        return float(self._typed(name, float))

    def text(self, name: str) -> str:
        """Return the value of a str option that has one."""
        return self._typed(name, str)

    def flag(self, name: str) -> bool:
        """Return the value of a bool option that has one."""
        return self._typed(name, bool)

    def path(self, name: str) -> Path:
        """Return the value of a Path option that has one."""
        return self._typed(name, Path)

    def _typed(self, name: str, kind: type[T]) -> T:
        value = self.values_by_name[name]
        if not isinstance(value, kind):
            raise TypeError(f"option {name} is {value!r}, not {kind.__name__}")
        return value


def parse_options(guest: str, options: Sequence[Option], given: Mapping[str, object]) -> OptionValues:
    """Return the values of all options: given texts (or objects of the right type), defaults for the rest.

    Raises UnknownOption, OptionInvalid, OptionMissing.
    """
    known = {option.name: option for option in options}
    normal = {name.replace("_", "-"): name for name in known}
    values: dict[str, Any] = {name: option.default for name, option in known.items()}
    for name, value in given.items():
        exact = normal.get(name.replace("_", "-"))
        if exact is None:
            raise UnknownOption(guest, name, tuple(sorted(known)))
        values[exact] = known[exact].check(value)
    for name, option in known.items():
        if values[name] is REQUIRED:
            raise OptionMissing(guest, name, option.help)
    return OptionValues(MappingProxyType(values))
