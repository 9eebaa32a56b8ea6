"""The chain of sigma indices (3.2, 3.4, 3.6) against the worked examples, by hand and in parts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refdec.latent.qualitysteps import quality_steps
from refdec.latent.sigma import levels, scale_maps, scaler_q10
from refdec.latent.skip import cube_grid, skip_mask
from refdec.latent.variance import BLOCK, VarianceScaling, likely_blocks

from .support import chain_case


@pytest.mark.parametrize("number", range(6))
def test_example_c_5_full_chain(examples: Path, number: int) -> None:
    case = chain_case(examples, number)
    a = case.arrays
    maps = scale_maps(a["s0"], case.gain_log, case.beta, case.steps, case.rvs, case.grfs_flags, case.model_id)
    np.testing.assert_array_equal(maps.base, a["s1"])
    _, h, w = a["s1"].shape
    per_sample = maps.likely.repeat(BLOCK, axis=1).repeat(BLOCK, axis=2)[:, :h, :w]
    np.testing.assert_array_equal(per_sample, a["likely"])
    np.testing.assert_array_equal(maps.final, a["s2"])
    np.testing.assert_array_equal(skip_mask(maps.base, None), a["skip_mask"])
    np.testing.assert_array_equal(scaler_q10(case.gain_log, case.beta), a["S_q10"])
    np.testing.assert_array_equal(levels(maps.final), np.clip((a["s2"] + 64) >> 7, 0, 31))


def test_example_c_2_scalers() -> None:
    gains = np.array([-3117, -1434, -536, 0, 702], np.int32)
    assert scaler_q10(gains, 0).tolist() == [8, 109, 443, 1024, 3073]
    assert scaler_q10(np.array([223], np.int32), -322).tolist() == [877]


def test_example_c_2_block_mean() -> None:
    base = np.array([[[-5, -6], [1500, 382], [383, 0]]], np.int32)
    assert likely_blocks(base).tolist() == [[[1314]]]
    negative = np.full((1, 8, 8), -1, np.int32)
    negative[0, 3, 4] = -40
    assert likely_blocks(negative).tolist() == [[[0]]]
    assert likely_blocks(np.full((1, 1, 1), 8191, np.int32)).tolist() == [[[(8191 + 63 * 1411 + 32) >> 6]]]
    assert likely_blocks(np.full((1, 8, 8), 8191, np.int32)).tolist() == [[[4351]]]


def test_example_6_2_excerpt_of_model_0() -> None:
    flags = np.array([True, False])
    both = VarianceScaling.of(True, flags, 0, 2)
    assert both.thresholds.tolist() == [1003, 1352, 1937]
    assert both.scale_q7.tolist() == [[122, 132, 155, 170], [113, 122, 143, 157]]
    assert both.log_offset.tolist() == [[-31, 20, 122, 181], [-80, -31, 71, 130]]
    assert both.inverse_q16.tolist() == [[68759, 63550, 54120, 49345], [74235, 68759, 58662, 53431]]
    rvs = VarianceScaling.of(True, None, 0, 1)
    assert rvs.inverse_q16.tolist() == [[72944, 67109, 57456, 52429]] and rvs.active
    grfs = VarianceScaling.of(False, flags, 0, 2)
    assert grfs.scale_q7.tolist() == [[136], [125]] and grfs.inverse_q16.tolist() == [[61681], [67109]]
    off = VarianceScaling.of(False, None, 0, 2)
    assert not off.active and off.log_offset.tolist() == [[0], [0]] and off.inverse_q16.tolist() == [[65536]] * 2
    assert both.part(slice(1, 2)).scale_q7.tolist() == [[113, 122, 143, 157]]


def test_classes_compare_strictly() -> None:
    """k counts the thresholds that `likely` exceeds; equal is not enough."""
    for value, expected in ((1003, -68), (1004, -15), (1352, -15), (1353, 84), (1937, 84), (1938, 143)):
        maps = scale_maps(np.full((1, 8, 8), value, np.int32), np.zeros(1, np.int32), 0, None, True, None, 0)
        assert (maps.final - maps.base == expected).all()


def test_level_boundaries() -> None:
    s2 = np.array([[[-5000, -65, -64, 63, 64, 191, 192, 3903, 3904, 9000]]], np.int32)
    assert levels(s2).ravel().tolist() == [0, 0, 0, 0, 1, 1, 2, 30, 31, 31]


@pytest.mark.parametrize("h,w", [(1, 1), (1, 9), (17, 1)])
def test_one_row_or_column_follows_the_definition(h: int, w: int) -> None:
    s0 = np.arange(h * w, dtype=np.int32).reshape(1, h, w) * 100
    maps = scale_maps(s0, np.zeros(1, np.int32), 0, None, True, None, 0)
    for bi in range(0, h, 8):
        for bj in range(0, w, 8):
            block = s0[0, bi : bi + 8, bj : bj + 8]
            mean = (int(block.sum()) + (64 - block.size) * 1411 + 32) >> 6
            assert maps.likely[0, bi // 8, bj // 8] == min(max(mean, 0), 4351)


@st.composite
def pictures(draw: st.DrawFn) -> tuple[int, int, int, int]:
    return draw(st.integers(1, 4)), draw(st.integers(1, 40)), draw(st.integers(1, 40)), draw(st.integers(0, 2**32 - 1))


@settings(deadline=None, max_examples=60)
@given(size=pictures(), rvs=st.booleans(), grfs=st.booleans(), mapped=st.booleans(), band=st.integers(0, 4))
def test_slices_and_bands_equal_the_whole(
    size: tuple[int, int, int, int], rvs: bool, grfs: bool, mapped: bool, band: int
) -> None:
    channels, h, w, seed = size
    rng = np.random.default_rng(seed)
    s0 = rng.integers(0, 3968, (channels, h, w)).astype(np.int32)
    gain = rng.integers(-2048, 2048, channels).astype(np.int32)
    flags = rng.random(channels) < 0.5 if grfs else None
    steps = quality_steps(rng.integers(-8, 9, (h, w)).astype(np.int32)) if mapped else None
    model = int(rng.integers(4))
    whole = scale_maps(s0, gain, -77, steps, rvs, flags, model)
    cubes = rng.integers(0, 2, (4, *cube_grid(h, w))).astype(np.uint8)
    mask = skip_mask(whole.base, cubes)

    rows = slice(8 * band, 8 * band + 16)
    if 8 * band < h:
        window = steps.window(rows) if steps else None
        part = scale_maps(s0[:, rows], gain, -77, window, rvs, flags, model)
        np.testing.assert_array_equal(part.base, whole.base[:, rows])
        np.testing.assert_array_equal(part.final, whole.final[:, rows])
        np.testing.assert_array_equal(part.likely, whole.likely[:, band : band + 2])
        np.testing.assert_array_equal(skip_mask(part.base, cubes, origin=(8 * band, 0)), mask[:, rows])

    for c in range(channels):
        one = slice(c, c + 1)
        made = scale_maps(s0[one], gain[one], -77, steps, rvs, None if flags is None else flags[one], model)
        np.testing.assert_array_equal(made.base, whole.base[one])
        np.testing.assert_array_equal(made.final, whole.final[one])
        np.testing.assert_array_equal(made.likely, whole.likely[one])
