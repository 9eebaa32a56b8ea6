"""Boxes (ISO/IEC 14496-12) as values: a type, fields by name, boxes inside.

In: what `boxreader` finds, or what a writer wants.  Out: frozen `FileBox` values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from refdec.errors import BitOffset

__all__ = ["FieldPlace", "FileBox"]


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """One field as it lies in a file: its name with indices, its bits, and its value."""

    name: str
    at: BitOffset
    n_bits: int
    value: object


@dataclass(frozen=True, slots=True, eq=False)
class FileBox:
    """One box: its type, its fields by name (lists are tuples of such mappings), and the boxes inside.

    `at`, `size` and `payload_at` (of its first field) are bytes of the file it was read from; `fields` say where its
    fields are.  A box that is not read from a file has none of them.
    """

    kind: str
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    children: tuple[FileBox, ...] = ()
    version: int = 0
    flags: int = 0
    at: int = 0
    size: int = 0
    payload_at: int = 0
    fields: tuple[FieldPlace, ...] = ()

    def every(self, kind: str) -> tuple[FileBox, ...]:
        """Return the boxes of a type directly inside."""
        return tuple(child for child in self.children if child.kind == kind)

    def first(self, kind: str) -> FileBox | None:
        """Return the first box of a type directly inside, None if there is none."""
        return next((child for child in self.children if child.kind == kind), None)

    @property
    def place(self) -> BitOffset:
        """Where it begins in its file."""
        return BitOffset.of_byte(self.at)

    def walk(self, path: str = "") -> Iterator[tuple[str, FileBox]]:
        """Yield (path, box) of this box and all inside, in file order."""
        own = f"{path}/{self.kind}" if path else self.kind
        yield own, self
        for child in self.children:
            yield from child.walk(own)
