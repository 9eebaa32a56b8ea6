"""Writing boxes: the walk through the table of their fields, the other way round.

In: `FileBox` values; counts of lists follow from the lists.  Out: bytes.  A box that was read is written as it was,
byte for byte, where its header is the usual one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from refdec.bitstream.bits import BitWriter
from refdec.heif.boxes import FileBox
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
from refdec.heif.errors import BoxUnwritable

__all__ = ["boxed", "write_box"]

LARGEST_SIZE, LARGEST_BYTE = (1 << 32) - 1, 255
FOUR = 4
"""Characters of a 4cc."""


def boxed(kind: str, payload: bytes) -> bytes:
    """Return the box of a payload, which begins with version and flags where the box has them."""
    size, name = 8 + len(payload), kind.encode("latin-1")
    if size <= LARGEST_SIZE:
        return size.to_bytes(4, "big") + name + payload
    return (1).to_bytes(4, "big") + name + (size + 8).to_bytes(8, "big") + payload


def write_box(box: FileBox, *, layout: str | None = None, parent_version: int = 0) -> bytes:
    """Return the bytes of a box and of all inside; `layout` and `parent_version` of a box that lies in another.

    Raises BoxUnwritable.
    """
    found = box_layout(box.kind, layout)
    walk = _WriteWalk(box)
    if found.versions is not None:
        walk.number("version", box.version, 8)
        walk.number("flags", box.flags, 24)
    scope = {"version": box.version, "flags": box.flags, "parent_version": parent_version}
    walk.through(found.rows, box.values, scope)
    return boxed(box.kind, walk.payload())


def _is_latin(text: str) -> bool:
    """Tell whether each character of a text is one byte."""
    return all(ord(character) <= LARGEST_BYTE for character in text)


class _WriteWalk:
    """The walk through the fields of one box."""

    __slots__ = ("_bits", "_box", "_parts")

    def __init__(self, box: FileBox) -> None:
        self._box, self._bits = box, BitWriter()
        self._parts: list[bytes] = []

    def payload(self) -> bytes:
        """Return what was written."""
        self._flush()
        return b"".join(self._parts)

    def number(self, name: str, value: Any, width: int) -> int:
        """Write a number of `width` bits."""
        if not isinstance(value, int) or value < 0 or value >> width:
            raise BoxUnwritable(self._box.kind, name, value)
        self._bits.u(value, width)
        return value

    def through(self, rows: Sequence[Row], values: Mapping[str, Any], known: Mapping[str, Any]) -> None:
        """Write the fields of a list of rows."""
        scope = {**named_values(), **known}
        for row in rows:
            match row:
                case BoxField():
                    scope[row.name] = self._field(row, values, scope)
                case BoxBranch():
                    chosen = row.then if row.condition.value(scope) else row.otherwise
                    self.through(chosen, values, scope)
                    scope |= {each.name: values.get(each.name) for each in chosen if isinstance(each, BoxField)}
                case Records():
                    records = values.get(row.name, ())
                    fixed = None if row.count is None else row.count.constant
                    if fixed is not None and len(records) != fixed:
                        raise BoxUnwritable(self._box.kind, row.name, records)
                    for record in records:
                        self.through(row.body, record, scope)
                case Numbers():
                    self._put(self._numbers(row, values.get(row.name, ())))
                case Inside():
                    for child in self._box.children:
                        self._put(write_box(child, layout=row.layout, parent_version=scope["version"]))

    def _field(self, row: BoxField, values: Mapping[str, Any], scope: Mapping[str, Any]) -> Any:
        """Write one field, and return what expressions know it as."""
        value = values.get(row.name)
        if row.counts == "":
            value = len(self._box.children)
        elif row.counts is not None and (row.counts in values or value is None):
            value = len(values.get(row.counts, ()))
        if row.optional and value is None:
            return None
        if row.kind == "u":
            assert row.width is not None, "numbers have a width"
            return self.number(row.name, 0 if value is None else value, row.width.value(scope))
        if row.kind == "4cc":
            if not isinstance(value, str) or len(value) != FOUR or not _is_latin(value):
                raise BoxUnwritable(self._box.kind, row.name, value)
            return self.number(row.name, four_cc(value), 8 * FOUR)
        if row.kind == "text":
            text = ("" if value is None else str(value)).encode()
            if b"\0" in text:
                raise BoxUnwritable(self._box.kind, row.name, value)
            self._put(text + b"\0")
            return value
        self._put(b"" if value is None else value)
        return value

    def _numbers(self, row: Numbers, numbers: Sequence[int]) -> bytes:
        """Return the bytes of a list of numbers."""
        if wrong := [number for number in numbers if number < 0 or int(number) >> row.width]:
            raise BoxUnwritable(self._box.kind, row.name, wrong[0])
        return b"".join(int(number).to_bytes(row.width // 8, "big") for number in numbers)

    def _put(self, data: bytes | memoryview) -> None:
        self._flush()
        self._parts.append(bytes(data))

    def _flush(self) -> None:
        """Keep the numbers that were written; they end with a whole byte."""
        self._parts.append(self._bits.getvalue())
        self._bits = BitWriter()
