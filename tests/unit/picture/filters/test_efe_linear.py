"""EFE linear (5.6, 6.4.9)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refdec import tables
from refdec.picture.filters.efe_linear import MAIN, efe_linear, mean_q18, rectangle_bound, rectangles
from refdec.picture.planes import Planes
from tests.unit.picture.support import ZERO, filter_set, linear, noisy, picture_format, q18

NAMES = {(1, 1): "444", (1, 2): "422", (2, 2): "420"}


def small_picture() -> Planes:
    y, x = np.mgrid[0:4, 0:4]
    u = q18(100 + 10 * x + y)
    return Planes(q18(10 * (4 * y + x)), u, u)


def one_plane(kernel: Any, luma: Any, edge: int, coded: str, cand: int = 1) -> Any:
    """U and V with the same filter; weights in 1/2048."""
    codes = [[[[round(w * 2048) + ZERO for w in row] for row in k] for k in kernel]]
    light = [[[round(w * 2048) + ZERO for w in row] for row in luma]]
    parameters = linear((11650, 11650), filter_set((cand, cand), (edge, edge), (codes, codes), (light, light)))
    return efe_linear(small_picture(), picture_format(4, 4, "444", coded), parameters, MAIN)


def test_example_5_17_2_identity_base() -> None:
    out = one_plane([[[0.25, 0], [0, -0.5]]], [[0, 0.125], [0, 0]], 2, "444")
    expected = [
        [95.625, 104.375, 120.625, 129.375],
        [101.375, 110.125, 126.375, 135.125],
        [108.125, 116.875, 133.125, 141.875],
        [113.875, 122.625, 138.875, 147.625],
    ]
    assert np.array_equal(out.u, q18(expected))
    assert np.array_equal(out.v, q18(expected))
    assert np.array_equal(out.y, small_picture().y)


def test_example_5_17_3_half_sample_base() -> None:
    zero = [[[0.0]]] * 4
    expected = [
        [100, 120, 120, 131.25],
        [102, 122, 122, 133.25],
        [102, 122, 122, 133.25],
        [103.125, 123.125, 123.125, 134.375],
    ]
    assert np.array_equal(one_plane(zero, [[0.0]], 1, "420").u, q18(expected))


def test_example_5_6_3_bounds() -> None:
    table = {
        49: (0, 32, 32, 49, 49),
        64: (0, 32, 32, 64, 64),
        100: (0, 32, 64, 96, 100),
        139: (0, 64, 96, 128, 139),
        280: (0, 96, 160, 192, 280),
        1000: (0, 352, 512, 672, 1000),
    }
    for extent, expected in table.items():
        assert tuple(min(rectangle_bound(f, extent), extent) for f in (0, 33, 50, 66, 100)) == expected


def test_example_6_8_scalars_bounds_and_mean(examples: Path) -> None:
    scalars = json.loads((examples / "06_scalars.json").read_text())
    for hundredths, extent, expected in scalars["EFE rectangle bound (hundredths, extent)"]:
        assert rectangle_bound(hundredths, extent) == expected
    for b1, expected in scalars["EFE mean (B1)"]:
        assert mean_q18(b1) == expected


@pytest.mark.parametrize("pattern", range(9))
@pytest.mark.parametrize(("height", "width"), [(1, 1), (15, 33), (49, 64), (100, 139), (280, 1000)])
def test_rectangles_cover_the_plane_once(pattern: int, height: int, width: int) -> None:
    covered = np.zeros((height, width), np.int32)
    for top, bottom, left, right in rectangles(pattern, height, width):
        covered[top:bottom, left:right] += 1
    assert np.all(covered == 1)


def test_pattern_8_counts_down_the_columns() -> None:
    tops = [int(r[0]) for r in rectangles(8, 100, 100)]
    assert tops == [0, 64, 0, 64, 0, 64]
    assert len(tables.efe_splits()["patterns"]) == 8


@pytest.mark.parametrize("name", ["B1", "B2", "B3", "B4", "B5"])
def test_example_5_17_8_efe_linear(examples: Path, name: str) -> None:
    case = next(c for c in json.loads((examples / "05_filters.json").read_text())["B"] if c["name"] == name)
    given, exact = np.load(examples / "05_filters.npz"), np.load(examples / "06_filters.npz")
    header = picture_format(case["ImgH"], case["ImgW"], NAMES[tuple(case["s"])], NAMES[tuple(case["c"])])
    chroma, luma = ([given[f"{name}_{kind}_{plane}"] for plane in "UV"] for kind in ("weightC", "weightY"))
    parameters = linear(case["B1"], filter_set(case["best_cand_idx"], case["fL"], chroma, luma))
    planes = Planes(*(q18(given[f"{name}_in_{plane}"]) for plane in "YUV"))
    out = efe_linear(planes, header, parameters, MAIN)
    for plane, made in (("U", out.u), ("V", out.v)):
        assert np.array_equal(made, exact[f"{name}_out_{plane}"])
        assert np.abs(made / 2**18 - given[f"{name}_out_{plane}"]).max() < 1e-3


@pytest.mark.parametrize("output", ["444", "420", "422"])
def test_no_filter_without_resampling_is_the_identity(output: str) -> None:
    planes, header = noisy(33, 35, output), picture_format(33, 35, output)
    out = efe_linear(
        planes, header, linear((12345, 23456), filter_set((0, 0), (0, 0), (None, None), (None, None))), MAIN
    )
    assert np.array_equal(out.u, planes.u)
    assert np.array_equal(out.v, planes.v)


def test_the_largest_samples_and_weights_do_not_wrap() -> None:
    kernel = np.full((1, 4, 4, 4), 65535)
    luma = np.full((1, 4, 4), 65535)
    parameters = linear((0, 32767), filter_set((1, 1), (4, 4), (kernel, kernel), (luma, luma), 65535))
    top, bottom = (np.full((8, 8), value, np.int32) for value in (2**31 - 1, -(2**31)))
    header = picture_format(8, 8, "444", "420")
    assert np.all(efe_linear(Planes(top, top, top), header, parameters, MAIN).u == 2**31 - 1)
    assert np.all(efe_linear(Planes(bottom, bottom, bottom), header, parameters, MAIN).v == -(2**31))
