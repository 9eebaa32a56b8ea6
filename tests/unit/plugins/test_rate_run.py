"""Rates and sizes met on a small picture, with one model and with two."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import refdec
from refdec.api.encode_file import encode_to_file
from refdec.api.encode_options import EncodeOptions
from refdec.encoding.ratecontrol import RateOutOfReach
from refdec.metrics import psnr_luma
from refdec.plugins import rate_run
from refdec.plugins.core import Core
from refdec.plugins.rate_targets import MaxBytes, OperatingPoint
from refdec.weights.pack import WeightPack
from tests.encodable import bundled_model, photograph, two_models

PICTURE = photograph(128, 192)
PIXELS = 128 * 192
TWO = two_models()
"""One pack for all, so that its networks are built once."""
ONE = bundled_model(1)
PACKS = [pytest.param(lambda: ONE, id="one"), pytest.param(lambda: TWO, id="two")]


def encoded(pack: WeightPack, **wish: Any) -> tuple[bytes, int]:
    """Return a codestream and its model."""
    data = refdec.encode(PICTURE, weights=pack, check=False, **wish)
    return data, refdec.read_info(data).as_json()["model_id"]


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("bpp", [0.08, 0.1, 0.3, 0.6, 0.9, 1.3, 2.0])
def test_bits_per_pixel_are_met_within_two_percent(pack: Callable[[], WeightPack], bpp: float) -> None:
    data, _ = encoded(pack(), bpp=bpp)
    assert abs(8 * len(data) / PIXELS / bpp - 1) <= 0.02


def test_low_rates_take_the_first_model_and_high_ones_the_second() -> None:
    assert [encoded(TWO, bpp=bpp)[1] for bpp in (0.1, 0.3, 1.0, 2.0)] == [1, 1, 2, 2]
    assert [encoded(TWO, psnr=db)[1] for db in (24.0, 36.0)] == [1, 2]
    assert encoded(TWO, bpp=1.0, model=1)[1] == 1


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("db", [20.0, 26.0, 30.0, 34.0])
def test_a_quality_is_reached(pack: Callable[[], WeightPack], db: float) -> None:
    data, _ = encoded(pack(), psnr=db)
    assert -0.05 < psnr_luma(PICTURE, np.asarray(refdec.decode(data, weights=pack()).array)) - db < 0.12


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("size_bytes", [300, 700, 1500, 2300, 3200])
def test_a_number_of_bytes_is_filled(pack: Callable[[], WeightPack], size_bytes: int, tmp_path: Path) -> None:
    report = encode_to_file(
        PICTURE, tmp_path / "a.jai", EncodeOptions(max_bytes=size_bytes, check=False), weights=pack()
    )
    assert 0.98 * size_bytes <= report.bytes <= size_bytes
    assert report.quality is not None
    assert len(encoded(pack(), quality=report.quality)[0]) <= report.bytes


def test_sizes_in_the_gap_between_two_models_are_filled() -> None:
    """From the last quality of one model to the first of the next the size grows by more than a step."""
    core = Core(TWO)
    models = [core.operating_point(quality).model_id for quality in range(1, 101)]
    last = models.index(2)
    low, high = (len(encoded(TWO, quality=quality)[0]) for quality in (last, last + 1))
    assert high > 1.04 * low
    for wanted in (low + (high - low) // 2, high - 1):
        data, model = encoded(TWO, max_bytes=wanted)
        assert 0.98 * wanted <= len(data) <= wanted and model == 1


@pytest.mark.parametrize("pack", PACKS)
def test_out_of_reach_says_what_is_within(pack: Callable[[], WeightPack]) -> None:
    with pytest.raises(RateOutOfReach) as caught:
        encoded(pack(), bpp=30.0)
    for bpp in (1.02 * caught.value.low, 0.98 * caught.value.high):
        assert abs(8 * len(encoded(pack(), bpp=bpp)[0]) / PIXELS / bpp - 1) <= 0.02
    assert caught.value.low < 0.07
    with pytest.raises(RateOutOfReach, match="dB"):
        encoded(pack(), psnr=70.0)


@pytest.mark.parametrize("wish", [{"bpp": 0.9}, {"psnr": 33.0}, {"max_bytes": 2500}])
def test_a_search_takes_few_codings_and_fewer_decodes(wish: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {"code": 0, "decoded_luma": 0}
    for name, made in [(name, getattr(rate_run, name)) for name in counts]:

        def counted(*given: Any, name: str = name, made: Callable[..., Any] = made, **more: Any) -> Any:
            counts[name] += 1
            return made(*given, **more)

        monkeypatch.setattr(rate_run, name, counted)
    encoded(TWO, **wish)
    assert counts["code"] <= 10
    assert counts["decoded_luma"] <= (5 if "psnr" in wish else 0)


def test_sizes_between_two_qualities_are_looked_for_a_few_times() -> None:
    asked: list[OperatingPoint] = []

    def code_at(point: OperatingPoint) -> bytes:
        asked.append(point)
        return bytes(round(1000 * math.exp(point.displacement / 200)))

    def point_of(quality: int) -> OperatingPoint:
        return OperatingPoint(1, 10 * quality)

    data = rate_run.coded_within(MaxBytes(5000), code_at, point_of)
    assert 4900 <= len(data) <= 5000
    assert len(asked) <= 12
    assert len(rate_run.coded_within(MaxBytes(10**7), code_at, point_of)) == round(1000 * math.exp(5))
