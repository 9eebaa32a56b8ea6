"""Packed differences: every zlib unpacks them, they do not depend on how the bytes came, and they are small enough."""

from __future__ import annotations

import zlib
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from refdec.arithmetic.types import UInt8Array
from refdec.formats import deflate_kernels
from refdec.formats.deflate import BLOCK_BYTES, LEVEL, Deflate
from refdec.formats.deflate_kernels import PLACES, ROWS, SHORTEST, count_symbols, find_repeats, write_symbols
from refdec.formats.huffman import DISTANCE, LENGTH_BITS, LITERAL, LONGEST, MOST_SYMBOLS

KINDS = ("noise", "little noise", "nothing", "steps", "a period", "words", "far")


def data_of(kind: str, size: int) -> UInt8Array:
    rng = np.random.default_rng(size)
    if kind == "words":
        words = [rng.integers(0, 256, rng.integers(3, 12)) for _ in range(40)]
        chosen = [words[n] for n in rng.integers(0, 40, size // 3 + 1)]
        return np.concatenate(chosen).astype(np.uint8)[:size]
    whole = {
        "noise": rng.integers(0, 256, size),
        "little noise": np.abs(rng.normal(0, 5, size)),
        "nothing": np.zeros(size),
        "steps": np.arange(size) // 7 % 251,
        "a period": np.tile(rng.integers(0, 256, 259), size // 259 + 1)[:size],
        "far": np.tile(rng.integers(0, 256, 1 << 15), (size >> 15) + 1)[:size],
    }
    return whole[kind].astype(np.uint8)


def packed(data: UInt8Array, cuts: tuple[int, ...] = ()) -> bytes:
    machine = Deflate()
    ends = (0, *cuts, data.size)
    parts = [block for a, b in pairwise(ends) for block in machine.put(data[a:b])]
    return b"".join([*parts, machine.finish()])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 17, 300, 70_000])
def test_zlib_unpacks_it(kind: str, size: int) -> None:
    data = data_of(kind, size)
    assert zlib.decompress(packed(data)) == data.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_blocks_are_the_same_however_the_bytes_came(kind: str) -> None:
    data = data_of(kind, 2 * BLOCK_BYTES + 77)
    whole = packed(data)
    assert zlib.decompress(whole) == data.tobytes()
    assert packed(data, (1, 99, BLOCK_BYTES - 1, BLOCK_BYTES, 2 * BLOCK_BYTES)) == whole


def test_a_last_block_is_the_last_also_where_it_is_full() -> None:
    data = data_of("little noise", BLOCK_BYTES)
    assert zlib.decompress(packed(data)) == data.tobytes()
    assert zlib.decompress(packed(data, (BLOCK_BYTES,))) == data.tobytes()


def test_differences_take_about_what_zlib_takes_and_what_repeats_is_left_to_it() -> None:
    for kind, most in (("little noise", 0.9), ("noise", 1.01), ("a period", 1.0), ("words", 1.0)):
        data = data_of(kind, 200_000)
        assert len(packed(data)) <= most * len(zlib.compress(data.data, LEVEL)), kind


@pytest.mark.parametrize("kind", KINDS)
def test_repeats_are_repeats_and_cover_all(kind: str) -> None:
    data = data_of(kind, 70_000)
    places, found = np.empty(PLACES, np.uint16), np.empty((data.size // SHORTEST + 1, 3), np.int32)
    rows = find_repeats(data, data.size, places, found)
    at = 0
    for before, length, back in found[: rows - 1].tolist():
        at += before
        assert SHORTEST <= length <= 258
        assert 1 <= back <= min(at, 1 << 15)
        assert all(data[at + n] == data[at + n - back] for n in range(length))
        at += length
    assert at + found[rows - 1, 0] == data.size
    assert found[rows - 1, 1] == 0


def test_every_length_and_distance_has_its_symbol() -> None:
    """RFC 1951, 3.2.5: the first and the last value of each symbol."""
    lengths = [
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        11,
        13,
        15,
        17,
        19,
        23,
        27,
        31,
        35,
        43,
        51,
        59,
        67,
        83,
        99,
        115,
        131,
        163,
        195,
        227,
    ]
    for n, (start, following) in enumerate(pairwise([*lengths, 258])):
        assert deflate_kernels.LENGTH_SYMBOLS[start] == deflate_kernels.LENGTH_SYMBOLS[following - 1] == n
        assert deflate_kernels.LENGTH_STARTS[n] == start
    assert (deflate_kernels.LENGTH_SYMBOLS[258], deflate_kernels.LENGTH_STARTS[28]) == (28, 258)
    assert deflate_kernels.DISTANCE_STARTS.tolist()[:6] == [1, 2, 3, 4, 5, 7]
    assert deflate_kernels.DISTANCE_STARTS.tolist()[-1] == 24577
    counts = np.zeros((ROWS, MOST_SYMBOLS), np.int64)
    data = np.zeros(1 << 16, np.uint8)
    for n, start in enumerate(deflate_kernels.DISTANCE_STARTS.tolist()):
        for back in (start, start + (1 << int(deflate_kernels.DISTANCE_MORE[n])) - 1):
            counts[:] = 0
            count_symbols(data, np.array([[0, 8, back], [0, 0, 0]], np.int32), 2, counts)
            assert counts[DISTANCE].nonzero()[0].tolist() == [n]


def test_the_longest_codes_fit_between_words() -> None:
    """Codes of 15 bits, with all more bits, behind 31 that wait."""
    codes = np.full((2, MOST_SYMBOLS), ((1 << LONGEST) - 1) << LENGTH_BITS | LONGEST, np.int64)
    data = np.zeros(1 << 16, np.uint8)
    found = np.array([[3, 257, 1 << 15], [2, 0, 0]], np.int32)
    words, state = np.zeros(16, np.uint32), np.array([0, (1 << 31) - 1, 31], np.int64)
    write_symbols(data, found, 2, codes, words, state)
    bits = "".join(f"{int(word):032b}"[::-1] for word in words[: state[0]])
    bits += f"{int(state[1]):0{int(state[2])}b}"[::-1] if state[2] else ""
    more = f"{257 - 227:05b}"[::-1] + "1" * LONGEST + f"{(1 << 15) - 24577:013b}"[::-1]
    assert bits == "1" * (31 + 4 * LONGEST) + more + "1" * 2 * LONGEST


def test_compiled_and_plain_agree() -> None:
    if not hasattr(find_repeats, "py_func"):
        pytest.skip("kernels are not compiled in this run")
    data = data_of("words", 3000)
    compiled: tuple[Any, ...] = (find_repeats, count_symbols, write_symbols)
    results = list[list[Any]]()
    for find, count, write in (compiled, [kernel.py_func for kernel in compiled]):
        places, found = np.empty(PLACES, np.uint16), np.zeros((data.size // SHORTEST + 1, 3), np.int32)
        rows = find(data, data.size, places, found)
        counts = np.zeros((ROWS, MOST_SYMBOLS), np.int64)
        count(data, found, rows, counts)
        codes = np.full((2, MOST_SYMBOLS), 5 << LENGTH_BITS | 9, np.int64)
        words, state = np.zeros(3000, np.uint32), np.zeros(3, np.int64)
        write(data, found, rows, codes, words, state)
        results.append([found, counts, words, state])
    assert all(np.array_equal(a, b) for a, b in zip(*results, strict=True))
    assert results[0][1][LITERAL].any()
