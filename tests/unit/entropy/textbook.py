"""The decoders of 2.3.1, 2.6.6 and 2.8 word for word, on Python integers and the golden tables: slow, easy to trust."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np


class Underflow(Exception):
    """get(k) with P < k."""


class Stack:
    """(2.3.1) One thread's bits as one integer N."""

    def __init__(self, data: bytes) -> None:
        self.n = int.from_bytes(data, "little")
        self.p = self.n.bit_length() - 1

    def get(self, k: int) -> int:
        if self.p < k:
            raise Underflow
        self.p -= k
        return (self.n >> self.p) & ((1 << k) - 1)


def split(unit: bytes, sizes: Sequence[int]) -> list[bytes]:
    """The threads of a unit, cut from its end by their known sizes."""
    ends = np.cumsum([int(s) for s in sizes]) + len(unit) - int(sum(int(s) for s in sizes))
    return [unit[e - int(s) : e] for e, s in zip(ends, sizes, strict=True)]


def groups(length: int, threads: int, t: int) -> list[list[int]]:
    """(2.5) The groups of thread t of a run, as lists of positions."""
    g = length // (4 * threads)
    fours = [[t + threads * (4 * k + j) for j in range(4)] for k in range(g)]
    return fours + [[i] for i in range(4 * g * threads + t, length, threads)]


def decode_run(
    threads_data: Sequence[bytes],
    levels: Sequence[int],
    coded: Sequence[bool],
    tables: Path,
    *,
    needed: int | None = None,
    observe: Callable[[int, int, int], None] = lambda position, state, p: None,
) -> tuple[list[int], bool]:
    """(2.6.6, 2.6.8) Values of a run, 0 from `needed` on, and whether the integrity check of 2.10 holds."""
    with np.load(tables / "mans_tables.npz") as golden:
        decode = golden["decode_transition"].tolist()
        bounds = golden["bounds"].tolist()
    length, count = len(levels), len(threads_data)
    wanted = length if needed is None else needed
    r = [0] * length
    intact = True
    for t, data in enumerate(threads_data):
        stack = Stack(data)
        state = [stack.get(8) for _ in range(2 if count == 1 else 1)]
        for group in groups(length, count, t):
            if group[0] >= wanted:
                # a group of a later start cannot contain a needed position of this thread
                continue
            live = [i for i in group if coded[i]]
            for i in live:
                st = i & 1 if count == 1 else 0
                entry = decode[levels[i]][state[st]]
                n, base, symbol = entry >> 24, (entry >> 16) & 255, ((entry & 0xFFFF) ^ 0x8000) - 0x8000
                state[st] = base | stack.get(n)
                r[i] = symbol
                observe(i, state[st], stack.p)
            for i in live:
                b = bounds[levels[i]]
                if r[i] == -b:
                    e = stack.get(3) if stack.get(1) else stack.get(16)
                    m = (e >> 1) + b
                    r[i] = -m if e & 1 else m
                    observe(i, -1, stack.p)
        intact = intact and stack.p == 0 and not any(state)
    return r[:wanted] + [0] * (length - wanted), intact


def predicted(quality_map: Sequence[Sequence[int]], i: int, j: int) -> int:
    """(2.8) The prediction of one quality step from its neighbours before it in raster order."""
    if i == 0 and j == 0:
        return 0
    if i == 0:
        return quality_map[i][j - 1]
    if j == 0:
        return quality_map[i - 1][j]
    both = quality_map[i][j - 1] + quality_map[i - 1][j]
    return -(-both // 2) if both < 0 else both // 2


def summed(delta: Sequence[Sequence[int]]) -> list[list[int]]:
    """(2.8) The quality map of its differences."""
    quality_map = [[0] * len(row) for row in delta]
    for i, row in enumerate(delta):
        for j, difference in enumerate(row):
            quality_map[i][j] = predicted(quality_map, i, j) + difference
    return quality_map


def differences(quality_map: Sequence[Sequence[int]]) -> list[list[int]]:
    """(2.8) The differences of a quality map."""
    return [[q - predicted(quality_map, i, j) for j, q in enumerate(row)] for i, row in enumerate(quality_map)]
