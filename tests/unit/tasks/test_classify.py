"""Classes straight from latents: the best of 101 with chances that are whole numbers, the same by any way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from refdec_tasks.classify import Classify, refdec_tasks

import refdec
from refdec.api.task import TaskOrder, run_on_file
from refdec.heads.errors import HeadOfOtherWeights
from refdec.plugins.api import Labels, OptionValues
from refdec.plugins.core import Core
from refdec.weights.bundled import bundled_pack
from tests.encodable import GOLDEN, photograph
from tests.sample_bundles import sample_bundle

STREAM = GOLDEN / "kodim14_m1_+0_96x333.jai"
RECORDED = (("flamingo", 212875), ("kangaroo", 13737), ("flamingo_head", 5237))
"""The best labels of the stream, and their chances in units of 2^-18."""


def labels(data: bytes | Path, **options: str) -> Labels:
    result = run_on_file(data, TaskOrder("classify", tuple(options.items())))
    assert isinstance(result, Labels)
    return result


def test_the_numbers_are_the_same_everywhere() -> None:
    found = [(label.name, label.score * 2**18) for label in labels(STREAM, top="3").labels]
    assert found == list(RECORDED)


def test_all_chances_together_are_one() -> None:
    for model in (1, 2):
        every = labels(refdec.encode(photograph(96, 80), model=model, displacement=0), top="101").labels
        assert len({label.name for label in every}) == 101
        chances = np.array([label.score for label in every])
        assert (np.diff(chances) <= 0).all() and abs(chances.sum() - 1) < 101 * 2.0**-18
        assert len(labels(refdec.encode(photograph(96, 80), model=model, displacement=0)).labels) == 5


def test_latents_of_other_weights_are_refused() -> None:
    with pytest.raises(HeadOfOtherWeights, match="classify"):
        Classify().run(sample_bundle(), OptionValues({"top": 5}), Core(bundled_pack()))


def test_the_plugin_brings_one_task() -> None:
    assert [task.name for task in refdec_tasks()] == ["classify"]
