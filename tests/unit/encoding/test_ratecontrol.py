"""The search of rate control, on a codec made of formulas; real pictures are in api/test_encode.py."""

from __future__ import annotations

import math

import pytest

from refdec.encoding.ratecontrol import Attempt, RateOutOfReach, Search, chroma_displacement
from refdec.weights.ranges import ModelRange

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


SCALE = (ModelRange(0, -1000, 200), ModelRange(1, -300, 200), ModelRange(3, -300, 800))


@pytest.mark.parametrize(("kilobytes", "model"), [(0.4, 0), (1.2, 0), (5, 1), (60, 3), (100, 3)])
def test_the_scale_says_which_model_and_no_further_one_is_tried(kilobytes: float, model: int) -> None:
    formula, asked = Formula(), set[int]()

    def attempt(model_id: int, displacement: int, chroma: int) -> Attempt:
        asked.add(model_id)
        return formula(model_id, displacement, chroma)

    found = Search(MODELS, attempt, None, scale=SCALE).for_bits(8000 * kilobytes, 0.02, 1000)
    assert found.model_id == model and max(asked) == model
    assert abs(found.bits / (8000 * kilobytes) - 1) < 0.006
    assert formula.tries <= 7


@pytest.mark.parametrize("decibels", [28.5, 30.0, 32.9, 33.9, 37.5, 40.0])
def test_a_quality_takes_few_decodes_where_the_size_gives_the_first_guess(decibels: float) -> None:
    formula, coded = Formula(), Formula()
    search = Search(MODELS, formula, None, scale=SCALE)
    found = search.for_psnr(decibels, tolerance=0.03, size=coded, pixels=15_500)
    assert found.psnr is not None and 0 <= found.psnr - decibels <= 0.03
    assert formula.tries <= 6 and coded.tries <= 2


def test_a_model_that_saturates_below_the_goal_is_left_for_the_next() -> None:
    """The estimate says that model 0 reaches what it does not, 60 dB at its end."""
    coded = Formula(scale=0.1)
    found = Search(MODELS, Formula(), None, scale=SCALE).for_psnr(33.5, tolerance=0.03, size=coded, pixels=150_000)
    assert found.model_id == 1 and found.psnr is not None and 0 <= found.psnr - 33.5 <= 0.03


@pytest.mark.parametrize("scale", [(), SCALE])
def test_what_is_out_of_reach_names_the_ends_of_all_models(scale: tuple[ModelRange, ...]) -> None:
    formula, search = Formula(), Search(MODELS, Formula(), None, scale=scale)
    with pytest.raises(RateOutOfReach) as sizes:
        search.for_bits(1e9, 0.02, 1000)
    assert sizes.value.low == formula(0, -1000, -700).bits / 1000
    assert sizes.value.high == formula(3, 800, 800).bits / 1000
    with pytest.raises(RateOutOfReach) as decibels:
        search.for_psnr(60.0)
    assert (decibels.value.low, decibels.value.high) == (formula(0, -1000, 0).psnr, formula(3, 800, 0).psnr)


def test_a_quality_between_two_models_is_reached_by_the_lowest_of_the_next() -> None:
    """Model 1 ends at 34.5 dB, model 3 begins at 37."""
    found = Search(MODELS, Formula(), None, scale=SCALE).for_psnr(36.0)
    assert (found.model_id, found.displacement) == (3, -1000)


def test_a_jump_of_the_size_is_met_by_chroma_soon() -> None:
    """Sizes of real codestreams jump by some percent at a few displacements."""
    tries = []

    def jumping(model: int, displacement: int, chroma: int) -> Attempt:
        tries.append(displacement)
        size = 10_000 + 10 * displacement + 1500 * (displacement >= 100) + 2 * (chroma - displacement)
        return Attempt(model, displacement, chroma, bytes(size))

    for wanted in (11_900, 12_300, 12_900):
        found = Search((ModelRange(1, -200, 400),), jumping, None).for_bits(8 * wanted, 0.01, 100)
        assert abs(found.bits / (8 * wanted) - 1) <= 0.01
    assert len(tries) < 75


def test_a_picture_without_error_is_no_obstacle() -> None:
    def exact(model: int, displacement: int, chroma: int) -> Attempt:
        return Attempt(model, displacement, chroma, bytes(displacement + 3000), math.inf)

    assert Search(MODELS[:1], exact, None).for_psnr(40.0).displacement == -1000
