"""The measurement of a task that answers one picture at a time.

In: a `PictureTask`, which says where pictures come from, who answers, and what answers are worth.  Out: rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

from refdec.bench.tasks.data_sets import Sample
from refdec.bench.tasks.figures import LATENTS, PIXELS, Cost, TaskRow, mean_cost
from refdec.bench.tasks.ground import Ground, cost_of

__all__ = ["Answers", "By", "PictureTask", "picture_rows"]

T = TypeVar("T")
A = TypeVar("A")
COSTED = 3
"""Pictures of each rate whose costs are measured."""


@dataclass(frozen=True, slots=True, eq=False)
class By(Generic[A]):
    """Who answers: a name for the table, and a function of a codestream's bytes."""

    name: str
    of: Callable[[bytes], A]


Answers: TypeAlias = Sequence[tuple[A, Sample[T]]]


@dataclass(frozen=True, slots=True, eq=False)
class PictureTask(Generic[T, A]):
    """A task's benchmark.

    `samples(folder, most)`: pictures with what is known of them.  `latents`, `pixels`: who answers on this ground; None
    where nobody does.  `value`: the `figure` of all answers.
    """

    name: str
    figure: str
    samples: Callable[[Path, int], Sequence[Sample[T]]]
    latents: Callable[[Ground], By[A]]
    value: Callable[[Answers[A, T]], float]
    pixels: Callable[[Ground], By[A] | None] = lambda ground: None


def picture_rows(task: PictureTask[T, A], ground: Ground, folder: Path) -> Iterator[TaskRow]:
    """Yield the rows of a task: latents and pixels at each quality, one after the other."""
    samples = task.samples(folder, ground.most)
    ways = {LATENTS: task.latents(ground), PIXELS: task.pixels(ground)}
    for quality in ground.qualities:
        ground.say(f"{task.name}: quality {quality}")
        yield from _at_quality(task, ground, samples, ways, quality)


def _at_quality(
    task: PictureTask[T, A],
    ground: Ground,
    samples: Sequence[Sample[T]],
    ways: dict[str, By[A] | None],
    quality: int,
) -> Iterator[TaskRow]:
    """Yield a row for each way at one quality; every picture is coded once."""
    answering = {way: by for way, by in ways.items() if by is not None}
    answers: dict[str, list[tuple[A, Sample[T]]]] = {way: [] for way in answering}
    costs: dict[str, list[Cost]] = {way: [] for way in answering}
    rates, costed = list[float](), list[int]()
    for number, sample in enumerate(samples):
        rgb = sample.rgb()
        data, pixels = ground.coded(rgb, quality), rgb.shape[0] * rgb.shape[1]
        rates.append(8 * len(data) / pixels)
        for way, by in answering.items():
            answers[way].append((by.of(data), sample))
            if number < COSTED:
                costs[way].append(cost_of(lambda by=by, data=data: by.of(data)))  # type: ignore[misc]
        if number < COSTED:
            costed.append(pixels)
    for way, by in answering.items():
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
