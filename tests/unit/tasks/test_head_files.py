"""The bundled heads of the tasks give recorded numbers: with compiled kernels and without, by any products."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from refdec_tasks.head_files import HEAD_OPTION, bundled_heads, heads_digest, wanted_heads

from refdec.errors import WeightsError
from refdec.formats.errors import FileTooLong, FileUnreadable
from refdec.heads.errors import HeadDamaged, HeadStepInvalid, HeadTooNew, NotAHead
from refdec.heads.head import Head
from refdec.heads.network import HeadNetwork
from refdec.plugins.api import OptionValues
from refdec.plugins.errors import OptionInvalid

ROOT = Path(__file__).resolve().parents[3]
TASKS = ROOT / "tasks" / "refdec_tasks"
TASKS_WITH_HEADS = ("classify", "detect", "embed", "events", "faces", "segment", "thumbnail")
PACKAGES = tuple(f"refdec_tasks.{name}" for name in TASKS_WITH_HEADS)
RECORDED = {
    "classify 1": "b6ecca587401d2f63a7c747b79bdc4573b1c52e3af1c833d2c8cf9e206c7879e",
    "classify 2": "c20eac074d84caf3b8b1cea02da62eb49aee2badbcb939a9d4ea68aec0e979f6",
    "detect 1": "dc0942c9d4285031adf80c3ce421326297e8814a1a28bc3fadc86d5b80d45439",
    "detect 2": "af93505dd4b18c29f167c271f45043de2b8885867e9f276dcf5a37d991e279c7",
    "embed 1": "ed0e50f69758258a54ec8f2779cb08cba877352ed40ca5033f17fd559cc27822",
    "embed 2": "f764b1de77fc5abf37187c559083716dea7df0b706bfce64ca4ea93600c80b13",
    "events 1": "c6209833b1256a77ff6d154f1961cb1da849aba6b1cd05bf949867f36e7676f3",
    "events 2": "2ae5c19e3a4c04df9c4bcd1436f8a893dd7d279e6dda257cc0aa1a9890f1e5dd",
    "faces 1": "629f9b2f8827b11655435e24a022a8aacc041959cca452a1941962cee2880e86",
    "faces 2": "d82ce908666fed10473e9b4639f432ab5dfabed9e02aa4ec45abaec9db2af7a1",
    "segment 1": "96a8e100d33f587fe48905cef5a31e4c87c0e69df1506ff0ac81506c0a9a388d",
    "segment 2": "2be3a708135a0cbe08b3d55e8a20ce370bfebe7ffd2427b5191a198d8cc91239",
    "thumbnail 1": "2d236366ca94de6c698bb70409de8f188449dfcc64b84d19b37a966307bbb227",
    "thumbnail 2": "50dbbc292e75a6b82a3c95a122c14c48d137b0681ea0fd3eb6b46fcf3e25858e",
}
"""SHA-256 of what each head says to the latents of `maps`: renewed with the heads, and with nothing else."""
MOST_BYTES = {
    "classify": 2 << 20,
    "detect": 1_500_000,
    "embed": 1_500_000,
    "events": 200_000,
    "faces": 700_000,
    "segment": 1_000_000,
    "thumbnail": 100_000,
}


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
    assert sum(file.stat().st_size for file in files) <= MOST_BYTES[package.split(".")[1]]


def test_a_digest_tells_heads_apart() -> None:
    digests = [heads_digest(package) for package in PACKAGES]
    assert {len(digest) for digest in digests} == {12} and len(set(digests)) == len(PACKAGES)
    assert digests[0] == heads_digest(PACKAGES[0])


def test_a_folder_without_heads_has_none() -> None:
    assert bundled_heads("refdec_tasks.statistics") == ()


def test_a_head_file_without_end_is_refused() -> None:
    with pytest.raises(FileTooLong, match="/dev/zero is longer than the limit of 67108864 bytes"):
        wanted_heads("refdec_tasks.classify", OptionValues({"head": Path("/dev/zero")}))


def test_errors_of_a_head_file_name_it(tmp_path: Path) -> None:
    """Only one of several paths of a command is the head, and a file that is missing is none of usage."""
    whole = (TASKS / "classify" / "model1.head").read_bytes()
    place = tmp_path / "own.head"
    with pytest.raises(FileUnreadable, match=r"own\.head cannot be read") as caught:
        wanted_heads("refdec_tasks.classify", OptionValues({"head": place}))
    assert caught.value.exit_code == 1
    for data, kind in ((b"text", WeightsError), (whole[:500], WeightsError), (b"", WeightsError)):
        place.write_bytes(data)
        with pytest.raises(kind) as damaged:
            wanted_heads("refdec_tasks.classify", OptionValues({"head": place}))
        assert damaged.value.source == str(place)
    for problem in (NotAHead("x"), HeadDamaged("x"), HeadStepInvalid("x", "y"), HeadTooNew(3, 2)):
        assert "own.head" not in str(problem) and "  " not in str(problem)
        problem.source = "own.head"
        assert "own.head" in str(problem)


def test_an_empty_name_is_no_head_file() -> None:
    """It was "The head file . cannot be read"."""
    with pytest.raises(OptionInvalid, match="head"):
        HEAD_OPTION.parse("")
