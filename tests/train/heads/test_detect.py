"""The lesson of boxes: targets lie where things are, the loss is least where the answer is right, a head learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from refdec_train.heads.boxes import TrueBox
from refdec_train.heads.detect import Detect, drawn_targets, in_view
from refdec_train.heads.examples import Example
from refdec_train.heads.lessons import Seen
from refdec_train.heads.making import Material, Workshop, make_heads
from refdec_train.heads.plan import HeadPlan
from refdec_train.heads.subjects import Coding, Subject, View

from refdec.api.heads import load_head
from refdec.heads.answers import found_boxes
from refdec.heads.head import HeadFacts

ONE = 1 << 18
WHOLE = View((96, 128), (96, 128), False, 0, 0, 6, 8)
BOXES = [TrueBox(0, 8, 8, 40, 40), TrueBox(1, 60, 30, 100, 90)]


def test_boxes_follow_the_view() -> None:
    assert in_view(tuple(BOXES), WHOLE) == BOXES
    half = View((96, 128), (48, 64), False, 1, 2, 2, 2)
    assert in_view(tuple(BOXES), half) == [TrueBox(1, 30 - 32, 15 - 16, 50 - 32, 45 - 16)]
    mirrored = View((96, 128), (96, 128), True, 0, 0, 6, 8)
    assert in_view(tuple(BOXES[:1]), mirrored) == [TrueBox(0, 88, 8, 120, 40)]


def test_targets_read_as_an_answer_are_the_boxes() -> None:
    scores, sides, counts = drawn_targets(BOXES, 2, (12, 16))
    found = found_boxes(
        np.rint(scores * ONE).astype(np.int32),
        np.rint(sides * ONE).astype(np.int32),
        8,
        (96, 128),
        least_q18=ONE - 9,
        overlap_percent=50,
    )
    assert [tuple(edges) for edges in found.edges.tolist()] == [tuple(box[1:]) for box in BOXES]
    assert found.classes.tolist() == [0, 1]
    assert counts.sum(axis=(1, 2)) == pytest.approx([1, 1])


def test_a_thing_whose_middle_is_outside_is_neither_there_nor_not() -> None:
    scores, _, _ = drawn_targets([TrueBox(0, -30, 8, 28, 40)], 1, (12, 16))
    assert 0.5 < scores.max() < 0.99


def test_a_small_box_in_a_large_one_has_sides_of_its_own() -> None:
    small, large = TrueBox(1, 36, 28, 60, 52), TrueBox(0, 0, 0, 96, 80)
    _, sides, counts = drawn_targets([small, large], 2, (12, 16))
    assert (sides[:, 5, 6] * 16).tolist() == [52 - 36, 44 - 28, 60 - 52, 52 - 44]
    assert counts[1, 5, 6] > 0 and counts[0, 5, 6] == 0


def loss_of(scores: np.ndarray, sides: np.ndarray) -> float:
    """The loss of an answer to a view of both boxes."""
    lesson = Detect(("a", "b"), width=8, blocks=1)
    example = Example(Subject(Path("x"), tuple(BOXES)), Coding((0, 0)), Path("y"), (96, 128), (96, 128))
    targets = lesson.targets([Seen(example, WHOLE)], (6, 8))
    logits = torch.logit(torch.from_numpy(scores[None]).clamp(1e-4, 1 - 1e-4))
    outputs = {"logits": logits, "sides": torch.from_numpy(sides[None])}
    return float(lesson.loss(outputs, targets, torch.ones(1, 1, 6, 8)))


def test_the_loss_is_least_where_the_answer_is_right() -> None:
    scores, sides, _ = drawn_targets(BOXES, 2, (12, 16))
    right = loss_of(scores, sides)
    assert right < 0.1
    assert loss_of(np.zeros_like(scores), sides) > right + 1
    assert loss_of(scores, sides * 1.3) > right + 0.1
    assert loss_of(scores[::-1].copy(), sides) > right + 1


def squares(folder: Path, count: int) -> list[Subject[tuple[TrueBox, ...]]]:
    """Pictures of gray with a bright or a dark square somewhere."""
    folder.mkdir(parents=True)
    draw, subjects = np.random.default_rng(5), list[Subject[tuple[TrueBox, ...]]]()
    for number in range(count):
        side, x, y = (int(draw.integers(low, high)) for low, high in ((28, 40), (0, 88), (0, 56)))
        picture = draw.normal(128, 6, (96, 128, 3))
        picture[y : y + side, x : x + side] += 90 if number % 2 else -90
        path = folder / f"{number:03}.png"
        Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).save(path)
        subjects.append(Subject(path, (TrueBox(number % 2, x, y, x + side, y + side),), number < 8))
    return subjects


def test_a_head_learns_to_find_squares(tmp_path: Path) -> None:
    subjects = squares(tmp_path / "pictures", 104)
    coded = [(subject, Coding((0, 300))) for subject in subjects]
    trained, held = ([pair for pair in coded if pair[0].held is back] for back in (False, True))
    material = Material(Detect(("dark", "bright"), width=12, blocks=1), trained, held)
    shop = Workshop(tmp_path / "work", models=(1,))
    facts = HeadFacts("squares", "1.0", "detect", (), licence="CC0-1.0", data="squares")
    plan = HeadPlan(150, batch=8, positions=0, rate=1e-2)
    (path,) = make_heads(material, plan, facts, shop, tmp_path / "out")
    head = load_head(path)
    assert head.facts.labels == ("dark", "bright") and head.outputs == ("scores", "sides")
    found = dict(head.facts.metrics)
    assert float(found["AP50"]) > 0.35 and found["pictures measured on"] == 8  # one that has learnt nothing has 0
