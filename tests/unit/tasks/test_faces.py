"""Faces straight from latents: the same numbers whatever runs them, and figures that say what to expect."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from refdec_tasks.faces import Faces

import refdec
from refdec.api.task import TaskOrder, run_on_file
from refdec.api.task_batch import jobs_of, run_job
from refdec.heads.errors import HeadOfOtherWeights
from refdec.heads.network import HeadNetwork
from refdec.plugins.api import Boxes, OptionValues
from refdec.plugins.core import Core
from refdec.weights.bundled import bundled_pack
from tests.encodable import GOLDEN
from tests.sample_bundles import sample_bundle

STREAM = GOLDEN / "kodim14_m1_+0_96x333.jai"
MODELS = 2


def found(data: Path, threshold: str = "0.3") -> Boxes:
    result = run_on_file(data, TaskOrder("faces", (("threshold", threshold),)))
    assert isinstance(result, Boxes)
    return result


def test_the_numbers_are_the_same_everywhere() -> None:
    """Alone, in a pool, and by the integer loops in place of the float64 products."""
    order = TaskOrder("faces", (("threshold", "0.02"),))
    said = [json.dumps(found(STREAM, "0.02").json(), sort_keys=True) for _ in range(2)]
    said += [json.dumps(run_job(job)["result"], sort_keys=True) for job in jobs_of([STREAM], order, None)]
    assert len(said) == 3 and len(set(said)) == 1
    bundle = refdec.read_latents(STREAM)
    (head,) = (head for head in Faces().heads() if bundle.headers.weights_fingerprint in head.facts.weights)
    maps = {"luma": bundle.luma.latent_q18, "chroma": bundle.chroma.latent_q18}
    fast, slow = (HeadNetwork.of(head, fast=fast)(maps) for fast in (True, False))  # type: ignore[arg-type]
    assert all(np.array_equal(fast[name], slow[name]) for name in ("scores", "sides"))


def test_a_face_is_found_where_one_is() -> None:
    """Of two men in a boat the one who looks at us; his face is 20 x 28 samples, and its middle at 21, 95."""
    best, *_ = found(STREAM, "0.2").boxes
    assert best.x < 21 < best.x + best.width and best.y < 95 < best.y + best.height
    assert 12 <= best.width <= 40 and 16 <= best.height <= 56


def test_a_threshold_leaves_out() -> None:
    boxes = found(STREAM, "0.02").boxes
    assert {box.label for box in boxes} == {"face"} and found(STREAM, str(boxes[0].score)).boxes == boxes[:1]


def test_latents_of_other_weights_are_refused() -> None:
    with pytest.raises(HeadOfOtherWeights, match="faces"):
        Faces().run(sample_bundle(), OptionValues({"threshold": 0.3, "head": None}), Core(bundled_pack()))


def test_the_task_names_its_heads_and_how_much_they_miss() -> None:
    heads = Faces().heads()
    assert len(heads) == MODELS
    for head in heads:
        metrics = dict(head.facts.metrics)
        assert head.facts.labels == ("face",) and head.facts.licence and "YuNet" in head.facts.data
        assert float(metrics["AP50"]) > 0.25 and float(metrics["AP50 of the teacher"]) > 0.7
        assert float(metrics["found with a score of 0.2 or more"]) > 0.3
