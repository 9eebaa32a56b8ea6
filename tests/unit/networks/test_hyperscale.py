"""Hyper-scale decoder (3.3): worked examples, parts against the whole, extremes, refusals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refdec.arithmetic.types import Int32Array, IntArray
from refdec.networks import errors_hyperscale
from refdec.networks.errors import ChannelMismatch, LatentSizeMismatch
from refdec.networks.errors_hyperscale import HyperScaleOverflow, HyperScaleShiftOutOfRange
from refdec.networks.hyperscale import HyperScaleDecoder, IntegerLayer
from refdec.weights.errors import MissingTensor, WrongShape
from tests.unit.networks.recipe import hyper_scale


@dataclass(frozen=True)
class Tensors:
    name: str
    integers: Mapping[str, Int32Array]


def tensors(**layers: tuple[Any, Any, Any]) -> Tensors:
    """Layers by name: weight [o,i,k,k], bias [o] or None, shift [o]."""
    out = {}
    for name, (weight, bias, shift) in layers.items():
        path = f"hyper_scale_decoder.{name}."
        out[path + "weight"] = np.asarray(weight, np.int32)
        out[path + "per_channel_shifts"] = np.asarray(shift, np.int32).reshape(1, -1, 1, 1)
        if bias is not None:
            out[path + "bias"] = np.asarray(bias, np.int32)
    return Tensors("test", out)


def random_tensors(channels: int, seed: int, limit: int = 127) -> Tensors:
    rng = np.random.default_rng(seed)

    def layer(outputs: int, size: int) -> tuple[IntArray, IntArray, IntArray]:
        weight = rng.integers(-limit, limit + 1, (outputs, channels, size, size))
        return weight, rng.integers(-5000, 5000, outputs), rng.integers(0, 9, outputs)

    return tensors(conv1=layer(channels, 1), depthwise=layer(channels, 3), pointwise=layer(16 * channels, 1))


def by_the_text(weights: Tensors, z_hat: IntArray, h: int, w: int) -> IntArray:
    """Clause 3.3 as it is written, in int64."""

    def layer(name: str, x: IntArray, p: int) -> IntArray:
        path = f"hyper_scale_decoder.{name}."
        weight = weights.integers[path + "weight"].astype(np.int64)
        x = np.pad(np.clip(x.astype(np.int64), -128, 127), ((0, 0), (p, p), (p, p)))
        rows, columns = x.shape[1] - 2 * p, x.shape[2] - 2 * p
        acc = np.zeros((weight.shape[0], rows, columns), np.int64)
        acc += weights.integers.get(path + "bias", np.zeros(weight.shape[0], np.int32))[:, None, None]
        for u in range(2 * p + 1):
            for v in range(2 * p + 1):
                acc += np.einsum("oi,ijk->ojk", weight[:, :, u, v], x[:, u : u + rows, v : v + columns])
        return np.asarray(acc >> weights.integers[path + "per_channel_shifts"].reshape(-1, 1, 1).astype(np.int64))

    a2 = np.maximum(layer("depthwise", np.maximum(layer("conv1", z_hat, 0), 0), 1), 0)
    a3 = layer("pointwise", a2, 0)
    c, hz, wz = a2.shape
    u = a3.reshape(c, 4, 4, hz, wz).transpose(0, 3, 1, 4, 2).reshape(c, 4 * hz, 4 * wz)
    return np.asarray(np.clip(np.abs(u), 0, 3967)[:, :h, :w])


def test_example_c_1_by_hand() -> None:
    weights = tensors(
        conv1=([[[[37]]]], [100], [3]),
        depthwise=([[[[1, -2, 3], [-20, 50, 9], [4, 0, -6]]]], [-512], [4]),
        pointwise=(
            np.arange(-40, 111, 10).reshape(16, 1, 1, 1),
            [100 * o - 300 for o in range(16)],
            [1] * 8 + [0] * 8,
        ),
    )
    z_hat = np.array([[[-7, 12]]], np.int8)
    network = HyperScaleDecoder.of(weights)
    first = network.conv1(z_hat.transpose(1, 2, 0))
    assert first.ravel().tolist() == [-20, 68]
    second = network.depthwise(np.maximum(first, 0))
    assert second.ravel().tolist() == [6, 180]
    third = network.pointwise(np.maximum(second, 0))
    assert third[0, 0, :8].tolist() == [-270, -190, -110, -30, 50, 130, 210, 290]
    assert third[0, 1, 8:].tolist() == [5580, 6950, 8320, 9690, 11060, 12430, 13800, 15170]
    assert hyper_scale(weights, z_hat, 3, 8)[0].tolist() == [
        [270, 190, 110, 30, 2690, 2005, 1320, 635],
        [50, 130, 210, 290, 50, 735, 1420, 2105],
        [740, 900, 1060, 1220, 3967, 3967, 3967, 3967],
    ]


@pytest.mark.parametrize("case", ["A", "B"])
def test_example_03_hsd(examples: Path, case: str) -> None:
    with np.load(examples / "03_hsd.npz") as data:
        arrays = {k[2:]: data[k] for k in data.files if k.startswith(case)}
    names = ("conv1", "depthwise", "pointwise")
    weights = tensors(**{n: tuple(arrays[f"{n}_{part}"] for part in ("weight", "bias", "shift")) for n in names})
    network = HyperScaleDecoder.of(weights)
    x = arrays["z_hat"].transpose(1, 2, 0)
    for name in names:
        out = getattr(network, name)(x)
        np.testing.assert_array_equal(out.transpose(2, 0, 1), arrays[f"{name}_out"], name)
        x = np.maximum(out, 0)
    h, w = arrays["latent_hw"].tolist()
    np.testing.assert_array_equal(hyper_scale(weights, arrays["z_hat"], h, w), arrays["sigma"])


@settings(deadline=None, max_examples=40)
@given(
    channels=st.integers(1, 5),
    h=st.integers(1, 23),
    w=st.integers(1, 23),
    seed=st.integers(0, 2**32 - 1),
    limit=st.sampled_from([127, 2047, 100_000]),
    cut=st.tuples(*(st.integers(0, 23) for _ in range(4))),
)
def test_text_whole_slices_and_bands_agree(
    channels: int, h: int, w: int, seed: int, limit: int, cut: tuple[int, int, int, int]
) -> None:
    weights = random_tensors(channels, seed, limit)
    z_hat = np.random.default_rng(seed + 1).integers(-31, 32, (channels, -(-h // 4), -(-w // 4))).astype(np.int8)
    whole = hyper_scale(weights, z_hat, h, w)
    assert whole.dtype == np.int32
    np.testing.assert_array_equal(whole, by_the_text(weights, z_hat, h, w))
    network = HyperScaleDecoder.of(weights)
    part, rows = slice(*sorted(cut[:2])), slice(*sorted(cut[2:]))
    piece = network.scale(network.trunk(z_hat), h, w, channels=part, rows=rows)
    np.testing.assert_array_equal(piece, whole[part, rows])


def test_the_extreme_of_32_bits_is_exact_and_one_more_is_refused() -> None:
    """|acc| reaches 2^31 - 1 and -2^31: sums in int32 are exact up to the edge that the check allows."""
    top, bottom = (1 << 31) - 1, -(1 << 31)
    weight, reach = np.array([[[[1000]], [[-1000]]]]), 1000 * 127 + 1000 * 128
    x = np.array([[[127, -128], [-128, 127]]], np.int16)
    for bias in (top - reach, bottom + reach):
        layer = IntegerLayer.of(tensors(one=(weight, [bias], [0])), "one", 1, 2, 1)
        assert layer(x).ravel().tolist() == [bias + reach, bias - reach]
    for bias in (top - reach + 1, bottom + reach - 1):
        with pytest.raises(HyperScaleOverflow):
            IntegerLayer.of(tensors(one=(weight, [bias], [0])), "one", 1, 2, 1)


def test_a_missing_bias_is_zero() -> None:
    layer = IntegerLayer.of(tensors(one=([[[[3]]]], None, [1])), "one", 1, 1, 1)
    assert layer(np.array([[[5], [-5], [200]]], np.int32)).ravel().tolist() == [7, -8, 190]


def test_each_refusal() -> None:
    good = random_tensors(2, 0)
    for name in list(good.integers):
        if not name.endswith("bias"):
            with pytest.raises(MissingTensor):
                HyperScaleDecoder.of(Tensors("x", {k: v for k, v in good.integers.items() if k != name}))
    with pytest.raises(WrongShape):
        bad = {**good.integers, "hyper_scale_decoder.pointwise.weight": np.zeros((16, 2, 1, 1), np.int32)}
        HyperScaleDecoder.of(Tensors("x", bad))
    z_hat = np.zeros((2, 3, 3), np.int8)
    with pytest.raises(ChannelMismatch):
        hyper_scale(good, z_hat[:1], 12, 12)
    for h, w in ((13, 12), (8, 12), (12, 8)):
        with pytest.raises(LatentSizeMismatch):
            hyper_scale(good, z_hat, h, w)


@pytest.mark.parametrize("shift", [-1, 32])
def test_shifts_outside_the_range_are_refused(shift: int) -> None:
    with pytest.raises(HyperScaleShiftOutOfRange) as caught:
        IntegerLayer.of(tensors(one=([[[[3]]]], None, [shift])), "one", 1, 1, 1)
    assert str(shift) in caught.value.explain()


def test_errors_have_codes_of_their_own() -> None:
    kinds = [getattr(errors_hyperscale, name) for name in errors_hyperscale.__all__]
    assert sorted(kind.code for kind in kinds) == ["RD0471", "RD0472"]
    assert "32 bits" in HyperScaleOverflow("conv1", 0, -5, 1 << 31).explain()
