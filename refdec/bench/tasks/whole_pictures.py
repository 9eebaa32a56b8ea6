"""The benchmarks of `classify` and `embed`: what a whole picture shows.

In: a folder of classes, a folder for each.  Out: how often the right class is the first; and how well pictures of one
class find each other (mean average precision), by classes that the bundled head was not trained on.

Beside the heads on latents stands a network on pixels that is a thousand times larger, which others trained on a
million pictures: MobileNet v1, given the decoded picture, and the original.  Its class is that of the nearest mean of
a few training pictures.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from refdec.bench.tasks.data_sets import held_of_classes, left_out_classes, trained_of_classes
from refdec.bench.tasks.ground import Ground
from refdec.bench.tasks.per_picture import Answers, By, OnPixels, PictureTask
from refdec.bench.tasks.teachers import EMBEDDING_PRODUCTS, Vector, embedding, unit

__all__ = ["CLASSIFY", "EMBED", "mean_average_precision", "top_one"]

PER_CLASS = 5
"""Training pictures of a class that its mean is of."""
TEACHER = "MobileNet v1"


def _classes_on_pixels(ground: Ground, folder: Path) -> OnPixels[str] | None:
    """Return the classifier on pixels, None where there is no teacher."""
    if ground.teachers is None:
        return None
    ask, means = embedding(ground.teachers), dict[str, Vector]()
    for name, samples in trained_of_classes(folder, PER_CLASS).items():
        means[name] = np.mean([ask(sample.rgb()) for sample in samples], axis=0)
    names, rows = list(means), unit(np.stack(list(means.values())))
    return OnPixels(f"{TEACHER}, nearest mean", lambda rgb: names[int((rows @ ask(rgb)).argmax())], EMBEDDING_PRODUCTS)


def _vectors_on_pixels(ground: Ground, folder: Path) -> OnPixels[Vector] | None:
    if ground.teachers is None:
        return None
    return OnPixels(TEACHER, embedding(ground.teachers), EMBEDDING_PRODUCTS)


def _class_of_latents(ground: Ground) -> By[str]:
    return By("head", lambda data: str(ground.answer("classify", data, top=1).json()["labels"][0]["name"]))


def _vector_of_latents(ground: Ground) -> By[Vector]:
    return By("head", lambda data: np.asarray(ground.answer("embed", data).json()["vector"], np.float64))


def top_one(answers: Answers[str, str]) -> float:
    """Return in percent how often the right class is the first."""
    return float(100 * np.mean([said == sample.truth for said, sample in answers]))


def mean_average_precision(answers: Answers[Vector, str]) -> float:
    """Return in percent how well each picture finds the others of its class among all."""
    rows = unit(np.stack([vector for vector, _ in answers]))
    rows = unit(rows - rows.mean(axis=0))
    labels = np.array([sample.truth for _, sample in answers])
    found = []
    for number, scores in enumerate(rows @ rows.T):
        order = np.argsort(-scores, kind="stable")
        right = labels[order[order != number]] == labels[number]
        if right.any():
            places = np.flatnonzero(right) + 1
            found.append(float(np.mean(np.arange(1, len(places) + 1) / places)))
    return 100 * float(np.mean(found))


CLASSIFY = PictureTask("classify", "top-1 [%]", held_of_classes, _class_of_latents, top_one, _classes_on_pixels)
EMBED = PictureTask(
    "embed", "mAP [%]", left_out_classes, _vector_of_latents, mean_average_precision, _vectors_on_pixels
)
