"""`core.heads`, as a guest meets it: a file is loaded, the right head of several answers, labels come best first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refdec.heads.errors import HeadOfOtherWeights, HeadStepInvalid, NotAHead
from refdec.limits import Limits, TooMuchMemory, unchecked
from refdec.plugins.head_services import HeadServices
from tests.sample_bundles import sample_bundle
from tests.unit.heads.support import FACTS, classifier, every_operation, file_of, tiny

HEADS = HeadServices(Limits(), unchecked)


def test_a_file_is_loaded_and_answers() -> None:
    head = HEADS.load(file_of(tiny()))
    answer = HEADS.run(head, sample_bundle())
    assert {name: (output.dtype.name, output.shape) for name, output in answer.items()} == {"y": ("int32", (3, 7, 10))}
    with pytest.raises(NotAHead):
        HEADS.load(b"")


def test_of_several_heads_the_one_for_the_weights_answers() -> None:
    other = tiny(facts=replace(FACTS, weights=("cd" * 32,)), outputs=["y"])
    assert list(HEADS.run([other, every_operation()], sample_bundle())) == ["mask", "boxes", "chances", "m1"]
    with pytest.raises(HeadOfOtherWeights):
        HEADS.run([other], sample_bundle())


def test_labels_come_best_first_with_chances_that_sum_to_one() -> None:
    labels = HEADS.labels(classifier(), sample_bundle()).labels
    assert {label.name for label in labels} == {"cat", "dog", "emu"}
    scores = [label.score for label in labels]
    assert scores == sorted(scores, reverse=True) and abs(sum(scores) - 1) < 1e-4
    assert HEADS.labels([classifier()], sample_bundle(), top=1).labels == labels[:1]


@pytest.mark.parametrize("head", [tiny(), every_operation()], ids=["a map", "several outputs"])
def test_only_a_value_for_each_label_makes_labels(head: object) -> None:
    with pytest.raises(HeadStepInvalid, match="3 labels"):
        HEADS.labels(head, sample_bundle())  # type: ignore[arg-type]


def test_limits_and_time_are_those_of_the_core() -> None:
    with pytest.raises(TooMuchMemory):
        HeadServices(Limits(memory_bytes=100), unchecked).run(tiny(), sample_bundle())
    asked: list[int] = []
    HeadServices(Limits(), lambda: asked.append(1)).run(tiny(), sample_bundle())
    assert asked == [1]
