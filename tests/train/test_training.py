"""A training lowers its loss, can be stopped at any moment, and ends in a pack that refdec encodes and decodes with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from PIL import Image
from refdec_train import cli, pictures
from refdec_train.card import DataSource, model_card
from refdec_train.codec import Codec, Goal
from refdec_train.codec_twin import codec_of
from refdec_train.distortion import structural_distance
from refdec_train.errors import NoPictures, StateUnreadable, WeightsDiffer
from refdec_train.export import export_pack
from refdec_train.held import measure_held
from refdec_train.pictures import Collection, read_pictures, spread_pictures
from refdec_train.plan import Plan
from refdec_train.state import read_state
from refdec_train.training import Progress, train
from refdec_train.weights import load_weights, read_weights, save_weights
from typer.testing import CliRunner

import refdec
from refdec.api.weights import load_weights as pack_of
from refdec.metrics.msssim import ms_ssim

Picture = npt.NDArray[np.uint8]
PLAN = Plan(Goal(0.01), steps=30, batch=2, crop=64, rate=3e-4, held_every=15)


def waves(seed: int, side: int = 96) -> Picture:
    """A smooth picture, so that a few steps have something to learn."""
    rows, columns = np.mgrid[0:side, 0:side] / side
    draw = np.random.default_rng(seed)
    planes = [127 + 90 * np.sin(draw.uniform(1, 9) * rows + draw.uniform(1, 9) * columns + seed + k) for k in range(3)]
    return np.stack(planes, -1).round().astype(np.uint8)


def collection(crop: int = 64) -> Collection:
    return Collection.of([waves(seed) for seed in range(6)], crop)


def counted(steps: int) -> Callable[[], bool]:
    left = iter([True] * steps)
    return lambda: next(left, False)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Codec, Path, list[Progress]]:
    """A short training, whole."""
    folder, seen = tmp_path_factory.mktemp("run"), list[Progress]()
    codec = train(PLAN, collection(), folder, held=[waves(40)], watch=seen.append)
    return codec, folder, seen


def test_the_loss_falls_and_is_measured_on_held_pictures(run: tuple[Codec, Path, list[Progress]]) -> None:
    codec, folder, seen = run
    assert [each.step for each in seen] == [15, 20, 30]
    assert seen[-1].numbers["luma_error"] < 0.7 * seen[0].numbers["luma_error"]
    history = json.loads((folder / "history.json").read_text())
    assert [line["step"] for line in history] == [15] * 3 + [30] * 3
    assert history[-2]["luma_psnr"] > history[1]["luma_psnr"]
    again = measure_held(codec, [waves(40)], PLAN.goal, transform="bop")
    assert [{"step": 30, **point.as_json()} for point in again] == [pytest.approx(line) for line in history[3:]]


def test_a_stopped_training_goes_on_as_if_it_had_not(run: tuple[Codec, Path, list[Progress]], tmp_path: Path) -> None:
    codec, _, _ = run
    train(PLAN, collection(), tmp_path, wanted=counted(11))
    assert read_state(tmp_path / "state.pt").step == 11
    again = train(PLAN, collection(), tmp_path)
    for name, value in codec.state_dict().items():
        assert torch.allclose(value, again.state_dict()[name], atol=1e-5), name


def test_a_synthesis_is_trained_on_latents_that_stay(run: tuple[Codec, Path, list[Progress]], tmp_path: Path) -> None:
    codec, folder, _ = run
    plan = Plan(Goal(1.0), steps=6, batch=1, crop=64, rate=1e-3, synthesis="hop")
    trained = train(plan, collection(), tmp_path, start=folder / "weights.npz")
    before, after = codec.state_dict(), trained.state_dict()
    same = [name for name in before if not name.startswith("syntheses.")]
    assert all(torch.allclose(before[name], after[name], atol=2e-3) for name in same)  # half precision on disk
    assert list(trained.syntheses) == ["bop", "hop"]
    fresh = Codec(("bop", "hop"))
    torch.manual_seed(plan.seed)
    assert any(not torch.equal(after[n], v) for n, v in fresh.state_dict().items() if n.startswith("syntheses.hop"))


def test_the_pack_encodes_and_decodes(run: tuple[Codec, Path, list[Progress]], tmp_path: Path) -> None:
    """The integer decoder shows what the twin shows: PSNR within a tenth of a dB, rate within a twentieth."""
    codec, _, _ = run
    pack = tmp_path / "mine.pack"
    names = export_pack({1: codec}, tmp_path / "checkpoints", pack, title="tiny", licence="CC0")
    assert "VM_bop/decoder_Y_0.012" in names and "analysis/UV_0.012" in names
    assert not [name for name in names if name.startswith(("VM_sop", "VM_hop"))], "they were not trained"
    assert list(codec_of(pack_of(pack), 1).syntheses) == ["bop"], "what is trained on decoded pictures needs no other"
    picture = waves(41, 128)
    data = refdec.encode(picture, weights=pack, model=1, displacement=0)
    found = refdec.decode(data, weights=pack).array.astype(float)
    assert found.shape == picture.shape
    twin = measure_held(codec, [picture], PLAN.goal, transform="bop", displacements=(0,))[0]
    psnr = 10 * np.log10(255**2 / ((found - picture) ** 2).mean())
    assert abs(psnr - twin.rgb_psnr) < 0.1
    with pytest.raises(refdec.RefdecError):
        refdec.decode(data)  # the bundled weights are others, and the stream says so


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for seed in range(3):
        Image.fromarray(waves(seed)).save(photos / f"{seed}.png")
    (photos / "notes.txt").write_text("no picture")
    run, hop = tmp_path / "run", tmp_path / "hop"
    runner = CliRunner()
    short = ["--steps", "2", "--batch", "1", "--crop", "64"]
    made = runner.invoke(cli.app, ["codec", str(photos), "--out", str(run), "--held", str(photos / "0.png"), *short])
    assert made.exit_code == 0, made.output
    made = runner.invoke(
        cli.app, ["synthesis", "hop", str(photos), "--start", str(run / "weights.npz"), "--out", str(hop), *short]
    )
    assert made.exit_code == 0, made.output
    pack = tmp_path / "mine.pack"
    wish = ["--pack", str(pack), "--checkpoints", str(tmp_path / "files")]
    made = runner.invoke(cli.app, ["export", f"1={hop / 'weights.npz'}", *wish])
    assert made.exit_code == 0, made.output
    assert "VM_hop/decoder_UV_0.012" in made.output and "VM_sop" not in made.output and pack.is_file()
    beside = ["--beside", str(pack), "--pack", str(tmp_path / "both.pack"), "--checkpoints", str(tmp_path / "two")]
    made = runner.invoke(cli.app, ["export", f"2={hop / 'weights.npz'}", "--transforms", "bop,hop", *beside])
    assert made.exit_code == 0, made.output
    both, alone = pack_of(tmp_path / "both.pack"), pack_of(pack)
    assert {name: both.fingerprints()[name] for name in alone.names()} == alone.fingerprints()
    assert len(both.names()) == 2 * len(alone.names()) and "VM_hop/decoder_UV_0.075" in both.names()
    assert [part.model_id for part in both.scale] == [1]  # model 2 is the same, and no better
    assert runner.invoke(cli.app, ["export", "9=x", *wish]).exit_code == 2
    assert runner.invoke(cli.app, ["codec", str(tmp_path / "none"), "--out", str(run)]).exit_code == 2
    monkeypatch.setattr("sys.argv", ["refdec-train", "codec", str(photos), "--out", str(run), "--crop", "128"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1


def test_what_cannot_be_gone_on_with_says_so(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pt"
    broken.write_bytes(b"PK nothing")
    with pytest.raises(StateUnreadable):
        read_state(broken)
    (tmp_path / "broken.npz").write_bytes(b"PK nothing")
    with pytest.raises(StateUnreadable):
        read_weights(tmp_path / "broken.npz")
    save_weights(tmp_path / "sop.npz", Codec(("sop",)).state_dict())
    with pytest.raises(WeightsDiffer, match="bop"):
        load_weights(Codec(), read_weights(tmp_path / "sop.npz"))
    with pytest.raises(NoPictures, match="crop"):
        collection(crop=512)


def test_weights_with_the_names_of_the_first_training_are_read(tmp_path: Path) -> None:
    torch.manual_seed(9)
    codec = Codec(("bop", "sop"))
    old = {
        name.replace("analysis.luma.", "enc_y.")
        .replace("analysis.chroma.", "enc_c.")
        .replace("luma.context.", "y.MCM.")
        .replace("syntheses.bop.luma.", "dec_y.")
        .replace("syntheses.bop.chroma.", "dec_c.")
        .replace("syntheses.sop.luma.", "sop_y.")
        .replace("syntheses.sop.chroma.", "sop_c."): value
        for name, value in codec.state_dict().items()
    }
    old = {
        name.replace("luma.", "y.", 1).replace("chroma.", "c.", 1)
        if name.split(".")[0] in {"luma", "chroma"}
        else name: value
        for name, value in old.items()
    }
    save_weights(tmp_path / "old.npz", old)
    torch.save({"model": {}, "ema": old, "step": 1}, tmp_path / "old.pt")
    for file in ("old.npz", "old.pt"):
        other = Codec(("bop", "sop"))
        load_weights(other, read_weights(tmp_path / file))
        for name, value in codec.state_dict().items():
            assert torch.allclose(value, other.state_dict()[name], atol=2e-2), name


def test_pictures_of_folders_archives_and_files(tmp_path: Path) -> None:
    import tarfile

    Image.fromarray(waves(1)).save(tmp_path / "a.png")
    Image.fromarray(waves(2, 40)).convert("L").save(tmp_path / "small.png")
    with tarfile.open(tmp_path / "all.tar", "w") as archive:
        archive.add(tmp_path / "a.png", "in/a.png")
    found = dict(read_pictures([tmp_path, tmp_path / "all.tar", tmp_path / "small.png"], at_least=41))
    assert set(found) == {"a.png", "in/a.png"} and found["a.png"].shape == (96, 96, 3)
    whole = dict(read_pictures([tmp_path / "small.png"]))
    assert whole["small.png"].shape == (40, 40, 3)


def test_pictures_evenly_spread_are_all_that_is_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(9):
        Image.new("RGB", (40 + number, 50)).save(tmp_path / f"{number}.png")
    (tmp_path / "9.png").write_bytes(b"no picture")
    wide = [picture.shape[1] for _, picture in read_pictures([tmp_path], at_least=42)]
    assert wide == [42, 43, 44, 45, 46, 47, 48]
    asked, decoded = list[int](), pictures._decoded

    def decode(data: bytes) -> npt.NDArray[np.uint8] | None:
        asked.append(len(data))
        return decoded(data)

    monkeypatch.setattr(pictures, "_decoded", decode)
    assert [picture.shape[1] for picture in spread_pictures([tmp_path], 3, at_least=42)] == [42, 44, 46]
    assert len(asked) == 3
    assert len(spread_pictures([tmp_path], 9)) == 9


def test_ms_ssim_is_that_of_the_benchmarks() -> None:
    a = np.random.default_rng(1).integers(0, 256, (192, 208)).astype(np.float64)
    b = np.clip(a + np.random.default_rng(2).normal(0, 20, a.shape), 0, 255).round()
    torch_a, torch_b = (torch.from_numpy(x)[None, None] for x in (a, b))
    assert abs((1 - float(structural_distance(torch_a, torch_b)[0])) - ms_ssim(a, b)) < 1e-4


def test_the_card_tells_data_steps_and_points(run: tuple[Codec, Path, list[Progress]]) -> None:
    _, folder, _ = run
    text = model_card(
        "Tiny", {1: PLAN}, {1: json.loads((folder / "history.json").read_text())}, [DataSource("waves", "CC0", 6)]
    )
    assert "| waves | CC0 | 6 |" in text and "30 steps of 2 crops" in text and text.count("| 30 |") == 3
