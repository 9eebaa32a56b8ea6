"""EFE non-linear and its switch (5.8, 6.4.11)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from refdec.picture.filters.efe_nonlinear import efe_nonlinear, offset_curve, on_off_switch, thresholds
from refdec.picture.planes import Planes
from tests.unit.picture.support import ZERO, noisy, nonlinear, picture_format, q18

NAMES = {(1, 1): "444", (1, 2): "422", (2, 2): "420"}


def test_example_5_17_4() -> None:
    luma = q18([[10, 15, 20, 30], [60, 90, 5, 100]])
    fifty = np.full((2, 4), 50 << 18, np.int32)
    parameters = nonlinear(
        nonLinear_enabled=(1, 0),
        nonlinearW=4,
        nonlinearH=2,
        minLuma=np.array([1000]),
        maxLuma=np.array([9000]),
        A1=(np.array([[32972, 32665, *[32767] * 6]]), None),
    )
    out = efe_nonlinear(Planes(luma, fifty, fifty), None, picture_format(2, 4), parameters)
    expected = [
        [50, 50.50048828125, 51.0009765625, 51.50390625],
        [53.0126953125, 54.521484375, 49.49951171875, 55.0244140625],
    ]
    assert np.array_equal(out.u, q18(expected))
    assert np.array_equal(out.v, fifty)
    assert out.y is luma


def test_example_6_8_scalars_thresholds(examples: Path) -> None:
    for low, high, k, expected in json.loads((examples / "06_scalars.json").read_text())["EFE threshold (min, max, k)"]:
        assert thresholds(low, high)[k] == expected


@pytest.mark.parametrize("name", ["C1", "C2"])
def test_example_5_17_8_efe_nonlinear(examples: Path, name: str) -> None:
    case = next(c for c in json.loads((examples / "05_filters.json").read_text())["C"] if c["name"] == name)
    given, exact = np.load(examples / "05_filters.npz"), np.load(examples / "06_filters.npz")
    planes, alternative = (Planes(*(q18(given[f"{name}_{which}_{p}"]) for p in "YUV")) for which in ("in", "alt"))
    header = picture_format(planes.y.shape[0], planes.y.shape[1], NAMES[tuple(case["s"])])
    parameters = nonlinear(
        mask1=1,
        mask2=1,
        bS=case["bS"],
        W5=(given[f"{name}_W5_U"], given[f"{name}_W5_V"]),
        nonLinear_enabled=(1, 1),
        nonlinearW=case["nonlinearW"],
        nonlinearH=case["nonlinearH"],
        minLuma=given[f"{name}_minLuma"],
        maxLuma=given[f"{name}_maxLuma"],
        A1=(given[f"{name}_A1_U"], given[f"{name}_A1_V"]),
    )
    for stage, out in (
        ("nl_out", offset_curve(planes, header, parameters)),
        ("out", efe_nonlinear(planes, alternative, header, parameters)),
    ):
        for plane, made in (("U", out.u), ("V", out.v)):
            assert np.array_equal(made, exact[f"{name}_{stage}_{plane}"])
            assert np.abs(made / 2**18 - given[f"{name}_{stage}_{plane}"]).max() < 1e-3


def test_mask2_without_mask1_has_no_effect() -> None:
    planes = noisy(20, 20)
    parameters = nonlinear(mask2=1, bS=10, W5=(None, np.full((2, 2), 2, np.uint8)))
    assert on_off_switch(planes, noisy(20, 20, seed=2), parameters) is planes


def test_without_mask2_v_stays() -> None:
    planes, other = noisy(20, 25), noisy(20, 25, seed=2)
    out = on_off_switch(planes, other, nonlinear(mask1=1, bS=10, W5=(np.full((2, 3), 2, np.uint8), None)))
    assert np.array_equal(out.u, other.u)
    assert out.v is planes.v


def test_the_three_mask_values_and_their_blocks() -> None:
    planes, other = Planes(*[q18([[0, 3, 9, 4, 7]])] * 3), Planes(*[q18([[1, 4, 11, 5, 8]])] * 3)
    mask = np.array([[0, 1, 2]], np.uint8)
    out = on_off_switch(planes, other, nonlinear(mask1=1, mask2=1, bS=2, W5=(mask, mask)))
    assert out.u.tolist() == q18([[0, 3, 10, 4.5, 8]]).tolist() == out.v.tolist()


def test_the_extremes_stay_in_range() -> None:
    low = np.full((1, 2), -(2**31), np.int32)
    high = np.full((1, 2), 2**31 - 1, np.int32)
    mask = np.array([[1, 2]], np.uint8)
    out = on_off_switch(Planes(low, low, low), Planes(high, high, high), nonlinear(mask1=1, bS=1, W5=(mask, None)))
    assert out.u.tolist() == [[0, 2**31 - 1]]
    parameters = nonlinear(
        minSymbol=65535,
        nonLinear_enabled=(1, 1),
        nonlinearW=2,
        nonlinearH=1,
        minLuma=np.array([0]),
        maxLuma=np.array([0]),
        A1=(np.full((1, 8), 65535), np.full((1, 8), ZERO - 65535)),
    )
    out = offset_curve(Planes(high, high, low), picture_format(1, 2), parameters)
    assert out.u.tolist() == [[2**31 - 1] * 2]
    assert out.v.tolist() == [[0] * 2]
