"""Symbols of a block of DEFLATE (RFC 1951) for bytes that are differences of samples: found, counted and written.

In: bytes, and codes from `huffman`.  Out: a block without its head and its end, in 32-bit words, the first bit lowest.

What comes again is looked for by the place where the same eight bytes were last: shorter repeats are chance among
differences, and cost about what their bytes do.  Where nothing was found for long, not every byte is looked at.
"""

from __future__ import annotations

import numpy as np

from refdec.arithmetic.types import Int32Array, Int64Array, UInt8Array, UInt16Array, UInt32Array
from refdec.entropy.kernels import widened
from refdec.formats.huffman import DISTANCE, END, LENGTH_BITS, LITERAL
from refdec.jit import kernel

__all__ = ["PLACES", "ROWS", "SHORTEST", "WORD_BITS", "count_symbols", "find_repeats", "write_symbols"]

SHORTEST = 8
"""Bytes of a repeat, at least."""
WORD_BITS = 32
ROWS = 6
"""Rows of counts: LITERAL, which gets lengths alone here, DISTANCE, and four for literals."""
_FOURTH = 4
_PLACE_BITS = 13
PLACES = 1 << _PLACE_BITS
"""Places that are remembered, of as many kinds of eight bytes: 16 KiB lie in the nearest cache."""
_LONGEST, _FARTHEST = 258, 1 << 15
_MIX_LOW, _MIX_HIGH = 1012924417, 912829561
"""Odd numbers below 2^30 without a pattern."""
_POSITION = (1 << 40) - 1
"""No place is beyond: so the compiler knows that none is negative."""
_PATIENCE_BITS, _MOST_SKIPPED = 5, 8
_FIRST_LENGTH = END + 1
_LENGTH_OF_CODE = (1 << LENGTH_BITS) - 1
_LOW_WORD = (1 << WORD_BITS) - 1
_SAME, _BACK = 1, 2
"""Columns of what was found, after the bytes before it: how long it is, and how far back it was."""


def _symbols(more_bits: tuple[int, ...], first: int) -> tuple[list[int], list[int]]:
    """Return the symbol of each value from `first` on, and the first value of each symbol (RFC 1951, 3.2.5)."""
    of_value, starts = list[int](), list[int]()
    for symbol, bits in enumerate(more_bits):
        starts.append(first + len(of_value))
        of_value += [symbol] * (1 << bits)
    return of_value, starts


_OF_LENGTHS = (*[0] * 8, *[n for n in range(1, 6) for _ in range(4)])
_OF_DISTANCES = (0, 0, *[n for n in range(14) for _ in range(2)])
_by_length, _length_starts = _symbols(_OF_LENGTHS, 3)
_by_distance, _distance_starts = _symbols(_OF_DISTANCES, 1)
_NEAR = 256
LENGTH_SYMBOLS = np.array([0] * 3 + _by_length[:-1] + [len(_OF_LENGTHS)], np.int64)
"""By the length, counted from 0; the greatest has a symbol of its own."""
LENGTH_STARTS = np.array([*_length_starts, _LONGEST], np.int64)
LENGTH_MORE = np.array([*_OF_LENGTHS, 0], np.int64)
DISTANCE_SYMBOLS = np.array(_by_distance[:_NEAR] + _by_distance[::128], np.int64)
"""Of the distances to 256, then of each 128."""
DISTANCE_STARTS = np.array(_distance_starts, np.int64)
DISTANCE_MORE = np.array(_OF_DISTANCES, np.int64)

_BYTES = "uint8[::1]"
_PLACES = "uint16[::1]"
_FOUND = "int32[:, ::1]"
_TABLE = "int64[:, ::1]"
_LINE = "int64[::1]"
_WORDS = "uint32[::1]"


@kernel(f"int64({_BYTES}, int64)", inline=True)
def _eight_from(data: UInt8Array, at: int) -> int:
    """Return eight bytes, the first lowest, as an integer of 64 bits; the compiler makes one load of them.

    The highest bit is the sign where it is compiled, and a bit as others where it is not: -2^63 <= it < 2^63, or all
    bits the same.
    """
    at &= _POSITION
    low = widened(data[at]) | (widened(data[at + 1]) << 8) | (widened(data[at + 2]) << 16)
    middle = (widened(data[at + 3]) << 24) | (widened(data[at + 4]) << 32) | (widened(data[at + 5]) << 40)
    return low | middle | (widened(data[at + 6]) << 48) | (widened(data[at + 7]) << 56)


@kernel("int64(int64)", inline=True)
def _place_of(eight: int) -> int:
    """Return where eight bytes are remembered, < PLACES; products are < 2^62."""
    low, high = eight & _LOW_WORD, (eight >> WORD_BITS) & _LOW_WORD
    return ((low * _MIX_LOW + high * _MIX_HIGH) >> WORD_BITS) & (PLACES - 1)


