"""Codes of DEFLATE: the shortest that there are, never too long, and such that every zlib takes them."""

from __future__ import annotations

import heapq
import zlib
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refdec.arithmetic.types import Int64Array
from refdec.formats.huffman import (
    DISTANCE,
    END,
    LENGTH_BITS,
    LITERAL,
    LONGEST,
    MOST_SYMBOLS,
    block_codes,
    packed_codes,
)
from refdec.formats.huffman_kernels import WORK_ROWS, make_codes


def code_lengths(counts: Int64Array, longest: int) -> Int64Array:
    return packed_codes(counts, longest) & ((1 << LENGTH_BITS) - 1)


def least_bits(counts: list[int]) -> int:
    """What the best codes of any length take together."""
    heap = [count for count in counts if count]
    heapq.heapify(heap)
    total = 0
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        total += joined
        heapq.heappush(heap, joined)
    return total


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=60).filter(lambda counts: sum(map(bool, counts)) > 1))
def test_codes_are_the_shortest(counts: list[int]) -> None:
    lengths = code_lengths(np.array(counts, np.int64), LONGEST)
    assert int(lengths @ np.array(counts)) == least_bits(counts)
    assert [bool(length) for length in lengths] == [bool(count) for count in counts]


@pytest.mark.parametrize("longest", [7, LONGEST])
@pytest.mark.parametrize("symbols", [10, 19, 40])
def test_no_code_is_too_long_and_none_is_missing(symbols: int, longest: int) -> None:
    grown = [1, 1]
    while len(grown) < symbols:
        grown.append(grown[-1] + grown[-2])
    lengths = code_lengths(np.array(grown, np.int64), longest)
    assert lengths.min() > 0
    assert lengths.max() == min(longest, symbols - 1)
    assert sum(1 << (longest - int(length)) for length in lengths) == 1 << longest, "zlib refuses codes with a gap"
    assert all(a >= b for a, b in pairwise(lengths.tolist())), "what comes oftener is not longer"


def test_one_symbol_alone_has_one_bit_and_none_has_none() -> None:
    assert code_lengths(np.array([0, 9, 0]), LONGEST).tolist() == [0, 1, 0]
    assert code_lengths(np.array([0, 0, 0]), LONGEST).tolist() == [0, 0, 0]


@settings(deadline=None)
@given(st.binary(max_size=3000), st.integers(0, 255))
def test_zlib_reads_the_heads_of_blocks(text: bytes, most: int) -> None:
    """Blocks of literals alone, put together bit by bit."""
    symbols = [min(byte, most) for byte in text] + [END]
    counts = np.zeros((2, MOST_SYMBOLS), np.int64)
    counts[LITERAL] = np.bincount(symbols, minlength=MOST_SYMBOLS)
    made = block_codes(counts, last=True)
    number, have = made.head, made.head_bits
    for symbol in symbols:
        code = int(made.codes[LITERAL, symbol])
        number |= (code >> LENGTH_BITS) << have
        have += code & ((1 << LENGTH_BITS) - 1)
    packed = number.to_bytes((have + 7) // 8, "little")
    assert zlib.decompress(packed, wbits=-15) == bytes(symbols[:-1])


def test_small_blocks_have_fixed_codes() -> None:
    counts = np.zeros((2, MOST_SYMBOLS), np.int64)
    counts[LITERAL, [7, END]] = 3, 1
    made = block_codes(counts, last=False)
    assert (made.head, made.head_bits) == (0b010, 3)
    assert made.codes[LITERAL, END] == 7
    assert made.codes[DISTANCE, 29] & 31 == 5


def test_compiled_and_plain_agree() -> None:
    compiled: Any = make_codes
    if not hasattr(compiled, "py_func"):
        pytest.skip("kernels are not compiled in this run")
    rng = np.random.default_rng(3)
    for symbols, used in ((286, 200), (30, 1), (30, 0), (19, 19)):
        counts = np.where(
            np.arange(symbols) < used, rng.integers(1, 1 << 20, symbols) >> rng.integers(0, 20, symbols), 0
        )
        codes = [np.empty(symbols, np.int64), np.empty(symbols, np.int64)]
        work = np.empty((WORK_ROWS, 2 * MOST_SYMBOLS), np.int64)
        compiled(counts, LONGEST, codes[0], work)
        compiled.py_func(counts, LONGEST, codes[1], work)
        assert np.array_equal(codes[0], codes[1])
