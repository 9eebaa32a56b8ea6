"""What the walk through a field list does with its elements: reads, records, judges, looks for or writes them (1.5).

In: an element, its place in its arrays, its width and range.  Out: its value; records; bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from refdec.bitstream.bits import BitReader, BitWriter, Row
from refdec.bitstream.errors import ElementMissing, ElementOutOfRange, OutOfBits
from refdec.bitstream.fieldlists import Element, Loop
from refdec.clauses import clause
from refdec.errors import BitOffset

if TYPE_CHECKING:
    from refdec.arithmetic.types import IntArray

__all__ = [
    "AnnotateVerb",
    "ElementFound",
    "ElementRecord",
    "JudgeVerb",
    "LocateVerb",
    "Place",
    "ReadVerb",
    "Shape",
    "Values",
    "Verb",
    "WriteVerb",
    "whole_numbers",
]

Values = Mapping[str, Any]
"""Elements by name; arrays by index."""
Place = tuple[int, ...]
"""The indices of an element of an array."""


@dataclass(frozen=True, slots=True)
class ElementRecord:
    """One syntax element as it lies in a header: where, how wide, its value and its legal range (inclusive)."""

    name: str
    descriptor: str
    value: int
    bit_offset: BitOffset
    n_bits: int
    range: tuple[int, int]
    clause: str

    @property
    def legal(self) -> bool:
        """Whether the value is inside its range."""
        return self.range[0] <= self.value <= self.range[1]


@dataclass(frozen=True, slots=True)
class Shape:
    """What an element looks like at its turn in the walk: width in bits and legal range."""

    bits: int
    low: int
    high: int


class Verb(Protocol):
    """What the walk does with elements: read, write or annotate them."""

    def one(self, element: Element, place: Place, shape: Shape) -> int:
        """Handle one element and return its value."""
        ...

    def row(self, element: Element, place: Place, start: int, count: int, shape: Shape) -> Row:
        """Handle `count` elements whose last index counts up from `start`, and return their values."""
        ...

    def room(self, bits: int, loop: Loop) -> None:
        """Check that a loop that takes at least `bits` bits can be there."""
        ...


def _outside(values: Row, shape: Shape) -> list[int]:
    """Return which values are outside the range of their element."""
    if isinstance(values, tuple):
        return [turn for turn, value in enumerate(values) if not shape.low <= value <= shape.high]
    outside: list[int] = ((values < shape.low) | (values > shape.high)).nonzero()[0].tolist()
    return outside


def whole_numbers(values: Row) -> Sequence[int]:
    """Return values as integers of Python's."""
    if isinstance(values, tuple):
        return values
    numbers: list[int] = values.tolist()
    return numbers


class ReadVerb:
    """Read elements from bits; every value is checked against its range."""

    __slots__ = ("bits",)

    def __init__(self, bits: BitReader) -> None:
        self.bits = bits

    @clause("1.8 (8)")
    def one(self, element: Element, place: Place, shape: Shape) -> int:
        """(1.8 (8)) Read one element; its value must be in its range."""
        bits = self.bits
        if shape.bits > bits.left:
            raise OutOfBits(element.label(place), shape.bits, bits.left, at=bits.place)
        value = bits.u(shape.bits)
        if not shape.low <= value <= shape.high:
            at = bits.place + -shape.bits
            raise ElementOutOfRange(element.label(place), value, shape.low, shape.high, at=at)
        return value

    def row(self, element: Element, place: Place, start: int, count: int, shape: Shape) -> Row:
        at = self.bits.place
        if shape.bits * count > self.bits.left:
            raise OutOfBits(element.label(place), shape.bits * count, self.bits.left, at=at)
        values = self.bits.run(shape.bits, count)
        bad = _outside(values, shape)
        if bad:
            turn = bad[0]
            name = element.label((*place, start + turn))
            raise ElementOutOfRange(name, int(values[turn]), shape.low, shape.high, at=at + turn * shape.bits)
        return values

    @clause("1.8 (7)")
    def room(self, bits: int, loop: Loop) -> None:
        """(1.8 (7)) Refuse a loop that needs more bits than are left, before it begins."""
        if bits > self.bits.left:
            raise OutOfBits(f"the loop over {loop.variable}", bits, self.bits.left, at=self.bits.place)


