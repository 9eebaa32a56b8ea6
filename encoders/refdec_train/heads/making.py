"""From a data set to head files, one for each model of a pack: latents, training, export, unattended and resumable.

In: `Material`, which a task's reader prepares, and a `Workshop`: folders, weights, who watches.  Out: head files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from refdec.api.heads import save_head
from refdec.api.packs import encoding_models
from refdec.api.weights import load_weights
from refdec.heads.head import HeadFacts
from refdec_train.heads.batches import channel_spread
from refdec_train.heads.examples import Example, LatentStore, Show, fingerprint_of, make_examples
from refdec_train.heads.exporting import exported_head
from refdec_train.heads.lessons import Lesson
from refdec_train.heads.plan import HeadPlan
from refdec_train.heads.readout import WithReadout, settle
from refdec_train.heads.slimming import slimmed
from refdec_train.heads.subjects import Coding, Subject
from refdec_train.heads.training import HeadProgress, train_head
from refdec_train.heads.translation import latent_map, translated
from refdec_train.heads.twin import HeadTwin

__all__ = ["LATENTS", "OF_PIXELS", "Material", "Stopped", "Workshop", "make_heads"]

LATENTS = "latents"
OF_PIXELS = hashlib.sha256(b"patches of decoded pictures").hexdigest()
"""What a network on decoded pictures names in place of weights: no codestream has latents of it."""


@dataclass(frozen=True, slots=True)
class Material:
    """What a head is made of: the lesson, and which pictures at which codings it is trained and measured on."""

    lesson: Lesson
    trained: Sequence[tuple[Subject[Any], Coding]]
    held: Sequence[tuple[Subject[Any], Coding]]

    def first_codings(self) -> list[int]:
        """Return the places in `trained` of the first coding of each picture."""
        places = dict[Path, int]()
        for place, (subject, _) in enumerate(self.trained):
            places.setdefault(subject.path, place)
        return list(places.values())


class Stopped(Exception):
    """The training was stopped before its end; the same command goes on with it."""


def _silent(text: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where heads are made.

    `work`: folder for latents and states, which may be kept and shared by all heads.  `weights`: a pack, None for the
    bundled one; `models`: of its models, none for all that encode.  `workers`: processes that make latents.  `say` is
    told where it is; `wanted` is asked before each step of a training: False stops it.
    `pixels`: networks are trained on decoded pictures in place of latents, to be compared with heads.
    """

    work: Path
    weights: Path | None = None
    models: tuple[int, ...] = ()
    workers: int = 1
    say: Callable[[str], None] = _silent
    wanted: Callable[[], bool] = lambda: True
    pixels: bool = False

    @property
    def latents(self) -> Path:
        """Folder of latents and of what teachers said."""
        return self.work / LATENTS

    def telling(self, what: str, every: int = 500) -> Show:
        """Return what tells how much of something is done, now and then."""

        def show(done: int, total: int) -> None:
            if done % every == 0 or done == total:
                self.say(f"{what}: {done}/{total}")

        return show


def _start(twin: HeadTwin, known: list[Example[Any]], other: list[Example[Any]]) -> HeadTwin | None:
    """Return a twin for other latents of the same pictures, or None where a head cannot be translated."""
    return translated(twin, latent_map(known, other), channel_spread(other))


@dataclass(frozen=True, slots=True)
class Course:
    """A training to be done: of what, how, and under which name its states are kept; `model` is the pack's."""

    material: Material
    plan: HeadPlan
    name: str
    model: int

    def examples(self, shop: Workshop) -> tuple[list[Example[Any]], list[Example[Any]]]:
        """Return examples to train on and those that are held back, made if need be."""
        store = LatentStore(shop.latents, shop.weights, self.model, shop.pixels)
        wanted = [*self.material.trained, *self.material.held]
        both = make_examples(store, wanted, workers=shop.workers, show=shop.telling(f"{self.title}: latents"))
        count = len(self.material.trained)
        return both[:count], both[count:]

    @property
    def title(self) -> str:
        """How people are told of it."""
        return f"{self.name}, model {self.model}"

    def trained(self, examples: list[Example[Any]], shop: Workshop, start: HeadTwin | None) -> HeadTwin:
        """Return the twin, trained or gone on with.  Raises Stopped, TrainingError."""

        def watch(progress: HeadProgress) -> None:
            shop.say(
                f"{self.title}: step {progress.step}/{progress.steps}, loss {progress.loss:.4f}, "
                f"{progress.seconds_a_step:.2f} s a step"
            )

        folder = shop.work / self.name / f"model{self.model}"
        lesson = self.material.lesson
        twin = train_head(lesson, examples, self.plan, folder, start=start, watch=watch, wanted=shop.wanted)
        if twin is None:
            raise Stopped(self.title)
        return twin


def _begun(lesson: Lesson, former: Material, plan: HeadPlan, name: str, model: int, shop: Workshop) -> HeadTwin:
    """Return a twin for a lesson with the trunk of another, which is trained now if it was not yet."""
    course = Course(former, plan, name, model)
    examples, _ = course.examples(shop)
    trunk = course.trained(examples, shop, None)
    torch.manual_seed(plan.seed)
    twin = HeadTwin(lesson.design)
    twin.adopt(trunk)
    return twin


def make_heads(
    material: Material,
    plan: HeadPlan,
    facts: HeadFacts,
    shop: Workshop,
    out: Path,
    *,
    translate: bool = False,
    former: tuple[str, Material, HeadPlan] | None = None,
    drop: int = 0,
) -> Iterator[Path]:
    """Make `out/modelN.head` for each model, and yield it; states are kept in `work/NAME/modelN`.

    `translate`: only the first model's is trained from nothing; the others begin with it, translated to their latents
    where that can be, and take a fifth of the steps, on the first coding of each picture.  `former`: name, material and
    plan of a head with the same trunk, which the first begins with; it is trained first if it was not yet.  `drop`: so
    many entries of the vector at the end are left out, those that say least.  `facts`: all but weights, labels and
    metrics.  The same data, plan and weights give the same head on the same machine, however often it was stopped.
    Raises Stopped, TrainingError, RefdecError.
    """
    pack, first = load_weights(shop.weights), list[tuple[HeadTwin, list[Example[Any]]]]()
    for model in shop.models or encoding_models(pack):
        course = Course(material, plan, facts.name, model)
        again, start = translate and bool(first), None
        if again:
            places = material.first_codings()
            course = replace(course, material=replace(material, trained=[material.trained[at] for at in places]))
        trained, held = course.examples(shop)
        if again:
            twin, examples = first[0]
            start = _start(twin, [examples[at] for at in places], trained)
        if start:
            course = replace(course, plan=plan.short())
        elif former:
            start = _begun(material.lesson, former[1], former[2], former[0], model, shop)
        twin = course.trained(trained, shop, start)
        if isinstance(material.lesson, WithReadout):
            if drop and twin.design is material.lesson.design:
                twin = slimmed(twin, material.lesson.readout, drop, trained)
            settle(twin, material.lesson, trained)
        first.append((twin, trained))
        known = replace(facts, weights=(OF_PIXELS if shop.pixels else fingerprint_of(pack, model),))
        head = exported_head(material.lesson, twin, known, held)
        shop.say(f"{course.title}: " + ", ".join(f"{key} {value}" for key, value in head.facts.metrics.items()))
        out.mkdir(parents=True, exist_ok=True)
        path = out / f"model{model}.head"
        save_head(head, path)
        yield path
