"""Maps of classes straight from latents, by the bundled head or one of one's own: the same, whatever runs it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter
from refdec_tasks.segment import Segment

import refdec
from refdec.api.heads import run_heads, save_head
from refdec.api.task import TaskOrder, run_on_file
from refdec.api.task_batch import jobs_of, run_job
from refdec.heads.errors import HeadOfOtherWeights, HeadStepInvalid
from refdec.heads.head import Head
from refdec.heads.network import HeadNetwork
from refdec.plugins.api import Mask
from tests.encodable import GOLDEN
from tests.unit.heads.support import detector, segmenter

STREAM = GOLDEN / "kodim14_m1_+0_96x333.jai"


def of_this_stream(head: Head) -> Head:
    """The head, as if it had been made for the latents of the stream."""
    print_ = refdec.read_latents(STREAM, stage="symbols").headers.weights_fingerprint
    return replace(head, facts=replace(head.facts, weights=(print_,)))


@pytest.fixture
def head(tmp_path: Path) -> Path:
    save_head(of_this_stream(segmenter()), tmp_path / "own.head")
    return tmp_path / "own.head"


def mask_of(head: Path) -> Mask:
    result = run_on_file(STREAM, TaskOrder("segment", (("head", str(head)),)))
    assert isinstance(result, Mask)
    return result


def bundled(data: Path) -> Mask:
    result = run_on_file(data, TaskOrder("segment"))
    assert isinstance(result, Mask)
    return result


def test_the_bundled_head_says_the_same_whatever_runs_it() -> None:
    """Alone, in a pool, and by the integer loops in place of the float64 products."""
    said = [json.dumps(bundled(STREAM).json()) for _ in range(2)]
    said += [json.dumps(run_job(job)["result"]) for job in jobs_of([STREAM], TaskOrder("segment"), None)]
    assert len(said) == 3 and len(set(said)) == 1
    bundle = refdec.read_latents(STREAM)
    (head,) = (head for head in Segment().heads() if bundle.headers.weights_fingerprint in head.facts.weights)
    maps = {"luma": bundle.luma.latent_q18, "chroma": bundle.chroma.latent_q18}
    fast, slow = (HeadNetwork.of(head, fast=fast)(maps)["classes"] for fast in (True, False))  # type: ignore[arg-type]
    assert np.array_equal(fast, slow)


def figure() -> np.ndarray:
    """Somebody who stands before a wall, drawn: 416 x 272 samples with a little noise."""
    picture = Image.new("RGB", (272, 416), (150, 150, 145))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 300, 272, 416), fill=(120, 115, 110))
    draw.ellipse((116, 28, 160, 84), fill=(60, 40, 30))
    draw.ellipse((121, 40, 155, 88), fill=(222, 180, 155))
    draw.rectangle((130, 84, 146, 100), fill=(222, 180, 155))
    draw.polygon([(100, 98), (176, 98), (190, 220), (86, 220)], fill=(170, 40, 50))
    for left in (84, 176):
        draw.rectangle((left, 110, left + 16, 215), fill=(150, 35, 45))
    for left in (104, 142):
        draw.rectangle((left, 220, left + 30, 360), fill=(40, 50, 90))
    for left in (98, 140):
        draw.ellipse((left, 356, left + 38, 376), fill=(30, 20, 20))
    soft = np.asarray(picture.filter(ImageFilter.GaussianBlur(1.2)), np.float64)
    return np.clip(soft + np.random.default_rng(3).normal(0, 6, soft.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("model", [1, 2])
def test_somebody_who_stands_there_is_seen(tmp_path: Path, model: int) -> None:
    (tmp_path / "a.jai").write_bytes(refdec.encode(figure(), model=model, displacement=0))
    mask = bundled(tmp_path / "a.jai")
    places = {"background": (40, 20), "skin": (60, 138), "upper clothes": (150, 130), "lower clothes": (290, 118)}
    for name, (row, column) in {**places, "shoes": (366, 118)}.items():
        assert mask.names[mask.values[row // 4, column // 4]] == name
    assert 0.7 < float((mask.values == 0).mean()) < 0.85, "about as much as was drawn"


def test_a_class_for_each_square_of_the_picture(head: Path) -> None:
    mask = mask_of(head)
    assert (mask.cell, mask.names, mask.values.shape) == (4, segmenter().facts.labels, (84, 24))
    raw = run_heads(of_this_stream(segmenter()), refdec.read_latents(STREAM))["classes"]
    assert np.array_equal(mask.values, raw[:, :84, :24].argmax(axis=0))


def test_shares_are_told_and_colours_have_names(head: Path) -> None:
    mask = mask_of(head)
    shares = [float(line.split("%")[0]) for line in mask.text().splitlines()]
    assert len(shares) == len(mask.names) and abs(sum(shares) - 100) < 0.1
    assert mask.picture().shape == (336, 96, 3) and mask.legend() is not None


def test_the_answer_is_the_same_alone_and_in_a_batch(head: Path, tmp_path: Path) -> None:
    order = TaskOrder("segment", (("head", str(head)),))
    said = [json.dumps(mask_of(head).json()) for _ in range(2)]
    said += [json.dumps(run_job(job)["result"]) for job in jobs_of([STREAM], order, None)]
    assert len(said) == 3 and len(set(said)) == 1


def test_a_head_must_be_there_and_of_this_kind(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"missing\.head cannot be read"):
        mask_of(tmp_path / "missing.head")
    save_head(of_this_stream(detector()), tmp_path / "boxes.head")
    with pytest.raises(HeadStepInvalid, match="no map with each of"):
        mask_of(tmp_path / "boxes.head")
    save_head(segmenter(), tmp_path / "other.head")
    with pytest.raises(HeadOfOtherWeights):
        mask_of(tmp_path / "other.head")
