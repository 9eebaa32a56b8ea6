"""Heads of `enhance` are what their trainable networks are; trainings can be stopped; pictures are spoilt as said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from refdec_train.cli import app
from refdec_train.codec_twin import codec_of
from refdec_train.enhance import filling, spoiling
from refdec_train.enhance.doubling import Doubler, Doubling, enlarged
from refdec_train.enhance.filling import Filling, Hole
from refdec_train.enhance.lessons import Correcting
from refdec_train.enhance.making import clean_pictures, make_enhancers
from refdec_train.enhance.networks import Corrector
from refdec_train.enhance.recipes import RECIPES
from refdec_train.enhance.training import EnhanceTraining, train_enhancer
from refdec_train.errors import StateDiffers, StateUnreadable
from refdec_train.heads.making import Stopped, Workshop
from refdec_train.pictures import Collection
from typer.testing import CliRunner

from refdec.api.heads import load_head
from refdec.heads.head import FEATURES
from refdec.heads.making import head_of
from refdec.heads.network import HeadNetwork
from tests.encodable import bundled
from tests.train.test_training import waves
from tests.unit.heads.support import FACTS

ONE = 1 << 18
SIZE = (160, 6, 9), (96, 6, 9)


def test_the_head_computes_what_was_trained() -> None:
    torch.manual_seed(5)
    made, draw = Corrector(torch.rand(256) * 3 + 0.1).eval(), np.random.default_rng(7)
    with torch.no_grad():
        for parameter in made.parameters():  # weights that do something
            parameter.add_(torch.randn_like(parameter) * 0.02)
    luma, chroma = (draw.normal(0, 2, size).astype(np.float32) for size in SIZE)
    with torch.no_grad():
        wanted = made(torch.from_numpy(luma)[None], torch.from_numpy(chroma)[None])
    steps, weights, outputs = made.head()
    head = HeadNetwork.of(head_of(FACTS, steps, weights, outputs))
    found = head({"luma": (luma * ONE).astype(np.int32), "chroma": (chroma * ONE).astype(np.int32)})
    for float_map, whole in zip(wanted, found.values(), strict=True):
        assert float_map[0].shape == whole.shape
        scale = float(float_map.abs().max())
        assert np.abs(float_map[0].numpy() - whole / ONE).max() < 1e-3 * scale, "rounding alone"


def test_it_begins_by_changing_nothing() -> None:
    luma, chroma = torch.randn(1, *SIZE[0]), torch.randn(1, *SIZE[1])
    new = Corrector(torch.ones(256))(luma, chroma)
    assert torch.equal(new[0], luma) and torch.equal(new[1], chroma)


def test_pictures_are_spoilt_as_said() -> None:
    good = torch.from_numpy(np.stack([waves(seed, 96).transpose(2, 0, 1) for seed in range(6)])).float()
    spoils = [recipe.lesson.spoil for recipe in RECIPES.values() if isinstance(recipe.lesson, Correcting)]
    assert spoils == [spoiling.noisy, spoiling.dark, spoiling.exposed, spoiling.cast]
    for spoil in spoils:
        first, again = (spoil(good, np.random.default_rng(3)) for _ in range(2))
        assert torch.equal(first, again), "the same draws, the same picture"
        assert torch.equal(first, first.round().clamp(0, 255)), "codes"
        assert first.shape == good.shape
    assert 2 < (spoiling.noisy(good, np.random.default_rng(1)) - good).std() < 60
    assert spoiling.dark(good, np.random.default_rng(1)).mean() < 0.8 * good.mean()


def test_wrong_light_is_too_much_or_too_little() -> None:
    gray = torch.full((400, 3, 8, 8), 128.0)
    means = spoiling.exposed(gray, np.random.default_rng(1)).mean((1, 2, 3))
    assert 30 < means.min() < 60 and 220 < means.max() <= 255 and 95 < means.median() < 120


def test_a_cast_leaves_the_luma_of_gray() -> None:
    gray = torch.full((400, 3, 8, 8), 60.0)
    colours = spoiling.cast(gray, np.random.default_rng(1)).mean((2, 3))
    luma = colours @ torch.tensor(spoiling.LUMA)
    assert (luma - 60).abs().max() < 1.5
    red, green, blue = colours.T
    assert 0.5 < (red / blue).log().std() < 0.9 and 0.1 < (green / (red * blue).sqrt()).log().std() < 0.3


def test_holes_hold_something_else_and_their_latents_are_zeros() -> None:
    codec, good = codec_of(bundled(), 1), torch.from_numpy(np.stack([waves(s, 128).transpose(2, 0, 1) for s in (1, 2)]))
    case = Filling().case(codec, good.float(), np.random.default_rng(5))
    assert case.where is not None and case.plain is not None
    for number, marks in enumerate(case.where[:, 0]):
        luma, chroma, plain = case.coded.luma[number], case.coded.chroma[number], case.plain[number]
        rows, columns = (marks.any(axis).nonzero().flatten() for axis in (1, 0))
        sides = len(rows), len(columns)
        assert marks.sum() == sides[0] * sides[1] and all(8 <= side <= 64 for side in sides), "one rectangle"
        lost = (luma == 0).all(0) & (chroma == 0).all(0)
        cells = torch.nn.functional.max_pool2d(marks[None], 16)[0] > 0
        assert torch.equal(lost, cells)
        hole = Hole(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
        filled = filling.from_the_border(plain, hole)
        assert torch.allclose(plain[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], filled, atol=1e-3)
    network = Filling().network(codec, case)
    assert Filling().quality(codec, case, network).shape == (2,)


def test_the_border_is_weighted_as_the_task_does_it() -> None:
    from refdec_tasks.enhance.filling import from_the_border

    x = np.random.default_rng(1).integers(-255, 256, (13, 9, 3))
    holes = np.zeros((13, 9), bool)
    holes[3:9, 2:6] = True
    theirs = filling.from_the_border(torch.from_numpy(x.transpose(2, 0, 1)).double(), Hole(3, 2, 9, 6))
    mine = from_the_border(1000 * x, holes)[3:9, 2:6] / 1000
    assert np.abs(mine - theirs.numpy().transpose(1, 2, 0)).max() < 1e-3


def test_pictures_are_enlarged_as_the_task_does_it() -> None:
    from refdec_tasks.enhance.doubling import enlarged_q14

    codes = np.random.default_rng(1).integers(0, 256, (13, 9, 3)).astype(np.uint8)
    theirs = enlarged(torch.from_numpy(codes.transpose(2, 0, 1)[None]).double())[0].numpy().transpose(1, 2, 0)
    assert np.array_equal(enlarged_q14(codes, slice(0, 13), slice(0, 9)) / 2**14, theirs)


def test_details_are_what_the_head_makes_of_features() -> None:
    torch.manual_seed(3)
    made, draw = Doubler(torch.rand(96) + 0.5).eval(), np.random.default_rng(7)
    assert not made(torch.randn(1, 96, 4, 4)).any(), "it begins with no details"
    with torch.no_grad():
        made.last.weight.add_(torch.randn_like(made.last.weight) * 0.01)
    features = draw.normal(0, 1, (96, 8, 12)).astype(np.float32)
    with torch.no_grad():
        wanted = made(torch.from_numpy(features)[None])[0].numpy()
    steps, weights, outputs = made.head()
    assert steps[0].inputs == (FEATURES,)
    steps[0] = replace(steps[0], inputs=("chroma",))  # which has as many channels
    head = HeadNetwork.of(head_of(FACTS, steps, weights, outputs))
    (found,) = head({"chroma": (features * ONE).astype(np.int32)}).values()
    assert found.shape == wanted.shape == (1, 64, 96)
    assert np.abs(found / ONE - wanted).max() < 1e-3 * np.abs(wanted).max()


def test_a_large_picture_is_what_is_wanted_of_a_small_one() -> None:
    codec, good = codec_of(bundled(), 1), torch.from_numpy(np.stack([waves(s, 128).transpose(2, 0, 1) for s in (1, 2)]))
    case = Doubling().case(codec, good.float(), np.random.default_rng(5))
    assert case.plain is not None and case.plain.shape == good.shape and case.coded.luma.shape == (2, 160, 4, 4)
    network = Doubling().network(codec, case)
    assert torch.equal(Doubling().quality(codec, case, network), Doubling().without(codec, case))


SMALL = replace(RECIPES["denoise"], steps=4, batch=2, crop=64)


def collection() -> Collection:
    return Collection.of((waves(seed, 96) for seed in range(6)), 64)


def test_a_training_that_was_stopped_ends_as_one_that_was_not(tmp_path: Path) -> None:
    codec = codec_of(bundled(), 1)
    whole = EnhanceTraining(SMALL, codec, collection())
    assert train_enhancer(whole, tmp_path / "whole")
    asked = iter([True, True, False])
    first = EnhanceTraining(SMALL, codec, collection())
    assert not train_enhancer(first, tmp_path / "parts", wanted=lambda: next(asked))
    assert first.step == 2
    second = EnhanceTraining(SMALL, codec, collection())
    assert train_enhancer(second, tmp_path / "parts")
    assert all(torch.equal(whole.average[name], value) for name, value in second.average.items())
    assert any((value != whole.network.state_dict()[name]).any() for name, value in whole.average.items())
    with pytest.raises(StateDiffers):
        EnhanceTraining(replace(SMALL, steps=5), codec, collection()).resume(tmp_path / "parts")
    (tmp_path / "broken").write_bytes(b"no state")
    with pytest.raises(StateUnreadable):
        EnhanceTraining(SMALL, codec, collection()).resume(tmp_path / "broken")


def test_training_makes_it_better() -> None:
    recipe = replace(SMALL, steps=60)
    training = EnhanceTraining(recipe, codec_of(bundled(), 1), collection())
    while not training.finished:
        training.advance()
    metrics = training.measured(collection())
    before, after = metrics["PSNR without"], metrics["PSNR"]
    assert isinstance(before, float) and isinstance(after, float) and after > before + 0.3


@pytest.mark.parametrize("name", ["denoise", "exposure", "inpaint", "superres"])
def test_head_files_are_made_for_each_model(name: str, tmp_path: Path) -> None:
    recipe = replace(RECIPES[name], steps=2, batch=2, crop=128)
    pictures = [waves(seed, 128) for seed in range(10)]
    told: list[str] = []
    shop = Workshop(tmp_path / "work", models=(1,), say=told.append)
    facts = replace(FACTS, name=f"enhance-{name}", task="enhance")
    (path,) = make_enhancers(name, pictures, facts, shop, tmp_path / "out", recipe=recipe)
    head = load_head(path)
    reads_features = any(FEATURES in step.inputs for step in head.steps)
    assert reads_features == bool(head.facts.synthesis) == (name == "superres")
    assert path.name == "model1.head" and head.facts.metrics["crops measured on"] == 32 and told
    stopped = Workshop(tmp_path / "other", models=(1,), wanted=lambda: False)
    with pytest.raises(Stopped):
        list(make_enhancers(name, pictures, facts, stopped, tmp_path / "out", recipe=recipe))


def test_clean_pictures_are_smaller() -> None:
    sizes = [
        picture.shape
        for picture in clean_pictures([np.zeros((100, 200, 3), np.uint8), np.zeros((4000, 100, 3), np.uint8)])
    ]
    assert sizes == [(60, 120, 3), (1280, 32, 3)]


def test_the_command(tmp_path: Path) -> None:
    folder = tmp_path / "good"
    folder.mkdir()
    for seed in range(10):
        Image.fromarray(waves(seed, 256)).save(folder / f"{seed}.png")
    made = ["--out", str(tmp_path / "heads"), "--work", str(tmp_path / "work"), "--model", "1"]
    ran = CliRunner().invoke(
        app, ["head", "enhance", "denoise", str(folder), *made, "--steps", "1", "--licence", "CC0"]
    )
    assert ran.exit_code == 0, ran.output
    facts = load_head(tmp_path / "heads" / "model1.head").facts
    assert (facts.name, facts.licence) == ("enhance-denoise", "CC0")
    wrong = CliRunner().invoke(app, ["head", "enhance", "nothing", str(folder), *made])
    assert wrong.exit_code == 2 and "denoise" in wrong.output
