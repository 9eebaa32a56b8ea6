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
from refdec_train.enhance import spoiling
from refdec_train.enhance.making import clean_pictures, make_enhancers
from refdec_train.enhance.networks import Corrector
from refdec_train.enhance.recipes import RECIPES
from refdec_train.enhance.training import EnhanceTraining, train_enhancer
from refdec_train.errors import StateDiffers, StateUnreadable
from refdec_train.heads.making import Stopped, Workshop
from refdec_train.pictures import Collection
from typer.testing import CliRunner

from refdec.api.heads import load_head
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
    for recipe in RECIPES.values():
        first, again = (recipe.spoil(good, np.random.default_rng(3)) for _ in range(2))
        assert torch.equal(first, again), "the same draws, the same picture"
        assert torch.equal(first, first.round().clamp(0, 255)), "codes"
        assert first.shape == good.shape
    assert 2 < (spoiling.noisy(good, np.random.default_rng(1)) - good).std() < 60
    assert spoiling.dark(good, np.random.default_rng(1)).mean() < 0.8 * good.mean()


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
    before, after = metrics["PSNR decoded"], metrics["PSNR"]
    assert isinstance(before, float) and isinstance(after, float) and after > before + 0.3


@pytest.mark.parametrize("name", ["denoise", "lowlight"])
def test_head_files_are_made_for_each_model(name: str, tmp_path: Path) -> None:
    recipe = replace(RECIPES[name], steps=2, batch=2, crop=64)
    pictures = [waves(seed, 96) for seed in range(10)]
    told: list[str] = []
    shop = Workshop(tmp_path / "work", models=(1,), say=told.append)
    facts = replace(FACTS, name=f"enhance-{name}", task="enhance")
    (path,) = make_enhancers(name, pictures, facts, shop, tmp_path / "out", recipe=recipe)
    head = load_head(path)
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