@kernel(f"int64({_BYTES}, int64, {_PLACES}, {_FOUND})")
def find_repeats(data: UInt8Array, size: int, places: UInt16Array, found: Int32Array) -> int:
    """Write what comes again among the first `size` < 2^31 bytes; return how many rows.

    A row: bytes before it, its length SHORTEST..258, how far back it was 1..2^15; the last has the bytes at the end,
    and length 0.  found [size / SHORTEST + 1 or more, 3].  Places count modulo 2^16; what they say is compared.
    """
    for n in range(PLACES):
        places[n] = 0
    at, done, rows, missed = 1, 0, 0, 0
    while at < size - SHORTEST:
        eight = _eight_from(data, at)
        place = _place_of(eight)
        back = (at - widened(places[place])) & 0xFFFF
        places[place] = at & 0xFFFF
        there = at - back
        if 0 < back <= _FARTHEST and there >= 0 and _eight_from(data, there) == eight:
            end, stop = at + SHORTEST, min(size, at + _LONGEST) - SHORTEST
            same = True
            while same and end <= stop:
                other = _eight_from(data, end) ^ _eight_from(data, end - back)
                same = other == 0
                equal = 0
                if other & 0xFFFFFFFF == 0:
                    equal = 4
                    other >>= 32
                if other & 0xFFFF == 0:
                    equal += 2
                    other >>= 16
                if other & 0xFF == 0:
                    equal += 1
                end += SHORTEST if same else equal
            stop = min(size, at + _LONGEST)
            while same and end < stop and data[end & _POSITION] == data[(end - back) & _POSITION]:
                end += 1
            while at > done and there > 0 and end - at < _LONGEST and data[at - 1] == data[there - 1]:
                at -= 1
                there -= 1
            found[rows, 0] = at - done
            found[rows, _SAME] = end - at
            found[rows, _BACK] = back
            rows += 1
            at = done = end
            missed = 0
            if at < size - SHORTEST:
                places[_place_of(_eight_from(data, at - 2))] = (at - 2) & 0xFFFF
        else:
            missed += 1
            at += 1 + min(missed >> _PATIENCE_BITS, _MOST_SKIPPED)
    found[rows, 0] = size - done
    found[rows, _SAME] = 0
    return rows + 1


@kernel("int64(int64)", inline=True)
def _distance_symbol(back: int) -> int:
    """Return the symbol of a distance, 1 <= back <= 2^15."""
    return widened(DISTANCE_SYMBOLS[back - 1 if back <= _NEAR else _NEAR + ((back - 1) >> 7)])


@kernel(f"void({_BYTES}, {_FOUND}, int64, {_TABLE})")
def count_symbols(data: UInt8Array, found: Int32Array, rows: int, counts: Int64Array) -> None:
    """Add the symbols of a block but its end to counts [ROWS, symbols], together at most one for each byte: < 2^32.

    Literals go into the last four rows, one after the other, so that no count waits for the last.
    """
    at = 0
    for row in range(rows):
        end = at + widened(found[row, 0])
        while at + _FOURTH <= end:
            for n in range(_FOURTH):
                counts[2 + n, data[at + n]] += 1
            at += _FOURTH
        while at < end:
            counts[2, data[at]] += 1
            at += 1
        length = widened(found[row, _SAME])
        if length > 0:
            at += length
            counts[LITERAL, LENGTH_SYMBOLS[length] + _FIRST_LENGTH] += 1
            counts[DISTANCE, _distance_symbol(widened(found[row, _BACK]))] += 1


@kernel(f"void({_WORDS}, {_LINE}, int64, int64)", inline=True)
def _put(words: UInt32Array, state: Int64Array, value: int, bits: int) -> None:
    """Append `bits` <= 30 of a value < 2^bits; state: the word, the bits that wait, and how many, < 32; sums < 2^62."""
    waiting = state[1] | value << state[2]
    have = state[2] + bits
    words[state[0] & _POSITION] = waiting & _LOW_WORD
    state[0] += have >> 5
    state[1] = waiting >> (have & WORD_BITS)
    state[2] = have & (WORD_BITS - 1)


@kernel(f"void({_BYTES}, {_FOUND}, int64, {_TABLE}, {_WORDS}, {_LINE})")
def write_symbols(
    data: UInt8Array, found: Int32Array, rows: int, codes: Int64Array, words: UInt32Array, state: Int64Array
) -> None:
    """Write the symbols of a block, but not its end: in pairs of codes, or a code with its more bits, < 2^30.

    words: for 15 bits of each byte, and one more; a repeat takes at most 48 bits, and stands for eight bytes or more.
    """
    at = 0
    for row in range(rows):
        end = at + widened(found[row, 0])
        while at + 2 <= end:
            first, second = widened(codes[LITERAL, data[at]]), widened(codes[LITERAL, data[at + 1]])
            bits = first & _LENGTH_OF_CODE
            both = first >> LENGTH_BITS | second >> LENGTH_BITS << bits
            _put(words, state, both, bits + (second & _LENGTH_OF_CODE))
            at += 2
        if at < end:
            code = widened(codes[LITERAL, data[at]])
            _put(words, state, code >> LENGTH_BITS, code & _LENGTH_OF_CODE)
            at += 1
        length = widened(found[row, _SAME])
        if length > 0:
            at += length
            symbol = widened(LENGTH_SYMBOLS[length])
            code = widened(codes[LITERAL, symbol + _FIRST_LENGTH])
            bits = code & _LENGTH_OF_CODE
            more = (length - widened(LENGTH_STARTS[symbol])) << bits
            _put(words, state, code >> LENGTH_BITS | more, bits + widened(LENGTH_MORE[symbol]))
            back = widened(found[row, _BACK])
            symbol = _distance_symbol(back)
            code = widened(codes[DISTANCE, symbol])
            bits = code & _LENGTH_OF_CODE
            more = (back - widened(DISTANCE_STARTS[symbol])) << bits
            _put(words, state, code >> LENGTH_BITS | more, bits + widened(DISTANCE_MORE[symbol]))
