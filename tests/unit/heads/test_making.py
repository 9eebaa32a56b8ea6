"""Heads out of arrays: the nearest mantissas of 16 bits, floats or whole numbers, and arrays that are no weights."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.heads.errors import HeadStepInvalid
from refdec.heads.head import HeadStep
from refdec.heads.making import Weights, head_of
from refdec.weights.errors import NotFinite
from tests.unit.heads.support import FACTS, drawn, tiny

LINEAR = [HeadStep("linear", ("chroma",), "y", ("fc",))]


def test_weights_are_the_nearest_mantissas() -> None:
    weight, bias = drawn(1, 3, 96)
    layer = tiny().layers["fc"]
    value = np.ldexp(layer.wide()[:, :, 0, 0].astype(float), -layer.exponent[:, None].astype(int))
    largest = np.abs(weight).max(axis=1, keepdims=True)
    assert np.abs(value - weight).max() <= (largest * 2.0**-15).max()
    assert np.abs(np.ldexp(layer.bias.astype(float), -18 - layer.exponent.astype(int)) - bias).max() < 2.0**-18
    assert np.abs(layer.mantissa).max() >= 1 << 14, "all 15 bits are used"


def test_whole_numbers_stay_what_they_are() -> None:
    weight = np.arange(-144, 144, dtype=np.int16).reshape(3, 96)
    layer = head_of(FACTS, LINEAR, {"fc": (weight, None)}).layers["fc"]
    assert np.array_equal(layer.wide()[:, :, 0, 0] >> layer.exponent[:, None].astype(np.int32), weight)
    assert not layer.has_bias


@pytest.mark.parametrize(
    "weights",
    [(np.zeros(3), None), (np.zeros((3, 96, 1)), None), (np.zeros((3, 96)), np.zeros(4))],
)
def test_arrays_that_are_no_weights(weights: Weights) -> None:
    with pytest.raises(HeadStepInvalid, match="the layer fc"):
        head_of(FACTS, LINEAR, {"fc": weights})


def test_weights_that_are_no_numbers() -> None:
    with pytest.raises(NotFinite):
        head_of(FACTS, LINEAR, {"fc": (np.full((3, 96), np.nan), None)})
