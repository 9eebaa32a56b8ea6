"""Vectors straight from latents: of length one, much the same at other rates and mirrored, the same everywhere."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from refdec_tasks.embed import Embed, refdec_tasks
from refdec_tasks.embed.vectors import ENTRIES, embedding_version

import refdec
from refdec.api.task import TaskOrder, run_on_file
from refdec.heads.errors import HeadOfOtherWeights
from refdec.plugins.api import Embedding, OptionValues
from refdec.plugins.core import Core
from refdec.weights.bundled import bundled_pack
from tests.encodable import GOLDEN, photograph
from tests.sample_bundles import sample_bundle

STREAM = GOLDEN / "kodim14_m1_+0_96x333.jai"
RECORDED = "45fdff7bfc0008393c697cff79e9039f9f66558fef3fd5996a919b72ef6a473d"
"""SHA-256 of the stream's vector in units of 2^-18, int32."""


def vector(data: bytes | Path) -> npt.NDArray[np.float64]:
    result = run_on_file(data, TaskOrder("embed"))
    assert isinstance(result, Embedding) and result.metric == "cosine"
    return result.vector


def test_the_numbers_are_the_same_everywhere() -> None:
    whole = vector(STREAM) * 2**18
    assert (whole == whole.astype(np.int32)).all()
    assert hashlib.sha256(whole.astype("<i4").tobytes()).hexdigest() == RECORDED


@pytest.mark.parametrize("model", [1, 2])
def test_a_vector_has_length_one_and_stays_near_itself(model: int) -> None:
    picture, other = photograph(160, 192), np.ascontiguousarray(photograph(160, 192)[::-1, :, ::-1] // 3)
    made = [
        vector(refdec.encode(source, model=model, displacement=rate, chroma_displacement=rate))
        for source, rate in ((picture, 0), (picture, 400), (np.ascontiguousarray(picture[:, ::-1]), 0), (other, 0))
    ]
    assert all(each.shape == (ENTRIES,) and abs(np.linalg.norm(each) - 1) < 1e-4 for each in made)
    near = [float(made[0] @ each) for each in made[1:]]
    assert min(near[:2]) > 0.7 and near[2] < min(near[:2])


def test_latents_of_other_weights_are_refused() -> None:
    with pytest.raises(HeadOfOtherWeights, match="embed"):
        Embed().run(sample_bundle(), OptionValues({}), Core(bundled_pack()))


def test_the_plugin_brings_one_task_and_tells_its_heads() -> None:
    (task,) = refdec_tasks()
    assert task.name == "embed" and len(task.heads()) == 2
    assert len(embedding_version()) == 12
