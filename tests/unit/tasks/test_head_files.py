"""The bundled heads of the tasks give recorded numbers: with compiled kernels and without, by any products."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from refdec_tasks.head_files import bundled_heads, heads_digest

from refdec.heads.head import Head
from refdec.heads.network import HeadNetwork

ROOT = Path(__file__).resolve().parents[3]
TASKS = ROOT / "tasks" / "refdec_tasks"
PACKAGES = ("refdec_tasks.classify", "refdec_tasks.embed")
RECORDED = {
    "classify 1": "16275971abbadb44ac135874d5c275d91dc14b7164dd3cc278d77df1aa3e22ad",
    "classify 2": "e6f838410ef8afe3ac60bb23ff77bccc6d12e87d6f0576f5b3e968559ee08073",
    "embed 1": "b4c96cecca8ead437e02ea7c4fbf6699b89ddb7c34fb2c3e63f47bf0a1abf645",
    "embed 2": "6eefdb4d3a77ae7bd25b1f1f6997b092ac8a7cbeda02d480d57f806a70a5f836",
}
"""SHA-256 of what each head says to the latents of `maps`: renewed with the heads, and with nothing else."""
MOST_BYTES = {"refdec_tasks.classify": 2 << 20, "refdec_tasks.embed": 1_500_000}


def maps() -> dict[str, np.ndarray]:
    """Latents of an odd size, of the usual strengths."""
    drawn = np.random.default_rng(8).integers(-6 << 18, (6 << 18) + 1, (256, 7, 5)).astype(np.int32)
    return {"luma": drawn[:160], "chroma": drawn[160:]}


def digest(head: Head, *, fast: bool = True) -> str:
    found = hashlib.sha256()
    for output in HeadNetwork.of(head, fast=fast)(maps()).values():
        found.update(output.astype("<i4").tobytes())
    return found.hexdigest()


def digests() -> dict[str, str]:
    return {
        f"{package.split('.')[1]} {number}": digest(head)
        for package in PACKAGES
        for number, head in enumerate(bundled_heads(package), 1)
    }


def test_the_numbers_are_the_recorded_ones() -> None:
    assert digests() == RECORDED


def test_no_jit_gives_the_same_numbers() -> None:
    path = os.pathsep.join(str(ROOT / part) for part in ("", "encoders", "tasks", "spec_tables"))
    program = "from tests.unit.tasks.test_head_files import digests\nprint(digests())"
    run = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", program],
        cwd=ROOT,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.strip() == str(RECORDED), run.stderr


@pytest.mark.parametrize("package", PACKAGES)
def test_integer_loops_give_the_same_numbers(package: str) -> None:
    for head in bundled_heads(package):
        assert digest(head, fast=False) == digest(head)


@pytest.mark.parametrize("package", PACKAGES)
def test_heads_say_what_they_are(package: str) -> None:
    heads = bundled_heads(package)
    assert len({head.facts.weights for head in heads}) == len(heads) == 2, "one for each bundled model"
    for head in heads:
        assert head.facts.task == package.split(".")[1]
        assert head.facts.licence and head.facts.data and head.facts.metrics
    files = (TASKS / package.split(".")[1]).glob("*.head")
    assert sum(file.stat().st_size for file in files) <= MOST_BYTES[package]


def test_a_digest_tells_heads_apart() -> None:
    first, second = (heads_digest(package) for package in PACKAGES)
    assert len(first) == 12 and first != second and first == heads_digest(PACKAGES[0])


def test_a_folder_without_heads_has_none() -> None:
    assert bundled_heads("refdec_tasks.statistics") == ()
