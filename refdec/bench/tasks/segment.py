"""The benchmark of `segment`: the classes that a head on latents sees, against masks that people drew.

In: a folder with `pictures`, and `masks` of the same names: PNG files with the number of a label of the head for each
sample, 255 where nobody knows.  Out: the mean over the classes of intersection over union, sample by sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from refdec.arithmetic.types import UInt8Array
from refdec.bench.tasks.data_sets import Sample, pictures_below, spread
from refdec.bench.tasks.errors import NoData
from refdec.bench.tasks.ground import Ground
from refdec.bench.tasks.per_picture import Answers, By, PictureTask

__all__ = ["SEGMENT", "ClassMap", "mean_share"]

PICTURES, MASKS = "pictures", "masks"
NUMBERS, UNKNOWN = 256, 255


class ClassMap(NamedTuple):
    """The class of each square of `cell` x `cell` samples, uint8 [rows, columns]."""

    values: UInt8Array
    cell: int

    def samples(self) -> UInt8Array:
        """Return the class of each sample."""
        return self.values.repeat(self.cell, axis=0).repeat(self.cell, axis=1)


def _samples(folder: Path, most: int) -> Sequence[Sample[Path]]:
    """Return pictures, each with its mask's file.  Raises NoData."""
    if not all((folder / part).is_dir() for part in (PICTURES, MASKS)):
        raise NoData(str(folder), f"has no folders {PICTURES} and {MASKS}")
    masks = {path.stem: path for path in sorted((folder / MASKS).glob("*.png"))}
    found = [Sample(path, masks[path.stem]) for path in pictures_below(folder / PICTURES) if path.stem in masks]
    if not found:
        raise NoData(str(folder / MASKS), f"has no PNG file with the name of a picture of {PICTURES}")
    return spread(found, most)


def _mask(file: Path) -> UInt8Array:
    """Return the numbers of a mask.  Raises NoData."""
    try:
        with Image.open(file) as image:
            numbers = image if image.mode in {"P", "L"} else image.convert("L")
            return np.asarray(numbers).copy()
    except (OSError, ValueError, Image.DecompressionBombError) as problem:
        raise NoData(str(file), f"is no mask that can be read ({problem})") from problem


def mean_share(answers: Answers[ClassMap, Path]) -> float:
    """Return in percent the mean over the classes that masks have: samples that are said rightly to be of one, of those
    that are or are said to be.
    """
    pairs = np.zeros(NUMBERS * NUMBERS, np.int64)
    for found, sample in answers:
        truth, said = _mask(sample.truth), found.samples()
        rows, columns = (min(sides) for sides in zip(truth.shape, said.shape, strict=True))
        right, guessed = truth[:rows, :columns], said[:rows, :columns]
        known = right != UNKNOWN
        pairs += np.bincount(right[known].astype(np.int64) * NUMBERS + guessed[known], minlength=len(pairs))
    counts = pairs.reshape(NUMBERS, NUMBERS)
    hits, there, said_so = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    seen = there > 0
    return 100 * float(np.mean(hits[seen] / (there + said_so - hits)[seen])) if seen.any() else 0.0


def _by_head(ground: Ground) -> By[ClassMap]:
    """Return who answers on latents: the bundled head."""

    def classes(data: bytes) -> ClassMap:
        said = ground.answer("segment", data).json()
        return ClassMap(np.asarray(said["values"], np.uint8), int(said["cell"]))

    return By("head", classes)


SEGMENT = PictureTask("segment", "mIoU [%]", _samples, _by_head, mean_share)
