"""The lesson of classes: targets lie where the mask says, the loss is least where that is said, a head learns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from refdec_train.heads.examples import Example
from refdec_train.heads.lessons import Seen
from refdec_train.heads.making import Material, Workshop, make_heads
from refdec_train.heads.masks import UNKNOWN, MaskSet, read_masks
from refdec_train.heads.plan import HeadPlan
from refdec_train.heads.segment import Segment, seen_classes
from refdec_train.heads.subjects import Coding, View

from refdec.api.heads import load_head
from refdec.heads.head import HeadFacts

CLASSES = {"dark": [0], "bright": [1]}


def test_classes_are_those_in_the_middles_of_squares() -> None:
    mask = np.zeros((40, 64), np.uint8)
    mask[:, 28:] = 1
    whole = View((40, 64), (40, 64), False, 0, 0, 3, 4)
    found = seen_classes(mask, whole)
    assert found.shape == (12, 16) and (found[:10, :7] == 0).all() and (found[:10, 7:] == 1).all()
    assert (found[10:] == UNKNOWN).all(), "below the picture nothing is known"
    mirrored = seen_classes(mask, View((40, 64), (40, 64), True, 0, 0, 3, 4))
    assert (mirrored[:10] == found[:10, ::-1]).all()
    part = seen_classes(mask, View((40, 64), (40, 64), False, 1, 1, 1, 2))
    assert (part == found[4:8, 4:12]).all()
    half = seen_classes(mask, View((40, 64), (20, 32), False, 0, 0, 2, 2))
    assert half.shape == (8, 8) and (half[:5, 4:] == 1).all() and (half[5:] == UNKNOWN).all()


def test_a_mask_that_is_smaller_than_its_picture_leaves_the_rest_unknown() -> None:
    found = seen_classes(np.ones((36, 64), np.uint8), View((40, 64), (40, 64), False, 0, 0, 3, 4))
    assert (found[:9] == 1).all() and (found[9:] == UNKNOWN).all()


def halves(folder: Path, count: int) -> MaskSet:
    """Pictures that are darker on one side of a line than on the other; near the line nothing is said."""
    draw = np.random.default_rng(7)
    for part in ("pictures", "masks"):
        (folder / part).mkdir(parents=True)
    for number in range(count):
        place, swapped = int(draw.integers(40, 90)), bool(draw.integers(2))
        bright = (np.arange(128) >= place) != swapped
        picture = draw.normal(0, 8, (96, 128, 3)) + np.where(bright, 180, 70)[None, :, None]
        mask = np.tile(bright.astype(np.uint8), (96, 1))
        mask[:, place - 3 : place + 3] = 9
        Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).save(folder / "pictures" / f"{number:03}.png")
        Image.fromarray(mask).save(folder / "masks" / f"{number:03}.png")
    return read_masks(folder / "pictures", folder / "masks", CLASSES)


def test_the_loss_is_least_where_the_answer_is_right(tmp_path: Path) -> None:
    subject = halves(tmp_path, 1).subjects[0]
    lesson = Segment(("dark", "bright"), width=8)
    example = Example(subject, Coding((0, 0)), Path("y"), (96, 128), (96, 128))
    targets = lesson.targets([Seen(example, View((96, 128), (96, 128), False, 0, 0, 6, 8))], (7, 8))
    wanted = targets["classes"]
    assert wanted.shape == (1, 28, 32) and (wanted[:, 24:] == UNKNOWN).all() and (wanted[:, :24] == UNKNOWN).any()
    right = torch.stack([(wanted == k).float() for k in range(2)], dim=1) * 10

    def loss(values: torch.Tensor) -> float:
        return float(lesson.loss({"classes": values}, targets, torch.ones(1, 1, 7, 8)))

    assert loss(right) < 0.05 < 1 < loss(-right)
    unknown = (wanted == UNKNOWN)[:, None]
    assert loss(torch.where(unknown, 50.0, right)) == loss(right), "what is unknown costs nothing"


def test_a_head_learns_what_is_bright(tmp_path: Path) -> None:
    found = halves(tmp_path / "data", 40)
    coded = [(subject, Coding((0, 300))) for subject in found.subjects]
    trained, held = ([pair for pair in coded if pair[0].held is back] for back in (False, True))
    shop = Workshop(tmp_path / "work", models=(1,))
    facts = HeadFacts("halves", "1.0", "segment", (), licence="CC0-1.0", data="halves")
    plan = HeadPlan(60, batch=8, positions=0, rate=1e-2)
    material = Material(Segment(found.labels, width=12), trained, held)
    (path,) = make_heads(material, plan, facts, shop, tmp_path / "out")
    head = load_head(path)
    assert head.facts.labels == ("dark", "bright") and head.outputs == ("classes",)
    metrics = dict(head.facts.metrics)
    assert float(metrics["mIoU"]) > 0.6 and {"IoU of dark", "IoU of bright"} <= set(metrics)
