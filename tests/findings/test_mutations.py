"""A small part of the mutation campaign (tests/fuzz/mutations.py): every damaged stream ends in a verdict."""

from __future__ import annotations

import pytest

from tests.fuzz.mutations import BLOCK, mutants, run


@pytest.mark.parametrize("first", [0, BLOCK, 2 * BLOCK, 3 * BLOCK])
def test_five_hundred_damaged_streams_of_a_model_end_in_a_verdict(first: int) -> None:
    campaign = run(1, first, BLOCK)
    assert not campaign.findings
    assert campaign.streams == BLOCK
    assert campaign.outcomes["not conformant"] > BLOCK // 2
    assert len(campaign.codes) > 20


def test_streams_depend_on_seed_and_number_only() -> None:
    assert list(mutants(1, 40, 3)) == list(mutants(1, 38, 5))[2:]
    assert [data for _, data in mutants(1, 0, 9)] != [data for _, data in mutants(2, 0, 9)]
