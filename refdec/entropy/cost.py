"""What symbols cost, for encoders that weigh rate against distortion (2.10, informative).

In: the distributions.  Out: integers in 1/65536 bit: log2(256 / p), plus the raw bits of an escape.  The sum over a
component is within a few bytes of its real size.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from refdec.arithmetic.types import BoolArray, Int8Array, Int16Array, Int32Array, Int64Array, UInt8Array
from refdec.clauses import clause
from refdec.entropy.hyper import ZTables
from refdec.entropy.tans import MASS, residual_tables

__all__ = ["hyper_bits_q16", "log2_q16", "symbol_bits_q16", "symbol_cost_table_q16"]

ONE_BIT = 1 << 16
SHORT_ESCAPE_BITS, LONG_ESCAPE_BITS, Z_ESCAPE_BITS = 4, 17, 6
SHORT_ESCAPE_REACH = 4
WORK_BITS = 40


@clause("2.10")
def log2_q16(n: int) -> int:
    """(2.10) Return log2(n) in Q16, rounded to nearest, for n >= 1; by squaring, in integers."""
    whole = n.bit_length() - 1
    x = (n << WORK_BITS) >> whole
    fraction = 0
    for _ in range(17):
        x = x * x >> WORK_BITS
        bit = x >> (WORK_BITS + 1)
        fraction = fraction << 1 | bit
        x >>= bit
    return (whole << 16) + ((fraction + 1) >> 1)


@cache
def _mass_costs() -> Int32Array:
    """Return the cost of each mass 0..256; 0 stands for a value that is not in the table."""
    costs = [0] + [8 * ONE_BIT - log2_q16(p) for p in range(1, MASS + 1)]
    return np.array(costs, np.int32)


@clause("2.10")
def symbol_cost_table_q16(largest: int) -> Int32Array:
    """(2.10) Return what symbols -largest..largest cost at each of the 32 levels, int32 [32, 2 * largest + 1]."""
    tables = residual_tables()
    values = np.arange(-largest, largest + 1)
    magnitude = np.abs(values)[None, :]
    bounds = tables.bounds.astype(np.int64)[:, None]
    column = np.where(values >= 0, 2 * values, -2 * values - 1)
    inside = np.take_along_axis(
        _mass_costs()[tables.pmf], np.broadcast_to(np.minimum(column, MASS - 1), (len(bounds), values.size)), axis=1
    )
    raw = np.where(magnitude - bounds < SHORT_ESCAPE_REACH, SHORT_ESCAPE_BITS, LONG_ESCAPE_BITS)
    return np.where(magnitude < bounds, inside, (8 + raw) * ONE_BIT).astype(np.int32)


@clause("2.10")
def symbol_bits_q16(symbols: Int16Array, levels: UInt8Array, coded: BoolArray) -> Int32Array:
    """(2.10) Return what each symbol costs, int32 of the shape of `symbols`; 0 where not coded."""
    largest = int(np.abs(symbols.astype(np.int64)).max(initial=0))
    reach = min(largest, MASS)  # from here on every escape costs the same
    table = symbol_cost_table_q16(reach)
    column = np.clip(symbols.astype(np.int64), -reach, reach) + reach
    return np.where(coded, table[levels, column], 0).astype(np.int32)


@clause("2.10")
def hyper_bits_q16(z: Int8Array, tables: ZTables) -> Int32Array:
    """(2.10) Return what each hyper latent value of a component costs, int32 of the shape of `z` [C, hz, wz]."""
    cdf = tables.cdf.astype(np.int64)
    masses: Int64Array = np.concatenate([cdf[:, :1], cdf[:, 1:] - cdf[:, :-1]], axis=1)
    channel = np.arange(z.shape[0])[:, None, None]
    mass = masses[channel, z.astype(np.int64) + 31]
    escape = (8 + Z_ESCAPE_BITS) * ONE_BIT
    return np.where(mass > 0, _mass_costs()[mass], escape).astype(np.int32)
