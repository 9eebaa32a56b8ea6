"""Reading and writing of bits (1.2): u(n), u(v;max), ue(v), se(v), byte_align().

In: bytes, and where they lie in the file.  Out: integers; positions as `BitOffset` in the file.  The writer goes the
other way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from refdec.bitstream.errors import AlignmentNotZero, CodeTooLong, OutOfBits, SurplusBits
from refdec.clauses import clause
from refdec.errors import BitOffset

if TYPE_CHECKING:
    from refdec.arithmetic.types import IntArray

__all__ = ["MAX_LEADING_ZEROS", "BitReader", "BitWriter", "Row"]

Row: TypeAlias = "tuple[int, ...] | IntArray"
"""Values of a run: a tuple of few, an array of many.  Headers that have few are read without NumPy."""
FEW = 64

MAX_LEADING_ZEROS = 31
"""A ue(v) code with more leading zeros is rejected (1.2)."""

WINDOW_BITS = 2 * MAX_LEADING_ZEROS + 2


@clause("1.2")
class BitReader:
    """(1.2) Bits of a byte string, the most significant of each byte first.

    `first_byte` is the position of the data in the file; it only moves the positions in error messages.
    """

    __slots__ = ("_base", "_data", "_end", "_position")

    def __init__(self, data: bytes | memoryview, *, first_byte: int = 0) -> None:
        self._data = data
        self._end = 8 * len(data)
        self._base = BitOffset.of_byte(first_byte)
        self._position = 0

    @property
    def position(self) -> int:
        """Number of bits read so far."""
        return self._position

    @property
    def left(self) -> int:
        """Number of bits not yet read."""
        return self._end - self._position

    @property
    def place(self) -> BitOffset:
        """Position of the next bit in the file."""
        return self._base + self._position

    def _peek(self, bits: int) -> int:
        """Return the next `bits` bits, which must be there, without taking them."""
        stop = self._position + bits
        window = self._data[self._position >> 3 : (stop + 7) >> 3]
        return (int.from_bytes(window, "big") >> (-stop & 7)) & ((1 << bits) - 1)

    @clause("1.2")
    def u(self, bits: int, element: str = "value") -> int:
        """(1.2) Read an unsigned integer of `bits` bits; 0 bits give 0.  Raises OutOfBits."""
        if bits > self.left:
            raise OutOfBits(element, bits, self.left, at=self.place)
        value = self._peek(bits)
        self._position += bits
        return value

    @clause("1.2")
    def ue(self, element: str = "value") -> int:
        """(1.2) Read an unsigned Exp-Golomb code.  Raises CodeTooLong above 31 leading zeros, OutOfBits."""
        length = min(self.left, WINDOW_BITS)
        window = self._peek(length)
        zeros = length - window.bit_length()
        if zeros > MAX_LEADING_ZEROS:
            raise CodeTooLong(element, at=self.place)
        wanted = 2 * zeros + 1
        if wanted > length:
            raise OutOfBits(element, wanted, length, at=self.place)
        self._position += wanted
        return (window >> (length - wanted)) - 1

    @clause("1.2")
    def se(self, element: str = "value") -> int:
        """(1.2) Read a signed Exp-Golomb code.  Raises as `ue`."""
        code = self.ue(element)
        return (code + 1) >> 1 if code & 1 else -(code >> 1)

    @clause("1.2")
    def byte_align(self) -> int:
        """(1.2) Skip to the next byte boundary and return the skipped bits, which should be 0."""
        return self.u(-self._position & 7)

    def run(self, bits: int, count: int, element: str = "value") -> Row:
        """Read `count` times u(n) and return a tuple, of more than 64 an array: int32 up to 31 bits each, else int64.

        Raises OutOfBits before anything is allocated.
        """
        total = bits * count
        if total > self.left:
            raise OutOfBits(element, total, self.left, at=self.place)
        if count <= FEW:
            together, most = self.u(total), (1 << bits) - 1
            return tuple((together >> (total - bits * (turn + 1))) & most for turn in range(count))
        import numpy as np

        stop = self._position + total
        window = np.frombuffer(self._data, np.uint8)[self._position >> 3 : (stop + 7) >> 3]
        kind = np.int32 if bits < 32 else np.int64
        if bits == 8 and self._position & 7 == 0:
            values: IntArray = window.astype(kind)
        else:
            table = np.unpackbits(window)[self._position & 7 :][:total].reshape(count, bits)
            values = np.zeros(count, kind)
            for column in range(bits):
                values = (values << 1) | table[:, column]
        self._position = stop
        return values

    @clause("1.8 (9)")
    def finish(self) -> None:
        """(1.8 (9)) Require that 7 bits at most are left, all zero.  Raises SurplusBits, AlignmentNotZero."""
        left, at = self.left, self.place
        if left > 7:
            raise SurplusBits(left, at=at)
        padding = self.u(left)
        if padding:
            raise AlignmentNotZero(padding, at=at)


@clause("1.2")
class BitWriter:
    """(1.2) Collects bits, the most significant of each byte first.  A value that does not fit raises ValueError."""

    __slots__ = ("_bytes", "_pending", "_pending_bits")

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._pending = 0
        self._pending_bits = 0

    @property
    def position(self) -> int:
        """Number of bits written so far."""
        return 8 * len(self._bytes) + self._pending_bits

    @clause("1.2")
    def u(self, value: int, bits: int) -> None:
        """(1.2) Write an unsigned integer in `bits` bits."""
        if value < 0 or value >> bits:
            raise ValueError(f"{value} does not fit into {bits} bits")
        self._pending = (self._pending << bits) | value
        self._pending_bits += bits
        rest = self._pending_bits & 7
        self._bytes += (self._pending >> rest).to_bytes(self._pending_bits >> 3, "big")
        self._pending &= (1 << rest) - 1
        self._pending_bits = rest

    @clause("1.2")
    def ue(self, value: int) -> None:
        """(1.2) Write an unsigned Exp-Golomb code; `value` in 0..2**32 - 2."""
        code = value + 1
        zeros = code.bit_length() - 1
        if value < 0 or zeros > MAX_LEADING_ZEROS:
            raise ValueError(f"{value} has no ue(v) code")
        self.u(code, 2 * zeros + 1)

    @clause("1.2")
    def se(self, value: int) -> None:
        """(1.2) Write a signed Exp-Golomb code."""
        self.ue(2 * value - 1 if value > 0 else -2 * value)

    @clause("1.2")
    def byte_align(self) -> None:
        """(1.2) Write zeros up to the next byte boundary."""
        self.u(0, -self._pending_bits & 7)

    def run(self, values: Sequence[int] | IntArray, bits: int) -> None:
        """Write each of `values` as u(n)."""
        import numpy as np

        row = np.asarray(values, np.int64)
        if row.size == 0:
            return
        if row.min() < 0 or int(row.max()) >> bits:
            raise ValueError(f"a value does not fit into {bits} bits")
        columns = [((row >> shift) & 1).astype(np.uint8) for shift in range(bits - 1, -1, -1)]
        if columns:
            table = np.stack(columns, axis=1).reshape(-1)
            whole = np.concatenate((np.zeros(-table.size & 7, np.uint8), table))
            self.u(int.from_bytes(np.packbits(whole).tobytes(), "big"), table.size)

    def getvalue(self) -> bytes:
        """Return all bytes; the last one is padded with zeros."""
        tail = (self._pending << (-self._pending_bits & 7)).to_bytes((self._pending_bits + 7) >> 3, "big")
        return bytes(self._bytes) + tail
