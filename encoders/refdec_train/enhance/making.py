"""From good pictures to the head files of `enhance`, one for each model of a pack, unattended and resumable.

In: a recipe's name, pictures, and a `Workshop`: folders, weights, who watches.  Out: head files with their model cards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from refdec.api.heads import save_head
from refdec.api.packs import encoding_models
from refdec.api.weights import load_weights
from refdec.heads.head import LUMA_DECODER, HeadFacts
from refdec_train.codec_twin import codec_of
from refdec_train.enhance.recipes import RECIPES, EnhanceRecipe
from refdec_train.enhance.training import EnhanceTraining, train_enhancer
from refdec_train.heads.examples import fingerprint_of
from refdec_train.heads.making import Stopped, Workshop
from refdec_train.pictures import Collection, Picture

__all__ = ["clean_pictures", "make_enhancers"]

HELD_EVERY = 9
"""One picture in so many is measured on, and not trained on."""
LARGEST_SIDE, SMALLER = 1280, 0.6
"""Large pictures are brought to this side, others made smaller, so that grain and traces of JPEG are averaged away."""


def clean_pictures(pictures: Iterable[Picture]) -> Iterator[Picture]:
    """Yield pictures made smaller, which are as good as pictures get."""
    for picture in pictures:
        rows, columns = picture.shape[:2]
        scale = min(SMALLER, LARGEST_SIDE / max(rows, columns))
        size = max(round(columns * scale), 1), max(round(rows * scale), 1)
        yield np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))


def _shared(pictures: Sequence[Picture], crop: int) -> tuple[Collection, Collection]:
    """Return what is trained on, and what is measured on.  Raises NoPictures."""
    fits = [picture for picture in pictures if min(picture.shape[:2]) >= crop]
    held = fits[::HELD_EVERY]
    trained = [picture for number, picture in enumerate(fits) if number % HELD_EVERY]
    return Collection.of(trained, crop), Collection.of(held, crop)


def make_enhancers(
    name: str,
    pictures: Sequence[Picture],
    facts: HeadFacts,
    shop: Workshop,
    out: Path,
    *,
    recipe: EnhanceRecipe | None = None,
) -> Iterator[Path]:
    """Make `out/modelN.head` for each model, and yield it; states are kept in `work/enhance-NAME`.

    `facts`: all but weights and metrics.  `recipe`: None for that of the name.  The same pictures and weights give the
    same head, however often the training was stopped.  Raises NoPictures, Stopped, TrainingError, RefdecError.
    """
    chosen, pack = recipe or RECIPES[name], load_weights(shop.weights)
    trained, held = _shared(pictures, chosen.crop)
    folder = shop.work / facts.name
    folder.mkdir(parents=True, exist_ok=True)
    for model in shop.models or encoding_models(pack):
        called = f"{facts.name}, model {model}"

        def show(step: int, steps: int, decibels: float, called: str = called) -> None:
            shop.say(f"{called}: step {step}/{steps}, {decibels:.2f} dB")

        training = EnhanceTraining(chosen, codec_of(pack, model), trained)
        if not train_enhancer(training, folder / f"model{model}.state", show=show, wanted=shop.wanted):
            raise Stopped(called)
        metrics = training.measured(held)
        known = replace(facts, weights=(fingerprint_of(pack, model),), metrics=metrics)
        if chosen.lesson.of_features:
            known = replace(known, synthesis=pack.checkpoint(LUMA_DECODER, model).fingerprint)
        shop.say(f"{called}: " + ", ".join(f"{key} {value}" for key, value in metrics.items()))
        out.mkdir(parents=True, exist_ok=True)
        path = out / f"model{model}.head"
        save_head(training.head(known), path)
        yield path
