"""Material of the heads that look at whole pictures: `classify` and `embed`, out of folders of classes and a teacher.

In: a folder, a workshop.  Out: `Material`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from refdec_train.errors import TooFewPictures
from refdec_train.heads.classify import Classify
from refdec_train.heads.embed import ENTRIES, Embed
from refdec_train.heads.examples import usual_coding
from refdec_train.heads.folders import Classes
from refdec_train.heads.making import Material, Workshop
from refdec_train.heads.subjects import Coding, Subject
from refdec_train.heads.teacher import TeacherSpace, taught

__all__ = ["classify_material", "embed_material"]

AS_IT_IS = (0,)
LEFT_OUT_EVERY = 5
"""One class in so many is left out of the training of `embed`, and measured on."""
FEWEST = 2 * ENTRIES
"""Pictures that the directions of a teacher are found from, at least."""
Directions = Mapping[Path, npt.NDArray[np.float32]]


def _directions(teacher: Path, trained: Sequence[Path], others: Sequence[Path], shop: Workshop) -> Directions:
    """Return a teacher's unit vector for each picture, in the axes of those that are trained on."""
    if len(trained) < FEWEST:
        raise TooFewPictures(len(trained), FEWEST)
    vectors = taught(teacher, [*trained, *others], shop.latents, show=shop.telling("teacher"))
    space = TeacherSpace.of([vectors[path] for path in trained], ENTRIES)
    return dict(zip(vectors, space.directions(list(vectors.values())), strict=True))


def _coded(subjects: Sequence[Subject[Any]], codings: int, longest: Sequence[int]) -> list[tuple[Subject[Any], Coding]]:
    return [(subject, usual_coding(subject, number, longest)) for number in range(codings) for subject in subjects]


def classify_material(
    classes: Classes,
    shop: Workshop,
    *,
    teacher: Path | None = None,
    codings: int = 1,
    longest: Sequence[int] = AS_IT_IS,
) -> Material:
    """Return what a head of classes is made of.

    `codings`: of each picture that is trained on, its longer side brought to one of `longest` (0: as it is).
    """
    trained = [subject.path for subject in classes.trained]
    directions = {} if teacher is None else _directions(teacher, trained, [], shop)
    coded = _coded(classes.trained, codings, longest)
    return Material(Classify(classes.labels, directions), coded, _coded(classes.held, 1, longest))


def embed_material(
    classes: Classes,
    shop: Workshop,
    *,
    teacher: Path,
    codings: int = 1,
    longest: Sequence[int] = AS_IT_IS,
) -> Material:
    """Return what a head of vectors is made of: every fifth class is left out, and measured on.

    The rest as for `classify_material`.
    """
    left_out = [replace(each, held=True) for each in classes.subjects if each.truth % LEFT_OUT_EVERY == 0]
    trained = [each for each in classes.trained if each.truth % LEFT_OUT_EVERY]
    paths = [subject.path for subject in trained]
    directions = _directions(teacher, paths, [subject.path for subject in left_out], shop)
    return Material(Embed(directions), _coded(trained, codings, longest), _coded(left_out, 1, longest))
