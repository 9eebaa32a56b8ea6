"""One network, trained twice: a head on latents, and one of the same steps on patches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from refdec.api.heads import save_head
from refdec.api.patches import patches_of
from refdec.bench.tasks.errors import NoData
from refdec.bench.tasks.figures import LATENTS, ORIGINAL, PIXELS
from refdec.bench.tasks.ground import Ground
from refdec.bench.tasks.pair import pair_rows
from refdec.heads.answers import class_map, found_boxes
from refdec.heads.head import Head, HeadFacts, HeadStep
from refdec.heads.making import head_of
from refdec.heads.network import HeadNetwork
from tests.encodable import photograph
from tests.unit.heads.support import classifier, detector, segmenter

from .support import ground


def head(weights: str) -> Head:
    """A head that says "class0" where the mean of some channels is positive."""
    steps = [
        HeadStep("concatenate", ("luma", "chroma"), "both"),
        HeadStep("mean", ("both",), "mean"),
        HeadStep("linear", ("mean",), "scores", ("scores",)),
        HeadStep("softmax", ("scores",), "chances"),
    ]
    rows = np.zeros((2, 256))
    rows[0, :144], rows[1, :144] = 0.5, -0.5
    facts = HeadFacts("pair", "1", "classify", (weights,), labels=("class0", "class1"))
    return head_of(facts, steps, {"scores": (rows, None)})


def test_both_are_measured_on_the_same_codestreams(tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"class{number}").mkdir()
        for seed in range(4):
            picture = photograph(64, 80, seed=seed) // 3 + 150 * (number == 0)
            Image.fromarray(picture.astype(np.uint8)).save(tmp_path / f"class{number}" / f"{seed}.png")
    given = ground((60,), 2)
    with pytest.raises(NoData, match="--pair"):
        list(pair_rows(given, tmp_path))
    with_pair = replace(given, pair=tmp_path / "pair")
    (tmp_path / "pair").mkdir()
    with pytest.raises(NoData, match=r"latents\.head"):
        list(pair_rows(with_pair, tmp_path))
    data = given.coded(photograph(64, 80), 60)
    save_head(head(given.bundle("thumbnail", data).headers.weights_fingerprint), tmp_path / "pair" / "latents.head")
    save_head(head("0" * 64), tmp_path / "pair" / "pixels.head")
    latents, pixels, original = pair_rows(with_pair, tmp_path)
    assert [row.way for row in (latents, pixels, original)] == [LATENTS, PIXELS, ORIGINAL]
    assert pixels.value == original.value == 100, "bright ones and dark ones"
    assert latents.cost is not None and pixels.cost is not None and latents.cost.products < pixels.cost.products


@pytest.fixture
def given(tmp_path: Path) -> Ground:
    (tmp_path / "pair").mkdir()
    return replace(ground((60,), 1), pair=tmp_path / "pair")


def put_twice(given: Ground, head: Head) -> None:
    """A head for the latents of the bundled weights, and the same for patches."""
    assert given.pair is not None
    weights = given.bundle("thumbnail", given.coded(photograph(64, 80), 60)).headers.weights_fingerprint
    for name, fingerprint in (("latents", weights), ("pixels", "0" * 64)):
        save_head(replace(head, facts=replace(head.facts, weights=(fingerprint,))), given.pair / f"{name}.head")


def on_patches(head: Head, picture: np.ndarray) -> dict[str, np.ndarray]:
    values = np.rint(patches_of(picture).astype(np.float64) * 2**18).astype(np.int32)
    return HeadNetwork.of(head)({"luma": values[:160], "chroma": values[160:]})


def test_classes_are_measured_against_masks(tmp_path: Path, given: Ground) -> None:
    """The masks are what the head says to the patches of the originals: that way it is always right."""
    put_twice(given, segmenter())
    for part in ("pictures", "masks"):
        (tmp_path / part).mkdir()
    picture = photograph(72, 80)
    Image.fromarray(picture).save(tmp_path / "pictures" / "a.png")
    truth = class_map(on_patches(segmenter(), picture)["classes"], 4, (72, 80))
    Image.fromarray(truth.repeat(4, axis=0).repeat(4, axis=1)).save(tmp_path / "masks" / "a.png")
    latents, pixels, original = pair_rows(given, tmp_path)
    assert {row.task for row in (latents, pixels, original)} == {"one network twice: segment"}
    assert original.value == 100 > pixels.value > latents.value, "its weights are drawn for nothing"


def test_boxes_are_measured_against_those_that_were_drawn(tmp_path: Path, given: Ground) -> None:
    put_twice(given, detector())
    picture = photograph(64, 80)
    Image.fromarray(picture).save(tmp_path / "a.png")
    said = on_patches(detector(), picture)
    found = found_boxes(said["scores"], said["sides"], 8, (64, 80), least_q18=5243, overlap_percent=50)
    best = {int(label): edges for label, edges in reversed(list(zip(found.classes, found.edges, strict=True)))}
    boxes = "".join(
        f"<object><name>{detector().facts.labels[label]}</name><bndbox><xmin>{left + 1}</xmin><ymin>{top + 1}</ymin>"
        f"<xmax>{right}</xmax><ymax>{bottom}</ymax></bndbox></object>"
        for label, (left, top, right, bottom) in best.items()
    )
    (tmp_path / "a.xml").write_text(f"<annotation>{boxes}</annotation>")
    (tmp_path / "ImageSets" / "Main").mkdir(parents=True)
    (tmp_path / "ImageSets" / "Main" / "test.txt").write_text("a\n")
    latents, pixels, original = pair_rows(given, tmp_path)
    assert {row.figure for row in (latents, pixels, original)} == {"AP50 [%]"}
    assert original.value == 100 > latents.value, "the best box of each label is the one that was drawn"


def test_a_head_of_another_task_is_refused(tmp_path: Path, given: Ground) -> None:
    put_twice(given, replace(classifier(), facts=replace(classifier().facts, task="weather")))
    with pytest.raises(NoData, match="is a head of none of classify, segment, detect, faces"):
        list(pair_rows(given, tmp_path))
