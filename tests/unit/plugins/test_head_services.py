"""`core.heads`, as a guest meets it: a file is loaded, the right head of several answers, labels come best first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refdec.heads.errors import HeadOfOtherWeights, HeadStepInvalid, NotAHead
from refdec.limits import Limits, TooMuchMemory, unchecked
from refdec.plugins.head_services import HeadServices
from tests.sample_bundles import sample_bundle
from tests.unit.heads.support import FACTS, classifier, detector, drawn, every_operation, file_of, segmenter, tiny

HEADS = HeadServices(Limits(), unchecked)


def test_a_file_is_loaded_and_answers() -> None:
    head = HEADS.load(file_of(tiny()))
    answer = HEADS.run(head, sample_bundle())
    assert {name: (output.dtype.name, output.shape) for name, output in answer.items()} == {"y": ("int32", (3, 7, 10))}
    with pytest.raises(NotAHead):
        HEADS.load(b"")


def test_of_several_heads_the_one_for_the_weights_answers() -> None:
    other = tiny(facts=replace(FACTS, weights=("cd" * 32,)), outputs=["y"])
    assert list(HEADS.run([other, every_operation()], sample_bundle())) == [
        "mask",
        "boxes",
        "chances",
        "m1",
        "gated",
        "twice",
    ]
    with pytest.raises(HeadOfOtherWeights):
        HEADS.run([other], sample_bundle())


def test_windows_are_the_parts_of_the_whole() -> None:
    bundle, head = sample_bundle(), every_operation()
    (window,) = HEADS.windows([head], bundle)
    assert window.place.size_hw == bundle.headers.latent_size, "a small picture is one window"
    whole = HEADS.run(head, bundle)
    assert all(np.array_equal(window.outputs[name], whole[name]) for name in whole)
    with pytest.raises(HeadOfOtherWeights):
        HEADS.windows([], bundle)
    with pytest.raises(TooMuchMemory):
        HeadServices(Limits(memory_bytes=100), unchecked).windows(head, bundle)


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


def test_boxes_are_in_samples_of_the_picture_best_first() -> None:
    bundle = sample_bundle()
    found = HEADS.boxes(detector(), bundle, threshold=0.2)
    assert found.size == (bundle.headers.display_height, bundle.headers.display_width)
    scores = [box.score for box in found.boxes]
    assert (
        scores == sorted(scores, reverse=True)
        and min(scores) >= 0.2
        and {b.label for b in found.boxes} == {"cat", "dog"}
    )
    assert all(
        b.x >= 0 <= b.y and b.x + b.width <= found.size[1] and b.y + b.height <= found.size[0] for b in found.boxes
    )
    assert HEADS.boxes([detector()], bundle, threshold=scores[0]).boxes == found.boxes[:1]
    assert len(HEADS.boxes(detector(), bundle, threshold=0.2, overlap=0.0).boxes) < len(found.boxes)


def test_a_map_of_classes_has_a_cell_for_each_position() -> None:
    bundle = sample_bundle()
    found = HEADS.mask(segmenter(), bundle)
    rows, columns = bundle.headers.display_height, bundle.headers.display_width
    assert (found.cell, found.names, found.values.shape) == (4, FACTS.labels, (-(-rows // 4), -(-columns // 4)))
    raw = HEADS.run(segmenter(), bundle)["classes"]
    assert found.values[5, 7] == raw[:, 5, 7].argmax() and len(set(found.values.ravel().tolist())) == 3


@pytest.mark.parametrize("head", [tiny(), classifier(), every_operation()], ids=["a map", "a vector", "several"])
def test_only_scores_and_sides_make_boxes(head: object) -> None:
    with pytest.raises(HeadStepInvalid, match="scores of 3 labels and 4 sides"):
        HEADS.boxes(head, sample_bundle())  # type: ignore[arg-type]


def test_scores_and_sides_have_one_size() -> None:
    steps = [replace(step, inputs=("b",)) if step.output == "sides" else step for step in detector().steps]
    fewer = [step for step in steps if step.output != "wide"]
    head = detector(steps=fewer, weights={"a": drawn(6, 8, 96), "b": drawn(7, 4, 96)})
    with pytest.raises(HeadStepInvalid, match="different sizes"):
        HEADS.boxes(head, sample_bundle())


@pytest.mark.parametrize("head", [classifier(), every_operation(), detector()], ids=["a vector", "several", "boxes"])
def test_only_a_map_with_each_label_makes_classes(head: object) -> None:
    with pytest.raises(HeadStepInvalid, match="no map with each of"):
        HEADS.mask(head, sample_bundle())  # type: ignore[arg-type]


def test_limits_and_time_are_those_of_the_core() -> None:
    with pytest.raises(TooMuchMemory):
        HeadServices(Limits(memory_bytes=100), unchecked).run(tiny(), sample_bundle())
    asked: list[int] = []
    HeadServices(Limits(), lambda: asked.append(1)).run(tiny(), sample_bundle())
    assert asked == [1]
