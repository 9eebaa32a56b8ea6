"""`enhance`: better than what is decoded, the same numbers everywhere, in the colours and the size of the picture."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from refdec_tasks.enhance import INPAINT, SUPERRES, Enhance
from refdec_tasks.enhance.restoring import blended

import refdec
from refdec.api.heads import load_head, save_head
from refdec.api.task import TaskOrder, run_on_file
from refdec.api.task_batch import jobs_of, run_job
from refdec.heads import network
from refdec.heads.errors import HeadOfOtherWeights
from refdec.heads.head import Head
from refdec.parallel.batch import BatchOptions, run_batch
from refdec.plugins.api import OptionValues, PictureResult, Refusal
from refdec.plugins.core import Core
from refdec.plugins.errors import OptionMissing
from tests.encodable import GOLDEN, bundled, photograph
from tests.sample_bundles import sample_bundle

BUNDLED = tuple(dict.fromkeys(head.facts.name.removeprefix("enhance-") for head in Enhance().heads()))
DONE = tuple(dict.fromkeys((*BUNDLED, INPAINT)))
"""What can be done without a head of one's own."""
CORRECTED = tuple(what for what in BUNDLED if what not in {INPAINT, SUPERRES})
Codes = npt.NDArray[np.uint8]
RECORDED = {
    "denoise": "b27fd27e0c9278ad86fa3697b36fb78ce7c17168f427e743d3b13b99015da5f5",
    "lowlight": "950f84dc83eadc1004921130fa5490f17610105f4b09814f7d8bc12422cc3fc5",
    "exposure": "c9388ef79c6c576fb5f98f3bf9a9ab4120b658d8b8c71ddcf6e2af929a39ae7f",
    "colour": "7f32f8172b5010bc0f93903177ea11f1254fc93d970e298bc5f94a8594b9e64a",
    "superres": "8b2c4162687634bcd0f8d8a4a42543071a8406be2db0de971f939bb5532fa71a",
    "inpaint": "ebcba25f537771724f91671695d576ddbf42630ec1187264ec83451613f0c19e",
}
"""SHA-256 of what each head makes of a recorded codestream: the numbers of every machine."""
HOLE, ALSO = (slice(40, 63), slice(70, 101)), {"inpaint": (("hole", "70,40,31,23"),)}
"""A hole, and how it is said."""
SMALL = {"inpaint": (("hole", "20,13,17,30;50,50,8,8"),)}
"""Holes of the recorded codestream."""
HALF = 86, 67
ROOT = Path(__file__).resolve().parents[3]
BUNDLED_HEADS = ROOT / "tasks" / "refdec_tasks" / "enhance"
STREAM = "kodim21_m1_+0_64x64.jai"


def psnr(first: Codes, second: Codes) -> float:
    return float(10 * np.log10(255**2 / np.mean((first.astype(float) - second) ** 2)))


@cache
def good() -> Codes:
    picture: Codes = photograph(133, 171)
    return picture


def spoilt(what: str) -> Codes:
    """The picture as the task is for it."""
    draw, x = np.random.default_rng(1), good().astype(float)
    if what == "denoise":
        x = x + draw.normal(0, 25, x.shape)
    elif what == "lowlight":
        x = 255 * 0.4 * (x / 255) ** 1.8 + draw.normal(0, 4, x.shape)
    elif what == "exposure":
        x = 0.55 * x + draw.normal(0, 1, x.shape)
    elif what == "colour":
        x = x * (1.35, 0.95, 0.6) + draw.normal(0, 1, x.shape)
    elif what == "inpaint":
        x[HOLE] = (250, 20, 200)
    elif what == "superres":
        x = np.asarray(Image.fromarray(good()).resize(HALF, Image.Resampling.BICUBIC))
    return np.clip(x, 0, 255).round().astype(np.uint8)


@cache
def stream(what: str, model: int = 1) -> bytes:
    return refdec.encode(spoilt(what), encoder="analysis", model=model, displacement=200, check=False)


def enhanced(data: bytes, what: str, **options: object) -> Codes:
    given = (("what", what), *ALSO.get(what, ()), *((name, str(value)) for name, value in options.items()))
    result = run_on_file(data, TaskOrder("enhance", given))
    assert isinstance(result, PictureResult)
    array: Codes = result.array
    return array


