"""Compiled part of `huffman`: the codes of symbols by how often they come (RFC 1951, 3.2.2)."""

from __future__ import annotations

from refdec.arithmetic.types import Int64Array
from refdec.entropy.kernels import widened
from refdec.jit import kernel

__all__ = ["LENGTH_BITS", "LONGEST", "MOST_SYMBOLS", "WORK_ROWS", "make_codes"]

MOST_SYMBOLS = 288
LONGEST = 15
"""Bits of a code, at most."""
LENGTH_BITS = 5
"""A code and its length are one number: the length is in the low bits."""
WORK_ROWS = 4
_ORDER, _WEIGHTS, _PARENTS, _OF_LENGTH = range(WORK_ROWS)

_LINE = "int64[::1]"
_WORK = "int64[:, ::1]"


@kernel(f"int64({_LINE}, {_WORK})")
def _join(counts: Int64Array, work: Int64Array) -> int:
    """Order the symbols that come, the rarest first, and join the two lightest again and again; return how many come.

    Of symbols that come equally often the first is first.  Counts sum to < 2^62.
    """
    order, weights, parents = work[_ORDER], work[_WEIGHTS], work[_PARENTS]
    used = 0
    for symbol in range(counts.size):
        count = widened(counts[symbol])
        if count > 0:
            place = used
            while place > 0 and weights[place - 1] > count:
                weights[place] = weights[place - 1]
                order[place] = order[place - 1]
                place -= 1
            weights[place] = count
            order[place] = symbol
            used += 1
    leaf, joined = 0, used
    for node in range(used, 2 * used - 1):
        weights[node] = 0
        for _ in range(2):
            if joined == node or (leaf < used and weights[leaf] <= weights[joined]):
                lightest = leaf
                leaf += 1
            else:
                lightest = joined
                joined += 1
            weights[node] += weights[lightest]
            parents[lightest] = node
    return used


@kernel(f"void({_LINE}, int64, {_LINE}, {_WORK})")
def make_codes(counts: Int64Array, longest: int, codes: Int64Array, work: Int64Array) -> None:
    """Write the code of each symbol, its first bit lowest, above its length 1..longest; 0 where it does not come.

    All together take the least that they can; one symbol alone has one bit.  There are at most 2^longest symbols,
    longest <= LONGEST, and counts sum to < 2^62; a code and its length < 2^20.  `work` [WORK_ROWS, 2 * symbols or more,
    and 16 or more] is overwritten.
    """
    used = _join(counts, work)
    order, depths, parents, of_length = work[_ORDER], work[_WEIGHTS], work[_PARENTS], work[_OF_LENGTH]
    for length in range(longest + 1):
        of_length[length] = 0
    taken = 0  # by codes, in units of one of the longest
    root = 2 * used - 2
    for node in range(root, -1, -1):
        if node < root:
            depths[node] = depths[parents[node]] + 1
        else:
            depths[node] = 1 if used == 1 else 0
        if node < used:
            length = min(widened(depths[node]), longest)
            of_length[length] += 1
            taken += 1 << (longest - length)
    for _ in range(taken - (1 << longest)):  # one goes a bit down, one of the longest beside it: a unit is saved
        length = longest - 1
        while of_length[length] == 0:
            length -= 1
        of_length[length] -= 1
        of_length[length + 1] += 2
        of_length[longest] -= 1
    for symbol in range(counts.size):
        codes[symbol] = 0
    n = 0
    for length in range(longest, 0, -1):
        for _ in range(of_length[length]):
            codes[order[n]] = length
            n += 1
    code = 0
    for length in range(1, longest + 1):
        code <<= 1
        for symbol in range(counts.size):
            if codes[symbol] == length:
                turned = 0
                for bit in range(length):
                    turned |= ((code >> bit) & 1) << (length - 1 - bit)
                codes[symbol] = (turned << LENGTH_BITS) | length
                code += 1
