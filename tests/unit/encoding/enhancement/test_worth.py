"""The trade between error and bits (5.14.2)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from refdec.encoding.draft import EncodeSettings, draft_header
from refdec.encoding.encoderinput import EncoderInput
from refdec.encoding.enhancement.worth import NEVER, Worth, squared_error, to_fine
from tests.encodable import source


def test_a_bit_is_worth_the_square_of_the_step() -> None:
    """128 displacements are one level of scale, 1.22: the step is as much smaller."""
    at = (draft_header(source(64, 64), EncodeSettings(), 1, (d, 0)) for d in (-256, -128, 0, 128, 256))
    slopes = [Worth.of(header).slope for header in at]
    assert slopes[2] == 85 << 12
    for larger, smaller in pairwise(slopes):
        assert larger / smaller == pytest.approx(1.222**2, rel=0.01)


def test_a_larger_model_asks_for_less() -> None:
    header = draft_header(source(64, 64), EncodeSettings(), 1)
    slopes = [Worth.of(replace(header, model_id=model)).slope for model in range(4)]
    assert slopes == sorted(slopes, reverse=True)


def test_weights_follow_colour_and_format() -> None:
    planes = tuple(np.zeros(size, np.uint8) for size in ((64, 64), (32, 32), (32, 32)))
    yuv = EncoderInput((planes[0], planes[1], planes[2]), 8, False, (2, 2))
    assert Worth.of(draft_header(yuv, EncodeSettings(), 1)).weights == (100, 400, 400)
    assert Worth.of(draft_header(source(64, 64), EncodeSettings(), 1)).weights == (100, 116, 90)


def test_errors_are_exact() -> None:
    first, second = np.array([[255 << 18, 5 << 12]], np.int32), np.array([[0, (7 << 12) + 2047]], np.int32)
    assert to_fine(second).tolist() == [[0, 7]]
    assert squared_error(first, second) == (255 * 64) ** 2 + 4
    assert Worth(1, (100, 50, 200)).error((10, 10, 10)) == 10 + 5 + 20


def test_what_has_no_room_never_pays() -> None:
    worth = Worth(3, (100, 100, 100), room=10)
    assert worth.cost(100, 10) == 130
    assert worth.cost(-(10**20), 11) == NEVER
