"""Attention (6.4.4 to 6.4.7): tensors of 06_tensors.npz, hand examples, and extremes against integers of Python."""

from __future__ import annotations

import json
from math import isqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refdec.arithmetic.elementary import elu_s, logistic_s
from refdec.networks import attention_kernels as kernels
from refdec.networks.attention import EPS, _PointThenDepth, attention, normalised
from refdec.networks.layers import Convolution
from refdec.networks.movement import to_map, to_planes
from refdec.networks.sharing import helped_by, shared_by
from refdec.weights.quantise import quantise_layer
from tests.unit.networks.random_layers import layer_of, random_map

INT32 = st.integers(-(1 << 31), (1 << 31) - 1)


@pytest.fixture(scope="module")
def tensors(examples: Path) -> dict[str, Any]:
    with np.load(examples / "06_tensors.npz") as file:
        return dict(file)


def rdiv(a: int, b: int) -> int:
    return (1 if a >= 0 else -1) * ((abs(a) + (b >> 1)) // b)


def norm_by_definition(values: list[int]) -> list[int]:
    """6.4.5, line by line."""
    c = len(values)
    lam, total = c.bit_length() - 1, sum(values)
    centred = [c * v - total for v in values]
    p = max(0, max(abs(d) for d in centred).bit_length() - 26)
    d = [(v + (1 << p >> 1)) >> p for v in centred]
    u = (EPS[c] >> 2 * p) + sum(v * v for v in d)
    j = max(j for j in range(62) if u.bit_length() + j <= 62 and (j + lam) % 2 == 0)
    n = isqrt(u << j)
    return [rdiv(v << (18 + (j + lam) // 2), n) for v in d]


@pytest.mark.parametrize("name", ["ln64", "ln128"])
def test_example_6_8_layer_norm(name: str, tensors: dict[str, Any]) -> None:
    assert np.array_equal(to_planes(normalised(to_map(tensors[f"{name}_x"]))), tensors[f"{name}_y"])


@pytest.mark.parametrize("name", ["att64", "att64zero", "att128big"])
def test_example_6_8_attention(name: str, tensors: dict[str, Any]) -> None:
    temperature = quantise_layer(tensors[f"{name}_temperature"].astype(np.float64), None, False, name="temperature")
    assert np.array_equal(temperature.wide().reshape(-1), tensors[f"{name}_W"])
    w, e = temperature.wide().reshape(-1).astype(np.int64), temperature.exponent.astype(np.int64)
    assert np.array_equal(to_planes(attention(to_map(tensors[f"{name}_q"]), w, e)), tensors[f"{name}_y"])


def test_example_6_8_softmax(examples: Path) -> None:
    for logits, expected in json.loads((examples / "06_scalars.json").read_text())["softmax"]:
        rows = np.array([logits, logits[::-1]], dtype=np.int64)
        out = np.empty_like(rows)
        kernels.softmax_rows(rows, out)
        assert out.tolist() == [expected, expected[::-1]]


def test_example_4_12_1_attention_of_two_channels() -> None:
    """A = B = [[3,4],[0,0]] in the first two channels of a head; temperature 1; the others stay zero."""
    q = np.zeros((1, 2, 3 * 64), dtype=np.int32)
    q[0, :, 0] = q[0, :, 64] = 3 << 18, 4 << 18
    sums, largest = np.zeros((4, 16, 16), dtype=np.int64), np.empty(128, dtype=np.int64)
    energy = np.zeros(128, dtype=np.int64)
    rows = q.reshape(2, -1)
    kernels.row_maxima(rows, 128, largest)
    kernels.correlated(rows, largest, 2, sums, energy)
    logits, weights = np.empty_like(sums), np.empty((2, 2), dtype=np.int64)
    one = np.full(4, 1 << 18, dtype=np.int64)
    kernels.cosine_logits(sums, energy, one, np.full(4, 18, dtype=np.int64), logits)
    assert logits[0, :2, :2].tolist() == [[1 << 18, 0], [0, 0]]
    kernels.softmax_rows(np.ascontiguousarray(logits[0, :2, :2]), weights)
    assert (weights / 2**30).round(6).tolist() == [[0.731059, 0.268941], [0.5, 0.5]]


@pytest.mark.parametrize("channels", [64, 128])
@pytest.mark.parametrize("bits", [0, 1, 5, 18, 25, 31])
def test_layer_norm_is_its_definition(channels: int, bits: int) -> None:
    x = random_map((3, 4, channels), bits, channels + bits)
    x[0, 0] = 0
    x[0, 1] = (1 << bits) - 1
    x[0, 2] = -(1 << bits)
    x[0, 3, 0] = -(1 << bits)
    expected = [[norm_by_definition([int(v) for v in position]) for position in row] for row in x]
    assert np.array_equal(normalised(x), expected)


@given(st.lists(INT32, min_size=64, max_size=64))
def test_layer_norm_of_any_row(values: list[int]) -> None:
    row = np.array(values, dtype=np.int32).reshape(1, 1, -1)
    assert normalised(row)[0, 0].tolist() == norm_by_definition(values)


def attention_by_definition(q: np.ndarray, w: list[int], e: list[int]) -> np.ndarray:
    """6.4.7 items 1 to 5, line by line, with Python's integers."""
    height, width, wide = q.shape
    c, positions = wide // 3, height * width
    n, t = c // 4, (62 - positions.bit_length()) >> 1
    rows = [[int(v) for v in q.reshape(positions, wide)[:, k]] for k in range(wide)]
    scaled, norms = [], []
    for row in rows[: 2 * c]:
        top = max(abs(a) for a in row)
        p = top.bit_length() - t
        row_scaled = [(a + (1 << (p - 1))) >> p if p > 0 else a << -p for a in row] if top else row
        scaled.append(row_scaled)
        norms.append(isqrt(sum(a * a for a in row_scaled)))
    out = np.zeros((positions, c), dtype=np.int64)
    for i in range(c):
        head, logits = i // n, []
        for k in range(head * n, head * n + n):
            s = sum(a * b for a, b in zip(scaled[i], scaled[c + k], strict=True))
            g = rdiv(rdiv(s, norms[i]) << 24, norms[c + k]) if norms[i] and norms[c + k] else 0
            logits.append((g * w[head] + (1 << (e[head] + 5))) >> (e[head] + 6))
        weights = np.empty((1, n), dtype=np.int64)
        kernels.softmax_rows(np.array([logits], dtype=np.int64), weights)
        for position in range(positions):
            acc = sum(int(p) * rows[2 * c + head * n + k][position] for k, p in enumerate(weights[0]))
            out[position, i] = min(max((acc + (1 << 29)) >> 30, -(1 << 31)), (1 << 31) - 1)
    return out.reshape(height, width, c)


@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 3), (3, 3)])
@pytest.mark.parametrize("bits", [0, 3, 20, 31])
def test_attention_is_its_definition(height: int, width: int, bits: int) -> None:
    q = random_map((height, width, 192), bits, height + bits)
    q[:, :, 5] = 0
    q[:, :, 70] = 0
    w, e = [524287, -524287, 1 << 18, 0], [0, 30, 18, 7]
    got = attention(q, np.array(w, dtype=np.int64), np.array(e, dtype=np.int64))
    assert np.array_equal(got, attention_by_definition(q, w, e))


@pytest.mark.parametrize("height", [9, 40])
def test_threads_that_share_it_attend_to_the_same(height: int) -> None:
    """Positions are taken in parts of 256: of the largest, the sums, and what is attended to."""
    q = random_map((height, 67, 192), 31, height)
    w, e = np.array([524287, -524287, 1 << 18, 7], dtype=np.int64), np.array([0, 30, 18, 7], dtype=np.int64)
    alone = attention(q, w, e)
    with helped_by(3) as team, shared_by(team):
        assert np.array_equal(attention(q, w, e), alone)


def test_attention_of_extreme_maps() -> None:
    for value in (-(1 << 31), (1 << 31) - 1):
        q = np.full((2, 3, 192), value, dtype=np.int32)
        got = attention(q, np.full(4, 1 << 18, dtype=np.int64), np.full(4, 18, dtype=np.int64))
        assert np.array_equal(got, np.full((2, 3, 64), value))


@given(st.lists(st.tuples(INT32, INT32, INT32), min_size=1, max_size=40))
def test_logistic_gate_of_any_samples(samples: list[tuple[int, int, int]]) -> None:
    x, t, m = (np.array(column, dtype=np.int32) for column in zip(*samples, strict=True))
    out = np.empty_like(x)
    kernels.logistic_gate(x, t, m, out)
    sums = [a + ((b * logistic_s(c) + (1 << 23)) >> 24) for a, b, c in samples]
    assert out.tolist() == [min(max(s, -(1 << 31)), (1 << 31) - 1) for s in sums]


@given(st.lists(st.tuples(INT32, INT32), min_size=1, max_size=40))
def test_elu_gate_of_any_samples(samples: list[tuple[int, int]]) -> None:
    f = np.array([[a for a, _ in samples] + [b for _, b in samples]], dtype=np.int32)
    out = np.empty((1, len(samples)), dtype=np.int32)
    kernels.elu_gate(f, out)
    products = [(elu_s(a) * b + (1 << 17)) >> 18 for a, b in samples]
    assert out[0].tolist() == [min(max(p, -(1 << 31)), (1 << 31) - 1) for p in products]


@pytest.mark.parametrize("height", [1, 2, 3, 4, 5, 8, 9, 13])
def test_bands_of_rows_are_the_whole(height: int) -> None:
    rng = np.random.default_rng(height)
    point = Convolution.of(layer_of(rng.integers(-(1 << 19), 1 << 19, (12, 64, 1, 1)), [20] * 12, [5] * 12))
    depth = Convolution.of(layer_of(rng.integers(-(1 << 19), 1 << 19, (12, 1, 3, 3)), [19] * 12, [0] * 12), groups=12)
    x = random_map((height, 5, 64), 20, height)
    whole = depth(point(normalised(x)))
    for middle in range(height):
        firsts = []
        for top, bottom in ((0, middle), (middle, height)):
            for first, rows in _PointThenDepth(point, depth).bands(x, top, bottom):
                assert np.array_equal(rows, whole[first : first + rows.shape[0]])
                firsts.append((first, rows.shape[0]))
        assert sum(n for _, n in firsts) == height
