"""The encoder `refine` against `analysis`: smaller at the same quality, on time, and the same each time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import refdec
from refdec.api.sources import source_picture
from refdec.metrics import ms_ssim_luma, psnr_luma, psnr_rgb
from refdec.plugins.errors import OptionInvalid
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


@pytest.mark.parametrize(("metric", "measure"), [("psnr-rgb", psnr_rgb), ("ms-ssim", ms_ssim_luma)])
def test_a_metric_is_served(metric: str, measure: Any) -> None:
    picture = photograph(192, 208, seed=6)
    made = {}
    for name in ("psnr-y", metric):
        data = refdec.encode(picture, displacement=-300, encoder="refine", options={"steps": 20, "metric": name})
        made[name] = measure(picture, refdec.decode(data).array), len(data)
    best, usual = made[metric], made["psnr-y"]
    assert best[0] > usual[0] and best[1] < 1.15 * usual[1], made


def test_an_unknown_metric_is_refused() -> None:
    with pytest.raises(OptionInvalid, match="psnr-y"):
        refdec.encode(PICTURE, encoder="refine", options={"metric": "beauty"})


def test_subsampled_and_gray_pictures_go_with_it() -> None:
    for wishes in ({"chroma": "420"}, {"synthesis": ("SOP",), "profile": "simple"}):
        data = refdec.encode(PICTURE, displacement=-200, encoder="refine", options={"steps": 2}, **wishes)
        assert quality(data) > 20
    gray = refdec.encode(PICTURE[..., 1], displacement=-200, encoder="refine", options={"steps": 2})
    assert refdec.decode(gray).array.shape[:2] == (160, 192)
