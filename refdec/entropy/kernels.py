"""Decode loops of the me-tANS coder (2.3.1, 2.4.1, 2.5 to 2.7).

In: the bytes of a unit, where the bit stack of each thread starts and how many bits it holds, states, decode tables as
`tans.kernel_table` packs them.  Out: values; bits left and states are updated in place.  Return value 0, or a fault:
`kind | thread << 2 | position << 8`.

A bit stack is read from its last bit down.  The reader holds the next `have` bits (0..63) in the low end of `word`;
`below` whole bytes of the thread are still unread, so P = 8 * below + have.  Below the first byte of a thread the
reader supplies zero bits and lets `below` go negative, never touching a byte outside the thread; P < 0 is found at the
end of the group.
"""

from __future__ import annotations

from refdec.arithmetic.types import BoolArray, Int8Array, Int16Array, Int32Array, Int64Array, UInt8Array
from refdec.clauses import clause
from refdec.entropy.tans import ESCAPE_FLAG
from refdec.jit import kernel

__all__ = [
    "BAD_VALUE",
    "BELOW_BIT_0",
    "decode_residual_span",
    "decode_z_runs",
    "sum_differences",
    "widened",
]

BELOW_BIT_0 = 1
"""Fault: the bit stack was read below bit 0."""

BAD_VALUE = 2
"""Fault: an escape announced a value that the text rules out."""

# Types of arrays that are only read; they accept writable ones as well.
_BYTES = "Array(uint8, 1, 'C', True)"
_MASK = "Array(boolean, 1, 'C', True)"
_TABLE = "Array(int32, 1, 'C', True)"
_STARTS = "Array(int64, 1, 'C', True)"

_ESCAPE = ESCAPE_FLAG
_BLOCK = 1 << 15  # positions done for one thread before the next: small enough to stay in the cache, a multiple of 4T


@kernel("int64(int64)")
def widened(value: int) -> int:
    """Return an array element, |value| < 2^32, as int64, or as a Python integer where nothing is compiled.

    So neither sums nor shifts overflow.
    """
    return int(value)


@clause("2.3.1")
@kernel(f"UniTuple(int64, 3)({_BYTES}, int64, int64, int64, int64)")
def _refill(data: UInt8Array, first: int, word: int, have: int, below: int) -> tuple[int, int, int]:
    """(2.3.1) Append the next four bytes of the stack that starts at `first`; have < 32 before, 32..63 after.

    The kept part of `word` is < 2^31, four < 2^32, so word < 2^63.
    """
    word &= (1 << have) - 1
    at = first + below
    if below >= 4:
        four = (
            (widened(data[at - 1]) << 24)
            | (widened(data[at - 2]) << 16)
            | (widened(data[at - 3]) << 8)
            | widened(data[at - 4])
        )
    else:
        four = 0
        for back in range(1, 5):
            four <<= 8
            if below >= back:
                four |= widened(data[at - back])
    return (word << 32) | four, have + 32, below - 4


@clause("2.6.4")
@kernel(f"UniTuple(int64, 4)({_BYTES}, int64, int64, int64, int64, int64)")
def _escaped(data: UInt8Array, first: int, word: int, have: int, below: int, bound: int) -> tuple[int, int, int, int]:
    """(2.6.4) Read the raw bits of an escape: (value, word, have, below); word < 2^63, 0 <= have < 64, bound 1..128.

    code < 2^16, so |value| <= 32895.
    """
    if have < 17:
        word, have, below = _refill(data, first, word, have, below)
    have -= 1
    width = 3 if (word >> have) & 1 else 16
    have -= width
    code = (word >> have) & ((1 << width) - 1)
    size = (code >> 1) + bound
    return (-size if code & 1 else size), word, have, below


