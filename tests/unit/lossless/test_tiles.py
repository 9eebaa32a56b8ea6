"""Tiles: worked example 2 of 7.7, and that what is decoded is what was coded, of any depth, size and content."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refdec.arithmetic.types import Int32Array
from refdec.errors import LimitExceeded
from refdec.limits import TimeIsUp
from refdec.lossless.kernels import PAD
from refdec.lossless.tiles import TileForm, code_tile, decode_tile

ROOT = Path(__file__).resolve().parents[3]
ORIGINAL = np.array([[[10, 12, 15, 20], [11, 13, 18, 24], [12, 15, 22, 200]]], np.int32)
BASE = np.array([[[12, 13, 16, 21], [12, 14, 18, 25], [13, 16, 21, 150]]], np.int32)


def around(codes: Int32Array) -> Int32Array:
    return np.pad(codes, ((0, 0), (PAD, PAD), (PAD, PAD)), mode="edge")


def drawn(seed: int, form: TileForm, height: int, width: int, *, kind: str) -> tuple[Int32Array, Int32Array]:
    """Return an original and a base: noise, nothing but extremes, or a slope with a base near it."""
    random, most = np.random.default_rng(seed), (1 << form.bit_depth) - 1
    shape = form.components, height, width
    if kind == "noise":
        return random.integers(0, most + 1, shape, np.int32), around(random.integers(0, most + 1, shape, np.int32))
    if kind == "extremes":
        return most * random.integers(0, 2, shape, np.int32), around(most * random.integers(0, 2, shape, np.int32))
    slope = (np.arange(width) * most // (2 * width) + np.arange(height)[:, None] * most // (2 * height)).astype(
        np.int32
    )
    off = random.integers(-2, 3, (2, *shape), np.int32)
    first, second = np.clip(slope + off, 0, most)
    return first, around(second)


@pytest.mark.parametrize(
    ("max_error", "code", "made"),
    [
        (0, "984299063b25", ORIGINAL.tolist()),
        (2, "0d0213", [[[12, 13, 15, 19], [12, 13, 20, 25], [13, 16, 21, 202]]]),
    ],
)
def test_worked_example_2(max_error: int, code: str, made: list[list[list[int]]]) -> None:
    form = TileForm(1, 8, max_error)
    data, given_back = code_tile(form, ORIGINAL, around(BASE))
    assert data.hex() == code and given_back.tolist() == made
    assert decode_tile(form, data, around(BASE)).tolist() == made


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 999),
    components=st.sampled_from([1, 3]),
    bit_depth=st.integers(1, 16),
    height=st.integers(1, 12),
    width=st.integers(1, 12),
    kind=st.sampled_from(["noise", "extremes", "slope"]),
)
def test_every_sample_comes_back(
    seed: int, components: int, bit_depth: int, height: int, width: int, kind: str
) -> None:
    form = TileForm(components, bit_depth)
    original, base = drawn(seed, form, height, width, kind=kind)
    data, made = code_tile(form, original, base)
    assert np.array_equal(made, original)
    assert np.array_equal(decode_tile(form, data, base), original)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 999),
    bit_depth=st.integers(1, 16),
    share=st.integers(0, 8),
    kind=st.sampled_from(["noise", "extremes", "slope"]),
)
def test_no_sample_is_off_by_more_than_the_largest_error(seed: int, bit_depth: int, share: int, kind: str) -> None:
    max_error = ((1 << bit_depth) - 1) * share // 8
    form = TileForm(3, bit_depth, max_error)
    original, base = drawn(seed, form, 9, 11, kind=kind)
    data, made = code_tile(form, original, base)
    assert np.array_equal(decode_tile(form, data, base), made)
    assert abs(made - original).max() <= max_error and 0 <= made.min() <= made.max() < 1 << bit_depth


@pytest.mark.parametrize("bit_depth", [8, 16])
def test_extremes_of_a_larger_tile_stay_within_the_bounds(bit_depth: int) -> None:
    form = TileForm(3, bit_depth)
    original, base = drawn(7, form, 96, 100, kind="extremes")
    data, _ = code_tile(form, original, base)
    assert np.array_equal(decode_tile(form, data, base), original)


@settings(max_examples=60, deadline=None)
@given(code=st.binary(max_size=60), components=st.sampled_from([1, 3]), bit_depth=st.sampled_from([1, 8, 16]))
def test_any_bytes_give_codes_of_the_depth(code: bytes, components: int, bit_depth: int) -> None:
    form = TileForm(components, bit_depth, 1)
    _, base = drawn(1, form, 6, 7, kind="noise")
    made = decode_tile(form, code, base)
    assert made.shape == (components, 6, 7) and 0 <= made.min() <= made.max() < 1 << bit_depth


def test_a_slope_costs_less_than_noise_and_less_with_a_near_base() -> None:
    form = TileForm(1, 8)
    slope, near = drawn(3, form, 64, 64, kind="slope")
    noise, far = drawn(3, form, 64, 64, kind="noise")
    sizes = [len(code_tile(form, codes, base)[0]) for codes, base in ((slope, near), (slope, far), (noise, far))]
    assert sizes == sorted(sizes) and sizes[0] < sizes[2] // 2


def test_a_check_ends_the_work() -> None:
    def late() -> None:
        raise TimeIsUp(1.0)

    with pytest.raises(LimitExceeded):
        code_tile(TileForm(1, 8), ORIGINAL, around(BASE), late)
    with pytest.raises(LimitExceeded):
        decode_tile(TileForm(1, 8), b"", around(BASE), late)


def test_plain_python_gives_the_same_bytes() -> None:
    """JIT on = JIT off, of both depths of the arithmetic, and of what no encoder wrote."""
    script = (
        "import numpy as np, warnings\n"
        "warnings.simplefilter('error')\n"
        "from refdec.lossless.tiles import TileForm, code_tile, decode_tile\n"
        "from tests.unit.lossless.test_tiles import drawn\n"
        "for depth in (8, 16):\n"
        "    form = TileForm(3, depth)\n"
        "    for kind in ('slope', 'extremes'):\n"
        "        original, base = drawn(5, form, 9, 14, kind=kind)\n"
        "        data, made = code_tile(form, original, base)\n"
        "        assert np.array_equal(decode_tile(form, data, base), original)\n"
        "        print(data.hex(), decode_tile(form, bytes(range(255, 0, -1)), base).tolist())\n"
    )
    said = []
    for disabled in ("0", "1"):
        environment = {**os.environ, "NUMBA_DISABLE_JIT": disabled, "PYTHONPATH": str(ROOT)}
        run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, cwd=ROOT)
        assert run.returncode == 0, run.stderr
        said.append(run.stdout)
    assert said[0] == said[1] != ""
