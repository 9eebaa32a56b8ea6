"""Linear layers: tensors of 06_tensors.npz, hand examples of 4.12.1 and 6.8, extremes, and what surrounds layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refdec.networks.blocks import R1, R2, ResAU
from refdec.networks.layers import After, Convolution, TransposedConvolution, UpSampler2
from refdec.networks.movement import to_map, to_planes
from refdec.weights.quantise import quantise_layer
from tests.unit.networks.direct_sum import by_definition, pixel_shuffled
from tests.unit.networks.random_layers import KINDS, layer_of, operator, random_layer, random_map

BOTH = pytest.mark.parametrize("fast", [True, False], ids=["products", "loop"])
CONVOLUTIONS = {
    "k1": {},
    "k3": {},
    "k3s2": {"stride": 2},
    "k3g2": {"groups": 2},
    "k3dw": {"groups": 8},
    "k13": {},
    "k31": {},
    "saturate": {},
}


@pytest.fixture(scope="module")
def tensors(examples: Path) -> dict[str, Any]:
    with np.load(examples / "06_tensors.npz") as file:
        return dict(file)


def one_channel(values: list[list[int]]) -> np.ndarray:
    return np.array(values, dtype=np.int32)[:, :, None]


@BOTH
@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_example_6_8_convolutions(name: str, fast: bool, tensors: dict[str, Any]) -> None:
    layer = layer_of(tensors[f"{name}_W"], tensors[f"{name}_e"], tensors[f"{name}_B"])
    conv = Convolution.of(layer, fast=fast, **CONVOLUTIONS[name])
    assert np.array_equal(to_planes(conv(to_map(tensors[f"{name}_x"]))), tensors[f"{name}_y"])


@BOTH
@pytest.mark.parametrize("name", ["t3", "t4"])
def test_example_6_8_transposed(name: str, fast: bool, tensors: dict[str, Any]) -> None:
    layer = layer_of(tensors[f"{name}_W"], tensors[f"{name}_e"], tensors[f"{name}_B"], True)
    up = TransposedConvolution.of(layer, fast=fast)
    assert np.array_equal(to_planes(up(to_map(tensors[f"{name}_x"]))), tensors[f"{name}_y"])


@BOTH
def test_example_6_8_up_sampler(fast: bool, tensors: dict[str, Any]) -> None:
    up = UpSampler2.of(layer_of(tensors["u2_W"], tensors["u2_e"], tensors["u2_B"]), fast=fast)
    assert np.array_equal(to_planes(up(to_map(tensors["u2_x"]))), tensors["u2_y"])


@BOTH
def test_example_6_8_resau(fast: bool, tensors: dict[str, Any]) -> None:
    first, second = (
        quantise_layer(tensors[f"resau_{n}"].astype(np.float64), None, False, name=n) for n in ("conv", "conv2")
    )
    act = ResAU(Convolution.of(first, groups=2, fast=fast), Convolution.of(second, fast=fast))
    x = to_map(tensors["resau_x"])
    assert np.array_equal(to_planes(act.conv2(act.conv(x, relu6=True))), tensors["resau_m"])
    assert np.array_equal(to_planes(act(x)), tensors["resau_y"])


@BOTH
def test_example_6_8_by_hand(fast: bool) -> None:
    conv = Convolution.of(layer_of([[[[262144]], [[-131072]], [[52429]]]], [19], [41231687680]), fast=fast)
    assert conv(np.full((1, 1, 3), 1 << 18, dtype=np.int32)).item() == 170394


@BOTH
@pytest.mark.parametrize(
    ("weights", "expected"), [([10, 20, 30], [20, 50, 40, 60]), ([1, 2, 3, 4], [2, 5, 8, 6])], ids=["t3", "t4"]
)
def test_example_4_12_1_transposed_in_one_dimension(weights: list[int], expected: list[int], fast: bool) -> None:
    square = np.zeros((1, 1, len(weights), len(weights)), dtype=np.int32)
    square[0, 0, 1] = weights
    up = TransposedConvolution.of(layer_of(square, [0], [0], True), fast=fast)
    assert up(one_channel([[1, 2]]))[0, :, 0].tolist() == expected


@BOTH
def test_example_4_12_1_up_sampler_in_one_dimension(fast: bool) -> None:
    weights = np.zeros((4, 1, 2, 2), dtype=np.int32)
    weights[0, 0, 0] = 1, 10
    up = UpSampler2.of(layer_of(weights, [0] * 4, [0] * 4), fast=fast)
    assert up(one_channel([[5, 7]]))[0, ::2, 0].tolist() == [75, 7]


@BOTH
def test_example_4_12_1_resau_of_one_channel(fast: bool) -> None:
    centre = np.zeros((1, 1, 3, 3), dtype=np.int32)
    centre[0, 0, 1, 1] = 1
    act = ResAU(
        Convolution.of(layer_of(centre, [1], [0]), fast=fast), Convolution.of(layer_of([[[[2]]]], [0], [0]), fast=fast)
    )
    assert act(one_channel([[8 << 18, -3 << 18]]))[0, :, 0].tolist() == [56 << 18, -3 << 18]


@BOTH
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("bits", "shift"), [(19, False), (15, True), (3, False)])
def test_layers_are_their_definition(kind: str, bits: int, shift: bool, fast: bool) -> None:
    layer = random_layer(kind, bits, bits=bits, shift=shift)
    for size, magnitude in (((1, 1), 31), ((2, 3), 20), ((5, 4), 8), ((4, 5), 26)):
        x = random_map((*size, 6), magnitude, bits)
        assert np.array_equal(operator(kind, layer, fast)(x), by_definition(kind, x, layer, KINDS[kind][2]))


@BOTH
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sample", [-(1 << 31), (1 << 31) - 1])
@pytest.mark.parametrize("sign", [-1, 1])
def test_accumulators_hold_the_extremes(kind: str, sample: int, sign: int, fast: bool) -> None:
    """Largest mantissas, largest biases and largest samples with the signs that add up (6.2.3)."""
    shape, transposed, options = KINDS[kind]
    outputs = shape[1] if transposed else shape[0]
    layer = layer_of(np.full(shape, sign * 524287), [30] * outputs, [sign * (1 << 60)] * outputs, transposed)
    x = np.full((3, 3, 6), sample, dtype=np.int32)
    assert np.array_equal(operator(kind, layer, fast)(x), by_definition(kind, x, layer, options))


@BOTH
def test_the_widest_layer_holds_the_extremes(fast: bool) -> None:
    """4320 products less one (6.2.3): |acc| < 6.1e18."""
    layer = layer_of(np.full((1, 479, 3, 3), 524287), [30], [1 << 60])
    x = np.full((3, 3, 479), (1 << 31) - 1, dtype=np.int32)
    centre = Convolution.of(layer, fast=fast)(x)[1, 1, 0]
    acc = (1 << 60) + 4311 * 524287 * ((1 << 31) - 1)
    assert acc < 1 << 63
    assert centre == min((acc + (1 << 29)) >> 30, (1 << 31) - 1)


@BOTH
@pytest.mark.parametrize("after", After)
def test_what_follows_a_layer(after: After, fast: bool) -> None:
    layer = random_layer("k3", 5)
    conv = Convolution.of(layer, fast=fast)
    x, other = random_map((5, 6, 6), 31, 6), random_map((5, 6, 7), 31, 7)
    y, o = conv(x).astype(object), other.astype(object)
    expected = {
        After.NOTHING: y,
        After.RELU: np.maximum(y, 0),
        After.ADD: o + y,
        After.ADD_RELU: o + np.maximum(y, 0),
        After.GATE: (o * ((1 << 18) + y) + (1 << 17)) >> 18,
    }[after]
    expected = np.clip(expected, -(1 << 31), (1 << 31) - 1)
    assert np.array_equal(conv(x, after=after, other=other), expected.astype(np.int64))


@BOTH
@pytest.mark.parametrize("kind", KINDS)
def test_relu6_before_a_layer(kind: str, fast: bool) -> None:
    op = operator(kind, random_layer(kind, 8), fast)
    x = random_map((4, 5, 6), 23, 9)
    assert np.array_equal(op(x, relu6=True), op(np.clip(x, 0, 6 << 18)))


@BOTH
@pytest.mark.parametrize("kind", ["t3", "t3 one output", "t4", "u2"])
def test_size_keeps_the_top_left(kind: str, fast: bool) -> None:
    op = operator(kind, random_layer(kind, 10), fast)
    x = random_map((4, 5, 6), 20, 11)
    whole = op(x)
    for size in ((7, 9), (8, 9), (7, 10), (3, 2)):
        assert np.array_equal(op(x, size=size), whole[: size[0], : size[1]])


def test_blocks_of_the_map_meet_without_seams() -> None:
    """Maps larger than a block of products, in every form of the products."""
    for kind in KINDS:
        layer = random_layer(kind, 12)
        x = random_map((37, 301, 6), 18, 13)
        assert np.array_equal(operator(kind, layer, True)(x), operator(kind, layer, False)(x))


def test_read_only_and_strided_maps_are_taken() -> None:
    conv = Convolution.of(random_layer("k3", 14))
    x = random_map((4, 10, 6), 20, 15)
    expected = conv(np.ascontiguousarray(x[:, ::2]))
    frozen = x[:, ::2]
    frozen.flags.writeable = False
    assert np.array_equal(conv(frozen), expected)


def test_residual_blocks_are_sums() -> None:
    conv = Convolution.of(layer_of(np.eye(2, dtype=np.int32)[:, :, None, None], [0, 0], [0, 0]))
    x = np.array([[[5, -7]]], dtype=np.int32)
    assert R1(conv)(x).tolist() == [[[10, -7]]]
    assert R2(conv, conv)(x).tolist() == [[[10, -7]]]
    assert pixel_shuffled(np.arange(4, dtype=np.int32).reshape(1, 1, 4))[:, :, 0].tolist() == [[0, 1], [2, 3]]


def test_a_second_map_of_another_shape_is_refused() -> None:
    conv = Convolution.of(random_layer("k3", 16))
    with pytest.raises(ValueError, match="second map"):
        conv(random_map((2, 2, 6), 10, 1), after=After.ADD)
