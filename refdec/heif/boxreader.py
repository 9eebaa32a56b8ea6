"""Reading boxes: one walk through the table of their fields, whatever the box.

In: bytes and `Limits`.  Out: `FileBox` values, with the place of each field where a viewer asks for it.  Boxes of
unknown types keep their bytes.  How deep boxes lie in each other and how many of them and of their records there are is
bounded by `Limits.box_depth` and `Limits.box_entries`: a box of a few bytes can claim any number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from refdec.errors import BitOffset
from refdec.heif.boxes import FieldPlace, FileBox
from refdec.heif.boxtable import (
    BoxBranch,
    BoxField,
    Inside,
    Numbers,
    Records,
    Row,
    box_layout,
    four_cc,
    named_values,
)
from refdec.heif.errors import BoxCut, BoxFieldMissing, BoxVersionUnknown
from refdec.limits import Limits

__all__ = ["read_boxes"]

SIZE_AND_KIND, LARGE_SIZE, USER_TYPE, VERSION_AND_FLAGS = 8, 8, 16, 4
TO_THE_END, LARGE = 0, 1
FOUR_CC_BITS = 32
FIRST_LOOK = 64
"""Bytes in which the end of a text is looked for first."""


def read_boxes(
    data: bytes | memoryview, *, limits: Limits, places: bool = False, origin: int = 0
) -> tuple[FileBox, ...]:
    """Return the boxes of a file, or those of a part of it that begins at the byte `origin`.

    `places`: with the place of every field.

    Bytes of boxes are views of the data.  Raises BoxCut, BoxFieldMissing, BoxVersionUnknown, TooLarge.
    """
    return tuple(_Reader(memoryview(data), limits, places, origin).boxes(0, len(data), "", 0))


class _Reader:
    """Reads the boxes of one file, and counts what it made; `origin`: the byte of the file where its data begin."""

    __slots__ = ("_data", "_entries", "_limits", "_places", "origin")

    def __init__(self, data: memoryview, limits: Limits, places: bool, origin: int) -> None:
        self._data, self._limits, self._places, self.origin = data, limits, places, origin
        self._entries = 0

    @property
    def wants_places(self) -> bool:
        """Whether the places of fields are kept."""
        return self._places

    def spend(self) -> None:
        """Count one box or record."""
        self._entries += 1
        if self._entries > self._limits.box_entries:
            self._limits.require("number of boxes and their entries", self._entries, self._limits.box_entries)

    def boxes(
        self, start: int, stop: int, path: str, depth: int, layout: str | None = None, parent_version: int = 0
    ) -> Iterator[FileBox]:
        """Yield the boxes between two bytes of the file."""
        self._limits.require("depth of boxes in boxes", depth, self._limits.box_depth)
        at = start
        while at < stop:
            box = self._box(at, stop, path, depth, layout, parent_version)
            yield box
            at += box.size

    def _box(self, at: int, stop: int, path: str, depth: int, named: str | None, parent_version: int) -> FileBox:
        self.spend()
        left, head = stop - at, SIZE_AND_KIND
        place = BitOffset.of_byte(self.origin + at)
        if left < head:
            raise BoxCut(f"after {path or 'the last box'}", head, left, at=place)
        size = int.from_bytes(self._data[at : at + 4], "big")
        kind = bytes(self._data[at + 4 : at + 8]).decode("latin-1")
        path = f"{path}/{kind}" if path else kind
        if size == LARGE:
            head += LARGE_SIZE
            if left < head:
                raise BoxCut(path, head, left, at=place)
            size = int.from_bytes(self._data[at + 8 : at + 16], "big")
        elif size == TO_THE_END:
            size = left
        head += USER_TYPE if kind == "uuid" else 0
        layout = box_layout(kind, named)
        payload = head + (VERSION_AND_FLAGS if layout.versions is not None else 0)
        if not payload <= size <= left:
            raise BoxCut(path, size, left, at=place)
        version = flags = 0
        if layout.versions is not None:
            version = self._data[at + head]
            flags = int.from_bytes(self._data[at + head + 1 : at + head + 4], "big")
            if version not in layout.versions:
                raise BoxVersionUnknown(path, version, at=place)
        payload_at = at + (head - USER_TYPE if kind == "uuid" else payload)  # the user type is kept with the bytes
        walk = _ReadWalk(self, _Cursor(self._data, payload_at, at + size), path, depth)
        scope = {"version": version, "flags": flags, "parent_version": parent_version}
        values = walk.through(layout.rows, scope, "")
        return FileBox(
            kind,
            MappingProxyType(values),
            tuple(walk.children),
            version,
            flags,
            self.origin + at,
            size,
            self.origin + payload_at,
            tuple(walk.places) if self._places else (),
        )


class _Cursor:
    """A place in a box, in bits of the file; the box ends at `stop`."""

    __slots__ = ("_data", "_stop", "at")

    def __init__(self, data: memoryview, start: int, stop: int) -> None:
        self._data, self.at, self._stop = data, 8 * start, 8 * stop

    @property
    def left(self) -> int:
        """Bits up to the end of the box."""
        return self._stop - self.at

    def number(self, width: int) -> int:
        """Return the next `width` bits, which are there."""
        stop = self.at + width
        window = self._data[self.at >> 3 : (stop + 7) >> 3]
        self.at = stop
        return (int.from_bytes(window, "big") >> (-stop & 7)) & ((1 << width) - 1)

    def rest(self) -> memoryview:
        """Return all bytes that are left."""
        return self.taken(self.left >> 3)

    def taken(self, count: int) -> memoryview:
        """Return the next `count` bytes, which are there."""
        start = self.at >> 3
        self.at += 8 * count
        return self._data[start : start + count]

    def up_to_nul(self) -> bytes | None:
        """Return the bytes up to the next NUL, and pass over it; None if there is none."""
        start, stop = self.at >> 3, self._stop >> 3
        looked_at = FIRST_LOOK  # and twice that next: a long box may hold many short texts
        while True:
            text, nul, _ = bytes(self._data[start : min(start + looked_at, stop)]).partition(b"\0")
            if nul:
                self.at += 8 * (len(text) + 1)
                return text
            if start + looked_at >= stop:
                return None
            looked_at *= 2


class _ReadWalk:
    """The walk through the fields of one box; `places` and `children` are what it finds on the way."""

    __slots__ = ("_bits", "_depth", "_path", "_reader", "children", "places")

    def __init__(self, reader: _Reader, bits: _Cursor, path: str, depth: int) -> None:
        self._reader, self._bits, self._path, self._depth = reader, bits, path, depth
        self.children: list[FileBox] = []
        self.places: list[FieldPlace] = []

    def through(self, rows: Sequence[Row], known: Mapping[str, Any], prefix: str) -> dict[str, Any]:
        """Return the fields of a list of rows; `known` are those that expressions may name."""
        values: dict[str, Any] = {}
        scope = {**named_values(), **known}
        for row in rows:
            match row:
                case BoxField():
                    found = self._field(row, scope, prefix)
                    if found is not None:
                        values[row.name] = found
                        scope[row.name] = four_cc(found) if row.kind == "4cc" else found
                case BoxBranch():
                    inner = row.then if row.condition.value(scope) else row.otherwise
                    found = self.through(inner, scope, prefix)
                    values |= found
                    scope |= found
                case Records():
                    values[row.name] = self._records(row, scope, prefix)
                case Numbers():
                    values[row.name] = self._numbers(row, scope, prefix)
                case Inside():
                    self._inside(row, scope)
        return values

    def _numbers(self, row: Numbers, scope: Mapping[str, Any], prefix: str) -> npt.NDArray[np.unsignedinteger[Any]]:
        """Return a list of numbers as an array over the bytes of the box."""
        at, size = self._bits.at, row.count.value(scope) * row.width
        self._room(size, row.name, prefix)
        found = np.frombuffer(self._bits.taken(size // 8), f">u{row.width // 8}")
        self._keep(prefix + row.name, at, size, found)
        return found

    def _records(self, row: Records, scope: Mapping[str, Any], prefix: str) -> tuple[Mapping[str, Any], ...]:
        count = None if row.count is None else row.count.value(scope)
        found: list[Mapping[str, Any]] = []
        while (self._bits.left > 0) if count is None else (len(found) < count):
            self._reader.spend()
            found.append(MappingProxyType(self.through(row.body, scope, f"{prefix}{row.name}[{len(found)}].")))
        return tuple(found)

    def _inside(self, row: Inside, scope: Mapping[str, Any]) -> None:
        start = self._bits.at // 8
        stop = start + self._bits.left // 8
        self.children += self._reader.boxes(
            start, stop, self._path, self._depth + 1, row.layout, parent_version=scope["version"]
        )
        self._bits.rest()

    def _field(self, row: BoxField, scope: Mapping[str, Any], prefix: str) -> Any:
        bits, at = self._bits, self._bits.at
        if row.optional and not bits.left:
            return None
        value: Any
        if row.kind == "u":
            assert row.width is not None, "numbers have a width"
            value = bits.number(self._room(row.width.value(scope), row.name, prefix))
        elif row.kind == "4cc":
            value = bits.number(self._room(FOUR_CC_BITS, row.name, prefix)).to_bytes(4, "big").decode("latin-1")
        elif row.kind == "text":
            value = self._text(row.name, prefix)
        else:
            value = bits.rest()
        self._keep(prefix + row.name, at, bits.at - at, value)
        return value

    def _keep(self, name: str, at: int, n_bits: int, value: Any) -> None:
        """Keep the place of a field where places are wanted."""
        if self._reader.wants_places:
            self.places.append(FieldPlace(name, self._place(at), n_bits, value))

    def _place(self, at: int) -> BitOffset:
        """Return where a bit of the data is in the file."""
        return BitOffset(8 * self._reader.origin + at)

    def _room(self, width: int, name: str, prefix: str) -> int:
        """Return the width of a field that is there in full."""
        if width > self._bits.left:
            raise BoxFieldMissing(self._path, prefix + name, at=self._place(self._bits.at))
        return width

    def _text(self, name: str, prefix: str) -> str:
        """Return a text up to its NUL."""
        at = self._place(self._bits.at)
        found = self._bits.up_to_nul()
        if found is None:
            raise BoxFieldMissing(self._path, prefix + name, at=at)
        return found.decode("utf-8", "replace")
