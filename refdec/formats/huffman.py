"""Huffman codes of a block of DEFLATE, and the head of the block that says them (RFC 1951, 3.2.2, 3.2.6 and 3.2.7).

In: how often each symbol comes.  Out: codes of 15 bits at most, as numbers whose lowest bit goes first, and the head.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby

import numpy as np

from refdec.arithmetic.types import Int64Array
from refdec.formats.huffman_kernels import LENGTH_BITS, LONGEST, MOST_SYMBOLS, WORK_ROWS, make_codes

__all__ = [
    "DISTANCE",
    "END",
    "LENGTH_BITS",
    "LITERAL",
    "LONGEST",
    "MOST_SYMBOLS",
    "BlockCodes",
    "block_codes",
    "packed_codes",
]

LITERAL, DISTANCE = 0, 1
"""Rows of counts and codes: literals with lengths, and distances."""
END = 256
"""The symbol that ends a block."""
_LITERALS, _DISTANCES, _LISTED = 286, 30, 19
_LONGEST_LISTED = 7
_LENGTH = (1 << LENGTH_BITS) - 1
_SAME, _FEW_ZEROS, _MANY_ZEROS = 16, 17, 18
_MORE_BITS = (*[0] * _SAME, 2, 3, 7)
_LEAST_MANY = 11
_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
"""In this order a block says the lengths of the codes by which its lengths are coded."""
_FIXED, _DYNAMIC = 1, 2
_FIXED_LENGTHS = np.zeros((2, MOST_SYMBOLS), np.int64)
_FIXED_LENGTHS[LITERAL] = [*[8] * 144, *[9] * 112, *[7] * 24, *[8] * 8]
_FIXED_LENGTHS[DISTANCE, :32] = 5


@dataclass(frozen=True, slots=True, eq=False)
class BlockCodes:
    """Codes [2, MOST_SYMBOLS] int64, rows LITERAL and DISTANCE, each with its length in the low LENGTH_BITS bits.

    The head of the block has `head_bits` bits, the first is the lowest of the number `head`.
    """

    codes: Int64Array
    head: int
    head_bits: int


def packed_codes(counts: Int64Array, longest: int) -> Int64Array:
    """Return a code for each symbol, 0 where it never comes: of 1..longest bits, such that all take the least.

    One symbol alone has one bit.  There are at most MOST_SYMBOLS and 2^longest; counts sum to < 2^62.
    """
    codes = np.empty(counts.size, np.int64)
    make_codes(counts, longest, codes, np.empty((WORK_ROWS, 2 * MOST_SYMBOLS), np.int64))
    return codes


@cache
def _fixed_codes() -> Int64Array:
    """Return the codes that need no head: those of symbols that come as often as their lengths say."""
    literals = packed_codes(512 >> _FIXED_LENGTHS[LITERAL], LONGEST)
    return np.stack((literals, packed_codes((_FIXED_LENGTHS[DISTANCE] > 0).astype(np.int64), LONGEST)))


def _listed(lengths: Int64Array) -> Iterator[tuple[int, int]]:
    """Give lengths as a block lists them: symbols with their more bits, repeats as one."""
    for length, same in groupby(lengths.tolist()):
        left = len(list(same))
        if length:
            yield length, 0
            left -= 1
        while left >= 3:
            taken = min(left, 6 if length else 138)
            if length:
                yield _SAME, taken - 3
            elif taken < _LEAST_MANY:
                yield _FEW_ZEROS, taken - 3
            else:
                yield _MANY_ZEROS, taken - _LEAST_MANY
            left -= taken
        yield from [(length, 0)] * left


def _joined(fields: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Return values and their bits as one number, and its bits."""
    number = have = 0
    for value, bits in fields:
        number |= value << have
        have += bits
    return number, have


def _used(lengths: Int64Array, least: int) -> Int64Array:
    """Return lengths without the zeros at the end, but `least` of them."""
    return lengths[: max(least, int(np.flatnonzero(lengths)[-1]) + 1 if lengths.any() else 0)]


def block_codes(counts: Int64Array, *, last: bool) -> BlockCodes:
    """Return codes for counts [2, MOST_SYMBOLS], sums < 2^48, and the head of a block; fixed codes if they do better.

    END comes once; of literals and lengths, 286 can come, of distances 30.
    """
    literals, distances = counts[LITERAL, :_LITERALS], counts[DISTANCE, :_DISTANCES]
    codes = np.zeros((2, MOST_SYMBOLS), np.int64)
    codes[LITERAL, :_LITERALS] = packed_codes(literals, LONGEST)
    codes[DISTANCE, :_DISTANCES] = packed_codes(distances, LONGEST)
    lengths = codes & _LENGTH
    told = _used(lengths[LITERAL], END + 1), _used(lengths[DISTANCE], 1)
    listed = list(_listed(np.concatenate(told)))
    listing = packed_codes(np.bincount([symbol for symbol, _ in listed], minlength=_LISTED), _LONGEST_LISTED)
    order = _used(listing[_ORDER] & _LENGTH, 4).tolist()
    fields = [(int(last), 1), (_DYNAMIC, 2), (told[LITERAL].size - END - 1, 5), (told[DISTANCE].size - 1, 5)]
    fields += [(len(order) - 4, 4), *((length, 3) for length in order)]
    code_of = [(code >> LENGTH_BITS, code & _LENGTH) for code in listing.tolist()]
    for symbol, more in listed:
        code, bits = code_of[symbol]
        fields.append((code | more << bits, bits + _MORE_BITS[symbol]))
    head, head_bits = _joined(fields)
    by_fixed = int((counts * _FIXED_LENGTHS).sum())
    if by_fixed + 3 <= int((counts * lengths).sum()) + head_bits:
        codes = _fixed_codes()
        head, head_bits = _joined([(int(last), 1), (_FIXED, 2)])
    return BlockCodes(codes, head, head_bits)
