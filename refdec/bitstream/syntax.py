"""One interpreter for the field lists of 1.5: the same walk reads, writes and annotates a header.

In: the name of a list ("PIH", "PIH_draft", "TON", "RDI", "UDI"), bits or values, and the variables of headers read
before.
Out: the values of the elements by name, arrays as dictionaries by index with NumPy arrays for long rows; or the bytes;
or one record for every element.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from refdec.bitstream.bits import BitReader, BitWriter, Row
from refdec.bitstream.errors import ElementMissing, ElementOutOfRange, NotComputable, OutOfBits
from refdec.bitstream.expressions import Undefined
from refdec.bitstream.fieldlists import Assign, Element, FieldBranch, Invoke, Loop, Node, Run, constants, field_list
from refdec.clauses import clause, note_clause
from refdec.errors import BitOffset, RefdecError
from refdec.limits import Limits

if TYPE_CHECKING:
    from refdec.arithmetic.types import IntArray

__all__ = ["CLAUSES", "ElementRecord", "Survey", "Values", "annotate", "locate", "names", "read", "survey", "write"]

Values = Mapping[str, Any]
Place = tuple[int, ...]

CLAUSES = {
    "PIH": "1.5.1",
    "PIH_draft": "1.12",
    "PIH_VM_7_start": "1.12",
    "TON": "1.5.2",
    "RDI": "1.5.3",
    "UDI": "1.5.4",
}
"""The clause that prints each field list."""


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


def _whole_numbers(values: Row) -> Sequence[int]:
    """Return values as integers of Python's."""
    if isinstance(values, tuple):
        return values
    numbers: list[int] = values.tolist()
    return numbers


class _Read:
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


class _Annotate(_Read):
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
            for turn, value in enumerate(_whole_numbers(values))
        )
        return values


class _Judge(_Annotate):
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


class _ElementFound(Exception):
    """The element that `locate` looks for begins here."""

    def __init__(self, at: BitOffset) -> None:
        super().__init__(at)
        self.at = at


class _Locate(_Read):
    """Read elements up to one of a certain name; values are not checked."""

    __slots__ = ("base", "label")

    def __init__(self, bits: BitReader, label: str) -> None:
        super().__init__(bits)
        self.label, self.base = label, label.partition("[")[0]

    def one(self, element: Element, place: Place, shape: Shape) -> int:
        if element.name == self.base and element.label(place) == self.label:
            raise _ElementFound(self.bits.place)
        return self.bits.u(shape.bits, element.name)

    def row(self, element: Element, place: Place, start: int, count: int, shape: Shape) -> Row:
        if element.name == self.base:
            return tuple(self.one(element, (*place, start + turn), shape) for turn in range(count))
        return self.bits.run(shape.bits, count, element.name)


class _Write:
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


class _Walk:
    """One walk through one list: the variables known so far, and how many elements went by."""

    __slots__ = ("elements", "limits", "variables", "verb")

    def __init__(self, verb: Verb, variables: Values, limits: Limits) -> None:
        self.verb = verb
        self.variables: dict[str, Any] = {**constants(), **variables}
        self.limits = limits
        self.elements = 0

    def through(self, nodes: tuple[Node, ...]) -> None:
        """Visit the nodes of a list in order."""
        known = self.variables
        for node in nodes:
            match node:
                case Element():
                    self._element(node)
                case FieldBranch():
                    self.through(node.then if node.condition.value(known) else node.otherwise)
                case Assign():
                    self._assign(node)
                case Run():
                    self._run(node)
                case Loop():
                    self._loop(node)
                case Invoke():
                    known.update({name: value.value(known) for name, value in node.arguments})
                    self.through(node.body)

    def _shape(self, element: Element) -> Shape:
        known = self.variables
        width = element.width
        if width is None:
            width = element.maximum.value(known).bit_length() if element.maximum else 0
        low = element.low.constant if element.low.constant is not None else element.low.value(known)
        high = element.high.constant if element.high.constant is not None else element.high.value(known)
        return Shape(width, low, high)

    def _place(self, node: Element | Assign) -> Place:
        return tuple(index.value(self.variables) for index in node.indices)

    def _spend(self, elements: int) -> None:
        self.elements += elements
        if self.elements > self.limits.header_elements:
            self.limits.require("number of header elements", self.elements, self.limits.header_elements)

    def _keep(self, name: str, place: Place, value: Any) -> None:
        if not place:
            self.variables[name] = value
            return
        row = self.variables.setdefault(name, {})
        for index in place[:-1]:
            row = row.setdefault(index, {})
        row[place[-1]] = value

    def _element(self, node: Element) -> None:
        self._spend(1)
        place = self._place(node)
        self._keep(node.name, place, self.verb.one(node, place, self._shape(node)))

    def _assign(self, node: Assign) -> None:
        try:
            value = node.value.value(self.variables)
        except Undefined:
            raise NotComputable(node.name) from None
        self._keep(node.name, self._place(node), value)

    def _run(self, node: Run) -> None:
        count = node.count.value(self.variables)
        self._spend(count)
        element, place = node.element, self._place(node.element)
        start = 0 if node.start is None else node.start.value(self.variables)
        values = self.verb.row(element, place, start, count, self._shape(element))
        if node.start is None:
            self._keep(element.name, place, values)
            return
        for turn, value in enumerate(_whole_numbers(values)):
            self._keep(element.name, (*place, start + turn), value)

    def _loop(self, node: Loop) -> None:
        count = node.count.value(self.variables)
        self.verb.room(count * node.turn_bits, node)
        self.limits.require(f"number of turns of the loop over {node.variable}", count, self.limits.tiles)
        self._spend(count)
        for turn in range(count):
            self.variables[node.variable] = turn
            self.through(node.body)


