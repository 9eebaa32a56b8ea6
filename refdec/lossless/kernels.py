"""The samples of one plane of a tile, row by row: predicted, coded, learnt from (7.3, 7.4).

In: the decoded picture, the planes before, and of this plane what is known; the tables of a model.  Out: the plane; the
model and the coder are updated in place.  Encoding and decoding are one function, so that they cannot differ.

Samples lie in int32 [planes, PAD + h + PAD, PAD + w + PAD], in units of 2^-fraction of a code; around the tile they are
those of the decoded picture.  With D = max(12, depth) they are below 2^D in size, and a feature, which is a difference
of two, below 2^(D + 1) <= 2^17.
"""

from __future__ import annotations

from refdec.arithmetic.types import Int32Array, Int64Array, UInt8Array
from refdec.clauses import clause
from refdec.jit import kernel
from refdec.lossless.coder_kernels import code_bit
from refdec.lossless.curves import LOUDNESS

__all__ = [
    "CURVES",
    "CURVE_POINTS",
    "FEATURES",
    "LOUD",
    "MIXERS",
    "MOST_BITS",
    "NODES",
    "PAD",
    "SITUATIONS",
    "TABLES",
    "code_rows",
]

PAD = 3
"""Samples around a tile: predictions look so far."""
FEATURES = 20
NODES = 72
"""Places of a bit in the code of a difference (7.4.1)."""
LOUD = 48
SITUATIONS = 24 * 21 + 16 * 16 * 8 + 13 * 13 * 13
CURVE_POINTS = 33
MIXER_SETS, MIXER_INPUTS = 16, 3
MIXERS_APART, CURVES_APART = MIXER_SETS * MIXER_INPUTS, LOUD * CURVE_POINTS
MIXERS = SITUATIONS * NODES
CURVES = MIXERS + NODES * MIXERS_APART
TABLES = CURVES + NODES * CURVES_APART
"""Tables of a model lie one after the other: counters, weights of mixers, curves."""
MOST_BITS = 36
"""Of one difference: 0 or not, its sign, 17 of its group, 15 within it; and two to spare."""

_PLANES = "int32[:,:,::1]"
_PLANE = "int32[:,::1]"
_LINE = "int32[::1]"
_STATE = "int64[::1]"
_MOMENTS = "int64[:,::1]"
_BYTES = "uint8[::1]"
_SECOND = 24 * 21
_THIRD = _SECOND + 16 * 16 * 8
_LAST_GROUP = 17
_WITHIN = 20
_OWN_GROUPS = 12
_LOUDEST = LOUD - 1
_MOST_WEIGHT = 1 << 18
_STEADY = 1 << 12
_FADE = 8
_EVERY = 8
_BIAS_BITS = 12


@clause("7.4.3")
@kernel("int64(int64)", inline=True)
def _loud(errors: int) -> int:
    """(7.4.3) Return quarter octaves of a sum of errors, 0 <= errors < 2^62, 0 to 47."""
    octaves = 0
    while errors >= 4096:
        errors >>= 1
        octaves += 4
    return min(int(LOUDNESS[errors]) + octaves, _LOUDEST)


@clause("7.4.2")
@kernel("int64(int64, int64)", inline=True)
def _near(value: int, most: int) -> int:
    """(7.4.2) Return a difference, |value| < 2^18, held within -most..most, counted from 0; 0 < most <= 6."""
    return min(max(value, -most), most) + most


@clause("7.3.2")
@kernel(f"int64(int64, int64, int64, {_PLANE}, {_PLANE}, {_PLANES}, {_PLANES}, {_LINE})", inline=True)
def _look(
    p: int,
    y: int,
    x: int,
    mine: Int32Array,
    under: Int32Array,
    samples: Int32Array,
    base: Int32Array,
    features: Int32Array,
) -> int:
    """(7.3.2) Fill in the features of sample (y, x) of plane p; return how many there are: 14, 15, 20.

    Samples are within 2^16, |feature| < 2^17.
    """
    middle = under[y, x]
    features[0] = mine[y, x - 1] - middle
    features[1] = mine[y - 1, x] - middle
    features[2] = mine[y - 1, x - 1] - middle
    features[3] = mine[y - 1, x + 1] - middle
    features[4] = mine[y, x - 2] - middle
    features[5] = mine[y - 2, x] - middle
    features[6] = under[y, x - 1] - middle
    features[7] = under[y - 1, x] - middle
    features[8] = under[y, x + 1] - middle
    features[9] = under[y + 1, x] - middle
    if p == 0:
        features[10] = mine[y - 1, x + 2] - middle
        features[11] = mine[y - 2, x + 1] - middle
        features[12] = under[y - 1, x - 1] - middle
        features[13] = under[y - 1, x + 1] - middle
        return 14
    count = 10
    for before in range(p):
        there = base[before, y, x]
        features[count] = samples[before, y, x] - there
        features[count + 1] = samples[before, y, x - 1] - there
        features[count + 2] = samples[before, y - 1, x] - there
        features[count + 3] = samples[before, y, x + 1] - there
        features[count + 4] = samples[before, y + 1, x] - there
        count += 5
    return count


