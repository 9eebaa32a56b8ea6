"""Floats as whole numbers (7.8): in the order of their values, coarser where an error is allowed, cut in two parts.

In: bit patterns of half or single.  Out: numbers of at most 32 bits, as a high part of 16 bits and the bits below it;
and patterns again.  Only integers are computed with.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from refdec.arithmetic.types import Int64Array
from refdec.bitstream.floatrecord import FIRST, FloatForm
from refdec.clauses import clause
from refdec.picture.floats import Patterns
from refdec.picture.output import Codes, as_codes

__all__ = ["joined", "number_of", "order_of", "parted", "pattern_of"]

NAN, MINUS = 0, 1
"""Numbers of all NaNs and of minus infinity, where an error is allowed."""
QUIET: Mapping[int, int] = {16: 0x7E00, 32: 0x7FC00000}
"""The NaN that a decoder then gives."""


@clause("7.8.2")
def order_of(patterns: Patterns, bits: int) -> Int64Array:
    """(7.8.2) Return the place of each pattern of 16 or 32 bits in the order of values, -0 before +0."""
    half = 1 << (bits - 1)
    wide = patterns.astype(np.int64)
    return np.where(wide < half, wide + half, (1 << bits) - 1 - wide)


@clause("7.8.2")
def number_of(patterns: Patterns, form: FloatForm) -> Int64Array:
    """(7.8.2) Return the number of each pattern, 0..form.most."""
    place, zero = order_of(patterns, form.coded_bits), 1 << (form.coded_bits - 1)
    if not form.max_error:
        return place
    made: Int64Array = (place - zero + form.max_error) // form.cell - form.lowest_cell + FIRST
    size = patterns.astype(np.int64) & (zero - 1)
    made[size == form.infinity] = form.most
    made[(size == form.infinity) & (place < zero)] = MINUS
    made[size > form.infinity] = NAN
    return made


@clause("7.8.2")
def pattern_of(numbers: Int64Array, form: FloatForm) -> Patterns:
    """(7.8.2) Return the pattern of each number, 0..2^32 - 1; of what no encoder writes some pattern or other."""
    bits, zero, top = form.coded_bits, 1 << (form.coded_bits - 1), form.infinity
    place = numbers
    if form.max_error:
        place = np.clip(zero + (numbers - FIRST + form.lowest_cell) * form.cell, zero - top, zero + top - 1)
        place = np.where(numbers >= form.most, zero + top, np.where(numbers == MINUS, zero - 1 - top, place))
    wide = np.where(place >= zero, place - zero, (1 << bits) - 1 - place) & ((1 << bits) - 1)
    if form.max_error:
        wide[numbers == NAN] = QUIET[bits]
    return np.ascontiguousarray(wide, np.uint16 if bits == 16 else np.uint32)


@clause("7.8.3")
def parted(numbers: Int64Array, form: FloatForm) -> tuple[Codes, Codes | None]:
    """(7.8.3) Return the high parts of numbers, uint16, and the bits below them, None where there are none."""
    low = form.low_bits
    high = as_codes(numbers >> low, 16)
    return high, as_codes(numbers & ((1 << low) - 1), low) if low else None


@clause("7.8.3")
def joined(high: Codes, low: Codes | None, form: FloatForm) -> Int64Array:
    """(7.8.3) Return the numbers of two parts."""
    wide = high.astype(np.int64) << form.low_bits
    return wide if low is None else wide | low