@clause("2.6.6")
@kernel(
    f"int64({_BYTES}, {_TABLE}, {_BYTES}, {_BYTES}, {_MASK}, int16[::1], int64, int64, int64, int64,"
    f" {_STARTS}, int64[::1], int64[::1])"
)
def decode_residual_span(
    data: UInt8Array,
    table: Int32Array,
    bounds: UInt8Array,
    levels: UInt8Array,
    coded: BoolArray,
    values: Int16Array,
    begin: int,
    end: int,
    group: int,
    threads: int,
    first: Int64Array,
    bits_left: Int64Array,
    states: Int64Array,
) -> int:
    """(2.6.6) Decode positions begin..end-1 of a residual run, in groups of `group` (4, or 1 for the tail).

    `levels` 0..31, `coded` and `values` share their index; index 0 is a position of the run that divides by 4T, as does
    `begin`, and (end - begin) divides by group * threads unless group is 1.  `values` must be 0 where not coded.
    `states` are A, B for one thread, else A of each thread, 0..255.  Bounds: word < 2^63 as `_refill` keeps it, at most
    32 bits a group of 4, every index < 2^40, so that a fault < 2^48.
    """
    for block in range(begin, end, _BLOCK):
        stop = min(end, block + _BLOCK)
        for t in range(threads):
            start = first[t]
            below = bits_left[t] >> 3
            have = bits_left[t] & 7
            word = 0
            if have:
                word = widened(data[start + below])
            state = states[t]
            other = states[1]
            for head in range(block + t, stop, group * threads):
                seen = 0
                if have < 32:
                    word, have, below = _refill(data, start, word, have, below)
                for i in range(head, head + group * threads, threads):
                    if coded[i]:
                        entry = widened(table[(widened(levels[i]) << 8) | state])
                        n = (entry >> 8) & 15
                        have -= n
                        state = (entry & 255) | ((word >> have) & ((1 << n) - 1))
                        values[i] = entry >> 16
                        seen |= entry
                    if threads == 1:  # positions alternate between the two states, masked ones too
                        state, other = other, state
                if seen & _ESCAPE:
                    for i in range(head, head + group * threads, threads):
                        bound = widened(bounds[levels[i]])
                        if coded[i] and values[i] == -bound:
                            value, word, have, below = _escaped(data, start, word, have, below, bound)
                            if -32768 <= value <= 32767:
                                values[i] = value
                            elif 8 * below + have >= 0:
                                bits_left[t] = 8 * below + have
                                return BAD_VALUE | (t << 2) | (i << 8)
                if 8 * below + have < 0:
                    return BELOW_BIT_0 | (t << 2) | (head << 8)
            bits_left[t] = 8 * below + have
            states[t] = state
            if threads == 1:
                states[1] = other
    return 0


@clause("2.7.3")
@kernel(
    f"int64({_BYTES}, {_TABLE}, int8[:, ::1], int64, {_STARTS}, int64[::1], int64[::1])",
)
def decode_z_runs(
    data: UInt8Array,
    table: Int32Array,
    z: Int8Array,
    threads: int,
    first: Int64Array,
    bits_left: Int64Array,
    states: Int64Array,
) -> int:
    """(2.7.3) Decode all channels of z, [channel][position] -31..31, each a run of its own.

    `table` has 256 entries a channel.  The position in a fault is channel * length + position.  Bounds: states 0..255,
    word < 2^63 as `_refill` keeps it, at most 32 bits and then 24 raw ones a group; positions < 2^40, a fault < 2^48.
    """
    channels: int = z.shape[0]
    length: int = z.shape[1]
    groups_end = length // (4 * threads) * (4 * threads)
    for t in range(threads):
        start = first[t]
        below = bits_left[t] >> 3
        have = bits_left[t] & 7
        word = 0
        if have:
            word = widened(data[start + below])
        state = states[t]
        other = states[1]
        for channel in range(channels):
            row = channel << 8
            head = t
            while head < length:
                group = 4 if head < groups_end else 1
                seen = 0
                if have < 32:
                    word, have, below = _refill(data, start, word, have, below)
                for i in range(head, head + group * threads, threads):
                    entry = widened(table[row | state])
                    n = (entry >> 8) & 15
                    have -= n
                    state = (entry & 255) | ((word >> have) & ((1 << n) - 1))
                    z[channel, i] = (entry >> 16) - 31
                    seen |= entry
                    if threads == 1:
                        state, other = other, state
                if seen & _ESCAPE:
                    if have < 32:
                        word, have, below = _refill(data, start, word, have, below)
                    for i in range(head, head + group * threads, threads):
                        if z[channel, i] == 32:
                            have -= 6
                            symbol = (word >> have) & 63
                            z[channel, i] = symbol - 31
                            if symbol == 63 and 8 * below + have >= 0:
                                bits_left[t] = 8 * below + have
                                return BAD_VALUE | (t << 2) | ((channel * length + i) << 8)
                if 8 * below + have < 0:
                    return BELOW_BIT_0 | (t << 2) | ((channel * length + head) << 8)
                head += group * threads
            if threads == 1 and length & 1:  # the parity of a position starts again at each channel
                state, other = other, state
        bits_left[t] = 8 * below + have
        states[t] = state
        if threads == 1:
            states[1] = other
    return 0


@clause("2.8")
@kernel("void(Array(int16, 2, 'C', True), int32[:, ::1])")
def sum_differences(delta: Int16Array, quality_map: Int32Array) -> None:
    """(2.8) Turn decoded differences [h][w], any int16, into the quality map; h + w < 2^15.

    A prediction is no larger than its neighbours, so |value| <= (h + w) * 2^15 < 2^30.
    """
    height, width = delta.shape
    for i in range(height):
        for j in range(width):
            if i == 0 and j == 0:
                prediction = 0
            elif i == 0:
                prediction = widened(quality_map[i, j - 1])
            elif j == 0:
                prediction = widened(quality_map[i - 1, j])
            else:
                both = widened(quality_map[i, j - 1]) + widened(quality_map[i - 1, j])
                prediction = (both + (1 if both < 0 else 0)) >> 1  # toward zero: a shift alone rounds down
            quality_map[i, j] = prediction + delta[i, j]