@clause("7.3.3")
@kernel(f"void(int64, int64, {_LINE}, {_MOMENTS})", inline=True)
def _learn(count: int, difference: int, features: Int32Array, moments: Int64Array) -> None:
    """(7.3.3) Add one sample to the moments; column FEATURES holds those with the difference to be predicted.

    |feature|, |difference| < 2^(D + 1); eight products come between two fadings by 1/256, so that a moment stays below
    2^(2D + 13) <= 2^45.
    """
    for i in range(count):
        own = int(features[i])
        for j in range(count):
            moments[i, j] += own * int(features[j])
        moments[i, FEATURES] += own * difference


@clause("7.3.4")
@kernel(f"void(int64, int64, {_MOMENTS}, {_STATE})", inline=True)
def _solve(count: int, shift: int, moments: Int64Array, weights: Int64Array) -> None:
    """(7.3.4) Move each weight, Q16, once to where it is best beside the others; then let the moments fade.

    `shift` = 2 (D - 12): shifted moments are below 2^37, weights within 2^18, so the sum of 20 products and the moment
    on the left is < 2^60.
    """
    for i in range(count):
        missing = (moments[i, FEATURES] >> shift) << 16
        for j in range(count):
            missing -= (moments[i, j] >> shift) * weights[j]
        moved = weights[i] + missing // ((moments[i, i] >> shift) + _STEADY)
        weights[i] = min(max(moved, -_MOST_WEIGHT), _MOST_WEIGHT)
    for i in range(count):
        for j in range(count):
            moments[i, j] -= moments[i, j] >> _FADE
        moments[i, FEATURES] -= moments[i, FEATURES] >> _FADE


@clause("7.4.4")
@kernel("int64(int64, int64)")
def _quantised(difference: int, bound: int) -> int:
    """(7.4.4) Return how many steps of 2 * bound + 1 come within `bound` of a difference; both < 2^17 in size."""
    steps = (abs(difference) + bound) // (2 * bound + 1)
    return steps if difference > 0 else -steps


@clause("7.4.1")
@kernel(f"int64(int64, int64, int64, int64, int64, {_LINE}, {_STATE}, {_BYTES}, boolean)")
def _code_difference(
    difference: int,
    loud: int,
    first: int,
    second: int,
    third: int,
    tables: Int32Array,
    coder: Int64Array,
    data: UInt8Array,
    decoding: bool,
) -> int:
    """(7.4.1) Code a difference, |difference| <= 2^17: 0 or not, sign, group, place in the group.  Return it.

    Each bit has a node; the counters of a situation lie side by side, mixers and curves node after node.
    """
    size, mixer, curve = abs(difference), MIXERS + loud // 3 * MIXER_INPUTS, CURVES + loud * CURVE_POINTS
    none = code_bit(1 if size == 0 else 0, tables, first, second, third, mixer, curve, coder, data, decoding)
    group, low, width, sign = 0, 1, 1, 0
    if none == 0:
        sign = 1 - 2 * code_bit(
            1 if difference < 0 else 0, tables, first + 1, second + 1, third + 1,
            mixer + MIXERS_APART, curve + CURVES_APART, coder, data, decoding,
        )  # fmt: skip
        while group < _LAST_GROUP:
            node = 2 + group
            more = code_bit(
                1 if size >= low + width else 0, tables, first + node, second + node, third + node,
                mixer + node * MIXERS_APART, curve + node * CURVES_APART, coder, data, decoding,
            )  # fmt: skip
            if more == 0:
                break
            low += width
            width <<= 1 if group else 0
            group += 1
        start, place = _WITHIN + 4 * min(group, _OWN_GROUPS), 0
        node = start
        for turn in range(group - 1):
            bit = code_bit(
                ((size - low) >> (group - 2 - turn)) & 1, tables, first + node, second + node, third + node,
                mixer + node * MIXERS_APART, curve + node * CURVES_APART, coder, data, decoding,
            )  # fmt: skip
            place = (place << 1) | bit
            node = start + 1 + bit if turn == 0 else start + 3
        low += place
    return sign * low


@clause("7.3.5")
@kernel("int64(int64, int64, int64)", inline=True)
def _gradient(left: int, above: int, corner: int) -> int:
    """(7.3.5) Return left + above - corner, held between left and above; each within 2^16, the sum < 2^18."""
    return min(max(left + above - corner, min(left, above)), max(left, above))


@clause("7.4.2")
@kernel(f"int64(int64, int64, int64, {_PLANES}, {_LINE})", inline=True)
def _elsewhere(p: int, y: int, x: int, errors: Int32Array, features: Int32Array) -> int:
    """(7.4.2) Return how restless the decoded picture is here (first plane), or how far off the planes before were.

    |feature| < 2^17 and 0 <= error < 2^17: the sums are < 2^21.
    """
    if p == 0:
        return abs(int(features[6])) + abs(int(features[7])) + abs(int(features[8])) + abs(int(features[9]))
    found = 0
    for before in range(p):
        found += 2 * int(errors[before, y, x]) + int(errors[before, y, x + 1]) + int(errors[before, y + 1, x])
        found += (int(errors[before, y, x - 1]) + int(errors[before, y - 1, x])) >> 1
    return found


