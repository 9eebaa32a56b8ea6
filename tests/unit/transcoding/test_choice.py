"""The next smaller symbol is taken where it saves more than it loses; nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

import refdec
from refdec.encoding.values import SymbolChoice
from refdec.transcoding.choice import worth_their_bits
from tests.encodable import photograph


def choice_of(exact: list[float], level: int = 8) -> SymbolChoice:
    """A row of symbols of one distribution, `exact` in steps."""
    exact_q16 = np.array([[[round(65536 * value) for value in exact]]], np.int64)
    nearest = ((exact_q16 + 32768) >> 16).astype(np.int16)
    scale = np.full(nearest.shape, 128 * level, np.int32)
    coded = np.ones(nearest.shape, np.bool_)
    return SymbolChoice(0, 0, 0, 0, 0, 2, exact_q16, nearest, np.zeros_like(scale), scale, coded)


def test_halfway_symbols_go_and_certain_ones_stay() -> None:
    chosen = worth_their_bits()(choice_of([0.51, -0.51, 1.0, -1.0, 1.51, -1.51, 0.2, 7.0]))
    assert chosen.tolist() == [[[0, 0, 1, -1, 1, -1, 0, 7]]]


def test_the_step_at_which_a_symbol_goes_depends_on_its_level() -> None:
    shares = np.linspace(0.5, 1.0, 51).tolist()
    counts = {level: int(np.count_nonzero(worth_their_bits()(choice_of(shares, level)))) for level in (2, 8, 20)}
    assert counts[2] < counts[8] < counts[20]


def test_what_is_not_coded_and_what_is_far_beyond_keep_the_nearest() -> None:
    choice = choice_of([0.51, 20000.0])
    choice = replace(choice, coded=np.array([[[False, True]]]))
    assert worth_their_bits()(choice).tolist() == [[[1, 20000]]]


def test_bytes_fall_with_the_displacement_without_a_leap() -> None:
    data = refdec.encode(photograph(256, 384), displacement=0, chroma_displacement=300, check=False)
    sizes = [len(refdec.transcode(data, displacement=d, check=False)) for d in range(-600, 1, 50)]
    assert sizes == sorted(sizes)
    assert max(after / before for before, after in pairwise(sizes)) < 1.2
