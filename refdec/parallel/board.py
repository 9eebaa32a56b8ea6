"""The board on which the owner of a pool posts units, and from which workers take them.

In: pickled units under running numbers.  Out: each unit to exactly one worker, in order; and for the owner, which
worker took a unit, and when.

The units lie in a ring of slots in shared memory; a pipe carries their numbers, eight bytes each.  All workers read the
one pipe: a read of eight bytes takes exactly one number, so there is no lock that a killed worker could keep, a free
worker never waits for the owner, and the owner never blocks (the pipe holds more numbers than the board has slots).
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

import numpy as np

from refdec.parallel.errors import UnitTooLarge
from refdec.parallel.shared import SharedArray

__all__ = ["MOST_SLOTS", "Board", "Claim"]

RECORD_BYTES = 8
MOST_SLOTS = 512
"""The numbers of a full board take one page, which the smallest pipe holds."""
ROOM_BYTES = 4096
SLOT = np.dtype([("claim", np.int64), ("size", np.int64), ("unit", np.uint8, (ROOM_BYTES,))])
FREE = 0
WORKER_BITS = 16
"""A claim is one number, so that it is never seen half-written: time in microseconds, then worker + 1."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who took a unit, and when (on the system's monotonic clock)."""

    worker: int
    since_us: int


class Board:
    """A ring of slots; slot n modulo the size holds unit n."""

    def __init__(self, slots: int) -> None:
        if not 1 <= slots <= MOST_SLOTS:
            raise ValueError(f"a board of {slots} slots")
        self._slots = SharedArray((slots,), SLOT)

    def post(self, sequence: int, unit: bytes, numbers: int) -> None:
        """Post a unit and send its number into the pipe.  Raises UnitTooLarge."""
        if len(unit) > ROOM_BYTES:
            raise UnitTooLarge(len(unit), ROOM_BYTES)
        slot = self._slots.array[sequence % len(self._slots.array)]
        slot["unit"][: len(unit)] = np.frombuffer(unit, np.uint8)
        slot["size"], slot["claim"] = len(unit), FREE
        os.write(numbers, sequence.to_bytes(RECORD_BYTES, "little"))

    def take(self, worker: int, numbers: int) -> tuple[int, bytes] | None:
        """Wait for a number and return it with its unit; None when the owner has closed the pipe."""
        record = os.read(numbers, RECORD_BYTES)
        if len(record) < RECORD_BYTES:
            return None
        sequence = int.from_bytes(record, "little")
        slot = self._slots.array[sequence % len(self._slots.array)]
        slot["claim"] = time.monotonic_ns() // 1000 << WORKER_BITS | worker + 1
        return sequence, slot["unit"][: int(slot["size"])].tobytes()

    def claim(self, sequence: int) -> Claim | None:
        """Return who took a unit, None while nobody has."""
        slot = self._slots.array[sequence % len(self._slots.array)]
        claim = int(slot["claim"])
        return None if claim == FREE else Claim((claim & (1 << WORKER_BITS) - 1) - 1, claim >> WORKER_BITS)
