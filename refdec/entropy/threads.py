"""Byte layout of one coder instance: thread directory and bit stacks (2.2, 2.3, 1.4.1); the final check (2.10).

In: the bytes of a unit (a SOQ or SOZ payload, or a region block of SORP or SORS).  Out: `Stacks`, frozen: where each
thread starts, how many bits it still holds, and its states.  The other way: closed threads become a unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from refdec.arithmetic.types import Int64Array, UInt8Array
from refdec.bitstream.bits import BitReader, BitWriter
from refdec.bitstream.errors import CodeTooLong, OutOfBits
from refdec.clauses import clause
from refdec.entropy.errors import (
    BitStackUnderflow,
    IntegrityCheckFailed,
    MarkerBitMissing,
    ThreadCountInvalid,
    ThreadDirectoryPadding,
    ThreadDirectoryTruncated,
    ThreadSizeImpossible,
)
from refdec.errors import BitOffset

__all__ = ["START", "Fault", "Stacks", "open_stacks", "read_sizes", "require_threads", "write_unit"]

START = BitOffset(0)
"""Where a unit lies if the caller does not say: errors then count from its first byte."""

_BELOW_BIT_0 = 1  # as in `kernels`, which is not imported here because it loads Numba


@dataclass(frozen=True, slots=True)
class Fault:
    """What a kernel found: a thread, a position of the run, and whether the stack ran out (else a bad value)."""

    thread: int
    position: int
    underflow: bool

    @classmethod
    def of(cls, code: int) -> Fault:
        """Unpack the return value of a kernel: kind | thread << 2 | position << 8."""
        return cls((code >> 2) & 63, code >> 8, (code & 3) == _BELOW_BIT_0)


@clause("2.3.1")
@dataclass(frozen=True, slots=True)
class Stacks:
    """(2.3.1) The bit stacks and states of a coder instance between two steps.

    `data` uint8 [size of the unit]; `first` int64 [T], each thread's first byte; `bits_left` int64 [T], the P of the
    text; `states` int64, A and B for one thread, else A of each thread, 0..255; `at` is the unit's place in the file.
    """

    data: UInt8Array
    first: Int64Array
    bits_left: Int64Array
    states: Int64Array
    at: BitOffset

    @property
    def threads(self) -> int:
        """Number of threads, T."""
        return len(self.first)

    def after(self, bits_left: Int64Array, states: Int64Array) -> Stacks:
        """Return the same stacks further down."""
        return replace(self, bits_left=bits_left, states=states)

    def place(self, thread: int, bits_left: int = 0) -> BitOffset:
        """Return the byte of the file that holds bit `bits_left` of a thread."""
        return self.at + 8 * (int(self.first[thread]) + (max(bits_left, 0) >> 3))

    def ran_out(self, fault: Fault, position: int) -> BitStackUnderflow:
        """Return the error for a stack that was read below bit 0."""
        return BitStackUnderflow(fault.thread, position, at=self.place(fault.thread))

    @clause("2.10")
    def require_finished(self) -> None:
        """(2.10) Raise IntegrityCheckFailed unless every stack is empty and every state is 0."""
        shares = np.split(self.states, self.threads)
        for thread, (bits, states) in enumerate(zip(self.bits_left.tolist(), shares, strict=True)):
            if bits or states.any():
                at = self.place(thread, bits)
                raise IntegrityCheckFailed(thread, bits, tuple(states.tolist()), at=at)


@clause("2.1")
def require_threads(threads: int) -> None:
    """(2.1) Raise ThreadCountInvalid unless T is 1, 2, 4, 8 or 16."""
    if threads not in (1, 2, 4, 8, 16):
        raise ThreadCountInvalid(threads)


@clause("2.2")
@clause("2.3")
def read_sizes(unit: bytes, threads: int, *, strict: bool = True, at: BitOffset = START) -> tuple[int, ...]:
    """(2.3) Read the thread directory and return the bytes of the directory followed by those of each thread.

    `strict` rejects padding bits that are not 0.  Raises ThreadDirectoryTruncated, ThreadDirectoryPadding,
    ThreadSizeImpossible, ThreadCountInvalid.
    """
    require_threads(threads)
    reader = BitReader(unit)
    deltas = []
    for thread in range(threads - 1):
        try:
            deltas.append(reader.se("thread_size_delta"))
        except (CodeTooLong, OutOfBits) as reason:
            raise ThreadDirectoryTruncated(thread, threads, len(unit), at=at + reader.position) from reason
    used = reader.position
    padding = reader.byte_align()
    if padding and strict:
        raise ThreadDirectoryPadding(padding, reader.position - used, at=at + used)
    directory = reader.position >> 3
    total = len(unit) - directory
    sizes = [total // threads - delta for delta in deltas]
    sizes.append(total - sum(sizes))
    minimum = 3 if threads == 1 else 2
    for thread, size in enumerate(sizes):
        if size < minimum:
            raise ThreadSizeImpossible(thread, size, minimum, at=at)
    return (directory, *sizes)


@clause("2.3.1")
def open_stacks(unit: bytes, threads: int, *, strict: bool = True, at: BitOffset = START) -> Stacks:
    """(2.3.1) Return the stacks of a unit, the initial states already taken from them.

    Raises what `read_sizes` raises, and MarkerBitMissing.
    """
    directory, *sizes = read_sizes(unit, threads, strict=strict, at=at)
    starts, start = [], directory
    bits_left, states = [], []
    for thread, size in enumerate(sizes):
        last = unit[start + size - 1]
        if last == 0:
            raise MarkerBitMissing(thread, at=at + 8 * (start + size - 1))
        position = 8 * (size - 1) + last.bit_length() - 1
        for _ in range(2 if threads == 1 else 1):
            position -= 8
            pair = int.from_bytes(unit[start + (position >> 3) : start + (position >> 3) + 2], "little")
            states.append((pair >> (position & 7)) & 255)
        starts.append(start)
        bits_left.append(position)
        start += size
    data = np.frombuffer(unit, np.uint8)
    first, left, initial = (np.array(part, np.int64) for part in (starts, bits_left, states))
    return Stacks(data, first, left, initial, at)


@clause("2.3")
def write_unit(thread_data: Sequence[bytes]) -> bytes:
    """(2.3) Return directory and data of closed threads as one unit."""
    require_threads(len(thread_data))
    mean = sum(len(data) for data in thread_data) // len(thread_data)
    directory = BitWriter()
    for data in thread_data[:-1]:
        directory.se(mean - len(data))
    return directory.getvalue() + b"".join(thread_data)
