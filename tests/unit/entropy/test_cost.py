"""Costs of symbols against the sizes that the coder really needs."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.entropy.cost import hyper_bits_q16, log2_q16, symbol_bits_q16, symbol_cost_table_q16
from refdec.entropy.hyper import ZTables, encode_z
from refdec.entropy.residual import encode_residual
from refdec.entropy.tans import residual_tables


@pytest.mark.parametrize(("n", "expected"), [(1, 0), (2, 65536), (3, 103872), (256, 8 << 16), (255, 523918)])
def test_logarithm_by_squaring(n: int, expected: int) -> None:
    assert log2_q16(n) == expected


def test_costs_follow_the_masses_and_escapes() -> None:
    table = symbol_cost_table_q16(200)
    assert table.shape == (32, 401)
    tables = residual_tables()
    for level in (0, 13, 31):
        zero = int(tables.pmf[level, 0])
        assert table[level, 200] == (8 << 16) - log2_q16(zero)
        bound = int(tables.bounds[level])
        assert table[level, 200 + bound] == 12 << 16
        assert table[level, 200 - bound - 3] == 12 << 16
        assert table[level, 200 + bound + 4] == 25 << 16


def test_the_sum_is_near_the_size_of_a_residual() -> None:
    rng = np.random.default_rng(5)
    levels = rng.integers(0, 32, (40, 30, 30)).astype(np.uint8)
    spread = np.array([0.2 * 1.17**n for n in range(32)])
    symbols = np.rint(rng.laplace(0, spread[levels])).astype(np.int16)
    coded = rng.random(levels.shape) < 0.8
    bits = int(symbol_bits_q16(symbols, levels, coded).sum(dtype=np.int64)) >> 16
    real = 8 * len(encode_residual(symbols, levels, coded, 1))
    assert abs(bits - real) < 0.01 * real
    assert (symbol_bits_q16(symbols, levels, coded)[~coded] == 0).all()


def test_the_sum_is_near_the_size_of_hyper_latents() -> None:
    rng = np.random.default_rng(6)
    frequencies = np.rint(1000 * np.exp(-np.abs(np.arange(63) - 31) / 4)).astype(np.int32)
    tables = ZTables.from_frequencies(np.tile(frequencies, (20, 1)))
    z = np.clip(np.rint(rng.laplace(0, 4, (20, 25, 25))), -31, 31).astype(np.int8)
    bits = int(hyper_bits_q16(z, tables).sum(dtype=np.int64)) >> 16
    real = 8 * len(encode_z(z, z, tables, tables, 1))
    assert abs(2 * bits - real) < 0.02 * real
