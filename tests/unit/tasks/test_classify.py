"""Classes straight from latents: the best of 101 with chances that are whole numbers, the same by any way."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from refdec_tasks.classify import Classify, refdec_tasks

import refdec
from refdec.api.heads import save_head
from refdec.api.task import TaskOrder, run_on_file
from refdec.heads.errors import HeadOfOtherWeights
from refdec.plugins.api import Labels, OptionValues
from refdec.plugins.core import Core
from refdec.weights.bundled import bundled_pack
from tests.encodable import GOLDEN, photograph
from tests.sample_bundles import sample_bundle

STREAM = GOLDEN / "kodim14_m1_+0_96x333.jai"
RECORDED = (("rooster", 38825), ("llama", 33982), ("cannon", 12609))
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
        Classify().run(sample_bundle(), OptionValues({"top": 5, "head": None}), Core(bundled_pack()))


def test_a_head_of_ones_own_is_run(tmp_path: Path) -> None:
    """`refdec-train head classify` writes such files; here the bundled one under other names."""
    head = Classify().heads()[0]
    names = tuple(f"kind {number}" for number in range(101))
    save_head(replace(head, facts=replace(head.facts, labels=names)), tmp_path / "own.head")
    found = labels(STREAM, top="1", head=str(tmp_path / "own.head")).labels[0]
    assert found.name.startswith("kind ") and found.score * 2**18 == RECORDED[0][1]


def test_the_plugin_brings_one_task() -> None:
    assert [task.name for task in refdec_tasks()] == ["classify"]
