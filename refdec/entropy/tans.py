"""Distributions and tables of the me-tANS coder (2.4, 2.6.1).

In: masses, one row per distribution.  Out: slot maps and the packed encode and decode tables of 2.4.3, whose hashes are
in the text, and the decode table in the form that the kernels look up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from refdec import tables
from refdec.arithmetic.types import Int16Array, Int32Array, Int64Array, UInt8Array, UInt16Array
from refdec.clauses import clause

__all__ = [
    "ESCAPE_FLAG",
    "MASS",
    "NOT_CODABLE",
    "ResidualTables",
    "UInt32Array",
    "cumulative",
    "decode_transitions",
    "encode_thresholds",
    "kernel_table",
    "residual_tables",
    "slot_map",
    "spread_owner",
]

UInt32Array = npt.NDArray[np.uint32]

MASS = 256
"""Sum of the masses of a distribution, and the number of states."""

NOT_CODABLE = 0x0B000000
"""`encode_transition` of values that a distribution does not hold."""

ESCAPE_FLAG = 1 << 12
"""The bit of `kernel_table` entries that marks the escape symbol."""


@clause("2.4")
def cumulative(masses: UInt16Array) -> UInt16Array:
    """(2.4) Return c, uint16 [D][K+1], of masses p, uint16 [D][K]: c_0 = 0, c_{k+1} = c_k + p_k."""
    rows, count = masses.shape
    sums = np.zeros((rows, count + 1), np.uint16)
    np.cumsum(masses, axis=1, out=sums[:, 1:])
    return sums


@clause("2.4")
def spread_owner() -> Int64Array:
    """(2.4) Return the slot whose owner owns state s, int64 [256], of the spread map: 2s, then 2(s-128)+1."""
    states = np.arange(MASS)
    return np.where(states < MASS // 2, 2 * states, 2 * (states - MASS // 2) + 1)


@clause("2.4")
def slot_map(masses: UInt16Array, *, spread: bool) -> UInt8Array:
    """(2.4) Return S, uint8 [D][256], index slot: the slots of a symbol go to its states in ascending order.

    `spread` chooses the map of the residual, else the identity of z.  Rows of `masses` sum to 256.
    """
    owner = _slot_symbols(masses)
    if spread:
        owner = owner[:, spread_owner()]
    return np.argsort(owner, axis=1, kind="stable").astype(np.uint8)


def _slot_symbols(masses: UInt16Array) -> Int64Array:
    """Return the symbol index that owns each slot, int64 [D][256]."""
    rows, count = masses.shape
    return np.repeat(np.tile(np.arange(count), rows), masses.reshape(-1)).reshape(rows, MASS)


def _ilog2(values: npt.NDArray[np.integer]) -> Int64Array:
    """Return the position of the highest set bit of 1..511."""
    return np.searchsorted(1 << np.arange(1, 9), values, side="right").astype(np.int64)


@clause("2.4.1")
def decode_transitions(masses: UInt16Array, slots: UInt8Array, symbols: Int16Array) -> UInt32Array:
    """(2.4.1) Return the decode table, uint32 [D][256], index state, packed as in 2.4.3.

    `symbols` int16 [K] are the values of the masses' columns.  The j-th slot of a symbol of mass p has q = p + j.
    """
    owner = _slot_symbols(masses)
    rank = np.arange(MASS) - np.take_along_axis(cumulative(masses).astype(np.int64), owner, axis=1)
    q = np.take_along_axis(masses.astype(np.int64), owner, axis=1) + rank
    n = 8 - _ilog2(q)
    packed = (n << 24) + (((q << n) - MASS) << 16) + (symbols.astype(np.int64)[owner] & 0xFFFF)
    table = np.empty(slots.shape, np.uint32)
    np.put_along_axis(table, slots.astype(np.int64), packed.astype(np.uint32), axis=1)
    return table


@clause("2.4.2")
def encode_thresholds(masses: UInt16Array) -> UInt32Array:
    """(2.4.2) Return the packed encode entries, uint32 [D][K]: (D << 16) + ((c - p) & 255); 0 where p = 0."""
    p = masses.astype(np.int64)
    c = cumulative(masses)[:, :-1].astype(np.int64)
    n0 = 8 - _ilog2(np.maximum(p, 1))
    packed = ((((n0 + 1) << 8) - (p << n0)) << 16) + ((c - p) & 255)
    return np.where(p > 0, packed, 0).astype(np.uint32)


@clause("2.4.3", kind="added", reason="the text lets implementers choose the packed form")
def kernel_table(decode_transition: UInt32Array, escapes: Int16Array) -> Int32Array:
    """(2.4.3) Return the decode table as the kernels use it, int32 [D * 256].

    An entry is symbol << 16 | escape << 12 | n << 8 | base, signed, so that >> 16 gives the symbol.
    `escapes` int16 [D] is the symbol of each row that announces raw bits.
    """
    wide = decode_transition.astype(np.int64)
    symbol = ((wide & 0xFFFF) ^ 0x8000) - 0x8000
    flag = np.where(symbol == escapes.astype(np.int64)[:, None], ESCAPE_FLAG, 0)
    packed = (symbol << 16) | flag | ((wide >> 24) << 8) | ((wide >> 16) & 0xFF)
    table = packed.astype(np.int32).reshape(-1)
    table.flags.writeable = False
    return table


@dataclass(frozen=True, slots=True)
class ResidualTables:
    """The 32 residual distributions, in the packed forms of 2.4.3, and `kernel`, the table of `kernel_table`."""

    bounds: UInt8Array
    pmf: UInt16Array
    cdf: UInt16Array
    encode_transition: UInt32Array
    state_map: UInt8Array
    decode_transition: UInt32Array
    kernel: Int32Array


@clause("2.6.1")
@cache
def residual_tables() -> ResidualTables:
    """(2.6.1) Return the tables of the residual distributions; read-only, built once."""
    rows = tables.residual_pdf()["rows"]
    bounds = np.array([row["bound"] for row in rows], np.uint8)
    pmf = np.zeros((len(rows), MASS), np.uint16)
    for masses, row in zip(pmf, rows, strict=True):
        masses[: len(row["pdf"])] = row["pdf"]
        masses[len(row["pdf"])] = 1
    column = np.arange(MASS)
    symbols = np.where(column & 1, -((column + 1) >> 1), column >> 1).astype(np.int16)
    slots = slot_map(pmf, spread=True)
    decode = decode_transitions(pmf, slots, symbols)
    encode = np.full((len(rows), MASS), NOT_CODABLE, np.uint32)
    by_value = np.where(pmf > 0, encode_thresholds(pmf), NOT_CODABLE)
    encode[:, symbols.astype(np.int64) + 128] = by_value
    built = (bounds, pmf, cumulative(pmf), encode, slots, decode)
    for array in built:
        array.flags.writeable = False
    return ResidualTables(*built, kernel=kernel_table(decode, -bounds.astype(np.int16)))
