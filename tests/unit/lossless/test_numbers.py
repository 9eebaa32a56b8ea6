"""Floats as whole numbers: in the order of values, within the stated error, what is not finite kept apart."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.bitstream.floatrecord import FloatForm
from refdec.lossless.numbers import joined, number_of, order_of, parted, pattern_of

HALVES = np.arange(1 << 16, dtype=np.uint16)
SINGLES = np.unique(
    np.concatenate(
        [
            np.random.default_rng(5).integers(0, 1 << 32, 20000, np.uint32),
            np.array([0, 1, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FFFFFFF], np.uint32),
            np.array([0x80000000, 0x80000001, 0xFF7FFFFF, 0xFF800000, 0xFF800001, 0xFFFFFFFF], np.uint32),
        ]
    )
)


def all_of(form: FloatForm) -> np.ndarray:
    return HALVES if form.coded_bits == 16 else SINGLES


def test_order_is_that_of_values() -> None:
    """Worked example 5 of 7.8.6."""
    patterns = np.array([0xFC00, 0xBC00, 0x8000, 0x0000, 0x0001, 0x3C00, 0x7C00], np.uint16)
    assert order_of(patterns, 16).tolist() == [1023, 17407, 32767, 32768, 32769, 48128, 64512]
    with np.errstate(invalid="ignore"):
        values = HALVES.view(np.float16).astype(np.float64)
    finite = np.isfinite(values)
    by_place = values[finite][np.argsort(order_of(HALVES[finite], 16))]
    assert np.all(np.diff(by_place) >= 0)


@pytest.mark.parametrize("form", [FloatForm(0, 1), FloatForm(1, 1), FloatForm(2, 1)])
def test_without_an_error_every_pattern_comes_back(form: FloatForm) -> None:
    numbers = number_of(all_of(form), form)
    assert numbers.min() >= 0 and numbers.max() <= form.most
    high, low = parted(numbers, form)
    assert high.dtype == np.uint16 and (low is None) == (form.coded_bits == 16)
    assert np.array_equal(pattern_of(joined(high, low, form), form), all_of(form))


@pytest.mark.parametrize("kind", [0, 1])
@pytest.mark.parametrize("error", [1, 2, 7, 100, 8191, 8192, 31743])
def test_with_an_error_none_is_farther_off(kind: int, error: int) -> None:
    form = FloatForm(kind, 1, error)
    patterns = all_of(form)
    numbers = number_of(patterns, form)
    high, low = parted(numbers, form)
    assert numbers.min() >= 0 and numbers.max() == form.most and int(high.max()) >> 16 == 0
    made = pattern_of(joined(high, low, form), form)
    size = patterns.astype(np.int64) & ((1 << (form.coded_bits - 1)) - 1)
    finite, bits = size < form.infinity, form.coded_bits
    assert abs(order_of(made[finite], bits) - order_of(patterns[finite], bits)).max() <= error
    assert np.all((made[finite].astype(np.int64) & ((1 << (bits - 1)) - 1)) < form.infinity), "finite stays finite"
    infinite = size == form.infinity
    assert np.array_equal(made[infinite], patterns[infinite])
    assert np.all((made[size > form.infinity].astype(np.int64) & form.infinity) == form.infinity)
    assert np.all(made[size > form.infinity] == (0x7E00 if bits == 16 else 0x7FC00000))
    assert made[patterns == 0] == 0, "zero stays zero"


def test_the_largest_errors_leave_little() -> None:
    assert FloatForm(0, 1, 31743).most <= 6 and FloatForm(1, 1, 0x7F7FFFFF).most <= 6
    assert FloatForm(1, 1, 32768).low_bits == 0 and FloatForm(1, 1, 16).low_bits == 11


def test_numbers_that_no_encoder_writes_become_some_pattern() -> None:
    wild = np.array([0, 1, 2, 1 << 31, (1 << 32) - 1], np.int64)
    for form in (FloatForm(0, 1, 3), FloatForm(1, 1, 3), FloatForm(1, 1), FloatForm(1, 1, 0x7F7FFFFF)):
        assert pattern_of(wild, form).shape == wild.shape


def test_parts_of_each_form() -> None:
    assert [FloatForm(0, n).parts for n in (1, 2, 3, 4)] == [1, 2, 1, 2]
    assert [FloatForm(1, n).parts for n in (1, 2, 3, 4)] == [2, 4, 4, 6]
    assert [FloatForm(1, n, 1 << 16).parts for n in (1, 2, 3, 4)] == [1, 2, 1, 2]