@pytest.mark.parametrize("model", [1, 2])
@pytest.mark.parametrize("what", CORRECTED)
def test_it_is_better_than_what_is_decoded(what: str, model: int) -> None:
    data = stream(what, model)
    decoded = refdec.decode(data, colour="RGB", bit_depth=8).array
    made = enhanced(data, what)
    assert made.shape == good().shape
    assert psnr(made, good()) > psnr(decoded, good()) + 0.5


def digests() -> dict[str, str]:
    """SHA-256 of what each head makes of a recorded codestream."""
    made = {
        what: run_on_file(GOLDEN / STREAM, TaskOrder("enhance", (("what", what), *SMALL.get(what, ()))))
        for what in DONE
    }
    return {what: str(result.json()["sha256"]) for what, result in made.items()}


def test_the_numbers_are_the_recorded_ones() -> None:
    assert digests() == RECORDED


def test_no_jit_gives_the_same_numbers() -> None:
    path = os.pathsep.join(str(ROOT / part) for part in ("", "encoders", "tasks", "spec_tables"))
    run = subprocess.run(
        [sys.executable, "-c", "from tests.unit.tasks.test_enhance import digests\nprint(digests())"],
        cwd=ROOT,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.strip() == str(RECORDED), run.stderr


def test_workers_give_the_same_numbers(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.jai").write_bytes((GOLDEN / STREAM).read_bytes())
    order = TaskOrder("enhance", (("what", "denoise"),))
    found: list[object] = []
    jobs = jobs_of([tmp_path], order, tmp_path / "out")
    summary = run_batch(
        run_job,
        jobs,
        BatchOptions(workers=2, resume=False),
        watch=lambda outcome: found.append(outcome.details["result"]["sha256"]),
    )
    assert summary.exit_code == 0 and found == [RECORDED["denoise"]] * 3
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.png", "b.png", "c.png"]


@pytest.mark.parametrize("what", BUNDLED)
def test_windows_change_nothing(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = enhanced(stream(what), what)
    cut: list[Head] = []

    def in_windows(head: Head) -> network.HeadNetwork:
        cut.append(head)
        return network.HeadNetwork.of(head, window_bytes=1)

    monkeypatch.setattr(network, "network_of", in_windows)
    assert np.array_equal(enhanced(stream(what), what), whole) and cut


@pytest.mark.parametrize("what", CORRECTED)
def test_strength(what: str) -> None:
    data = stream(what)
    decoded = refdec.decode(data, colour="RGB", bit_depth=8).array
    assert np.array_equal(enhanced(data, what, strength=0), decoded)
    half, whole = enhanced(data, what, strength=50), enhanced(data, what)
    assert 0 < np.abs(half.astype(int) - decoded).sum() < np.abs(whole.astype(int) - decoded).sum()


@pytest.mark.parametrize("model", [1, 2])
def test_holes_are_filled_and_nothing_else_is_touched(model: int) -> None:
    data = stream("inpaint", model)
    decoded = refdec.decode(data, colour="RGB", bit_depth=8).array
    made = enhanced(data, "inpaint").copy()
    assert psnr(made[HOLE], good()[HOLE]) > psnr(decoded[HOLE], good()[HOLE]) + 2.5
    made[HOLE] = decoded[HOLE]
    assert np.array_equal(made, decoded)


def test_a_head_of_ones_own_fills_holes(tmp_path: Path) -> None:
    """Here the bundled one for noise under another name: it has the outputs."""
    data, denoiser = stream("inpaint"), tmp_path / "own.head"
    head = load_head(BUNDLED_HEADS / "denoise" / "model1.head")
    save_head(replace(head, facts=replace(head.facts, name="enhance-inpaint")), denoiser)
    border, made = enhanced(data, "inpaint"), enhanced(data, "inpaint", head=denoiser).copy()
    assert not np.array_equal(made, border)
    assert np.array_equal(enhanced(data, "inpaint", head=denoiser, strength=0), border)
    made[HOLE] = border[HOLE]
    assert np.array_equal(made, border), "the decoded picture outside of the hole"


def test_what_no_head_comes_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refdec_tasks.enhance.wanted_heads", lambda package, options, what: ())
    with pytest.raises(Refusal, match="refdec-train head enhance denoise"):
        enhanced(stream("denoise"), "denoise")


@pytest.mark.parametrize("model", [1, 2])
def test_twice_the_size(model: int) -> None:
    data = stream("superres", model)
    made, cubic = enhanced(data, "superres"), enhanced(data, "superres", strength=0)
    assert made.shape == cubic.shape == (134, 172, 3)
    decoded = Image.fromarray(refdec.decode(data, colour="RGB", bit_depth=8).array)
    theirs = np.asarray(decoded.resize((172, 134), Image.Resampling.BICUBIC)).astype(int)
    assert np.abs(theirs - cubic)[4:-4, 4:-4].max() <= 1
    assert psnr(made[:133, :171], good()) > psnr(cubic[:133, :171], good())


def test_holes_are_for_inpaint_alone() -> None:
    data = stream("denoise")
    with pytest.raises(Refusal, match="hole is for what=inpaint"):
        enhanced(data, "denoise", hole="1,2,3,4")
    with pytest.raises(Refusal, match="mask is for what=inpaint"):
        enhanced(data, "denoise", mask="mask.png")
    with pytest.raises(Refusal, match="not inside the picture, which is 171 x 133"):
        run_on_file(data, TaskOrder("enhance", (("what", "inpaint"), ("hole", "170,0,2,2"))))


def test_a_strength_without_a_head_is_refused() -> None:
    order = TaskOrder("enhance", (("what", "inpaint"), ("hole", "1,2,3,4"), ("strength", "50")))
    with pytest.raises(Refusal, match="none comes with refdec: leave it away"):
        run_on_file(stream("denoise"), order)


@pytest.mark.parametrize(
    ("what", "other"), [("inpaint", "denoise"), ("denoise", "lowlight"), ("superres", "colour"), ("colour", "superres")]
)
def test_a_head_for_something_else_is_refused(what: str, other: str) -> None:
    """It ran, and did what it is for, without a word."""
    with pytest.raises(Refusal, match=rf"model1\.head is a head for {other}, not for {what}: take what={other}"):
        enhanced(stream("denoise"), what, head=BUNDLED_HEADS / other / "model1.head")


def test_a_head_of_another_kind_is_refused() -> None:
    thumbnails = ROOT / "tasks" / "refdec_tasks" / "thumbnail" / "model1.head"
    for what in ("denoise", "superres"):
        with pytest.raises(Refusal, match="what is wanted needs one that makes luma"):
            enhanced(stream("denoise"), what, head=thumbnails)


def test_half_the_way() -> None:
    old, new = np.array([[[-5, 10]]], np.int32), np.array([[[5, (1 << 31) - 1]]], np.int32)
    assert blended(old, new.copy(), 50).tolist() == [[[0, (1 << 30) + 5]]]
    assert blended(old, new.copy(), 100).tolist() == new.tolist()


@pytest.mark.parametrize("gray", [1, 3])
def test_gray_stays_gray(gray: int) -> None:
    picture = spoilt("denoise")[..., 0]
    data = refdec.encode(picture if gray == 1 else np.stack([picture] * 3, axis=-1), displacement=0, check=False)
    for what in DONE:
        made, times = enhanced(data, what), 2 if what == "superres" else 1
        size = times * 133, times * 171
        assert made.shape == (size if gray == 1 else (*size, 3))
        assert gray == 1 or all(np.array_equal(made[..., 0], made[..., c]) for c in (1, 2))


def test_latents_of_other_weights_are_refused() -> None:
    for what in BUNDLED:
        hole = "0,0,5,5" if what == "inpaint" else None
        given = {"what": what, "strength": 100, "head": None, "hole": hole, "mask": None}
        with pytest.raises(HeadOfOtherWeights, match=f"enhance-{what}"):
            Enhance().run(sample_bundle(), OptionValues(given), Core(bundled()))


def test_what_must_be_said() -> None:
    with pytest.raises(OptionMissing, match="what"):
        run_on_file(stream("denoise"), TaskOrder("enhance"))


def test_every_model_has_every_head_and_each_says_what_it_is() -> None:
    heads = Enhance().heads()
    models = {refdec.read_latents(stream("denoise", m), stage="symbols").headers.weights_fingerprint for m in (1, 2)}
    for what in BUNDLED:
        mine = [head for head in heads if head.facts.name == f"enhance-{what}"]
        assert {print_ for head in mine for print_ in head.facts.weights} == models
        assert all(head.facts.task == "enhance" and head.facts.licence and head.facts.data for head in mine)
        assert all(head.facts.metrics for head in mine)
