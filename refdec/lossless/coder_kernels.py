"""One bit of the lossless layer: three counters, mixed, refined, coded by ranges, and all of them adapted (7.5).

In: places in the tables of a model, the state of the range coder, bytes.  Out: the bit; everything is updated in place.
Encoding and decoding are one function, so that they cannot differ.

`coder` int64 [4]: low and high end of the range (both belong to it), code, position in the bytes.
"""

from __future__ import annotations

from refdec.arithmetic.types import Int32Array, Int64Array, UInt8Array
from refdec.clauses import clause
from refdec.jit import kernel
from refdec.lossless.curves import LEAST, MOST_LOGIT, RATES, SQUASH, STRETCH

__all__ = ["BIT_BYTES", "CODER_SIZE", "CODE_BYTES", "WHOLE_RANGE", "code_bit"]

CODER_SIZE = 4
CODE_BYTES = 6
BIT_BYTES = 6
"""No bit writes more: after so many bytes the range is whole again."""
WHOLE_RANGE = (1 << 48) - 1

_TABLES = "int32[::1]"
_STATE = "int64[::1]"
_BYTES = "uint8[::1]"
_MOST_CHANCE = (1 << 16) - LEAST
_MOST_SEEN = 254
_LOGITS = MOST_LOGIT + 1
_STEP = 6
_HALF_STEP = 1 << 17
_MOST_WEIGHT = 1 << 20


@clause("7.5.1")
@kernel("int64(int64, int64)", inline=True)
def _moved(counter: int, bit: int) -> int:
    """(7.5.1) Return a counter, probability << 8 | bits seen, after a bit; 0 <= probability < 2^20."""
    seen, chance = counter & 255, counter >> 8
    chance += (((bit << 20) - bit - chance) * int(RATES[seen])) >> 16
    return (chance << 8) | (seen + 1 if seen < _MOST_SEEN else seen)


@clause("7.5.2")
@kernel("int64(int64, int64, int64)", inline=True)
def _weighed(weight: int, error: int, logit: int) -> int:
    """(7.5.2) Return a weight, Q16, moved by up to 2^12, and held within -2^20..2^20; |error| < 2^19."""
    moved = weight + ((error * logit + _HALF_STEP) >> 18)
    return min(max(moved, -_MOST_WEIGHT), _MOST_WEIGHT)


@clause("7.5")
@clause("7.5.3")
@clause("7.5.4")
@kernel(f"int64(int64, {_TABLES}, int64, int64, int64, int64, int64, {_STATE}, {_BYTES}, boolean)", inline=True)
def code_bit(
    bit: int,
    tables: Int32Array,
    first: int,
    second: int,
    third: int,
    mixer: int,
    curve: int,
    coder: Int64Array,
    data: UInt8Array,
    decoding: bool,
) -> int:
    """(7.5, 7.5.3, 7.5.4) Code a bit by three counters, weights from `mixer` on, the curve from `curve` on; return it.

    low <= high < 2^48.  Behind the end of the bytes a decoder reads zeros; an encoder has room for BIT_BYTES.
    """
    one, two, three = int(tables[first]), int(tables[second]), int(tables[third])
    logit_1, logit_2, logit_3 = int(STRETCH[one >> 16]), int(STRETCH[two >> 16]), int(STRETCH[three >> 16])
    weight_1, weight_2, weight_3 = int(tables[mixer]), int(tables[mixer + 1]), int(tables[mixer + 2])
    logit = (weight_1 * logit_1 + weight_2 * logit_2 + weight_3 * logit_3) >> 16
    logit = min(max(logit, -MOST_LOGIT), MOST_LOGIT)
    mixed = int(SQUASH[logit + _LOGITS])
    below, part = curve + ((logit + _LOGITS) >> 7), ((logit + _LOGITS) & 127) << 5
    left, right = int(tables[below]), int(tables[below + 1])
    chance = ((mixed << 12) + left * (4096 - part) + right * part) >> 13
    chance = min(max(chance, LEAST), _MOST_CHANCE)
    low, high = int(coder[0]), int(coder[1])
    split = low + ((high - low) >> 16) * chance
    if decoding:
        bit = 1 if int(coder[2]) <= split else 0
    if bit:
        high = split
    else:
        low = split + 1
    while (low ^ high) < 1 << 40:
        at = int(coder[3])
        if decoding:
            byte = int(data[at]) if at < data.size else 0
            coder[2] = ((int(coder[2]) & 0xFFFFFFFFFF) << 8) | byte
        else:
            data[at] = high >> 40
        coder[3] = at + 1
        low, high = (low & 0xFFFFFFFFFF) << 8, ((high & 0xFFFFFFFFFF) << 8) | 255
    coder[0], coder[1] = low, high
    error = ((bit << 16) - mixed) * _STEP
    tables[mixer] = _weighed(weight_1, error, logit_1)
    tables[mixer + 1] = _weighed(weight_2, error, logit_2)
    tables[mixer + 2] = _weighed(weight_3, error, logit_3)
    goal = (bit << 16) - bit
    tables[below] = left + ((goal - left) >> 6)
    tables[below + 1] = right + ((goal - right) >> 6)
    tables[first] = _moved(one, bit)
    tables[second] = _moved(two, bit)
    tables[third] = _moved(three, bit)
    return bit
