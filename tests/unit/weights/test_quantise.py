"""Quantisation (6.2.2), compact storage (6.2.4) and the gain vector (3.4.1)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refdec.arithmetic.fixed import rshift
from refdec.weights.arrays import NumberArray
from refdec.weights.errors import BiasTooLarge, GainOutOfRange, NotFinite, WeightTooLarge
from refdec.weights.layers import channels_first
from refdec.weights.quantise import compact, gain_log, quantise_layer

CASES = ("k1", "k3", "k3s2", "k3g2", "k3dw", "k13", "k31", "saturate", "t3", "t4", "u2")


def one_channel(*values: float) -> NumberArray:
    return np.array(values, np.float64).reshape(1, -1, 1, 1)


def test_example_6_8_by_hand() -> None:
    single = np.array([0.5, -0.25, 0.1], np.float32).astype(np.float64).reshape(1, 3, 1, 1)
    layer = quantise_layer(single, np.array([0.3], np.float32).astype(np.float64))
    assert layer.wide().ravel().tolist() == [262144, -131072, 52429]
    assert (layer.exponent.tolist(), layer.bias.tolist()) == ([19], [41231687680])
    accumulator = int(layer.bias[0]) + (1 << 18) * int(layer.wide().sum())
    assert accumulator == 89335373824
    assert int(rshift(accumulator, 19)) == 170394


def scalar_cases() -> list[dict[str, Any]]:
    path = Path(__file__).parents[2] / "golden" / "examples" / "06_scalars.json"
    return list(json.loads(path.read_text())["weights"])


@pytest.mark.parametrize("case", scalar_cases(), ids=lambda case: str(case["w"]))
def test_example_06_scalars_weights(case: dict[str, Any]) -> None:
    layer = quantise_layer(np.array(case["w"]).reshape(1, -1, 1, 1), np.array([case["b"]]))
    assert layer.wide().ravel().tolist() == case["W"]
    assert (int(layer.exponent[0]), int(layer.bias[0])) == (case["e"], case["B"])
    if case["compact"] is None:
        assert layer.mantissa.dtype == np.int32 and not layer.shift.any()
    else:
        assert layer.mantissa.dtype == np.int16
        assert layer.mantissa.ravel().tolist() == case["compact"]["W16"]
        assert int(layer.shift[0]) == case["compact"]["t"]


@pytest.mark.parametrize("name", CASES)
def test_example_06_tensors_layers(examples: Path, name: str) -> None:
    with np.load(examples / "06_tensors.npz") as z:
        bias = z[f"{name}_b"].astype(np.float64) if f"{name}_b" in z.files else None
        layer = quantise_layer(z[f"{name}_w"].astype(np.float64), bias, name in ("t3", "t4"))
        assert np.array_equal(layer.wide(), z[f"{name}_W"])
        assert np.array_equal(layer.exponent, z[f"{name}_e"])
        assert np.array_equal(layer.bias, z[f"{name}_B"])


@pytest.mark.parametrize("name", ["att64", "att64zero", "att128big"])
def test_example_06_tensors_temperatures(examples: Path, name: str) -> None:
    with np.load(examples / "06_tensors.npz") as z:
        layer = quantise_layer(z[f"{name}_temperature"].astype(np.float64).reshape(4, 1, 1), None)
        assert layer.wide().ravel().tolist() == z[f"{name}_W"].tolist()
        assert layer.exponent.tolist() == z[f"{name}_e"].tolist()
        assert not layer.bias.any() and not layer.has_bias


def test_the_exponent_is_the_largest_that_keeps_20_bits() -> None:
    for m in [524287.0, 524287.4999, 262143.75, 1.0, 0.99999905, 3e-5, 5e-324, 1e-300]:
        layer = quantise_layer(one_channel(m), None)
        e = int(layer.exponent[0])
        assert np.rint(np.ldexp(m, e)) <= 524287
        assert e == 30 or np.rint(np.ldexp(m, e + 1)) > 524287


def test_mantissas_round_half_to_even() -> None:
    layer = quantise_layer(one_channel(400000.0, 0.5, 1.5, 2.5, -0.5, -1.5), None)
    assert layer.wide().ravel().tolist() == [400000, 0, 2, 2, 0, -2]


def test_output_channels_of_a_transposed_layer_are_the_second_index() -> None:
    weight = np.zeros((3, 2, 1, 1))
    weight[:, 0], weight[:, 1] = 1.0, 1 / 1024
    layer = quantise_layer(weight, np.array([1.0, 1.0]), True)
    assert layer.exponent.tolist() == [18, 28]
    assert layer.bias.tolist() == [1 << 36, 1 << 46]
    assert layer.out_channels == 2 and layer.shape == (3, 2, 1, 1)


def test_a_layer_without_bias_has_zeros() -> None:
    layer = quantise_layer(one_channel(1.0), None)
    assert layer.bias.tolist() == [0] and layer.bias.dtype == np.int64 and not layer.has_bias


def test_arrays_of_a_layer_are_read_only() -> None:
    layer = quantise_layer(one_channel(1.0), np.array([0.5]))
    for array in (layer.mantissa, layer.shift, layer.exponent, layer.bias):
        assert not array.flags.writeable


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_named(bad: float) -> None:
    with pytest.raises(NotFinite, match=r"conv3\.weight"):
        quantise_layer(one_channel(1.0, bad), None, name="conv3")
    with pytest.raises(NotFinite, match=r"conv3\.bias"):
        quantise_layer(one_channel(1.0), np.array([bad]), name="conv3")


def test_weights_above_20_bits_are_refused() -> None:
    weight = np.array([1.0, 524287.5]).reshape(2, 1, 1, 1)
    with pytest.raises(WeightTooLarge) as caught:
        quantise_layer(weight, None, name="conv3")
    assert caught.value.channel == 1


@pytest.mark.parametrize("bias", [2.0**12 + 1, -(2.0**12) - 1, 1e300])
def test_biases_above_60_bits_are_refused(bias: float) -> None:
    with pytest.raises(BiasTooLarge):
        quantise_layer(one_channel(1e-9), np.array([bias]), name="conv3")
    assert quantise_layer(one_channel(1e-9), np.array([2.0**12])).bias.tolist() == [1 << 60]


def test_compact_storage_evaluates_to_the_same_integers() -> None:
    """(6.2.4) ((B + 2^(e-1)) >> t) + A) >> (e - t) and rshift(B + A * 2^t, e) are the same integer."""
    g = np.random.Generator(np.random.PCG64(7))
    weight = np.ldexp(g.integers(-30000, 30001, (8, 6, 3, 3)).astype(np.float64), -20)
    layer = quantise_layer(weight, g.standard_normal(8))
    assert layer.mantissa.dtype == np.int16 and layer.shift.min() >= 4
    x = g.integers(-(1 << 26), 1 << 26, 54)
    narrow = channels_first(layer.mantissa.astype(np.int32), transposed=False).astype(np.int64) @ x
    wide = channels_first(layer.wide(), transposed=False).astype(np.int64) @ x
    e, t = layer.exponent.astype(np.int64), layer.shift.astype(np.int64)
    assert np.array_equal(wide, narrow << t)
    assert np.array_equal(rshift(layer.bias + wide, e), (((layer.bias + (1 << (e - 1))) >> t) + narrow) >> (e - t))


def test_one_wide_channel_keeps_the_whole_tensor_wide() -> None:
    exponent = np.array([19, 19], np.uint8)
    narrow = np.array([16, 32]).reshape(2, 1, 1, 1).astype(np.int32)
    found = compact(narrow, exponent, transposed=False)
    assert found is not None and found[1].tolist() == [4, 5] and found[0].ravel().tolist() == [1, 1]
    assert compact(np.array([16, 32769]).reshape(2, 1, 1, 1).astype(np.int32), exponent, transposed=False) is None


def test_the_shift_never_exceeds_the_exponent() -> None:
    exponent = np.array([3], np.uint8)
    found = compact(np.array([[[[1 << 17]]]], np.int32), exponent, transposed=False)
    assert found is not None and found[1].tolist() == [3] and found[0].ravel().tolist() == [1 << 14]
    assert compact(np.array([[[[1 << 18]]]], np.int32), exponent, transposed=False) is None


def gains(column: int, values: list[float]) -> NumberArray:
    table = np.zeros((len(values), 18))
    table[:, column] = values
    return table


def test_gain_takes_its_column_and_rounds_half_to_even() -> None:
    assert gain_log(gains(6, [0.5 / 128, 1.5 / 128, -2.5 / 128, 1.0])).tolist() == [0, 2, -2, 128]


def test_gain_is_limited_below_and_refused_above() -> None:
    assert gain_log(gains(0, [-100.0, 2047 / 128])).tolist() == [-2048, 2047]
    with pytest.raises(GainOutOfRange) as caught:
        gain_log(gains(3, [1.0, 16.0]))
    assert (caught.value.channel, caught.value.value) == (1, 2048)


def test_gain_without_a_used_column_takes_the_first() -> None:
    assert gain_log(np.zeros((4, 18))).tolist() == [0, 0, 0, 0]
    ones = np.full((3, 18), 1.000001)
    assert gain_log(ones).tolist() == [128, 128, 128]
    balanced = gains(2, [1.0, -1.0])
    balanced[:, 0] = [0.5, -0.5]
    assert gain_log(balanced).tolist() == [64, -64]


def test_gain_must_be_finite() -> None:
    with pytest.raises(NotFinite):
        gain_log(gains(1, [np.nan]))
