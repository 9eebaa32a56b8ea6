"""LSBS (6.3.4)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refdec.latent import kernels
from refdec.latent.errors import LatentMismatch, ModelUnknown
from refdec.latent.lsbs import lsbs


def one_value(y: int, residual: int, mean: int, weight: int) -> int:
    out = np.empty((1, 1, 1), np.int32)
    kernels.lsbs(
        np.full((1, 1, 1), y, np.int32),
        np.full((1, 1, 1), residual, np.int32),
        np.zeros((1, 1, 1), np.int32),
        np.zeros(0, np.int32),
        np.array([mean], np.int32),
        np.array([weight], np.int32),
        0,
        0,
        out,
    )
    return int(out[0, 0, 0])


def test_example_6_8_lsbs(examples: Path) -> None:
    rows = json.loads((examples / "06_scalars.json").read_text())["lsbs (y, res, A, Bq)"]
    assert [one_value(*row[:4]) for row in rows] == [row[4] for row in rows]


def test_example_c_2_lsbs_in_float() -> None:
    for y, residual, mean, weight, bits in (
        (0xC0500000, 0x3F400000, 34, 46, 0xC050CB00),
        (0x4121999A, 0xC0133333, 17, 23, 0x4121E88D),
    ):
        values = np.array([y, residual, bits], np.uint32).view(np.float32).astype(np.float64)
        y_q18, residual_q18 = (int(v) for v in np.rint(values[:2] * 2**18))
        assert abs(one_value(y_q18, residual_q18, mean, weight) / 2**18 - values[2]) < 2.0**-17


FACTORS = [
    ((23, 0, 46), (28, 0, 56)),
    ((17, 0, 34), (23, 0, 46)),
    ((12, 0, 23), (17, 0, 34)),
    ((9, 0, 28), (12, 0, 26)),
]


@settings(deadline=None, max_examples=60)
@given(model=st.integers(0, 3), seed=st.integers(0, 2**32 - 1), corner=st.tuples(st.integers(0, 18), st.integers(0, 9)))
def test_classes_windows_and_the_array_in_place(model: int, seed: int, corner: tuple[int, int]) -> None:
    rng = np.random.default_rng(seed)
    y = rng.integers(-(2**31), 2**31, (2, 19, 10)).astype(np.int32)
    residual = rng.integers(-(2**31), 2**31, y.shape).astype(np.int32)
    likely = rng.choice([0, 1378, 1379, 1411, 1412, 4351], (2, 3, 2)).astype(np.int32)
    whole = lsbs(y, residual, likely, model)
    means, weights = FACTORS[model]
    for c, i, j in ((0, 0, 0), (1, 18, 9), (0, 9, 7)):
        block = int(likely[c, i // 8, j // 8])
        k = (block > 1378) + (block > 1411)
        total = means[k] * (int(y[c, i, j]) - int(residual[c, i, j])) + weights[k] * int(residual[c, i, j])
        assert whole[c, i, j] == min(max(int(y[c, i, j]) + ((total + 4096) >> 13), -(2**31)), 2**31 - 1)
        assert k != 1 or whole[c, i, j] == y[c, i, j]
    top, left = corner
    part = lsbs(y[:, top:, left:], residual[:, top:, left:], likely, model, origin=corner)
    np.testing.assert_array_equal(part, whole[:, top:, left:])
    again = y.copy()
    assert lsbs(again, residual, likely, model, out=again) is again
    np.testing.assert_array_equal(again, whole)


def test_refusals() -> None:
    y, likely = np.zeros((1, 8, 8), np.int32), np.zeros((1, 1, 1), np.int32)
    with pytest.raises(ModelUnknown):
        lsbs(y, y, likely, 4)
    with pytest.raises(LatentMismatch):
        lsbs(y, y[:, :7], likely, 0)
    with pytest.raises(LatentMismatch):
        lsbs(y, y, likely, 0, origin=(1, 0))
    with pytest.raises(LatentMismatch):
        lsbs(y, y, likely, 0, out=np.zeros((1, 8, 7), np.int32))
