"""Boxes straight from latents: the bundled head finds cells, whatever runs it; heads of one's own take its place."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from refdec_tasks.detect import Detect

import refdec
from refdec.api.heads import save_head
from refdec.api.task import TaskOrder, run_on_file
from refdec.api.task_batch import jobs_of, run_job
from refdec.heads.errors import HeadOfOtherWeights, NotAHead
from refdec.heads.network import HeadNetwork
from refdec.plugins.api import Box, Boxes, OptionValues
from refdec.plugins.core import Core
from refdec.weights.bundled import bundled_pack
from tests.sample_bundles import sample_bundle
from tests.unit.heads.support import detector

CELLS = ((60, 60), (190, 50), (270, 130), (110, 170), (200, 190))
RADIUS = 50
MODELS = (1, 2)


@cache
def smear(model: int, displacement: int = 0) -> bytes:
    """A codestream of five red cells, drawn: pale discs with a darker ring on a bright ground."""
    rows, columns = np.mgrid[:240, :320]
    picture: npt.NDArray[np.float64] = np.full((240, 320, 3), (214.0, 206.0, 212.0))
    for x, y in CELLS:
        far = np.hypot(columns - x, rows - y)
        disc, ring = np.clip((RADIUS - far) / 4, 0, 1)[..., None], np.clip(1 - np.abs(far - 38) / 26, 0, 1)[..., None]
        picture = picture * (1 - disc) + disc * ((206.0, 168.0, 176.0) - ring * (18.0, 30.0, 22.0))
    picture += np.random.default_rng(1).normal(0, 3, picture.shape)
    return refdec.encode(np.clip(picture, 0, 255).astype(np.uint8), model=model, displacement=displacement)


def found(data: bytes | Path, *options: tuple[str, str]) -> Boxes:
    result = run_on_file(data, TaskOrder("detect", options))
    assert isinstance(result, Boxes)
    return result


def share(box: Box, middle: tuple[int, int]) -> float:
    """What a box and the square around a cell share, of what both cover."""
    x, y = middle
    wide = min(box.x + box.width, x + RADIUS) - max(box.x, x - RADIUS)
    high = min(box.y + box.height, y + RADIUS) - max(box.y, y - RADIUS)
    both = max(wide, 0) * max(high, 0)
    return both / (box.width * box.height + 4 * RADIUS**2 - both)


@pytest.mark.parametrize("displacement", [-600, 300])
@pytest.mark.parametrize("model", MODELS)
def test_cells_are_found(model: int, displacement: int) -> None:
    boxes = found(smear(model, displacement)).boxes
    assert {box.label for box in boxes} == {"RBC"} and len(boxes) <= len(CELLS) + 2
    nearest = [max(share(box, cell) for box in boxes) for cell in CELLS]
    assert min(nearest) > 0.4 and sum(nearest) / len(nearest) > 0.6


@pytest.mark.parametrize("model", MODELS)
def test_the_numbers_are_the_same_everywhere(model: int, tmp_path: Path) -> None:
    """Alone, in a pool, and by the integer loops in place of the float64 products."""
    data = smear(model)
    file = tmp_path / "a.jai"
    file.write_bytes(data)
    said = [json.dumps(found(data).json(), sort_keys=True) for _ in range(2)]
    order = TaskOrder("detect")
    outcomes = [run_job(job) for job in jobs_of([file], order, None)]
    said += [json.dumps(outcome["result"], sort_keys=True) for outcome in outcomes]
    assert len(said) == 3 and len({hashlib.sha256(text.encode()).hexdigest() for text in said}) == 1
    bundle = refdec.read_latents(data)
    (head,) = (head for head in Detect().heads() if bundle.headers.weights_fingerprint in head.facts.weights)
    maps = {"luma": bundle.luma.latent_q18, "chroma": bundle.chroma.latent_q18}
    fast, slow = (HeadNetwork.of(head, fast=fast)(maps) for fast in (True, False))  # type: ignore[arg-type]
    assert all(np.array_equal(fast[name], slow[name]) for name in ("scores", "sides"))


def test_a_threshold_leaves_out_and_an_overlap_lets_through() -> None:
    data = smear(1)
    usual, scores = found(data).boxes, [box.score for box in found(data).boxes]
    assert scores == sorted(scores, reverse=True)
    assert found(data, ("threshold", str(scores[1]))).boxes == usual[:2]
    assert len(found(data, ("threshold", "0.02"), ("overlap", "1")).boxes) > len(usual)


def test_a_head_of_ones_own(tmp_path: Path) -> None:
    facts = detector().facts
    print_ = refdec.read_latents(smear(1), stage="symbols").headers.weights_fingerprint
    own = detector(facts=type(facts)("own", "1.0", "detect", (print_,), facts.labels))
    save_head(own, tmp_path / "own.head")
    labels = {box.label for box in found(smear(1), ("head", str(tmp_path / "own.head"))).boxes}
    assert labels <= {"cat", "dog"} and labels
    with pytest.raises(FileNotFoundError, match=r"missing\.head cannot be read"):
        found(smear(1), ("head", str(tmp_path / "missing.head")))
    (tmp_path / "bad.head").write_bytes(b"no head")
    with pytest.raises(NotAHead):
        found(smear(1), ("head", str(tmp_path / "bad.head")))


def test_latents_of_other_weights_are_refused() -> None:
    options = OptionValues({"threshold": 0.3, "overlap": 0.5, "head": None})
    with pytest.raises(HeadOfOtherWeights, match="detect"):
        Detect().run(sample_bundle(), options, Core(bundled_pack()))


def test_the_task_names_its_heads() -> None:
    heads = Detect().heads()
    assert len(heads) == len(MODELS)
    assert all(head.facts.task == "detect" and head.facts.licence == "MIT" and head.facts.data for head in heads)
    assert all(float(dict(head.facts.metrics)["AP50"]) >= 0.75 for head in heads)
