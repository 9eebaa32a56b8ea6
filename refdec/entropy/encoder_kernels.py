"""Encode loops of the me-tANS coder (2.3.1, 2.4.2, 2.6.7, 2.7.3).

In: values, and the packed tables of 2.4.3.  Out: the bit stack of each thread, in a buffer with a place of a known
capacity for each.  The coder is last in, first out: everything is walked backwards, span by span.

The writer holds `have` bits (0..31 between symbols) in the low end of `word`; four bytes at a time go to the buffer.
"""

from __future__ import annotations

from refdec.arithmetic.types import BoolArray, Int16Array, Int64Array, UInt8Array
from refdec.clauses import clause
from refdec.entropy.kernels import widened
from refdec.entropy.tans import UInt32Array
from refdec.jit import kernel

__all__ = ["close_runs", "encode_residual_span", "encode_z_runs", "residual_bits"]

# Types of arrays that are only read; they accept writable ones as well.
_BYTES = "Array(uint8, 1, 'C', True)"
_MASK = "Array(boolean, 1, 'C', True)"
_STARTS = "Array(int64, 1, 'C', True)"
_VALUES = "Array(int16, 1, 'C', True)"


@clause("2.10", kind="added", reason="a bound tighter than the worst case of the text, so that buffers stay small")
@kernel(f"void({_VALUES}, {_BYTES}, {_MASK}, {_BYTES}, int64[::1])")
def residual_bits(
    values: Int16Array, levels: UInt8Array, coded: BoolArray, bounds: UInt8Array, bits: Int64Array
) -> None:
    """(2.10) Add to `bits` [T] an upper bound of each thread's payload: 8 a coded position, and the escapes.

    Any int16 values, levels 0..31, bounds 1..128: -128 <= excess < 2^15.  At most 25 bits a position, positions < 2^40,
    so bits < 2^45.
    """
    threads = bits.size
    for i in range(values.size):
        if coded[i]:
            excess = abs(widened(values[i])) - widened(bounds[levels[i]])
            escape = 0 if excess < 0 else (4 if excess < 4 else 17)
            bits[i % threads] += 8 + escape


@clause("2.3.1")
@kernel("UniTuple(int64, 3)(uint8[::1], int64, int64, int64, int64, int64)")
def _put(stack: UInt8Array, at: int, word: int, have: int, value: int, width: int) -> tuple[int, int, int]:
    """(2.3.1) Push `width` <= 17 bits, 0 <= value < 2^width; have < 32 before and after, word < 2^have: word < 2^49."""
    word |= value << have
    have += width
    if have >= 32:
        for _ in range(4):
            stack[at] = word & 255
            word >>= 8
            at += 1
        have -= 32
    return at, word, have


@clause("2.3.1")
@kernel("int64(uint8[::1], int64, int64, int64, int64, int64, int64)")
def _close(stack: UInt8Array, at: int, word: int, have: int, a: int, b: int, threads: int) -> int:
    """(2.3.1) Push the states (256..511; B for one thread only) and the marker; returns the end of the bytes.

    have < 32 and word < 2^have, so that word < 2^40 while 8 bits are pushed.
    """
    if threads == 1:
        at, word, have = _put(stack, at, word, have, b & 255, 8)
    at, word, have = _put(stack, at, word, have, a & 255, 8)
    at, word, have = _put(stack, at, word, have, 1, 1)
    while have > 0:
        stack[at] = word & 255
        word >>= 8
        at += 1
        have -= 8
    return at


