"""Heads are trained, measured in integers and written from tiny data; a training that was stopped goes on the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from refdec_train.cli import app
from refdec_train.errors import StateDiffers, StateUnreadable
from refdec_train.heads import making, recipes
from refdec_train.heads.batches import draw_batch, mixed_batch, noisy_batch
from refdec_train.heads.classify import Classify
from refdec_train.heads.embed import Embed, mean_average_precision
from refdec_train.heads.examples import Example, LatentStore, make_examples, usual_coding
from refdec_train.heads.folders import Classes, read_classes
from refdec_train.heads.making import OF_PIXELS, Material, Workshop, make_heads
from refdec_train.heads.plan import HeadPlan
from refdec_train.heads.recipes import RECIPES, Recipe, make_all
from refdec_train.heads.training import HeadProgress, train_head
from refdec_train.heads.twin import HeadTwin
from typer.testing import CliRunner

import refdec
from refdec.api.heads import load_head, run_heads
from refdec.api.patches import patches_of
from refdec.bench.tasks.data_sets import held_of_classes
from refdec.heads.errors import HeadOfOtherWeights
from refdec.heads.head import HeadFacts
from refdec.heads.network import HeadNetwork
from tests.train.heads.support import striped, striped_classes

PLANS = (
    HeadPlan(6, batch=4, positions=4),
    HeadPlan(6, batch=4, positions=4, mixed=0.3, noise=0.1),
    HeadPlan(6, batch=4, positions=4, halves=True),
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return striped_classes(tmp_path_factory.mktemp("data") / "stripes")


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def classes(data: Path) -> Classes:
    return read_classes(data, held=3)


@pytest.fixture(scope="module")
def trained(classes: Classes, work: Path) -> list[Example[int]]:
    store = LatentStore(work / "latents", None, 1)
    return make_examples(store, [(subject, usual_coding(subject)) for subject in classes.trained])


@pytest.mark.parametrize("plan", PLANS, ids=["plain", "mixed", "halves"])
def test_a_stopped_training_ends_with_the_same_weights(
    classes: Classes, trained: list[Example[int]], tmp_path: Path, plan: HeadPlan
) -> None:
    lesson = Classify(classes.labels, {})
    whole = train_head(lesson, trained, plan, tmp_path / "whole")
    asked = iter([True, True, False])
    assert train_head(lesson, trained, plan, tmp_path / "cut", wanted=lambda: next(asked)) is None
    told: list[HeadProgress] = []
    resumed = train_head(lesson, trained, plan, tmp_path / "cut", watch=told.append)
    assert whole is not None and resumed is not None
    assert all(torch.equal(value, resumed.state_dict()[name]) for name, value in whole.state_dict().items())
    assert [progress.step for progress in told] == [6] and np.isfinite(told[0].loss)


def test_states_of_other_trainings_are_refused(classes: Classes, trained: list[Example[int]], tmp_path: Path) -> None:
    train_head(Classify(classes.labels, {}), trained, HeadPlan(1, batch=2), tmp_path)
    with pytest.raises(StateDiffers, match="steps was 1, and is 2"):
        train_head(Classify(classes.labels, {}), trained, HeadPlan(2, batch=2), tmp_path)
    with pytest.raises(StateDiffers, match="of another shape"):
        train_head(Classify(("a", "b", "c"), {}), trained, HeadPlan(1, batch=2), tmp_path)
    (tmp_path / "state.pt").write_bytes(b"nothing")
    with pytest.raises(StateUnreadable):
        train_head(Classify(classes.labels, {}), trained, HeadPlan(1, batch=2), tmp_path)


def test_states_from_before_a_plan_had_a_further_field_go_on(
    classes: Classes, trained: list[Example[int]], tmp_path: Path
) -> None:
    lesson, plan, file = Classify(classes.labels, {}), HeadPlan(2, batch=2), tmp_path / "state.pt"
    whole = train_head(lesson, trained, plan, tmp_path)
    kept = torch.load(file, weights_only=True)
    del kept["plan"]["noise"], kept["plan"]["halves"]
    torch.save(kept, file)
    resumed = train_head(lesson, trained, plan, tmp_path)
    assert whole is not None and resumed is not None
    assert all(torch.equal(value, resumed.state_dict()[name]) for name, value in whole.state_dict().items())
    with pytest.raises(StateDiffers):
        train_head(lesson, trained, replace(plan, noise=0.5), tmp_path)


def test_batches_are_parts_of_latents_with_zeros_around(trained: list[Example[int]]) -> None:
    batch = draw_batch(trained, 12, 5, (3, 4), 0.5)
    again = draw_batch(trained, 12, 5, (3, 4), 0.5)
    assert torch.equal(batch.latents, again.latents) and batch.seen == again.seen
    assert not torch.equal(batch.latents, draw_batch(trained, 12, 5, (3, 5), 0.5).latents[:, :, :5, :5])
    assert max(batch.latents.shape[2:]) <= 5
    for values, mask, seen in zip(batch.latents, batch.mask, batch.seen, strict=True):
        view, source = seen.view, seen.example.latents().astype(np.float32)
        part = source[:, view.top : view.top + view.rows, view.left : view.left + view.columns]
        assert part.shape == (256, view.rows, view.columns)
        assert np.array_equal(values[:, : view.rows, : view.columns].numpy(), part)
        assert mask.sum() == view.rows * view.columns and (values * (1 - mask)).abs().max() == 0


def test_pictures_are_laid_over_one_another(trained: list[Example[int]]) -> None:
    batch = draw_batch(trained, 3, 5, (3, 4))
    mixed = mixed_batch(batch, 0.75)
    assert torch.allclose(mixed.latents[0], 0.75 * batch.latents[0] + 0.25 * batch.latents[2])
    assert torch.equal(mixed.mask[1], torch.maximum(batch.mask[1], batch.mask[0]))
    assert (mixed.latents * (1 - mixed.mask)).abs().max() == 0


def test_noise_is_as_large_as_is_said_and_the_same_each_time(trained: list[Example[int]]) -> None:
    batch, deviation = draw_batch(trained, 12, 5, (3, 4), 0.5), torch.linspace(0, 2, 256)
    noisy = noisy_batch(batch, deviation, (3, 4))
    assert torch.equal(noisy.latents, noisy_batch(batch, deviation, (3, 4)).latents)
    assert not torch.equal(noisy.latents, noisy_batch(batch, deviation, (3, 5)).latents)
    off = noisy.latents - batch.latents
    assert (off * (1 - batch.mask)).abs().max() == 0
    size = (off.square().sum(dim=(0, 2, 3)) / batch.mask.sum()).sqrt()
    assert size[0] == 0 and torch.allclose(size[64:], deviation[64:], rtol=0.35)


def test_the_command_trains_a_head_that_tells_stripes_apart(data: Path, work: Path, tmp_path: Path) -> None:
    out = tmp_path / "heads"
    command = ["head", "classify", str(data), "--out", str(out), "--work", str(work), "--model", "1", "--held", "3"]
    command += ["--steps", "50", "--batch", "8", "--codings", "2", "--licence", "CC0-1.0", "--data", "stripes"]
    ran = CliRunner().invoke(app, command)
    assert ran.exit_code == 0, ran.output
    head = load_head(out / "model1.head")
    facts = head.facts
    assert (facts.task, facts.labels, facts.licence, facts.data) == (
        "classify",
        ("across", "down"),
        "CC0-1.0",
        "stripes",
    )
    assert float(facts.metrics["top-1"]) > 0.8 and facts.metrics["pictures measured on"] == 6
    for across, label in ((True, 0), (False, 1)):
        stream = refdec.encode(striped(77, across, 96, 80), model=1, displacement=0)
        (chances,) = run_heads(head, refdec.read_latents(stream)).values()
        assert chances[:, 0, 0].argmax() == label
    first = (out / "model1.head").read_bytes()
    assert CliRunner().invoke(app, command).exit_code == 0
    assert (out / "model1.head").read_bytes() == first, "nothing is left to train"


def test_the_same_network_is_trained_on_decoded_pictures(data: Path, work: Path, tmp_path: Path) -> None:
    command = ["head", "classify", str(data), "--out", str(tmp_path), "--work", str(work), "--model", "1", "--pixels"]
    ran = CliRunner().invoke(app, [*command, "--held", "3", "--steps", "50", "--batch", "8", "--codings", "2"])
    assert ran.exit_code == 0, ran.output
    head = load_head(tmp_path / "model1.head")
    assert (head.facts.name, head.facts.weights) == ("classify-pixels", (OF_PIXELS,))
    assert float(head.facts.metrics["top-1"]) > 0.8
    stream = refdec.encode(striped(77, True, 96, 80), model=1, displacement=0)
    with pytest.raises(HeadOfOtherWeights):
        run_heads(head, refdec.read_latents(stream))
    values = patches_of(refdec.decode(stream, colour="RGB").array).astype(np.float64)
    maps = np.rint(values * 2**18).astype(np.int32)
    (chances,) = HeadNetwork.of(head)({"luma": maps[:160], "chroma": maps[160:]}).values()
    assert chances[:, 0, 0].argmax() == 0


def test_a_head_begins_with_the_trunk_of_another(
    classes: Classes, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other is trained on the way, once; `step 0` of the second has all layers of the first but the last."""
    draw = np.random.default_rng(2)
    directions = {each.path: draw.normal(0, 1, 128).astype(np.float32) for each in classes.subjects}
    coded = [(subject, usual_coding(subject)) for subject in classes.trained]
    held = [(subject, usual_coding(subject)) for subject in classes.held]
    first, second = Material(Embed(directions), coded, held), Material(Classify(classes.labels, {}), coded, held)
    begun = list[dict[str, torch.Tensor]]()

    def train(*given: Any, start: HeadTwin | None = None, **others: Any) -> HeadTwin | None:
        if start is not None:
            begun.append({name: value.clone() for name, value in start.state_dict().items()})
        return train_head(*given, start=start, **others)

    monkeypatch.setattr(making, "train_head", train)
    said = list[str]()
    shop = Workshop(tmp_path, models=(1,), say=said.append)
    (work / "latents").mkdir(exist_ok=True)
    (shop.work / "latents").symlink_to(work / "latents")
    facts = HeadFacts("classify", "1.0", "classify", ())
    former = ("embed", first, HeadPlan(3, batch=4, positions=4))
    for _ in range(2):
        (file,) = make_heads(second, HeadPlan(2, batch=4, positions=4), facts, shop, tmp_path / "out", former=former)
    assert load_head(file).facts.labels == ("across", "down")
    known = torch.load(tmp_path / "embed" / "model1" / "state.pt", weights_only=True)["average"]
    for state in begun:
        trunk = [name for name in known if not name.startswith("layers.numbers")]
        assert len(trunk) > 50 and all(torch.equal(state[name], known[name]) for name in trunk)
    assert len(begun) == 2 and sum(text.startswith("embed, model 1: step") for text in said) == 1


