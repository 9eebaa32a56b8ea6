"""Instructions of LLVM compute what their functions say, at the ends of their ranges too."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refdec.arithmetic.types import Int32Array, Int64Array
from refdec.jit import kernel
from refdec.networks.exact_kernels import FloatArray
from refdec.networks.vector_code import (
    BESIDE,
    LANES,
    TILE_ROWS,
    VECTOR,
    pair_sums,
    row_products,
    tile_products,
    wide_points,
    wide_sums,
)

LOW, HIGH = -(1 << 31), (1 << 31) - 1


@kernel("void(float64[::1], float64[::1], int64, float64[::1], int64)")
def run_products(a: FloatArray, b: FloatArray, depth: int, c: FloatArray, rows: int) -> None:
    """Call the code for a tile of rows, and for one."""
    if rows == 1:
        row_products(a, 0, depth, b, 0, depth, c, 0, LANES)
    else:
        tile_products(a, 0, depth, b, 0, depth, c, 0, LANES)


@kernel("void(int32[::1], int64, int64, int32[:,::1], float64[::1])")
def run_points(x: Int32Array, low: int, high: int, seen: Int32Array, v: FloatArray) -> None:
    """Call the code for the samples of one tile."""
    wide_points(x, 0, 6 * VECTOR, VECTOR, low, high, seen, v, 0, VECTOR)


@kernel("void(int64[::1], int64[:,::1], int64[:,::1], int32[:,::1])")
def run_sums(m: Int64Array, start: Int64Array, shift: Int64Array, result: Int32Array) -> None:
    """Call the code for the products of one tile."""
    wide_sums(m, 0, start, shift, LANES, result)


@kernel(
    "void(float64[::1], int64, int64[:,::1], float64[:,::1], int64[:,::1], float64[:,::1], float64[::1],"
    "float64[:,::1], float64[:,::1], int32[:,::1])"
)
def run_pairs(
    m: FloatArray,
    across: int,
    terms_v: Int64Array,
    signs_v: FloatArray,
    terms_h: Int64Array,
    signs_h: FloatArray,
    half: FloatArray,
    start: FloatArray,
    factor: FloatArray,
    result: Int32Array,
) -> None:
    """Call the code for the products of one tile of 2 x 2."""
    pair_sums(m, 0, across, terms_v, signs_v, terms_h, signs_h, half, start, factor, LANES, result)


def meaning(code: Any) -> Any:
    """The function that says what some code computes."""
    return getattr(code, "py_func", code)


@pytest.mark.parametrize("depth", [1, 2, 7, 160])
@pytest.mark.parametrize("rows", [1, TILE_ROWS])
@pytest.mark.parametrize("begin", [0, BESIDE])
def test_products_are_those_of_matrices(depth: int, rows: int, begin: int) -> None:
    """Up to the bound: sums within 2^51 of what they begin with."""
    rng = np.random.default_rng(depth)
    most = ((1 << 51) - 1) // (depth * 1023)
    a = rng.integers(-most, most, (rows, depth), endpoint=True)
    b = rng.integers(-1023, 1023, (depth, LANES), endpoint=True)
    a[0], b[:, 0], b[:, 1] = most, 1023, -1023
    c = np.zeros((rows, LANES))
    panel = np.concatenate([np.full((1, LANES), begin), b]).astype(np.float64)
    run_products(a.astype(np.float64).reshape(-1), panel.reshape(-1), depth, c.reshape(-1), rows)
    assert np.array_equal(c.astype(np.int64), a @ b + begin)


NARROW = """
import numpy as np
from refdec.networks.panel_kernels import multiply
from refdec.networks.vector_code import LANES, TILE_LANES, TILE_ROWS, VECTOR

