"""The benchmark of `detect`: boxes of a head on latents against those that people drew.

In: a folder of pictures with VOC XML files, and the list of those that were held back in `ImageSets/Main/test.txt`.
Out: the mean over the labels of the average precision at an overlap of a half.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt

from refdec.bench.tasks.data_sets import Sample, pictures_below, spread
from refdec.bench.tasks.errors import NoData
from refdec.bench.tasks.ground import Ground
from refdec.bench.tasks.per_picture import Answers, By, PictureTask

__all__ = [
    "DETECT",
    "LEAST_SCORE",
    "Boxes",
    "ScoredBox",
    "average_precision",
    "boxes_by",
    "drawn_boxes",
    "mean_precision",
]

LIST = "ImageSets/Main/test.txt"
OVERLAP, LEAST_SCORE = 0.5, 0.02


class ScoredBox(NamedTuple):
    """A box in samples of the picture; `score` 1 for what people drew."""

    label: str
    left: float
    top: float
    right: float
    bottom: float
    score: float = 1.0


Boxes: TypeAlias = tuple[ScoredBox, ...]


def drawn_boxes(file: Path) -> Boxes:
    """Return the boxes of a VOC file, whose edges count from 1 and are inside.  Raises NoData."""
    found = []
    try:
        for each in ElementTree.parse(file).getroot().findall(".//object"):
            left, top, right, bottom = (
                float(each.findtext(f"bndbox/{name}", "")) for name in ("xmin", "ymin", "xmax", "ymax")
            )
            if right > left and bottom > top:
                found.append(ScoredBox(each.findtext("name", ""), left - 1, top - 1, right, bottom))
    except (ElementTree.ParseError, ValueError, OSError) as problem:
        raise NoData(str(file), f"is no list of boxes ({problem})") from problem
    return tuple(found)


def _samples(folder: Path, most: int) -> Sequence[Sample[Boxes]]:
    """Return pictures that were held back.  Raises NoData."""
    lists = sorted(folder.rglob(LIST))
    files = {file.stem: file for file in sorted(folder.rglob("*.xml"))}
    if not lists or not files:
        raise NoData(str(folder), f"has no {LIST}, or no VOC XML files")
    held = set(lists[0].read_text(encoding="utf-8").split())
    paths = [path for path in pictures_below(folder) if path.stem in held and path.stem in files]
    if not paths:
        raise NoData(str(folder), f"has no picture of its {LIST}")
    return [Sample(path, drawn_boxes(files[path.stem])) for path in spread(paths, most)]


def _overlap(box: ScoredBox, others: Sequence[ScoredBox]) -> npt.NDArray[np.float64]:
    """Return the intersection over the union of a box with each of others."""
    if not others:
        return np.zeros(0)
    edges = np.array([other[1:5] for other in others])
    across = np.minimum(box.right, edges[:, 2]) - np.maximum(box.left, edges[:, 0])
    down = np.minimum(box.bottom, edges[:, 3]) - np.maximum(box.top, edges[:, 1])
    both = np.maximum(across, 0) * np.maximum(down, 0)
    areas = (edges[:, 2] - edges[:, 0]) * (edges[:, 3] - edges[:, 1])
    mine = (box.right - box.left) * (box.bottom - box.top)
    return np.asarray(both / (areas + mine - both))


def average_precision(found: Sequence[tuple[int, ScoredBox]], drawn: Sequence[Sequence[ScoredBox]]) -> float:
    """Return the area under precision by recall of one label, 0..1; found boxes have the number of their picture.

    Precision at a recall is the best at that or a higher one.  Each drawn box is found once.
    """
    taken: list[set[int]] = [set() for _ in drawn]
    right = []
    for picture, box in sorted(found, key=lambda each: -each[1].score):
        overlaps = _overlap(box, drawn[picture])
        best = int(overlaps.argmax()) if overlaps.size else -1
        hit = best >= 0 and overlaps[best] >= OVERLAP and best not in taken[picture]
        if hit:
            taken[picture].add(best)
        right.append(hit)
    hits = np.cumsum(right)
    precision = hits / np.arange(1, len(hits) + 1)
    best_after = np.maximum.accumulate(precision[::-1])[::-1]
    return float(best_after[np.array(right, bool)].sum() / max(sum(map(len, drawn)), 1))


def mean_precision(answers: Answers[Boxes, Boxes]) -> float:
    """Return in percent the mean of the average precisions of all labels that were drawn."""
    labels = sorted({box.label for _, sample in answers for box in sample.truth})
    found = []
    for label in labels:
        mine = [(number, box) for number, (boxes, _) in enumerate(answers) for box in boxes if box.label == label]
        drawn = [[box for box in sample.truth if box.label == label] for _, sample in answers]
        found.append(average_precision(mine, drawn))
    return 100 * float(np.mean(found))


def boxes_by(task: str) -> Callable[[Ground], By[Boxes]]:
    """Return who answers on latents: a task that draws boxes."""

    def of_latents(ground: Ground) -> By[Boxes]:
        def boxes(data: bytes) -> Boxes:
            rows = ground.answer(task, data, threshold=LEAST_SCORE).json()["boxes"]
            return tuple(_scored(**row) for row in rows)

        return By("head", boxes)

    return of_latents


def _scored(label: str, x: int, y: int, width: int, height: int, score: float) -> ScoredBox:
    return ScoredBox(label, x, y, x + width, y + height, score)


DETECT = PictureTask("detect", "AP50 [%]", _samples, boxes_by("detect"), mean_precision)
