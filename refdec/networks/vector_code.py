"""The innermost loops of the networks as instructions of LLVM: where what a compiler makes of a loop is not enough.

In: addresses and integers, from `panel_kernels` and `tile_kernels`.  Out: written to memory.  Vectors hold eight
values, whatever the processor: LLVM cuts them to the registers that there are.  Beside each piece stands what it
computes, in NumPy; that also takes over where nothing is compiled.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from refdec.jit import instructions
from refdec.kernel_choices import has_wide_vectors
from refdec.networks.winograd import FOUR

__all__ = [
    "BESIDE",
    "LANES",
    "TILE_ROWS",
    "VECTOR",
    "pair_sums",
    "row_products",
    "tile_products",
    "wide_points",
    "wide_sums",
]

LANES = 16
"""Outputs of a panel."""
VECTOR = 8
"""Values of a vector."""
TILE_ROWS, TILE_LANES = (8, LANES) if has_wide_vectors() else (6, VECTOR)
"""Rows and outputs that are multiplied at a time: as many as registers can hold the sums of."""
BESIDE = 3 << 51
"""What int64 sums begin with: float64 beside it differ by one in their last bit, so that bits are integers."""
_BESIDE_BITS = 0x4338000000000000
_NINTH = -8198552921648689607
_LOW, _HIGH = -(1 << 31), (1 << 31) - 1
_MOST_ACROSS = 5


@cache
def _kind(name: str) -> Any:
    """Return a type of LLVM: "index", 32 bits, "number", 64, and vectors: "floats", and integers "whole" and "narrow".

    LLVM is asked when code is written, and not where it is there already.
    """
    from llvmlite import ir

    index, number = ir.IntType(32), ir.IntType(64)
    elements = {"floats": ir.DoubleType(), "whole": number, "narrow": index}
    return {"index": index, "number": number, **{n: ir.VectorType(kind, VECTOR) for n, kind in elements.items()}}[name]


def _number(value: int) -> Any:
    """Return a constant of 64 bits."""
    return _kind("number")(value)


def _address(builder: Any, first: Any, at: Any, kind: Any) -> Any:
    """Return the address of the vector that begins at an element."""
    return builder.bitcast(builder.gep(first, [at]), kind.as_pointer())


def _loaded(builder: Any, first: Any, at: Any, kind: Any) -> Any:
    """Return the vector that begins at an element."""
    return builder.load(_address(builder, first, at, kind), align=4 if kind is _kind("narrow") else 8)


def _store(builder: Any, value: Any, first: Any, at: Any) -> None:
    """Write a vector from an element on."""
    kind = value.type
    builder.store(value, _address(builder, first, at, kind), align=4 if kind is _kind("narrow") else 8)


def _all(kind: Any, value: int) -> Any:
    """Return a vector of equal constants."""
    return kind([value] * VECTOR)


def _spread(builder: Any, value: Any, kind: Any) -> Any:
    """Return a vector of equal values."""
    from llvmlite import ir

    undefined = kind(ir.Undefined)
    return builder.shuffle_vector(
        builder.insert_element(undefined, value, _kind("index")(0)), undefined, _all(_kind("narrow"), 0)
    )


def _multiply_add(builder: Any, a: Any, b: Any, c: Any) -> Any:
    """Return a * b + c, in one step where the processor has it."""
    return _called(builder, "fmuladd", [a, b, c])


def _called(builder: Any, name: str, values: list[Any]) -> Any:
    """Return what a function of LLVM makes of vectors of float64."""
    from llvmlite import ir

    full = f"llvm.{name}.v{VECTOR}f64"
    known = builder.module.globals.get(full)
    kind = ir.FunctionType(_kind("floats"), [_kind("floats")] * len(values))
    return builder.call(known or ir.Function(builder.module, kind, full), values)


def _smaller(builder: Any, a: Any, b: Any) -> Any:
    return builder.select(builder.icmp_signed("<", a, b), a, b)


def _larger(builder: Any, a: Any, b: Any) -> Any:
    return builder.select(builder.icmp_signed(">", a, b), a, b)


def _products(builder: Any, arguments: list[Any], rows: int, at_once: int) -> None:
    """Write c[r, :] = b[0, :] + sum over k of a[r, k] * b[1 + k, :], for some rows r, and of them for some outputs, at
    once.
    """
    for first in range(0, LANES, at_once):
        _products_from(builder, arguments, rows, range(first, first + at_once, VECTOR))


def _products_from(builder: Any, arguments: list[Any], rows: int, outputs: range) -> None:
    """Write the products of some rows for the vectors of outputs that begin there."""
    a, a_at, a_step, b, b_at, depth, c, c_at, c_step = arguments
    lanes = [_number(lane) for lane in outputs]
    panel = builder.gep(b, [b_at])
    samples = [builder.gep(a, [builder.add(a_at, builder.mul(a_step, _number(r)))]) for r in range(rows)]
    begin = [_loaded(builder, panel, lane, _kind("floats")) for lane in lanes]
    before, loop, done = builder.block, builder.append_basic_block("filters"), builder.append_basic_block("summed")
    builder.branch(loop)
    builder.position_at_end(loop)
    k = builder.phi(_kind("number"))
    sums = [[builder.phi(_kind("floats")) for _ in lanes] for _ in range(rows)]
    following = builder.add(k, _number(1))
    row = builder.mul(following, _number(LANES))
    filters = [_loaded(builder, panel, builder.add(row, lane), _kind("floats")) for lane in lanes]
    added = []
    for sample, own in zip(samples, sums, strict=True):
        value = _spread(builder, builder.load(builder.gep(sample, [k])), _kind("floats"))
        added.append([_multiply_add(builder, value, f, s) for f, s in zip(filters, own, strict=True)])
    k.add_incoming(_number(0), before)
    k.add_incoming(following, loop)
    for own, new in zip(sums, added, strict=True):
        for one, first, later in zip(own, begin, new, strict=True):
            one.add_incoming(first, before)
            one.add_incoming(later, loop)
    builder.cbranch(builder.icmp_signed("<", following, depth), loop, done)
    builder.position_at_end(done)
    for r, new in enumerate(added):
        target = builder.gep(c, [builder.add(c_at, builder.mul(c_step, _number(r)))])
        for lane, value in zip(lanes, new, strict=True):
            _store(builder, value, target, lane)


@instructions(lambda builder, arguments: _products(builder, arguments, TILE_ROWS, TILE_LANES))
def tile_products(
    a: Any, a_at: int, a_step: int, b: Any, b_at: int, depth: int, c: Any, c_at: int, c_step: int
) -> None:
    """Multiply TILE_ROWS rows of `depth` >= 1 values, from a_at on and a_step apart, by the panel [1 + depth, LANES] at
    b_at, whose first row is added; write them from c_at on, c_step apart.  All float64; bounds: the caller's.
    """
    for r in range(TILE_ROWS):
        row_products(a, a_at + r * a_step, a_step, b, b_at, depth, c, c_at + r * c_step, c_step)


@instructions(lambda builder, arguments: _products(builder, arguments, 1, LANES))
def row_products(a: Any, a_at: int, a_step: int, b: Any, b_at: int, depth: int, c: Any, c_at: int, c_step: int) -> None:
    """Multiply one row as `tile_products` does; a_step and c_step do not matter."""
    panel = b[b_at : b_at + (1 + depth) * LANES].reshape(1 + depth, LANES)
    c[c_at : c_at + LANES] = panel[0] + a[a_at : a_at + depth] @ panel[1:]


def _points_of_four(builder: Any, d: list[Any]) -> list[Any]:
    """Return the points of F(4, 3), as `winograd.FOUR` lists them, of six vectors of samples."""

    def times(factor: int, value: Any, more: Any) -> Any:
        return _multiply_add(builder, _all(_kind("floats"), factor), value, more)

    even, odd = times(-4, d[2], d[4]), times(-4, d[1], d[3])
    near, far = builder.fsub(d[4], d[2]), builder.fsub(d[3], d[1])
    return [
        times(4, d[0], times(-5, d[2], d[4])),
        builder.fadd(even, odd),
        builder.fsub(even, odd),
        times(2, far, near),
        times(-2, far, near),
        times(4, d[1], times(-5, d[3], d[5])),
    ]


def _write_wide_points(builder: Any, arguments: list[Any]) -> None:
    """Write the points of a tile, see `wide_points`."""
    x, at, row_step, column_step, low, high, seen, v, v_at, point_step = arguments
    floor, ceiling = (_spread(builder, builder.trunc(bound, _kind("index")), _kind("narrow")) for bound in (low, high))
    least, most = (_loaded(builder, seen, _number(lane), _kind("narrow")) for lane in (0, VECTOR))
    down = []
    for j in range(FOUR.span):
        samples = []
        for i in range(FOUR.span):
            place = builder.add(builder.mul(row_step, _number(i)), builder.mul(column_step, _number(j)))
            sample = _loaded(builder, x, builder.add(at, place), _kind("narrow"))
            sample = _smaller(builder, _larger(builder, sample, floor), ceiling)
            least, most = _smaller(builder, least, sample), _larger(builder, most, sample)
            samples.append(builder.sitofp(sample, _kind("floats")))
        down.append(_points_of_four(builder, samples))
    _store(builder, least, seen, _number(0))
    _store(builder, most, seen, _number(VECTOR))
    for i in range(len(FOUR.points)):
        for j, point in enumerate(_points_of_four(builder, [column[i] for column in down])):
            place = builder.mul(point_step, _number(len(FOUR.points) * i + j))
            _store(builder, point, v, builder.add(v_at, place))


@instructions(_write_wide_points)
def wide_points(
    x: Any, at: int, row_step: int, column_step: int, low: int, high: int, seen: Any, v: Any, v_at: int, point_step: int
) -> None:
    """Write the 36 points of F(4x4, 3x3) for VECTOR channels of a tile, float64, from v_at on, point_step apart.

    The 6 x 6 samples, int32, begin at `at`; each is clamped to low..high.  `seen` [2, VECTOR]: the least and the
    largest sample so far.  Any int32; |points| <= 100 * 2^31.
    """
    rows = np.array([[dict(point).get(n, 0) for n in range(FOUR.span)] for point in FOUR.points])
    places = at + row_step * np.arange(FOUR.span)[:, None] + column_step * np.arange(FOUR.span)
    samples = np.clip(x[places[:, :, None] + np.arange(VECTOR)], low, high)
    seen[0], seen[1] = np.minimum(seen[0], samples.min(axis=(0, 1))), np.maximum(seen[1], samples.max(axis=(0, 1)))
    points = np.einsum("ai,ijc,bj->abc", rows, samples.astype(np.int64), rows).reshape(-1, VECTOR)
    v[v_at + point_step * np.arange(len(points))[:, None] + np.arange(VECTOR)] = points


def _sums_of_four(builder: Any, m: list[Any]) -> list[Any]:
    """Return the output rows of F(4, 3), as `winograd.FOUR` lists them, of six vectors of int64."""

    def times(factor: int, value: Any) -> Any:
        return builder.mul(value, _all(_kind("whole"), factor))

    near, far, outer, wide = (operation(m[n], m[n + 1]) for n in (1, 3) for operation in (builder.add, builder.sub))
    return [
        builder.add(builder.sub(times(6, m[0]), times(4, near)), outer),
        builder.sub(times(2, wide), times(4, far)),
        times(4, builder.sub(outer, near)),
        builder.add(builder.sub(times(8, wide), times(4, far)), times(24, m[5])),
    ]


def _write_wide_sums(builder: Any, arguments: list[Any]) -> None:
    """Write the positions of a tile, see `wide_sums`."""
    m, m_at, start, shift, at, result = arguments
    for lane in range(0, LANES, VECTOR):
        products = [
            builder.sub(
                _loaded(builder, m, builder.add(m_at, _number(LANES * n + lane)), _kind("whole")),
                _all(_kind("whole"), _BESIDE_BITS),
            )
            for n in range(36)
        ]
        down = [_sums_of_four(builder, products[b::6]) for b in range(6)]
        begin, right = (
            _loaded(builder, values, builder.add(at, _number(lane)), _kind("whole")) for values in (start, shift)
        )
        for j in range(FOUR.tile):
            for k, total in enumerate(_sums_of_four(builder, [sums[j] for sums in down])):
                acc = builder.mul(builder.ashr(total, _all(_kind("whole"), 6)), _all(_kind("whole"), _NINTH))
                value = builder.ashr(builder.add(acc, begin), right)
                value = _smaller(
                    builder, _larger(builder, value, _all(_kind("whole"), _LOW)), _all(_kind("whole"), _HIGH)
                )
                _store(
                    builder, builder.trunc(value, _kind("narrow")), result, _number(LANES * (FOUR.tile * j + k) + lane)
                )


@instructions(_write_wide_sums)
def wide_sums(m: Any, m_at: int, start: Any, shift: Any, at: int, result: Any) -> None:
    """Sum, divide and round a tile of F(4x4, 3x3): products as bits m [36, LANES] from m_at on, start and shift [LANES]
    from `at` on, all int64; result [16, LANES] int32.

    Sums are 576 times the accumulator: they are divided by 64 with a shift, and by 9 with its inverse modulo 2^64.
    """
    rows = np.array(FOUR.phases[0].output_rows)
    products = m[m_at : m_at + 36 * LANES].reshape(6, 6, LANES) - _BESIDE_BITS
    sums = np.einsum("ja,abo,kb->jko", rows, products, rows).reshape(16, LANES)
    begin, right = (values.reshape(-1)[at : at + LANES] for values in (start, shift))
    result[:] = np.clip((sums // 576 + begin) >> right, _LOW, _HIGH)


def _write_pair_sums(builder: Any, arguments: list[Any]) -> None:
    """Write the positions of a tile, see `pair_sums`."""
    m, m_at, across, terms_v, signs_v, terms_h, signs_h, half, start, factor, at, result = arguments
    lanes = range(0, LANES, VECTOR)

    def table(terms: Any, signs: Any) -> list[list[tuple[Any, Any]]]:
        places = [[_number(3 * j + n) for n in range(3)] for j in range(2)]
        return [
            [
                (
                    builder.load(builder.gep(terms, [n])),
                    _spread(builder, builder.load(builder.gep(signs, [n])), _kind("floats")),
                )
                for n in row
            ]
            for row in places
        ]

    def summed(values: Any, places: list[Any], row: list[tuple[Any, Any]]) -> Any:
        loaded = [_loaded(builder, values, place, _kind("floats")) for place in places]
        total = builder.fmul(row[0][1], loaded[0])
        for (_, sign), value in zip(row[1:], loaded[1:], strict=True):
            total = _multiply_add(builder, sign, value, total)
        return total

    down, right = table(terms_v, signs_v), table(terms_h, signs_h)
    before, loop, done = builder.block, builder.append_basic_block("points"), builder.append_basic_block("summed")
    builder.branch(loop)
    builder.position_at_end(loop)
    b = builder.phi(_kind("number"))
    for j, row in enumerate(down):
        for lane in lanes:
            points = [builder.add(builder.mul(term, across), b) for term, _ in row]
            places = [
                builder.add(builder.add(m_at, builder.mul(point, _number(LANES))), _number(lane)) for point in points
            ]
            to = builder.add(builder.mul(builder.add(b, _number(_MOST_ACROSS * j)), _number(LANES)), _number(lane))
            _store(builder, summed(m, places, row), half, to)
    following = builder.add(b, _number(1))
    b.add_incoming(_number(0), before)
    b.add_incoming(following, loop)
    builder.cbranch(builder.icmp_signed("<", following, across), loop, done)
    builder.position_at_end(done)
    for lane in lanes:
        begin, scale = (
            _loaded(builder, values, builder.add(at, _number(lane)), _kind("floats")) for values in (start, factor)
        )
        for j in range(2):
            for k, row in enumerate(right):
                places = [
                    builder.add(
                        builder.mul(builder.add(term, _number(_MOST_ACROSS * j)), _number(LANES)), _number(lane)
                    )
                    for term, _ in row
                ]
                total = builder.fmul(builder.fadd(summed(half, places, row), begin), scale)
                total = _called(builder, "floor", [total])
                for sign, bound in ((">=", _LOW), ("<=", _HIGH)):
                    most = _all(_kind("floats"), bound)
                    total = builder.select(builder.fcmp_ordered(sign, total, most), total, most)
                _store(builder, builder.fptosi(total, _kind("narrow")), result, _number(LANES * (2 * j + k) + lane))


@instructions(_write_pair_sums)
def pair_sums(
    m: Any,
    m_at: int,
    across: int,
    terms_v: Any,
    signs_v: Any,
    terms_h: Any,
    signs_h: Any,
    half: Any,
    start: Any,
    factor: Any,
    at: int,
    result: Any,
) -> None:
    """Sum and round a tile of 2 x 2 positions: result [4, LANES] int32 = sat32(floor((sum + start) * factor)).

    Products m [points_v, across, LANES] lie from m_at on, start and factor (powers of two) [LANES] from `at` on, all
    float64.  Two output rows down and two across, each of three points and signs, added in this order; `half` is
    scratch of 2 * 5 * LANES.  Bounds: the caller's; the largest int32 is a float64 too, so that the clamp is exact.
    """
    products = m[m_at:].reshape(-1, LANES)
    begin, scale = (values.reshape(-1)[at : at + LANES] for values in (start, factor))
    for j in range(2):
        own = [
            sum(sign * products[term * across + b] for term, sign in zip(terms_v[j], signs_v[j], strict=True))
            for b in range(across)
        ]
        for k in range(2):
            total = sum(sign * own[term] for term, sign in zip(terms_h[k], signs_h[k], strict=True)) + begin
            result[2 * j + k] = np.clip(np.floor(total * scale), _LOW, _HIGH)