NOTHING: Values = {}


def _read(name: str, verb: _Read, variables: Values, limits: Limits) -> dict[str, Any]:
    fields = field_list(name)
    walk = _Walk(verb, variables, limits)
    try:
        walk.through(fields.nodes)
    except RefdecError as problem:
        if isinstance(problem, NotComputable):
            problem.at = verb.bits.place
        note_clause(problem, CLAUSES[name])
        raise
    return {key: value for key, value in walk.variables.items() if key in fields.names}


@clause("1.5")
def read(name: str, bits: BitReader, env: Values = NOTHING, *, limits: Limits | None = None) -> dict[str, Any]:
    """(1.5) Read one header and return its elements, inferred ones included.

    Arrays are dictionaries by index; a row of elements of one width is a NumPy array.  `env` gives the elements and
    derived variables of other headers that the list uses: those of PIH (and ImgHeight, ImgWidth) for TON, SubstreamSize
    for UDI. The padding at the end stays unread.  Raises OutOfBits, ElementOutOfRange, NotComputable, TooLarge.
    """
    return _read(name, _Read(bits), env, limits or Limits())


@clause("1.9")
def write(name: str, values: Values, env: Values = NOTHING) -> bytes:
    """(1.9) Write one header from its elements and return its bytes, padded with zero bits.

    Arrays may be anything that takes an index.  Raises ElementMissing, ElementOutOfRange, NotComputable.
    """
    verb = _Write(values)
    _Walk(verb, env, Limits()).through(field_list(name).nodes)
    return verb.bits.getvalue()


@clause("1.5", kind="added", reason="the viewer shows each element in its place")
def annotate(
    name: str,
    data: bytes | memoryview,
    env: Values = NOTHING,
    *,
    first_byte: int = 0,
    limits: Limits | None = None,
    records: list[ElementRecord] | None = None,
) -> list[ElementRecord]:
    """(1.5) Return one record for every coded element of a header, in order.

    `first_byte` is the position of `data` in the file.  Values outside their range are recorded as they are.  With
    `records` the records are appended there, so that those before an error are not lost.  Raises OutOfBits,
    NotComputable, TooLarge.
    """
    found = [] if records is None else records
    verb = _Annotate(BitReader(data, first_byte=first_byte), CLAUSES[name], found)
    _read(name, verb, env, limits or Limits())
    return found


@dataclass(frozen=True, slots=True)
class Survey:
    """A header as far as it reads: records, values by name (None unless it reads to its end), what ended it.

    `end` is the place behind the last element that was read.
    """

    records: tuple[ElementRecord, ...]
    values: dict[str, Any] | None
    problem: RefdecError | None
    end: BitOffset


@clause("1.8", kind="added", reason="a verifier lists all illegal values of a header, not only the first")
def survey(
    name: str,
    data: bytes | memoryview,
    env: Values = NOTHING,
    *,
    first_byte: int = 0,
    limits: Limits | None = None,
    legal: bool = True,
) -> Survey:
    """(1.8) Read one header whatever its values are.

    Values outside their range are kept as they are.  `legal` False leaves out the records of legal elements: a record
    takes a thousand times the room of its bits.  Raises nothing.
    """
    records: list[ElementRecord] = []
    verb = (_Annotate if legal else _Judge)(BitReader(data, first_byte=first_byte), CLAUSES[name], records)
    try:
        values = _read(name, verb, env, limits or Limits())
    except RefdecError as problem:
        return Survey(tuple(records), None, problem, verb.bits.place)
    return Survey(tuple(records), values, None, verb.bits.place)


@clause("1.8", kind="added", reason="an error about several elements points at the one that it names")
def locate(
    name: str, data: bytes | memoryview, env: Values, element: str, *, first_byte: int = 0, limits: Limits | None = None
) -> BitOffset | None:
    """(1.8) Return the place of an element, "W5[0][3][1]" for instance, in a header; None if it is not coded.

    Raises OutOfBits, NotComputable, TooLarge.
    """
    try:
        _read(name, _Locate(BitReader(data, first_byte=first_byte), element), env, limits or Limits())
    except _ElementFound as found:
        return found.at
    return None


def names(name: str) -> frozenset[str]:
    """Return the base names of all elements of a header."""
    return field_list(name).names
