"""The encoder `refine` against `analysis`: smaller at the same quality, on time, and the same each time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from refdec_encoders.refine.choice import LARGEST, RateDistortion, levels_of

import refdec
from refdec.api.sources import source_picture
from refdec.metrics import psnr_luma
from refdec.plugins.api import SymbolChoice
from tests.encodable import GOLDEN, photograph

PICTURE = photograph(160, 192, seed=4)


def quality(data: bytes) -> float:
    return psnr_luma(PICTURE, refdec.decode(data).array)


def test_it_needs_fewer_bits_for_the_same_quality() -> None:
    photo = np.stack(source_picture(GOLDEN / "kodim14_m1_+0_96x333.source.png").planes, axis=-1)
    plain = refdec.encode(photo, displacement=0, chroma_displacement=300)
    target = psnr_luma(photo, refdec.decode(plain).array)
    better = refdec.encode(photo, psnr=target, encoder="refine")
    assert psnr_luma(photo, refdec.decode(better).array) > target - 0.03
    assert len(better) < 0.97 * len(plain), (len(better), len(plain))


def test_it_meets_rates_and_qualities() -> None:
    data = refdec.encode(PICTURE, bpp=0.6, encoder="refine", options={"steps": 3})
    assert abs(8 * len(data) / (160 * 192) / 0.6 - 1) < 0.02
    data = refdec.encode(PICTURE, psnr=33.5, encoder="refine", options={"steps": 1})
    assert 33.4 < quality(data) < 33.8


def test_it_is_deterministic_and_tells_its_progress() -> None:
    told: list[float] = []
    first = refdec.encode(PICTURE, displacement=-200, encoder="refine", options={"steps": 2}, progress=told.append)
    assert told == sorted(told) and told[-1] == 1.0
    assert first == refdec.encode(PICTURE, displacement=-200, encoder="refine", options={"steps": 2})


def test_a_time_budget_that_is_over_still_gives_a_codestream() -> None:
    data = refdec.encode(PICTURE, bpp=0.6, encoder="refine", time_budget=0.001)
    assert abs(8 * len(data) / (160 * 192) / 0.6 - 1) < 0.02


@pytest.mark.parametrize(
    "settings", [{"regions": (2, 2), "edition": "draft"}, {"rvs": True, "grfs": True}, {"cube_flags": True}]
)
def test_tools_go_with_it(settings: dict[str, Any]) -> None:
    data = refdec.encode(PICTURE, displacement=-100, encoder="refine", options={"steps": 2}, **settings)
    assert quality(data) > 20


def test_regions_go_with_it() -> None:
    picture = photograph(260, 514, seed=4)
    data = refdec.encode(picture, displacement=-300, encoder="refine", options={"steps": 1}, regions=(2, 2))
    assert refdec.read_info(data).regions == (2, 2) and refdec.read_info(data).edition == "published"
    assert psnr_luma(picture, refdec.decode(data).array) > 20


def test_symbols_shrink_where_bits_cost_more_than_error() -> None:
    costs = np.abs(np.arange(-LARGEST, LARGEST + 1))[None, :].repeat(32, 0).astype(np.int32) << 16
    exact = np.array([0.9, 0.6, -1.6, 3.4, 0.2]) * 65536
    nearest = np.rint(exact / 65536).astype(np.int16)

    def choice(coded: np.ndarray) -> SymbolChoice:
        shape = (1, 1, 5)
        return SymbolChoice(
            0, 0, 0, 0, 0, 2, exact.astype(np.int64).reshape(shape), nearest.reshape(shape),
            np.zeros(shape, np.int32), np.zeros(shape, np.int32), coded.reshape(shape),
        )  # fmt: skip

    every = np.ones(5, bool)
    assert RateDistortion(costs, 0)(choice(every)).tolist() == [[[1, 1, -2, 3, 0]]]
    assert RateDistortion(costs, 1 << 14)(choice(every)).tolist() == [[[1, 0, -1, 3, 0]]]
    hidden = np.array([False, True, True, True, True])
    assert RateDistortion(costs, 0)(choice(hidden)).tolist() == [[[0, 1, -2, 3, 0]]]
    assert levels_of(np.array([-100, 63, 64, 9999], np.int32)).tolist() == [0, 0, 1, 31]
