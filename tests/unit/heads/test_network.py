"""A head gives the same numbers everywhere: integer loops, float64 products, no JIT, several threads, and a model."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from refdec.bundles import LatentBundle
from refdec.bundles.errors import StageNotReached
from refdec.heads.errors import HeadOfOtherWeights
from refdec.heads.network import HeadNetwork, chosen_head, network_of, run_head
from refdec.limits import Limits, TooMuchMemory
from tests.sample_bundles import sample_bundle, sample_headers
from tests.unit.heads.support import FACTS, classifier, embedder, every_operation, tiny

ROOT = Path(__file__).resolve().parents[3]
RECORDED = {
    "classifier": "eae366472a39635801c8ebf8b5c8fd912670e879db8174238a5a548f5cf763a3",
    "every_operation": "05e36d4731d1a7da77700e894d19ae139447e351dcbf5e8d29aa5f4c3a44c544",
    "embedder": "c0c85a3b0be429e31010f38f1d410604c1d2077306fb3a431e5a0a15aa31b00e",
}
"""SHA-256 of the outputs: these are the numbers on every machine."""


def digests() -> dict[str, str]:
    """SHA-256 of what three heads say about a bundle of an odd size."""
    found = {}
    for head in (classifier, every_operation, embedder):
        digest = hashlib.sha256()
        for output in run_head(head(), sample_bundle(), limits=Limits()).values():
            digest.update(output.astype("<i4").tobytes())
        found[head.__name__] = digest.hexdigest()
    return found


def inputs(bundle: LatentBundle) -> dict[str, np.ndarray]:
    luma, chroma = bundle.luma.latent_q18, bundle.chroma.latent_q18
    assert luma is not None and chroma is not None
    return {"luma": luma, "chroma": chroma}


def test_the_numbers_are_the_recorded_ones() -> None:
    assert digests() == RECORDED


def test_no_jit_gives_the_same_numbers() -> None:
    path = os.pathsep.join(str(ROOT / part) for part in ("", "encoders", "tasks", "spec_tables"))
    program = "from tests.unit.heads.test_network import digests\nprint(digests())"
    run = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", program],
        cwd=ROOT,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.strip() == str(RECORDED), run.stderr


def test_integer_loops_give_the_same_numbers() -> None:
    for head in (classifier(), every_operation(), embedder()):
        maps = inputs(sample_bundle())
        fast, slow = HeadNetwork.of(head)(maps), HeadNetwork.of(head, fast=False)(maps)
        assert list(fast) == list(slow)
        assert all(np.array_equal(fast[name], slow[name]) for name in fast)


def test_extreme_latents_saturate_and_nothing_wraps() -> None:
    for head, value in product((every_operation(), embedder()), (-(1 << 31), (1 << 31) - 1)):
        maps = {"luma": np.full((160, 5, 4), value, np.int32), "chroma": np.full((96, 5, 4), -value - 1, np.int32)}
        fast, slow = HeadNetwork.of(head)(maps), HeadNetwork.of(head, fast=False)(maps)
        assert all(np.array_equal(fast[name], slow[name]) for name in fast)


def test_threads_share_a_head() -> None:
    bundle, head = sample_bundle(), classifier()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: run_head(head, bundle, limits=Limits()), range(8)))
    assert all(np.array_equal(answer["chances"], answers[0]["chances"]) for answer in answers)


@pytest.mark.parametrize("size", [(64, 64), (65, 64), (64, 300), (97, 81)])
def test_any_size_of_picture(size: tuple[int, int]) -> None:
    width, height = size
    headers = sample_headers(width, height)
    outputs = run_head(every_operation(), sample_bundle(headers=headers), limits=Limits())
    h, w = headers.latent_size
    assert outputs["mask"].shape == (10, 2 * h, 2 * w)
    assert outputs["m1"].shape == (32, -(-h // 2), -(-w // 2))
    assert outputs["chances"].shape == (40, 1, 1)


def test_softmax_sums_to_one() -> None:
    chances = run_head(classifier(), sample_bundle(), limits=Limits())["chances"]
    assert abs(int(chances.sum()) - (1 << 18)) <= 3 and chances.min() >= 0


def test_latents_of_other_weights_are_refused() -> None:
    other = sample_bundle(headers=sample_headers(weights_fingerprint="cd" * 32))
    with pytest.raises(HeadOfOtherWeights, match="cdcdcdcdcdcd"):
        run_head(tiny(), other, limits=Limits())
    mine, theirs = tiny(), tiny(facts=replace(FACTS, weights=("cd" * 32,)))
    assert chosen_head([mine, theirs], other) is theirs
    with pytest.raises(HeadOfOtherWeights):
        chosen_head([], other)


def test_a_bundle_without_latents_is_refused() -> None:
    with pytest.raises(StageNotReached):
        run_head(tiny(), sample_bundle("symbols"), limits=Limits())


def test_memory_is_asked_for_before_it_is_taken() -> None:
    bundle = sample_bundle()
    needed = network_of(head := classifier()).bytes_for(*bundle.headers.latent_size)
    run_head(head, bundle, limits=Limits(memory_bytes=needed))
    with pytest.raises(TooMuchMemory):
        run_head(head, bundle, limits=Limits(memory_bytes=needed - 1))


def test_time_is_asked_between_steps() -> None:
    asked = []
    run_head(classifier(), sample_bundle(), limits=Limits(), check=lambda: asked.append(1))
    assert len(asked) == len(classifier().steps)


def test_a_network_is_prepared_once() -> None:
    head = tiny()
    assert network_of(head) is network_of(head)
