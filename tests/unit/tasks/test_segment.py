"""Maps of classes straight from latents, by a head of one's own: a class for each square, whatever runs it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import refdec
from refdec.api.heads import run_heads, save_head
from refdec.api.task import TaskOrder, jobs_of, run_job, run_on_file
from refdec.heads.errors import HeadOfOtherWeights, HeadStepInvalid
from refdec.heads.head import Head
from refdec.plugins.api import Mask, Refusal
from refdec.plugins.errors import OptionMissing
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
    with pytest.raises(OptionMissing, match="head"):
        run_on_file(STREAM, TaskOrder("segment"))
    with pytest.raises(Refusal, match=r"missing\.head cannot be read"):
        mask_of(tmp_path / "missing.head")
    save_head(of_this_stream(detector()), tmp_path / "boxes.head")
    with pytest.raises(HeadStepInvalid, match="no map with each of"):
        mask_of(tmp_path / "boxes.head")
    save_head(segmenter(), tmp_path / "other.head")
    with pytest.raises(HeadOfOtherWeights):
        mask_of(tmp_path / "other.head")