class AnnotateVerb(ReadVerb):
    """Read elements and keep a record of each; values outside their range are recorded, not refused."""

    __slots__ = ("clause", "records")

    def __init__(self, bits: BitReader, clause_number: str, records: list[ElementRecord]) -> None:
        super().__init__(bits)
        self.clause = clause_number
        self.records = records

    def one(self, element: Element, place: Place, shape: Shape) -> int:
        at, label = self.bits.place, element.label(place)
        value = self.bits.u(shape.bits, label)
        span = (shape.low, shape.high)
        self.records.append(ElementRecord(label, element.descriptor, value, at, shape.bits, span, self.clause))
        return value

    def row(self, element: Element, place: Place, start: int, count: int, shape: Shape) -> Row:
        if shape.bits * count > self.bits.left:  # one by one: those before the end still get their record
            return tuple(self.one(element, (*place, start + turn), shape) for turn in range(count))
        at, label, span = self.bits.place, element.label(place), (shape.low, shape.high)
        values = self.bits.run(shape.bits, count)
        self.records.extend(
            ElementRecord(
                f"{label}[{start + turn}]",
                element.descriptor,
                value,
                at + turn * shape.bits,
                shape.bits,
                span,
                self.clause,
            )
            for turn, value in enumerate(whole_numbers(values))
        )
        return values


class JudgeVerb(AnnotateVerb):
    """Read elements and keep a record of those that are outside their range."""

    __slots__ = ()

    def one(self, element: Element, place: Place, shape: Shape) -> int:
        at = self.bits.place
        value = self.bits.u(shape.bits, element.label(place))
        if not shape.low <= value <= shape.high:
            self._illegal(element, place, shape, value, at)
        return value

    def row(self, element: Element, place: Place, start: int, count: int, shape: Shape) -> Row:
        if shape.bits * count > self.bits.left:
            return tuple(self.one(element, (*place, start + turn), shape) for turn in range(count))
        at = self.bits.place
        values = self.bits.run(shape.bits, count)
        for turn in _outside(values, shape):
            self._illegal(element, (*place, start + turn), shape, int(values[turn]), at + turn * shape.bits)
        return values

    def _illegal(self, element: Element, place: Place, shape: Shape, value: int, at: BitOffset) -> None:
        span = (shape.low, shape.high)
        label = element.label(place)
        self.records.append(ElementRecord(label, element.descriptor, value, at, shape.bits, span, self.clause))


class ElementFound(Exception):
    """The element that `locate` looks for begins here."""

    def __init__(self, at: BitOffset) -> None:
        super().__init__(at)
        self.at = at


class LocateVerb(ReadVerb):
    """Read elements up to one of a certain name; values are not checked."""

    __slots__ = ("base", "label")

    def __init__(self, bits: BitReader, label: str) -> None:
        super().__init__(bits)
        self.label, self.base = label, label.partition("[")[0]

    def one(self, element: Element, place: Place, shape: Shape) -> int:
        if element.name == self.base and element.label(place) == self.label:
            raise ElementFound(self.bits.place)
        return self.bits.u(shape.bits, element.name)

    def row(self, element: Element, place: Place, start: int, count: int, shape: Shape) -> Row:
        if element.name == self.base:
            return tuple(self.one(element, (*place, start + turn), shape) for turn in range(count))
        return self.bits.run(shape.bits, count, element.name)


class WriteVerb:
    """Write elements from given values; every value is checked against its range."""

    __slots__ = ("bits", "values")

    def __init__(self, values: Values) -> None:
        self.values = values
        self.bits = BitWriter()

    def _given(self, element: Element, place: Place) -> Any:
        try:
            found = self.values[element.name]
            for index in place:
                found = found[index]
        except (KeyError, IndexError, TypeError):
            found = None
        if found is None:
            raise ElementMissing(element.label(place), at=BitOffset(self.bits.position))
        return found

    def one(self, element: Element, place: Place, shape: Shape) -> int:
        value = int(self._given(element, place))
        if not shape.low <= value <= shape.high:
            at = BitOffset(self.bits.position)
            raise ElementOutOfRange(element.label(place), value, shape.low, shape.high, at=at)
        self.bits.u(value, shape.bits)
        return value

    def row(self, element: Element, place: Place, start: int, count: int, shape: Shape) -> Row:
        import numpy as np

        if count == 0:
            return ()
        given = self._given(element, place)
        part: Sequence[int] | IntArray
        if isinstance(given, Mapping):
            part = [self._given(element, (*place, start + turn)) for turn in range(count)]
        else:
            part = given[start : start + count]
        values = np.asarray(list(part) if isinstance(part, bytes) else part, np.int64)
        if values.size < count:
            raise ElementMissing(element.label((*place, start + values.size)), at=BitOffset(self.bits.position))
        bad = np.flatnonzero((values < shape.low) | (values > shape.high))
        if bad.size:
            name, at = element.label((*place, start + int(bad[0]))), BitOffset(self.bits.position)
            raise ElementOutOfRange(name, int(values[bad[0]]), shape.low, shape.high, at=at)
        self.bits.run(values, shape.bits)
        return values

    def room(self, bits: int, loop: Loop) -> None:
        """Nothing to check: a writer makes its room."""
