"""Data movement and small steps (4.2.4, 4.2.10, 6.7): hand examples and round trips."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from refdec.networks import movement
from refdec.networks.sharing import helped_by, shared_by


def test_example_4_12_1_pixel_shuffle() -> None:
    four = np.array([1, 2, 3, 4], dtype=np.int32).reshape(1, 1, 4) - (33423360)
    assert movement.output_planes(four, 2, 2, 2).tolist() == [[[1, 2], [3, 4]]]


def test_example_4_12_1_planes_of_ps_8() -> None:
    x = np.arange(128, dtype=np.int32).reshape(1, 1, 128)
    planes = movement.output_planes(x, 8, 8, 8) - 33423360
    assert planes[0].ravel().tolist() == list(range(64))
    assert planes[1].ravel().tolist() == list(range(64, 128))


def test_output_planes_are_cut_and_clamped() -> None:
    x = np.array([-(1 << 31), -33423361, 33423361, (1 << 31) - 1], dtype=np.int32).reshape(1, 1, 4)
    assert movement.output_planes(x, 2, 2, 2).tolist() == [[[0, 0], [66846720, 66846720]]]
    assert movement.output_planes(x, 2, 1, 2).shape == (1, 1, 2)


@pytest.mark.parametrize("factor", [1, 2, 3, 4, 8])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (70, 45), (129, 8)])
def test_output_planes_are_their_definition(factor: int, height: int, width: int) -> None:
    """Two planes, cut below and to the right, alone and by threads that share the rows."""
    shape = (-(-height // factor), -(-width // factor), 2 * factor * factor)
    x = np.random.default_rng(factor).integers(-(1 << 26), 1 << 26, shape, dtype=np.int32)
    split = x.astype(np.int64).reshape(*shape[:2], 2, factor, factor).transpose(2, 0, 3, 1, 4)
    expected = np.clip(split.reshape(2, factor * shape[0], -1)[:, :height, :width] + 33423360, 0, 66846720)
    assert np.array_equal(movement.output_planes(x, factor, height, width), expected)
    with helped_by(2) as team, shared_by(team):
        assert np.array_equal(movement.output_planes(x, factor, height, width), expected)


def test_pixel_unshuffle_undoes_the_shuffle() -> None:
    planes = np.arange(2 * 8 * 12, dtype=np.int32).reshape(2, 8, 12)
    x = movement.pixel_unshuffle(planes, 4)
    assert x.shape == (32, 2, 3)
    assert x[16 + 4 * 1 + 2, 1, 2] == planes[1, 4 + 1, 8 + 2]
    back = movement.output_planes(movement.to_map(x) - 33423360, 4, 8, 12)
    assert np.array_equal(back, planes)


def test_paddings_repeat_the_end() -> None:
    x = np.array([[[1], [2], [3]]], dtype=np.int32)
    assert movement.pad_to_even(x)[:, :, 0].tolist() == [[1, 2, 3, 3], [1, 2, 3, 3]]
    even = np.zeros((2, 4, 1), dtype=np.int32)
    assert movement.pad_to_even(even).shape == (2, 4, 1)
    assert movement.extend_to_multiple(x.transpose(2, 0, 1), 4).tolist() == [[[1, 2, 3, 3]] * 4]


def test_maps_and_planes_are_turns_of_each_other() -> None:
    planes = np.arange(24, dtype=np.int32).reshape(2, 3, 4)
    x = movement.to_map(planes)
    assert x.shape == (3, 4, 2)
    assert np.array_equal(movement.to_planes(x), planes)
    assert movement.crop(x, (2, 3)).flags.c_contiguous
    assert movement.concatenate([x, x]).shape == (3, 4, 4)


def test_example_6_8_network_input(examples: Path) -> None:
    for plane, expected in json.loads((examples / "06_scalars.json").read_text())["network input from plane"]:
        assert movement.network_input(np.full((1, 1, 1), plane, np.int32)).item() == expected


def test_example_6_8_leaky_relu(examples: Path) -> None:
    cases = json.loads((examples / "06_scalars.json").read_text())["leaky_relu"]
    x = np.array([case[0] for case in cases], dtype=np.int32)
    assert movement.leaky_relu(x).tolist() == [case[1] for case in cases]


def test_extremes_do_not_wrap() -> None:
    ends = np.array([-(1 << 31), (1 << 31) - 1, -1], dtype=np.int32)
    assert movement.absolute(ends).tolist() == [(1 << 31) - 1, (1 << 31) - 1, 1]
    z = np.array([-31, 31], dtype=np.int8).reshape(2, 1, 1)
    assert movement.from_hyper_latent(z).tolist() == [[[-31 << 18, 31 << 18]]]
    assert movement.network_input(ends.reshape(1, 1, 3)).tolist() == [
        [[(-(1 << 31) - 33423360 + 64) >> 7, ((1 << 31) - 1 - 33423360 + 64) >> 7, (-1 - 33423360 + 64) >> 7]]
    ]
