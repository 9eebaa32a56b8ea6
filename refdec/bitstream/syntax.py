"""One interpreter for the field lists of 1.5: the same walk reads, writes and annotates a header.

In: the name of a list ("PIH", "PIH_draft", "TON", "RDI", "UDI"), bits or values, and the variables of headers read
before.
Out: the values of the elements by name, arrays as dictionaries by index with NumPy arrays for long rows; or the bytes;
or one record for every element.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refdec.bitstream.bits import BitReader
from refdec.bitstream.errors import NotComputable
from refdec.bitstream.expressions import Undefined
from refdec.bitstream.fieldlists import Assign, Element, FieldBranch, Invoke, Loop, Node, Run, constants, field_list
from refdec.bitstream.verbs import (
    AnnotateVerb,
    ElementFound,
    ElementRecord,
    JudgeVerb,
    LocateVerb,
    Place,
    ReadVerb,
    Shape,
    Values,
    Verb,
    WriteVerb,
    whole_numbers,
)
from refdec.clauses import clause, note_clause
from refdec.errors import BitOffset, RefdecError
from refdec.limits import Limits

__all__ = ["CLAUSES", "Survey", "annotate", "locate", "names", "read", "survey", "write"]

CLAUSES = {
    "PIH": "1.5.1",
    "PIH_draft": "1.12",
    "PIH_VM_7_start": "1.12",
    "TON": "1.5.2",
    "RDI": "1.5.3",
    "UDI": "1.5.4",
}
"""The clause that prints each field list."""


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
        for turn, value in enumerate(whole_numbers(values)):
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


def _read(name: str, verb: ReadVerb, variables: Values, limits: Limits) -> dict[str, Any]:
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
    return _read(name, ReadVerb(bits), env, limits or Limits())


@clause("1.9")
def write(name: str, values: Values, env: Values = NOTHING) -> bytes:
    """(1.9) Write one header from its elements and return its bytes, padded with zero bits.

    Arrays may be anything that takes an index.  Raises ElementMissing, ElementOutOfRange, NotComputable.
    """
    verb = WriteVerb(values)
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
    verb = AnnotateVerb(BitReader(data, first_byte=first_byte), CLAUSES[name], found)
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
    verb = (AnnotateVerb if legal else JudgeVerb)(BitReader(data, first_byte=first_byte), CLAUSES[name], records)
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
        _read(name, LocateVerb(BitReader(data, first_byte=first_byte), element), env, limits or Limits())
    except ElementFound as found:
        return found.at
    return None


def names(name: str) -> frozenset[str]:
    """Return the base names of all elements of a header."""
    return field_list(name).names
