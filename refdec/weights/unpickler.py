"""A pickle interpreter that executes nothing (4.11.3): it knows tensors, and nothing else of the world.

In: the bytes of data.pkl.  Out: plain dictionaries, lists, numbers and text, `Tensor` for tensors, `Opaque` for
whatever else a pickle names or calls.  No name is ever looked up, no module imported, no function called: `os.system`
is two words.  Time and memory are bounded by the number of bytes: each opcode is done once, copies are counted.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

from refdec.clauses import clause
from refdec.errors import BitOffset
from refdec.weights.errors_files import PickleDamaged, PickleTooLarge, UnknownOpcode

__all__ = ["LONGEST_PICKLE", "Global", "Opaque", "Storage", "Tensor", "unpickle"]

LONGEST_PICKLE = 1 << 21
"""Bytes; a checkpoint's dictionary needs about 300 a tensor."""
MOST_DIMENSIONS = 16
LARGEST_NUMBER = 1 << 62
LONGEST_KEY = 20
PROTOCOL = 2

STORAGES = {
    "FloatStorage": "f4",
    "DoubleStorage": "f8",
    "HalfStorage": "f2",
    "LongStorage": "i8",
    "IntStorage": "i4",
    "ShortStorage": "i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "b1",
}

Value: TypeAlias = Any
"""None, bool, int, float, str, tuple, list, dict[str, Value], Global, Opaque, Storage or Tensor."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """Something that a pickle names, makes or calls and that weights do not need; it does nothing."""


@dataclass(frozen=True, slots=True)
class Global:
    """A name that a pickle mentions; only those of the table of 4.11.3 mean something."""

    module: str
    name: str


@dataclass(frozen=True, slots=True)
class Storage:
    """A run of `elements` numbers in the member data/`key`; `element` is one of f2 f4 f8 i1 i2 i4 i8 u1 b1."""

    element: str
    key: str
    elements: int


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor: which elements of a storage it consists of.  Offset and strides count elements."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


OPAQUE = Opaque()
REBUILD_TENSOR = Global("torch._utils", "_rebuild_tensor_v2")
REBUILD_PARAMETER = Global("torch._utils", "_rebuild_parameter")
ORDERED_DICT = Global("collections", "OrderedDict")


def _is_count(value: Value) -> bool:
    return type(value) is int and 0 <= value < LARGEST_NUMBER


def _is_counts(value: Value) -> bool:
    return type(value) is tuple and len(value) <= MOST_DIMENSIONS and all(map(_is_count, value))


@clause("4.11.3")
def unpickle(data: bytes) -> Value:
    """(4.11.3) Return the top-level object of a pickle of protocol 2.

    Raises UnknownOpcode, PickleDamaged or PickleTooLarge, each with the place in `data`.
    """
    if len(data) > LONGEST_PICKLE:
        raise PickleTooLarge(f"{len(data)} bytes", LONGEST_PICKLE, at=BitOffset(0))
    return _Interpreter(data).run()


class _Interpreter:
    """The pickle machine: a stack, marks on it, and a memo."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.next = 0
        self.opcode_at = 0
        self.stack: list[Value] = []
        self.below_marks: list[list[Value]] = []
        self.memo: dict[int, Value] = {}
        self.budget = 4 * len(data) + 1024

    def run(self) -> Value:
        """Do one opcode after the other until STOP, and return what then lies on top."""
        while True:
            self.opcode_at = self.next
            opcode = self.take(1)[0]
            if opcode == ord("."):
                return self.pop()
            action = ACTIONS.get(opcode)
            if action is None:
                raise UnknownOpcode(opcode, at=BitOffset.of_byte(self.opcode_at))
            action(self)

    def refuse(self, reason: str) -> NoReturn:
        raise PickleDamaged(reason, at=BitOffset.of_byte(self.opcode_at))

    def take(self, size: int) -> bytes:
        """Return the next bytes of the pickle."""
        if size > len(self.data) - self.next:
            self.refuse("it ends too early")
        self.next += size
        return self.data[self.next - size : self.next]

    def number(self, form: str) -> int:
        """Return the next integer, by a `struct` form."""
        (value,) = struct.unpack(form, self.take(struct.calcsize(form)))
        return int(value)

    def line(self) -> str:
        """Return text up to the next newline."""
        end = self.data.find(b"\n", self.next)
        if end < 0:
            self.refuse("a name does not end")
        raw = self.take(end + 1 - self.next)[:-1]
        if not raw.isascii():
            self.refuse("a name is not ASCII")
        return raw.decode("ascii")

    def spend(self, items: int) -> None:
        """Count copied items against the budget: shared parts could otherwise be copied over and over."""
        self.budget -= items
        if self.budget < 0:
            raise PickleTooLarge("copies of shared parts", 4 * len(self.data), at=BitOffset.of_byte(self.opcode_at))

    def push(self, value: Value) -> None:
        self.stack.append(value)

    def pop(self) -> Value:
        if not self.stack:
            self.refuse("an opcode finds nothing on the stack")
        return self.stack.pop()

    def top(self) -> Value:
        if not self.stack:
            self.refuse("an opcode finds nothing on the stack")
        return self.stack[-1]

    def mark(self) -> None:
        self.below_marks.append(self.stack)
        self.stack = []

    def pop_to_mark(self) -> list[Value]:
        """Return everything above the last mark, and forget the mark."""
        if not self.below_marks:
            self.refuse("an opcode finds no mark")
        above, self.stack = self.stack, self.below_marks.pop()
        return above

    def remember(self, index: int) -> None:
        self.memo[index] = self.top()

    def recall(self, index: int) -> None:
        if index not in self.memo:
            self.refuse(f"it recalls entry {index}, which it never stored")
        self.push(self.memo[index])

    def pop_or_mark(self) -> None:
        """POP: drop the top of the stack, or a mark that has nothing above it."""
        if not self.stack and self.below_marks:
            self.stack = self.below_marks.pop()
        else:
            self.pop()

    def protocol(self) -> None:
        version = self.number("<B")
        if version > PROTOCOL or self.opcode_at:
            self.refuse(f"it announces protocol {version}")

    def text(self) -> None:
        raw = self.take(self.number("<I"))
        try:
            self.push(raw.decode("utf-8"))
        except UnicodeDecodeError:
            self.refuse("a text is not UTF-8")

    def long(self) -> None:
        self.push(int.from_bytes(self.take(self.number("<B")), "little", signed=True))

    def double(self) -> None:
        (value,) = struct.unpack(">d", self.take(8))
        self.push(value)

    def tuple_of(self, count: int) -> None:
        items = [self.pop() for _ in range(count)]
        self.push(tuple(reversed(items)))

    def extend(self, items: list[Value]) -> None:
        """APPEND and APPENDS: lists grow, opaque values swallow."""
        target = self.top()
        if type(target) is list:
            target.extend(items)
        elif type(target) is not Opaque:
            self.refuse("it appends to something that is no list")

    def set_items(self, items: list[Value]) -> None:
        """SETITEM and SETITEMS: entries whose key is no text are of no use here and dropped."""
        target = self.top()
        if len(items) % 2:
            self.refuse("a key has no value")
        if type(target) is dict:
            self.fill(target, zip(items[::2], items[1::2], strict=True))
        elif type(target) is not Opaque:
            self.refuse("it sets an item of something that is no dictionary")

    def fill(self, target: dict[str, Value], pairs: Iterable[tuple[Value, Value]]) -> None:
        for key, value in pairs:
            if type(key) is str:
                target[key] = value

    def storage(self) -> None:
        """BINPERSID: ('storage', class, key, location, number of elements) stands for a storage."""
        reference = self.pop()
        if type(reference) is not tuple or len(reference) != 5 or reference[0] != "storage":
            self.refuse("a persistent reference is not that of a storage")
        _, kind, key, _, elements = reference
        if type(kind) is not Global or kind.module != "torch" or kind.name not in STORAGES:
            self.push(OPAQUE)
            return
        digits = type(key) is str and key.isascii() and key.isdigit() and len(key) <= LONGEST_KEY
        if not digits or not _is_count(elements):
            self.refuse("a storage has no decimal key or no number of elements")
        self.push(Storage(STORAGES[kind.name], key, elements))

    def call(self) -> None:
        """REDUCE: three names mean something (4.11.3); the call of any other gives an opaque value."""
        arguments, function = self.pop(), self.pop()
        if type(arguments) is not tuple:
            self.refuse("a call has no tuple of arguments")
        if function == REBUILD_TENSOR:
            self.push(self.tensor(arguments))
        elif function == REBUILD_PARAMETER and len(arguments) == 3:
            self.push(arguments[0])
        elif function == ORDERED_DICT:
            self.push(self.ordered(arguments))
        elif type(function) in (Global, Opaque):
            self.push(OPAQUE)
        else:
            self.refuse("it calls something that is no name")

    def tensor(self, arguments: tuple[Value, ...]) -> Tensor | Opaque:
        """Return the tensor of a _rebuild_tensor_v2 call; of a storage we do not know, an opaque value."""
        if not 6 <= len(arguments) <= 7:
            self.refuse("a tensor is rebuilt from a wrong number of arguments")
        storage, offset, shape, strides = arguments[:4]
        if type(storage) is Opaque:
            return OPAQUE
        counts = _is_count(offset) and _is_counts(shape) and _is_counts(strides)
        if type(storage) is not Storage or not counts or len(shape) != len(strides):
            self.refuse("a tensor has no storage, offset, shape and strides")
        return Tensor(storage, offset, shape, strides)

    def ordered(self, arguments: tuple[Value, ...]) -> dict[str, Value]:
        """Return the dictionary of an OrderedDict call: of nothing, or of one list of pairs."""
        made: dict[str, Value] = {}
        if not arguments:
            return made
        pairs = arguments[0]
        if len(arguments) != 1 or type(pairs) is not list:
            self.refuse("an ordered dictionary is made of something else than pairs")
        self.spend(len(pairs))
        if not all(type(pair) in (tuple, list) and len(pair) == 2 for pair in pairs):
            self.refuse("an ordered dictionary is made of something else than pairs")
        self.fill(made, pairs)
        return made

    def build(self) -> None:
        """BUILD: attributes (such as `_metadata`) are discarded."""
        self.pop()
        self.top()

    def new_object(self) -> None:
        """NEWOBJ: an instance of anything is opaque."""
        self.pop()
        self.pop()
        self.push(OPAQUE)

    def name(self) -> None:
        module = self.line()
        self.push(Global(module, self.line()))


