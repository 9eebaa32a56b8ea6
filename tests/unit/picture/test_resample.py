"""Resampling (5.4, 6.4.8): the stored examples and the rules at the edges."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refdec.picture.resample import bicubic_ac, bilinear_ac, cubic_weights, nearest_indices, positions
from tests.unit.picture.support import q18


@pytest.fixture(scope="module")
def scalars(examples: Path) -> dict[str, list[Any]]:
    return json.loads((examples / "06_scalars.json").read_text())


def test_example_6_8_scalars_positions(scalars: dict[str, list[Any]]) -> None:
    for case in scalars["positions (n, m)"]:
        k, tau = positions(case["n"], case["m"])
        assert k.tolist() == case["k"]
        assert tau.tolist() == case["fraction"]


def test_example_6_8_scalars_cubic_weights(scalars: dict[str, list[Any]]) -> None:
    for tau, expected in scalars["cubic weights (fraction Q18)"]:
        weights = cubic_weights(np.array([tau], np.int64))[0]
        assert weights.tolist() == expected
        assert weights.sum() == 2**30


def test_example_6_8_scalars_nearest(scalars: dict[str, list[Any]]) -> None:
    for case in scalars["nearest (n, m)"]:
        assert nearest_indices(case["n"], case["m"]).tolist() == case["index"]


def test_example_6_8_scalars_nearest_differs_from_the_exact_quotient(scalars: dict[str, list[Any]]) -> None:
    for case in scalars["nearest differs from floor(i*n/m) at"]:
        n, m = case["n"], case["m"]
        exact = np.arange(m) * n // m
        assert np.flatnonzero(nearest_indices(n, m) != exact).tolist() == case["i"]


@pytest.mark.parametrize(("n", "m"), [(1, 1), (1, 70), (2, 1), (4100, 1), (7, 100), (299, 4784), (4100, 65599), (3, 2)])
def test_nearest_is_the_binary32_rule(n: int, m: int) -> None:
    ratio = np.float32(n) / np.float32(m)
    float_rule = np.minimum(np.floor(np.arange(m, dtype=np.float32) * ratio).astype(np.int64), n - 1)
    assert nearest_indices(n, m).tolist() == float_rule.tolist()


def test_example_5_4_bicubic() -> None:
    out = bicubic_ac(q18([[0, 8, 16]]), 1, 6)[0]
    expected = [0, 2.528, 5.824, 10.176, 13.472, 16]
    assert np.abs(out.astype(np.int64) - np.array(expected) * 2**18).max() <= 4  # tau is rounded, slope up to 8


def test_example_5_4_bilinear_squares() -> None:
    assert bilinear_ac(q18([[0, 1, 4, 9, 16, 25, 36]]), 1, 4).tolist() == q18([[0, 4, 16, 36]]).tolist()


def test_example_5_17_8_resampling(examples: Path) -> None:
    given, exact = np.load(examples / "05_filters.npz"), np.load(examples / "06_filters.npz")
    for name, resample in (("bicubic", bicubic_ac), ("bilinear", bilinear_ac)):
        out = resample(q18(given[f"A_{name}_in"]), *given[f"A_{name}_out"].shape)
        assert np.array_equal(out, exact[f"A_{name}_out"])
        assert np.abs(out.astype(np.float64) / 2**18 - given[f"A_{name}_out"]).max() < 1e-3
    for n, m in ((7, 100), (9, 130)):
        assert np.array_equal(nearest_indices(n, m), given[f"A_nearest_{n}_to_{m}"])


def test_an_unchanged_direction_is_the_identity() -> None:
    plane = np.random.default_rng(3).integers(-(2**31), 2**31, (5, 9), dtype=np.int32)
    assert np.array_equal(bicubic_ac(plane, 5, 9), plane)
    both = bicubic_ac(plane, 10, 18)
    assert np.array_equal(both, bicubic_ac(bicubic_ac(plane, 10, 9), 10, 18))


def test_the_largest_samples_do_not_wrap() -> None:
    plane = np.array([[-(2**31), 2**31 - 1, 2**31 - 1, -(2**31)]], np.int32)
    out = bicubic_ac(plane, 1, 31)
    assert out.max() == 2**31 - 1  # the overshoot between the two maxima saturates
    assert out[0, 0] == out[0, -1] == -(2**31)


def test_one_sample_grows_to_a_constant() -> None:
    assert np.array_equal(bicubic_ac(q18([[7]]), 3, 4), np.full((3, 4), 7 << 18))
    assert np.array_equal(bilinear_ac(q18([[7, 9]]), 1, 1), q18([[7]]))


def test_read_only_and_strided_inputs_are_taken() -> None:
    plane = np.arange(64, dtype=np.int32).reshape(8, 8)
    plane.flags.writeable = False
    assert bicubic_ac(plane[::2, ::2], 8, 8).shape == (8, 8)
    assert bicubic_ac(plane, 16, 16).shape == (16, 16)