assert (TILE_ROWS, TILE_LANES) == (6, VECTOR)
rng = np.random.default_rng(1)
for depth in (1, 2, 7, 160):
    for rows in (*range(1, 15), 26):
        a, b = (rng.integers(-(1 << 20), 1 << 20, shape) for shape in ((rows, depth), (1 + depth, LANES)))
        c = np.zeros((rows + 1) * LANES)
        samples, panel = a.astype(np.float64).reshape(-1), b.astype(np.float64).reshape(-1)
        multiply(samples, 0, depth, rows, panel, 0, depth, c, 0, LANES)
        assert np.array_equal(c.reshape(-1, LANES)[:rows], a @ b[1:] + b[0])
        assert not c[rows * LANES :].any()
"""


def test_products_on_a_processor_with_narrower_vectors(tmp_path: Path) -> None:
    """It has half the registers or fewer, so that half a panel is multiplied at a time."""
    settings = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", NARROW], env=os.environ | settings, check=True)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1 << 30), low=st.sampled_from([LOW, 0]), high=st.sampled_from([HIGH, 6 << 18]))
def test_points_of_any_samples(seed: int, low: int, high: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.choice(np.array([LOW, HIGH, 0, 1, -1, *rng.integers(LOW, HIGH, 9)]), 36 * VECTOR).astype(np.int32)
    got, said = np.zeros(36 * VECTOR), np.zeros(36 * VECTOR)
    seen, told = np.zeros((2, VECTOR), np.int32), np.zeros((2, VECTOR), np.int32)
    run_points(x, low, high, seen, got)
    meaning(wide_points)(x, 0, 6 * VECTOR, VECTOR, low, high, told, said, 0, VECTOR)
    assert np.array_equal(got, said)
    assert np.array_equal(seen, told)
    assert seen[1].max() <= max(high, 0)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1 << 30))
def test_sums_up_to_their_bound(seed: int) -> None:
    """Products below 2^51 of which the sums are whole accumulators, start values up to 2^60, any shift."""
    rng = np.random.default_rng(seed)
    top = (1 << 51) - 577
    filters = rng.integers(-15, 15, (6, 6, LANES), endpoint=True)
    points = rng.choice([-1, 1], (6, 6, LANES)) * (top // 15) if seed % 2 else rng.integers(-9, 9, (6, 6, LANES))
    products = filters * points // 576 * 576  # any multiples of 576 have sums that 576 divides
    start = rng.integers(-(1 << 60), 1 << 60, (2, LANES)) >> rng.integers(0, 60, (2, LANES))
    shift = rng.integers(0, 31, (2, LANES))
    got, said = np.zeros((16, LANES), np.int32), np.zeros((16, LANES), np.int32)
    m = (products.astype(np.float64) + BESIDE).view(np.int64).reshape(-1)
    run_sums(m, start, shift, got)
    meaning(wide_sums)(m, 0, start, shift, LANES, said)
    assert np.array_equal(got, said)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1 << 30), across=st.integers(2, 5))
def test_pairs_up_to_their_bound(seed: int, across: int) -> None:
    rng = np.random.default_rng(seed)
    m = rng.integers(-(1 << 49), 1 << 49, across * across * LANES).astype(np.float64)
    terms = [np.ascontiguousarray(rng.integers(0, across, (2, 3))) for _ in range(2)]
    signs = [rng.choice([-1.0, 0.0, 1.0], (2, 3)) for _ in range(2)]
    start = rng.integers(-(1 << 50), 1 << 50, (2, LANES)).astype(np.float64)
    factor = np.ldexp(1.0, -rng.integers(0, 40, (2, LANES)))
    got, said = np.zeros((4, LANES), np.int32), np.zeros((4, LANES), np.int32)
    half = np.empty(10 * LANES)
    given_tables = (terms[0], signs[0], terms[1], signs[1])
    run_pairs(m, across, *given_tables, half, start, factor, got)
    meaning(pair_sums)(m, 0, across, *given_tables, half, start, factor, LANES, said)
    assert np.array_equal(got, said)
