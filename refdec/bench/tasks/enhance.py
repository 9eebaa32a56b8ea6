"""The benchmark of `enhance`: good pictures are spoilt, coded, and made good again, by heads and classic methods.

In: any good pictures, of which the middle is taken.  Out: a pair of rows for each way to spoil and each quality: PSNR
of R, G, B against the picture before it was spoilt, in holes alone where there are holes; SSIM of luma beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from refdec.arithmetic.types import BoolArray, UInt8Array
from refdec.bench.tasks.data_sets import plain_pictures
from refdec.bench.tasks.figures import LATENTS, PIXELS, Cost, TaskRow
from refdec.bench.tasks.ground import Ground, cost_of
from refdec.bench.tasks.rivals import rivals_of
from refdec.bench.tasks.spoilt import WAYS_TO_SPOIL, Spoilt
from refdec.metrics.msssim import WINDOW, ssim_maps

__all__ = ["enhance_rows"]

SIDE = 384
"""Of the middle of a picture so much is taken, at most."""
LUMA = np.array([0.2126, 0.7152, 0.0722])
TASK, DECODED = "the task", "as decoded"
INPAINT, SUPERRES = "inpaint", "superres"
"""What needs no head, and what changes the size."""
Ways = dict[str, Callable[[bytes, Spoilt], UInt8Array]]


def _middle(rgb: UInt8Array) -> UInt8Array:
    """Return the middle of a picture, with even rows and columns."""
    sides = [min(SIDE, length) // 2 * 2 for length in rgb.shape[:2]]
    top, left = ((length - side) // 2 for length, side in zip(rgb.shape, sides, strict=False))
    return np.ascontiguousarray(rgb[top : top + sides[0], left : left + sides[1]])


def _figures(made: UInt8Array, good: UInt8Array, where: BoolArray | None) -> tuple[float, float]:
    """Return PSNR of R, G, B and SSIM of luma; SSIM of the windows whose middle counts."""
    places = np.ones(good.shape[:2], bool) if where is None else where
    error = float(np.mean((made[places].astype(np.float64) - good[places]) ** 2))
    half = WINDOW // 2
    maps, _ = ssim_maps(made @ LUMA, good @ LUMA)
    return float(10 * np.log10(255**2 / max(error, 1e-9))), float(maps[places[half:-half, half:-half]].mean())


def _ways(ground: Ground, what: str, there: bool) -> Ways:
    """Return who answers, by name: the task, classic methods, and the decoded picture where that has the size.

    `there`: whether the task has a head for it.
    """

    def by_task(data: bytes, spoilt: Spoilt) -> UInt8Array:
        return ground.answer("enhance", data, what=what, **spoilt.options).picture()

    ways: Ways = {TASK: by_task}
    for name, rival in rivals_of(what).items():
        ways[name] = lambda data, spoilt, rival=rival: rival(ground.decoded(data), spoilt.holes)  # type: ignore[misc]
    if what == INPAINT and there:
        ways["border alone"] = lambda data, spoilt: ground.answer(
            "enhance", data, what=what, strength=0, **spoilt.options
        ).picture()
    if what != SUPERRES:
        ways[DECODED] = lambda data, spoilt: ground.decoded(data)
    return ways


def enhance_rows(ground: Ground, folder: Path) -> Iterator[TaskRow]:
    """Yield two rows, of the task and of the strongest classic method, for each way to spoil and each quality.

    Those of the other methods stand in `also` of the first, with SSIM.  Raises NoData.
    """
    names = {head.facts.name for head in ground.plugins.task("enhance").item.heads()}
    good = [_middle(sample.rgb()) for sample in plain_pictures(folder, ground.most)]
    for (what, name), spoil in WAYS_TO_SPOIL.items():
        there = f"enhance-{what}" in names
        if not there and what != INPAINT:
            ground.say(f"enhance {what}: left out, no head comes with the task")
            continue
        spoilt = [spoil(picture) for picture in good]
        for quality in ground.qualities:
            ground.say(f"enhance {what}, {name}: quality {quality}")
            yield from _rows(ground, (what, name), quality, good, spoilt, there)


def _rows(
    ground: Ground, case: tuple[str, str], quality: int, good: list[UInt8Array], spoilt: list[Spoilt], there: bool
) -> Iterator[TaskRow]:
    """Yield the rows of one way to spoil at one quality."""
    coded = [ground.coded(each.codes, quality) for each in spoilt]
    rate = sum(8 * len(data) / each.codes[..., 0].size for data, each in zip(coded, spoilt, strict=True)) / len(coded)
    ways = _ways(ground, case[0], there)
    found: dict[str, tuple[float, float]] = {}
    for by, way in ways.items():
        figures = [
            _figures(way(data, each), picture, each.holes)
            for data, each, picture in zip(coded, spoilt, good, strict=True)
        ]
        found[by] = float(np.mean([psnr for psnr, _ in figures])), float(np.mean([ssim for _, ssim in figures]))
    first, *others = (by for by in ways if by != TASK)
    also = {f"SSIM, {by}": round(found[by][1], 4) for by in (TASK, first)}
    for by in others:
        also |= {f"PSNR, {by}": round(found[by][0], 2), f"SSIM, {by}": round(found[by][1], 4)}
    for place, by in ((LATENTS, TASK), (PIXELS, first)):
        cost: Cost = cost_of(lambda by=by: ways[by](coded[0], spoilt[0]))  # type: ignore[misc]
        pixels = spoilt[0].codes[..., 0].size
        task = f"enhance {case[0]}, {case[1]}"
        yield TaskRow(task, "PSNR [dB]", place, by, quality, rate, found[by][0], len(good), pixels, cost, also)
