"""The search of rate control, on a codec made of formulas; real pictures are in api/test_encode.py."""

from __future__ import annotations

import math

import pytest

from refdec.encoding.ratecontrol import Attempt, ModelRange, RateOutOfReach, Search, chroma_displacement

MODELS = (ModelRange(0, -1000, 800), ModelRange(1, -1000, 800), ModelRange(3, -1000, 800))


class Formula:
    """A codec whose bits and decibels follow from the point; counts its tries."""

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale
        self.tries = 0

    def __call__(self, model: int, displacement: int, chroma: int) -> Attempt:
        self.tries += 1
        size = self.scale * 1000 * 4**model * math.exp(displacement / 800 + 0.02 * chroma / 800)
        db = 28 + 3 * model + 4 * (1 - math.exp(-(displacement + 1000) / 900))
        return Attempt(model, displacement, chroma, bytes(max(int(size), 1)), db)


@pytest.mark.parametrize("bits", [3000, 9000, 40_000, 300_000, 1_000_000])
def test_sizes_are_met_closely_and_soon(bits: int) -> None:
    formula = Formula()
    found = Search(MODELS, formula, None).for_bits(bits, 0.02, 1000)
    assert abs(found.bits / bits - 1) <= 0.01
    assert formula.tries <= 14


def test_the_nearest_model_is_chosen() -> None:
    assert Search(MODELS, Formula(), None).for_bits(8 * 4000, 0.02, 1000).model_id == 1
    assert Search(MODELS, Formula(), None).for_bits(8 * 64000, 0.02, 1000).model_id == 3


def test_a_range_that_does_not_reach_is_told() -> None:
    with pytest.raises(RateOutOfReach) as caught:
        Search(MODELS, Formula(), None).for_bits(10, 0.02, 1000)
    assert caught.value.low > 10 / 1000
    assert "out of reach" in str(caught.value)


def test_the_smallest_that_reaches_a_quality() -> None:
    formula = Formula()
    search = Search(MODELS[:1], formula, None)
    found = search.for_psnr(30.0)
    assert found.psnr is not None and found.psnr >= 30.0
    before = formula(found.model_id, found.displacement - 2, found.chroma_displacement)
    assert before.psnr is not None and before.psnr < 30.0
    with pytest.raises(RateOutOfReach, match="dB"):
        search.for_psnr(60.0)


def test_coarse_steps_are_made_finer_by_chroma() -> None:
    def coarse(model: int, displacement: int, chroma: int) -> Attempt:
        size = 100 + 40 * (displacement // 100) + (chroma - displacement) // 25
        return Attempt(model, displacement, chroma, bytes(size))

    found = Search((ModelRange(1, 0, 800),), coarse, None).for_bits(8 * 198, 0.005, 100)
    assert found.bits == 8 * 198


def test_chroma_lies_above_luma_within_what_is_sensible() -> None:
    assert chroma_displacement(0) == 300
    assert chroma_displacement(700) == 800
    assert chroma_displacement(-200, -900) == -1000
