"""One network, trained twice alike: on latents, and on the decoded picture in their place.

In: `latents.head` and `pixels.head` (`refdec-train head classify`, the second on pixels), and the folder of classes
that both were trained on.  Out: how often each finds the right class.  Both have the same steps and products.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from refdec.api.patches import LUMA, patches_of
from refdec.arithmetic.fixed import ONE_Q18
from refdec.arithmetic.types import Int32Array, UInt8Array
from refdec.bench.tasks.data_sets import held_of_classes
from refdec.bench.tasks.errors import NoData
from refdec.bench.tasks.figures import TaskRow
from refdec.bench.tasks.ground import Ground
from refdec.bench.tasks.per_picture import By, OnPixels, PictureTask, picture_rows
from refdec.bench.tasks.whole_pictures import top_one
from refdec.heads.head import Head
from refdec.heads.headfile import read_head
from refdec.heads.network import network_of, run_head
from refdec.limits import Limits

__all__ = ["pair_rows"]

NAME = "one network twice"
LATENTS_HEAD, PIXELS_HEAD = "latents.head", "pixels.head"


def _head(file: Path) -> Head:
    """Return a head.  Raises NoData, and what reading a head raises."""
    if not file.is_file():
        raise NoData(str(file), "is not there; refdec-train head classify makes it")
    return read_head(file.read_bytes())


def _best(head: Head, chances: Int32Array) -> str:
    return head.facts.labels[int(chances[:, 0, 0].argmax())]


def pair_rows(ground: Ground, folder: Path) -> Iterator[TaskRow]:
    """Yield the rows of both heads, on codestreams of `folder`'s pictures; the one on pixels on originals too.

    Raises NoData.
    """
    if ground.pair is None:
        raise NoData(str(folder), "is for a pair of heads, of which --pair names the folder")
    latents, pixels = (_head(ground.pair / name) for name in (LATENTS_HEAD, PIXELS_HEAD))

    def of_latents(data: bytes) -> str:
        (chances,) = run_head(latents, ground.core.read(data, "latent"), limits=Limits()).values()
        return _best(latents, chances)

    def of_pixels(rgb: UInt8Array) -> str:
        values = np.rint(patches_of(rgb).astype(np.float64) * ONE_Q18).astype(np.int32)
        (chances,) = network_of(pixels)({"luma": values[:LUMA], "chroma": values[LUMA:]}).values()
        return _best(pixels, chances)

    task: PictureTask[str, str] = PictureTask(
        NAME,
        "top-1 [%]",
        held_of_classes,
        lambda ground: By("head on latents", of_latents),
        top_one,
        lambda ground, folder: OnPixels("the same on patches", of_pixels),
    )
    yield from picture_rows(task, ground, folder)