@clause("2.6.7")
@kernel(
    f"void({_VALUES}, {_BYTES}, {_MASK}, {_BYTES}, Array(uint32, 2, 'C', True), Array(uint8, 2, 'C', True),"
    f" uint8[::1], {_STARTS}, int64[::1], int64[:, ::1])"
)
def encode_residual_span(
    values: Int16Array,
    levels: UInt8Array,
    coded: BoolArray,
    bounds: UInt8Array,
    transition: UInt32Array,
    state_map: UInt8Array,
    stack: UInt8Array,
    starts: Int64Array,
    ends: Int64Array,
    carried: Int64Array,
) -> None:
    """(2.6.7) Encode a span of a residual run, backwards; thread t's bytes go to stack[starts[t]:ends[t]].

    The span begins at a multiple of 4T of the run and ends where the span behind it began, or with the run.  `carried`
    [T, 4] holds `word`, `have`, and the states A and B between spans; `ends` is filled in.
    Any int16 values, levels 0..31, bounds 1..128.  Bounds: code < 2^16, 256 <= state < 512, at most 17 bits a push, so
    word < 2^49; positions < 2^40.
    """
    threads = starts.size
    groups_end = values.size // (4 * threads) * 4
    for t in range(threads):
        at = starts[t]
        word, have, a, b = carried[t, 0], carried[t, 1], carried[t, 2], carried[t, 3]
        place = (values.size - t + threads - 1) // threads
        while place > 0:
            behind = place
            place -= 1 if place > groups_end else 4
            for j in range(behind - 1, place - 1, -1):
                i = t + threads * j
                excess = abs(widened(values[i])) - widened(bounds[levels[i]])
                if coded[i] and excess >= 0:
                    code = 2 * excess + (values[i] < 0)
                    if code < 8:
                        at, word, have = _put(stack, at, word, have, code | 8, 4)
                    else:
                        at, word, have = _put(stack, at, word, have, code, 17)
            for j in range(behind - 1, place - 1, -1):
                i = t + threads * j
                if coded[i]:
                    level = widened(levels[i])
                    bound = widened(bounds[level])
                    value = widened(values[i])
                    if abs(value) >= bound:
                        value = -bound
                    second = threads == 1 and (j & 1) == 1
                    x = b if second else a
                    entry = widened(transition[level, value + 128])
                    n = (x - 256 + (entry >> 16)) >> 8
                    at, word, have = _put(stack, at, word, have, x & ((1 << n) - 1), n)
                    x = 256 + widened(state_map[level, ((x >> n) + entry) & 255])
                    if second:
                        b = x
                    else:
                        a = x
        ends[t] = at
        carried[t, 0], carried[t, 1], carried[t, 2], carried[t, 3] = word, have, a, b


@clause("2.3.1")
@kernel(f"void(uint8[::1], {_STARTS}, int64[::1], Array(int64, 2, 'C', True))")
def close_runs(stack: UInt8Array, starts: Int64Array, ends: Int64Array, carried: Int64Array) -> None:
    """(2.3.1) Write the last bytes of each thread to stack[starts[t]:ends[t]], at most 8; `ends` is filled in.

    have < 32 and word < 2^have, as a span leaves them, so word < 2^40 while it is closed.
    """
    threads = starts.size
    for t in range(threads):
        ends[t] = _close(stack, starts[t], carried[t, 0], carried[t, 1], carried[t, 2], carried[t, 3], threads)


@clause("2.7.3")
@kernel(f"void(Array(uint8, 2, 'C', True), Array(uint32, 2, 'C', True), uint8[::1], {_STARTS}, int64[::1])")
def encode_z_runs(
    symbols: UInt8Array, transition: UInt32Array, stack: UInt8Array, starts: Int64Array, ends: Int64Array
) -> None:
    """(2.7.3) Encode all channels, symbols [channel][position] 0..62, from the last channel to the first.

    `transition` has 64 entries a channel, 0 where the mass is 0; the slot map is the identity.  Bounds: 256 <= state <
    512, at most 8 bits a push, so word < 2^40; positions < 2^40.
    """
    threads = starts.size
    channels, length = symbols.shape
    groups_end = length // (4 * threads) * 4
    for t in range(threads):
        at = starts[t]
        word, have = 0, 0
        a, b = 256, 256
        for channel in range(channels - 1, -1, -1):
            place = (length - t + threads - 1) // threads
            while place > 0:
                behind = place
                place -= 1 if place > groups_end else 4
                for j in range(behind - 1, place - 1, -1):
                    symbol = widened(symbols[channel, t + threads * j])
                    if transition[channel, symbol] == 0:
                        at, word, have = _put(stack, at, word, have, symbol, 6)
                for j in range(behind - 1, place - 1, -1):
                    entry = widened(transition[channel, symbols[channel, t + threads * j]])
                    if entry == 0:
                        entry = widened(transition[channel, 63])
                    second = threads == 1 and (j & 1) == 1
                    x = b if second else a
                    n = (x - 256 + (entry >> 16)) >> 8
                    at, word, have = _put(stack, at, word, have, x & ((1 << n) - 1), n)
                    x = 256 + (((x >> n) + entry) & 255)
                    if second:
                        b = x
                    else:
                        a = x
        ends[t] = _close(stack, at, word, have, a, b, threads)
