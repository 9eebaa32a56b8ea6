"""Pictures are spoilt as their names say, the same each time."""

from __future__ import annotations

import numpy as np
import pytest

from refdec.bench.tasks.spoilt import WAYS_TO_SPOIL
from tests.encodable import photograph

GOOD = photograph(160, 300)


@pytest.mark.parametrize("case", WAYS_TO_SPOIL)
def test_spoilt_pictures_are_the_same_each_time(case: tuple[str, str]) -> None:
    first, again = (WAYS_TO_SPOIL[case](GOOD) for _ in range(2))
    assert np.array_equal(first.codes, again.codes) and first.codes.dtype == np.uint8
    assert first.codes.shape == ((80, 150, 3) if case[0] == "superres" else GOOD.shape)
    assert case[0] == "superres" or not np.array_equal(first.codes, GOOD)


def test_they_are_what_they_are_called() -> None:
    def spoilt(what: str, name: str) -> float:
        return float(np.mean(WAYS_TO_SPOIL[what, name](GOOD).codes))

    assert (
        spoilt("lowlight", "a third, gamma 2.2") < spoilt("lowlight", "half the light, gamma 1.8") < 0.5 * GOOD.mean()
    )
    assert spoilt("exposure", "2 stops under") < spoilt("exposure", "1 stop under") < GOOD.mean()
    assert spoilt("exposure", "1 stop over") > GOOD.mean()
    red, _, blue = WAYS_TO_SPOIL["colour", "lamp light"](GOOD).codes.mean((0, 1)) / GOOD.mean((0, 1))
    assert red > 1.1 and blue < 0.65


def test_holes_are_where_they_are_said_to_be() -> None:
    made = WAYS_TO_SPOIL["inpaint", "holes of 64 x 64"](GOOD)
    assert made.holes is not None and made.holes.sum() == 2 * 64 * 64
    assert np.array_equal(made.codes[~made.holes], GOOD[~made.holes])
    for text in made.options["hole"].split(";"):
        x, y, width, height = map(int, text.split(","))
        assert made.holes[y : y + height, x : x + width].all()
