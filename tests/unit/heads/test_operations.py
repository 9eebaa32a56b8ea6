"""Each operation against its definition in floating point, and the forms that it says its results have."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pytest

from refdec.heads.head import HeadStep
from refdec.heads.making import Weights, head_of
from refdec.heads.network import HeadNetwork
from tests.unit.heads.support import FACTS, drawn

Map = npt.NDArray[np.float64]
ONE = 1 << 18
RANDOM = np.random.default_rng(3)
LUMA = RANDOM.integers(-20 * ONE, 20 * ONE, (160, 5, 7)).astype(np.int32)
CHROMA = RANDOM.integers(-20 * ONE, 20 * ONE, (96, 5, 7)).astype(np.int32)


def run(steps: Sequence[HeadStep], **weights: Weights) -> Map:
    """What a head makes of the two maps, in units."""
    network = HeadNetwork.of(head_of(FACTS, steps, weights))
    (answer,) = network({"luma": LUMA, "chroma": CHROMA}).values()
    return answer / ONE


def convolved(x: Map, weights: Weights, stride: int, groups: int) -> Map:
    weight, bias = weights
    assert bias is not None
    outputs, inputs, rows, columns = weight.shape
    height, width = x.shape[1:]
    padded = np.pad(x, ((0, 0), (rows // 2, rows // 2), (columns // 2, columns // 2)))
    made = np.zeros((outputs, -(-height // stride), -(-width // stride)))
    for o in range(outputs):
        first = o // (outputs // groups) * inputs
        for ky in range(rows):
            for kx in range(columns):
                part = padded[first : first + inputs, ky : ky + height : stride, kx : kx + width : stride]
                made[o] += np.tensordot(weight[o, :, ky, kx], part, 1)
    return made + bias[:, None, None]


@pytest.mark.parametrize(("side", "stride", "groups"), [((3, 3), 1, 1), ((3, 3), 2, 1), ((1, 1), 1, 4), ((3, 1), 1, 2)])
def test_convolution(side: tuple[int, int], stride: int, groups: int) -> None:
    weights = drawn(1, 8, 160 // groups, *side)
    found = run([HeadStep("convolution", ("luma",), "y", ("w",), {"stride": stride, "groups": groups})], w=weights)
    assert np.abs(found - convolved(LUMA / ONE, weights, stride, groups)).max() < 0.01


def test_linear_on_a_map_and_on_a_vector() -> None:
    weight, bias = drawn(1, 8, 160)
    assert bias is not None
    expected = np.tensordot(weight, LUMA / ONE, 1) + bias[:, None, None]
    assert np.abs(run([HeadStep("linear", ("luma",), "y", ("w",))], w=(weight, bias)) - expected).max() < 0.01
    found = run([HeadStep("mean", ("luma",), "v"), HeadStep("linear", ("v",), "y", ("w",))], w=(weight, bias))
    assert np.abs(found[:, 0, 0] - expected.mean(axis=(1, 2))).max() < 0.01


@pytest.mark.parametrize("side", [3, 4])
def test_transposed(side: int) -> None:
    """(4.2.2) R = 2r - 1 + k: every input is spread over a square of the output, twice as large."""
    weight, bias = drawn(1, 160, 3, side, side)[0], np.array([0.5, -1.0, 2.0])
    made = np.zeros((3, 12, 16))
    for r in range(5):
        for q in range(7):
            for ky in range(side):
                for kx in range(side):
                    if 2 * r - 1 + ky >= 0 and 2 * q - 1 + kx >= 0:
                        made[:, 2 * r - 1 + ky, 2 * q - 1 + kx] += weight[:, :, ky, kx].T @ (LUMA[:, r, q] / ONE)
    found = run([HeadStep("transposed", ("luma",), "y", ("w",))], w=(weight, bias))
    assert found.shape == (3, 10, 14)
    assert np.abs(found - made[:, :10, :14] - bias[:, None, None]).max() < 0.01


def test_gate_and_spread() -> None:
    steps = [
        HeadStep("mean", ("luma",), "v"),
        HeadStep("spread", ("v", "luma"), "s"),
        HeadStep("gate", ("luma", "s"), "y"),
    ]
    mean = (LUMA / ONE).mean(axis=(1, 2), keepdims=True)
    assert np.abs(run(steps[:2]) - np.broadcast_to(mean, LUMA.shape)).max() <= 2.0**-18
    assert np.abs(run(steps) - LUMA / ONE * (1 + mean)).max() < 0.001


def test_resau() -> None:
    grouped, point = drawn(1, 160, 40, 3, 3), drawn(2, 160, 160, 1, 1)
    x = LUMA / ONE
    gate = convolved(convolved(np.clip(x, 0, 6), grouped, 1, 4), point, 1, 1)
    found = run([HeadStep("resau", ("luma",), "y", ("a", "b"))], a=grouped, b=point)
    assert np.abs(found - x * (1 + gate)).max() < 0.1


def shuffled(x: Map) -> Map:
    made = np.zeros((10, 20, 28))
    for c in range(10):
        for y in range(20):
            for q in range(28):
                made[c, y, q] = x[16 * c + 4 * (y % 4) + q % 4, y // 4, q // 4]
    return made


def blocks(x: Map, reduce: Callable[..., Map]) -> Map:
    rows, columns = range(0, x.shape[1], 2), range(0, x.shape[2], 2)
    return np.array([[[reduce(plane[r : r + 2, c : c + 2]) for c in columns] for r in rows] for plane in x])


def chances_of(x: Map) -> Map:
    grown = np.exp(x - x.max(axis=0))
    return grown / grown.sum(axis=0)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (HeadStep("relu", ("luma",), "y"), lambda x: np.maximum(x, 0)),
        (HeadStep("relu6", ("luma",), "y"), lambda x: np.clip(x, 0, 6)),
        (HeadStep("scale", ("luma",), "y", (), {"multiplier": -5, "shift": 3}), lambda x: x * -5 / 8),
        (HeadStep("add", ("luma", "luma"), "y"), lambda x: 2 * x),
        (HeadStep("mean2", ("luma",), "y"), lambda x: blocks(x, np.mean)),
        (HeadStep("max2", ("luma",), "y"), lambda x: blocks(x, np.max)),
        (HeadStep("mean", ("luma",), "y"), lambda x: x.mean(axis=(1, 2), keepdims=True)),
        (HeadStep("shuffle", ("luma",), "y", (), {"factor": 4}), shuffled),
        (HeadStep("nearest", ("luma",), "y"), lambda x: x.repeat(2, axis=1).repeat(2, axis=2)),
        (
            HeadStep("softmax", ("luma",), "y"),
            chances_of,
        ),
        (HeadStep("logistic", ("luma",), "y"), lambda x: 1 / (1 + np.exp(-x))),
        (HeadStep("normalise", ("luma",), "y"), lambda x: x / np.sqrt((x * x).sum(axis=0))),
    ],
    ids=lambda part: part.operation if isinstance(part, HeadStep) else "",
)
def test_an_operation_is_what_its_formula_says(step: HeadStep, expected: Callable[[Map], Map]) -> None:
    found = run([step])
    assert found.shape == expected(LUMA / ONE).shape
    assert np.abs(found - expected(LUMA / ONE)).max() <= 2.0**-18, "one rounding to the nearest, in Q18"


def test_concatenate_joins_channels() -> None:
    found = run([HeadStep("concatenate", ("chroma", "luma"), "y")])
    assert np.array_equal(found, np.concatenate([CHROMA, LUMA]) / ONE)


def test_maps_that_were_rounded_up_are_cut_to_what_all_have() -> None:
    steps = [HeadStep("mean2", ("luma",), "a"), HeadStep("nearest", ("a",), "b"), HeadStep("add", ("luma", "b"), "y")]
    half = blocks(LUMA / ONE, np.mean).repeat(2, axis=1).repeat(2, axis=2)
    assert half.shape == (160, 6, 8)
    assert np.abs(run(steps) - (LUMA / ONE + half[:, :5, :7])).max() < 1e-4
    joined = run([*steps[:2], HeadStep("concatenate", ("b", "luma"), "y")])
    assert joined.shape == (320, 5, 7)