def test_other_models_begin_with_the_first_and_see_each_picture_once(
    classes: Classes, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coded = [(subject, usual_coding(subject, number)) for number in range(2) for subject in classes.trained]
    material = Material(Classify(classes.labels, {}), coded, [(each, usual_coding(each)) for each in classes.held])
    assert material.first_codings() == list(range(len(classes.trained)))
    seen = list[tuple[int, int, bool]]()

    def train(lesson: Any, examples: Any, plan: HeadPlan, *given: Any, start: Any, **others: Any) -> HeadTwin | None:
        seen.append((len(examples), plan.steps, start is not None))
        return train_head(lesson, examples, plan, *given, start=start, **others)

    monkeypatch.setattr(making, "train_head", train)
    shop, facts = Workshop(tmp_path, models=(1, 2)), HeadFacts("classify", "1.0", "classify", ())
    (work / "latents").mkdir(exist_ok=True)
    (shop.work / "latents").symlink_to(work / "latents")
    plan = HeadPlan(10, batch=4, positions=4)
    files = list(make_heads(material, plan, facts, shop, tmp_path / "out", translate=True))
    assert [file.name for file in files] == ["model1.head", "model2.head"]
    assert seen == [(len(coded), 10, False), (len(coded) // 2, 2, True)]


def test_what_the_benchmark_measures_on_is_what_was_held_back(tmp_path: Path) -> None:
    data = striped_classes(tmp_path / "many", 44)
    classes = read_classes(data, held=10)
    held = {sample.path for sample in held_of_classes(data, 1000)}
    assert held == {subject.path for subject in classes.held} and len(held) == 20


def test_the_command_stops_where_folders_are_not_there(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["head", "classify", str(tmp_path / "absent"), "--out", str(tmp_path / "out")])
    assert ran.exit_code == 2


def test_mean_average_precision() -> None:
    vectors = np.array([[1.0, 0], [0.9, 0.1], [0, 1], [0.1, 0.9]])
    assert mean_average_precision(vectors, [0, 0, 1, 1]) == 1.0
    assert mean_average_precision(vectors, [0, 1, 0, 1]) == pytest.approx((1 / 3 + 1 / 2 + 1 / 3 + 1 / 2) / 4, abs=0.1)
    assert mean_average_precision(vectors, [0, 1, 2, 3]) == 0.0, "where none has another of its class"


def test_all_heads_are_rows_and_rows_without_data_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def make(data: Path, shop: Workshop, out: Path) -> Iterator[Path]:
        assert (data / "there").exists()
        yield out / "model1.head"

    rows = (Recipe("one", ("there",), make), Recipe("two", ("absent",), make))
    (tmp_path / "there").mkdir()
    said: list[str] = []
    shop = Workshop(tmp_path / "work", say=said.append)
    assert list(make_all(tmp_path, tmp_path / "out", shop, recipes=rows)) == [tmp_path / "out" / "one" / "model1.head"]
    first, last, left_out = said
    assert first == "one: 1 of 2" and left_out == f"two: left out, {tmp_path} has no absent"
    assert re.fullmatch(r"one: made in \d+\.\d minutes of one core", last)
    assert list(make_all(tmp_path, tmp_path / "out", shop, names=["two"], recipes=rows)) == []

    monkeypatch.setattr(recipes, "RECIPES", rows)
    runner, places = CliRunner(), ["--data", str(tmp_path), "--out", str(tmp_path / "out")]
    assert runner.invoke(app, ["heads", *places]).exit_code == 2, "neither names nor --all"
    assert runner.invoke(app, ["heads", "three", *places]).exit_code == 2


def test_every_bundled_head_has_a_row() -> None:
    tasks = Path(recipes.__file__).parents[3] / "tasks" / "refdec_tasks"
    found = {path.parent.relative_to(tasks).as_posix() for path in tasks.rglob("*.head")}
    assert found <= {recipe.name for recipe in RECIPES}
