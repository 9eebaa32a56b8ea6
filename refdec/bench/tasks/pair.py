"""One network, trained twice alike: on latents, and on the decoded picture in their place.

In: `latents.head` and `pixels.head` (`refdec-train head TASK`, the second on pixels), and pictures as the
benchmark of that task wants them.  Out: what both reach.  They have the same steps and as many products.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from refdec.api.patches import LUMA, patches_of
from refdec.arithmetic.fixed import ONE_Q18
from refdec.arithmetic.types import Int32Array, UInt8Array
from refdec.bench.tasks.detect import DETECT, LEAST_SCORE, Boxes, ScoredBox
from refdec.bench.tasks.errors import NoData
from refdec.bench.tasks.faces import FACES
from refdec.bench.tasks.figures import TaskRow
from refdec.bench.tasks.ground import Ground
from refdec.bench.tasks.per_picture import By, OnPixels, PictureTask, picture_rows
from refdec.bench.tasks.segment import SEGMENT, ClassMap
from refdec.bench.tasks.whole_pictures import CLASSIFY
from refdec.heads.answers import class_map, found_boxes
from refdec.heads.head import Head
from refdec.heads.headfile import read_head
from refdec.heads.network import network_of, run_head
from refdec.heads.plan import plan_of
from refdec.limits import Limits

__all__ = ["NAME", "pair_rows"]

NAME = "one network twice"
"""What the names of its rows begin with."""
LATENTS_HEAD, PIXELS_HEAD = "latents.head", "pixels.head"
OVERLAP_PERCENT = 50
"""Of two boxes that share more the better one stays, as tasks have it."""


class Said(NamedTuple):
    """What a head says: outputs by name, of a picture of `size` (rows, columns)."""

    head: Head
    outputs: Mapping[str, Int32Array]
    size: tuple[int, int]

    @property
    def cell(self) -> int:
        """Samples of a position of the outputs."""
        cells = [form.cell for form in plan_of(self.head).outputs.values() if form.cell is not None]
        return min(cells)


def _label(said: Said) -> str:
    (chances,) = said.outputs.values()
    return said.head.facts.labels[int(chances[:, 0, 0].argmax())]


def _classes(said: Said) -> ClassMap:
    (values,) = said.outputs.values()
    return ClassMap(class_map(values, said.cell, said.size), said.cell)


def _boxes(said: Said) -> Boxes:
    scores, sides = said.outputs["scores"], said.outputs["sides"]
    found = found_boxes(
        scores, sides, said.cell, said.size, least_q18=round(LEAST_SCORE * ONE_Q18), overlap_percent=OVERLAP_PERCENT
    )
    rows = zip(found.classes.tolist(), found.edges.tolist(), found.scores_q18.tolist(), strict=True)
    return tuple(
        ScoredBox(said.head.facts.labels[label], left, top, right, bottom, score / ONE_Q18)
        for label, (left, top, right, bottom), score in rows
    )


Twice: TypeAlias = tuple[PictureTask[Any, Any], Callable[[Said], Any]]
TWICE: Mapping[str, Twice] = MappingProxyType(
    {
        "classify": (CLASSIFY, _label),
        "segment": (SEGMENT, _classes),
        "detect": (DETECT, _boxes),
        "faces": (FACES, _boxes),
    }
)
"""The task that the head on latents names: whose pictures and figures they are, and what outputs mean."""


def _head(file: Path) -> Head:
    """Return a head.  Raises NoData, and what reading a head raises."""
    if not file.is_file():
        raise NoData(str(file), "is not there; refdec-train head makes both, the second of decoded pictures")
    return read_head(file.read_bytes())


def pair_rows(ground: Ground, folder: Path) -> Iterator[TaskRow]:
    """Yield the rows of both heads, on codestreams of `folder`'s pictures; the one on pixels on originals too.

    Raises NoData.
    """
    if ground.pair is None:
        raise NoData(str(folder), "is for a pair of heads, of which --pair names the folder")
    latents, pixels = (_head(ground.pair / name) for name in (LATENTS_HEAD, PIXELS_HEAD))
    if latents.facts.task not in TWICE:
        raise NoData(str(ground.pair / LATENTS_HEAD), f"is a head of none of {', '.join(TWICE)}")
    known, meant = TWICE[latents.facts.task]

    def of_latents(data: bytes) -> object:
        bundle = ground.core.read(data, "latent")
        size = bundle.headers.display_height, bundle.headers.display_width
        return meant(Said(latents, run_head(latents, bundle, limits=Limits()), size))

    def of_pixels(rgb: UInt8Array) -> object:
        values = np.rint(patches_of(rgb).astype(np.float64) * ONE_Q18).astype(np.int32)
        outputs = network_of(pixels)({"luma": values[:LUMA], "chroma": values[LUMA:]})
        return meant(Said(pixels, outputs, (rgb.shape[0], rgb.shape[1])))

    task: PictureTask[Any, Any] = PictureTask(
        f"{NAME}: {latents.facts.task}",
        known.figure,
        known.samples,
        lambda ground: By("head on latents", of_latents),
        known.value,
        lambda ground, folder: OnPixels("the same on patches", of_pixels),
    )
    yield from picture_rows(task, ground, folder)
