"""LEF (5.9, 6.4.12)."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from refdec.picture.filters.kernels import lef_plane
from refdec.picture.filters.lef import factors, lef
from tests.unit.picture.support import Format, noisy, picture_format, q18

ROWS = [[10, 10, 10, 10], [10, 110, 60, 10], [10, 20, 200, 10], [10, 10, 10, 10]]


@pytest.mark.parametrize(
    ("index", "inner"),
    [
        (599, [110, 60, 20, 200]),
        (600, [114.296875, 60.78125, 17.96875, 210.625]),
        (1200, [115.5859375, 61.015625, 17.359375, 213.8125]),
        (2000, [116.875, 61.25, 16.75, 217]),
    ],
)
def test_example_5_17_5(index: int, inner: list[float]) -> None:
    header = picture_format(4, 4, model_id=0)
    out = lef(q18(ROWS), np.full((1, 1), index, np.int32), header)
    assert np.abs(out[1:3, 1:3].ravel() / 2**18 - inner).max() < 5e-5
    border = np.ones((4, 4), bool)
    border[1:3, 1:3] = False
    assert np.array_equal(out[border], q18(ROWS)[border])


def test_example_6_8_scalars_lef(examples: Path) -> None:
    """T = 5*around + 24*X is reached by one neighbour that holds the rest, so the kernel itself is what is tested."""
    for total, centre, hundredths, expected in json.loads((examples / "06_scalars.json").read_text())[
        "LEF sample (T, X, hundredths)"
    ]:
        around, rest = divmod(total - 24 * centre, 5)
        if rest:
            numerator = total * (100 - hundredths) + 64 * hundredths * centre
            magnitude = (abs(numerator) + 3200) // 6400
            assert min(max(magnitude if numerator >= 0 else -magnitude, 0), 255 << 18) == expected
            continue
        plane = np.zeros((3, 3), np.int32)
        plane[1, 1] = centre
        plane.ravel()[[0, 1, 2, 3, 5, 6, 7, 8]] = [around // 8] * 7 + [around - 7 * (around // 8)]
        out, zero = np.empty((3, 3), np.int32), np.zeros(3, np.int64)
        lef_plane(out, plane, np.array([[hundredths]], np.int64), zero, zero)
        assert out[1, 1] == expected


def test_example_5_17_8_lef(examples: Path) -> None:
    given, exact = np.load(examples / "05_filters.npz"), np.load(examples / "06_filters.npz")
    case = json.loads((examples / "05_filters.json").read_text())["D"]
    luma = q18(given["D_in_Y"])
    header = Format(48, 64, luma.shape[0], luma.shape[1], model_id=case["model_id"])
    out = lef(luma, given["D_scale"][case["LEF_chIdx"]].astype(np.int32), header)
    assert np.array_equal(out, exact["D_out_Y"])
    assert np.abs(out / 2**18 - given["D_out_Y"]).max() < 1e-3


def test_factors_at_the_thresholds() -> None:
    at = np.array([[-5, 1199, 1200, 1999, 2000, 3199, 3200, 9999]], np.int32)
    assert factors(at, 3).tolist() == [[100, 100, 101, 101, 102, 102, 103, 103]]


@pytest.mark.parametrize("size", [(1, 1), (2, 9), (9, 2)])
def test_narrow_pictures_are_only_clamped(size: tuple[int, int]) -> None:
    luma = noisy(*size).y - (1 << 20)
    header = dataclasses.replace(picture_format(64, 64, model_id=0), display_height=size[0], display_width=size[1])
    out = lef(luma, np.full((4, 4), 4000, np.int32), header)
    assert np.array_equal(out, np.clip(luma, 0, 255 << 18))
