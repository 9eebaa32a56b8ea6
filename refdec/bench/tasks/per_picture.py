"""The measurement of a task that answers one picture at a time.

In: a `PictureTask`, which says where pictures come from, who answers, and what answers are worth.  Out: rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

from refdec.arithmetic.types import UInt8Array
from refdec.bench.tasks.data_sets import Sample
from refdec.bench.tasks.figures import LATENTS, ORIGINAL, PIXELS, Cost, TaskRow, mean_cost
from refdec.bench.tasks.ground import Ground, cost_of

__all__ = ["Answers", "By", "OnPixels", "PictureTask", "picture_rows"]

T = TypeVar("T")
A = TypeVar("A")
COSTED = 3
"""Pictures of each rate whose costs are measured."""


@dataclass(frozen=True, slots=True, eq=False)
class By(Generic[A]):
    """Who answers: a name for the table, and a function of a codestream's bytes."""

    name: str
    of: Callable[[bytes], A]


@dataclass(frozen=True, slots=True, eq=False)
class OnPixels(Generic[A]):
    """Who answers on pixels: a name, a function of RGB codes, and those products of it that refdec does not do."""

    name: str
    of: Callable[[UInt8Array], A]
    products: int = 0


Answers: TypeAlias = Sequence[tuple[A, Sample[T]]]


@dataclass(frozen=True, slots=True, eq=False)
class PictureTask(Generic[T, A]):
    """A task's benchmark.

    `samples(folder, most)`: pictures with what is known of them.  `latents(ground)` answers on latents,
    `pixels(ground, folder)` on the decoded picture (None: nobody does), and, where `originals`, on the picture before
    it was coded.  `value`: the `figure` of all answers.
    """

    name: str
    figure: str
    samples: Callable[[Path, int], Sequence[Sample[T]]]
    latents: Callable[[Ground], By[A]]
    value: Callable[[Answers[A, T]], float]
    pixels: Callable[[Ground, Path], OnPixels[A] | None] = lambda ground, folder: None
    originals: bool = True


def picture_rows(task: PictureTask[T, A], ground: Ground, folder: Path) -> Iterator[TaskRow]:
    """Yield the rows of a task: latents and pixels at each quality, then the originals."""
    samples, pixels = task.samples(folder, ground.most), task.pixels(ground, folder)
    ways = {LATENTS: task.latents(ground)}
    if pixels is not None:
        ways[PIXELS] = By(pixels.name, lambda data: pixels.of(ground.decoded(data)))
    outside = {LATENTS: 0, PIXELS: 0 if pixels is None else pixels.products}
    for quality in ground.qualities:
        ground.say(f"{task.name}: quality {quality}")
        for row in _at_quality(task, ground, samples, ways, quality):
            yield replace(row, cost=None if row.cost is None else row.cost.with_products(outside[row.way]))
    if pixels is not None and task.originals:
        ground.say(f"{task.name}: originals")
        answers = [(pixels.of(sample.rgb()), sample) for sample in samples]
        yield TaskRow(task.name, task.figure, ORIGINAL, pixels.name, None, 0.0, task.value(answers), len(samples))


def _at_quality(
    task: PictureTask[T, A],
    ground: Ground,
    samples: Sequence[Sample[T]],
    ways: Mapping[str, By[A]],
    quality: int,
) -> Iterator[TaskRow]:
    """Yield a row for each way at one quality; every picture is coded once."""
    answers: dict[str, list[tuple[A, Sample[T]]]] = {way: [] for way in ways}
    costs: dict[str, list[Cost]] = {way: [] for way in ways}
    rates, costed = list[float](), list[int]()
    for number, sample in enumerate(samples):
        rgb = sample.rgb()
        data, pixels = ground.coded(rgb, quality), rgb.shape[0] * rgb.shape[1]
        rates.append(8 * len(data) / pixels)
        for way, by in ways.items():
            answers[way].append((by.of(data), sample))
            if number < COSTED:
                costs[way].append(cost_of(lambda by=by, data=data: by.of(data)))  # type: ignore[misc]
        if number < COSTED:
            costed.append(pixels)
    for way, by in ways.items():
        yield TaskRow(
            task.name,
            task.figure,
            way,
            by.name,
            quality,
            sum(rates) / len(rates),
            task.value(answers[way]),
            len(samples),
            sum(costed) // len(costed),
            mean_cost(costs[way]),
        )