Action: TypeAlias = Callable[[_Interpreter], None]
ACTIONS: dict[int, Action] = {
    0x80: _Interpreter.protocol,
    ord("}"): lambda m: m.push({}),
    ord("]"): lambda m: m.push([]),
    ord(")"): lambda m: m.push(()),
    ord("("): _Interpreter.mark,
    ord("t"): lambda m: m.push(tuple(m.pop_to_mark())),
    0x85: lambda m: m.tuple_of(1),
    0x86: lambda m: m.tuple_of(2),
    0x87: lambda m: m.tuple_of(3),
    ord("X"): _Interpreter.text,
    ord("K"): lambda m: m.push(m.number("<B")),
    ord("M"): lambda m: m.push(m.number("<H")),
    ord("J"): lambda m: m.push(m.number("<i")),
    0x8A: _Interpreter.long,
    ord("G"): _Interpreter.double,
    ord("N"): lambda m: m.push(None),
    0x88: lambda m: m.push(True),
    0x89: lambda m: m.push(False),
    ord("q"): lambda m: m.remember(m.number("<B")),
    ord("r"): lambda m: m.remember(m.number("<I")),
    ord("h"): lambda m: m.recall(m.number("<B")),
    ord("j"): lambda m: m.recall(m.number("<I")),
    ord("c"): _Interpreter.name,
    ord("Q"): _Interpreter.storage,
    ord("R"): _Interpreter.call,
    ord("b"): _Interpreter.build,
    ord("s"): lambda m: m.set_items(list(reversed([m.pop(), m.pop()]))),
    ord("u"): lambda m: m.set_items(m.pop_to_mark()),
    ord("a"): lambda m: m.extend([m.pop()]),
    ord("e"): lambda m: m.extend(m.pop_to_mark()),
    ord("0"): _Interpreter.pop_or_mark,
    0x81: _Interpreter.new_object,
}