@clause("7.4.2")
@kernel(f"int64(int64, int64, {_PLANE})", inline=True)
def _around(y: int, x: int, off: Int32Array) -> int:
    """(7.4.2) Return the sum of errors around a sample, the nearest twice: below 2^20, as each is < 2^17."""
    nearest = int(off[y, x - 1]) + int(off[y - 1, x])
    others = int(off[y - 1, x - 1]) + int(off[y - 1, x + 1]) + int(off[y, x - 2])
    return 2 * nearest + others + int(off[y - 2, x])


@clause("7.4.2")
@kernel(f"UniTuple(int64, 3)(int64, int64, int64, int64, int64, int64, {_PLANE}, {_PLANE})", inline=True)
def _situations(
    y: int, x: int, aim: int, fraction: int, loud: int, elsewhere: int, mine: Int32Array, off: Int32Array
) -> tuple[int, int, int]:
    """(7.4.2) Return the three situations of a sample, as places of their first counters.

    `aim`: the prediction plus a half, |aim| < 2^18.
    """
    half, code = (1 << fraction) >> 1, aim >> fraction
    left, above = int(mine[y, x - 1]), int(mine[y - 1, x])
    gradient = _gradient(left, above, int(mine[y - 1, x - 1]))
    off_left, off_above = int(off[y, x - 1]), int(off[y - 1, x])
    first = (loud >> 1) * 21 + min(_loud(elsewhere) >> 1, 20)
    part = ((aim - (code << fraction)) << 3) >> fraction
    second = (min(_loud(off_left) >> 1, 15) * 16 + min(_loud(off_above) >> 1, 15)) * 8 + part
    third = _near(((left + half) >> fraction) - code, 6) * 169
    third += _near(((above + half) >> fraction) - code, 6) * 13 + _near(((gradient + half) >> fraction) - code, 6)
    return first * NODES, (_SECOND + second) * NODES, (_THIRD + third) * NODES


@clause("7.3")
@clause("7.3.6")
@clause("7.4")
@kernel(
    f"void(int64, int64, int64, {_STATE}, {_PLANES}, {_PLANES}, {_PLANES}, {_LINE}, {_LINE}, "
    f"{_MOMENTS}, {_STATE}, {_STATE}, {_STATE}, {_BYTES}, boolean)"
)
def code_rows(
    p: int,
    first_row: int,
    end_row: int,
    settings: Int64Array,
    samples: Int32Array,
    base: Int32Array,
    errors: Int32Array,
    features: Int32Array,
    tables: Int32Array,
    moments: Int64Array,
    weights: Int64Array,
    biases: Int64Array,
    coder: Int64Array,
    data: UInt8Array,
    decoding: bool,
) -> None:
    """(7.3, 7.3.6, 7.4) Code rows first_row..end_row - 1 of plane p; an encoder's samples become a decoder's.

    `settings`: bits of the fraction, least and largest code of the plane, largest error, shift of the moments.
    Samples are within 2^16, |feature| < 2^17, |weight| <= 2^18: the sum of 20 products < 2^40; a bias, an average of
    errors times 2^12, < 2^30.
    """
    fraction, least, largest = int(settings[0]), int(settings[1]), int(settings[2])
    bound, shift = int(settings[3]), int(settings[4])
    mine, under, off = samples[p], base[p], errors[p]
    half, width = (1 << fraction) >> 1, samples.shape[2] - 2 * PAD
    for y in range(first_row + PAD, end_row + PAD):
        for x in range(PAD, PAD + width):
            middle = int(under[y, x])
            count = _look(p, y, x, mine, under, samples, base, features)
            total = 0
            for i in range(count):
                total += weights[i] * int(features[i])
            guess = middle + (total >> 16)
            loud = _loud(_around(y, x, off))
            bias = loud * 8 + (1 if mine[y, x - 1] > guess else 0)
            bias += (2 if mine[y - 1, x] > guess else 0) + (4 if mine[y - 1, x + 1] > guess else 0)
            aim = guess + (biases[bias] >> _BIAS_BITS)
            aim = min(max(aim, least << fraction), largest << fraction)
            code = (aim + half) >> fraction
            first, second, third = _situations(
                y, x, aim + half, fraction, loud, _elsewhere(p, y, x, errors, features), mine, off
            )
            difference = 0
            if not decoding:
                difference = _quantised((int(mine[y, x]) >> fraction) - code, bound)
            difference = _code_difference(difference, loud, first, second, third, tables, coder, data, decoding)
            made = min(max(code + difference * (2 * bound + 1), least), largest) << fraction
            mine[y, x] = made
            off[y, x] = abs(made - aim)
            biases[bias] += (((made - guess) << _BIAS_BITS) - biases[bias]) >> 6
            _learn(count, made - middle, features, moments)
            if ((y - PAD) * width + x - PAD) & (_EVERY - 1) == _EVERY - 1:
                _solve(count, shift, moments, weights)
