"""What is installed: the guests that were let in, and a row for everything that was found.

In: guests and rows from the manager.  Out: look-up by name, and the report that `refdec plugins` prints.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from refdec.plugins.encoder import Encoder
from refdec.plugins.errors import PluginRefused, UnknownGuest
from refdec.plugins.task_base import Task

__all__ = ["Guest", "GuestKind", "PluginRow", "PluginState", "Plugins"]

T = TypeVar("T", Encoder, Task)


class GuestKind(StrEnum):
    """What a row is about."""

    PLUGIN = "plugin"
    ENCODER = "encoder"
    TASK = "task"


class PluginState(StrEnum):
    """What became of it: let in, refused, in under its qualified name only, or not looked at."""

    LOADED = "loaded"
    REFUSED = "refused"
    CLASH = "clash"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class PluginRow:
    """One line of the report: `reason` is empty for what simply works."""

    name: str
    kind: GuestKind
    version: str
    distribution: str
    state: PluginState
    reason: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the row as plain texts."""
        return {name: str(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Guest(Generic[T]):
    """An encoder or task that was let in, under the name that users type, and who brought it."""

    item: T
    name: str
    version: str
    distribution: str
    distribution_version: str
    entry_point: str

    @property
    def qualified_name(self) -> str:
        """The name that no other distribution can take: "distribution:name"."""
        return f"{self.distribution}:{self.name}"


@dataclass(frozen=True, slots=True)
class Plugins:
    """All guests.  The mappings hold plain names, and qualified ones ("distribution:name") of those that lost a
    clash.
    """

    encoders: Mapping[str, Guest[Encoder]]
    tasks: Mapping[str, Guest[Task]]
    rows: tuple[PluginRow, ...]

    def encoder(self, name: str) -> Guest[Encoder]:
        """Return an encoder by its name or qualified name.  Raises UnknownGuest, PluginRefused."""
        return self._find(name, GuestKind.ENCODER, self.encoders)

    def task(self, name: str) -> Guest[Task]:
        """Return a task by its name or qualified name.  Raises UnknownGuest, PluginRefused."""
        return self._find(name, GuestKind.TASK, self.tasks)

    def _find(self, name: str, kind: GuestKind, guests: Mapping[str, Guest[T]]) -> Guest[T]:
        found = guests.get(name)
        if found is not None:
            return found
        distribution, _, plain = name.rpartition(":")
        for guest in guests.values():
            if distribution and (guest.distribution, guest.name) == (distribution, plain):
                return guest
        for row in self.rows:
            asked_for = row.name in {name, plain} and distribution in {"", row.distribution}
            if (
                asked_for
                and row.kind in {kind, GuestKind.PLUGIN}
                and row.state in {PluginState.REFUSED, PluginState.OFF}
            ):
                raise PluginRefused(kind, name, row.distribution, row.reason)
        raise UnknownGuest(kind, name, tuple(sorted(guests)))
