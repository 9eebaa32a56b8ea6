"""The benchmark of `retrieval`: pictures found again that were cropped, mirrored and coded at another rate.

In: any pictures.  Out: how often the right one comes first.  The database holds each picture and its four quarters,
coded at one quality of the same model; what is looked for is a mirrored part of 90 % of rows and columns.
Beside the descriptor of latents stands one of pixels: means of luma and colour over 8 x 8 cells, folded, so that a
mirrored picture has the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.types import UInt8Array
from refdec.bench.retrieval import Variant, quarters
from refdec.bench.tasks.data_sets import plain_pictures
from refdec.bench.tasks.figures import LATENTS, ORIGINAL, PIXELS, Cost, TaskRow, mean_cost
from refdec.bench.tasks.ground import Ground, cost_of

__all__ = ["near_duplicate_rows"]

TASK, FIGURE = "retrieval", "recall@1 [%]"
STORED_QUALITIES = 50, 70
"""One of each bundled model: descriptors of two models have nothing in common, and a database is of one."""
CHANGED = Variant("cropped and mirrored", place=(0.3, 0.8), mirrored=True)
CELLS = 8
COSTED = 3
Vector = npt.NDArray[np.float64]
Describe = Callable[[bytes], Vector]


def _of_pixels(rgb: UInt8Array) -> Vector:
    """Return the descriptor of a picture's pixels, [3 * 8 * 4]."""
    rows, columns = (np.linspace(0, side, CELLS + 1).astype(int)[:-1] for side in rgb.shape[:2])
    sums = np.add.reduceat(np.add.reduceat(rgb.astype(np.float64), rows, axis=0), columns, axis=1)
    counts = np.diff([*rows, rgb.shape[0]])[:, None] * np.diff([*columns, rgb.shape[1]])[None]
    means = sums / counts[..., None]
    folded = means[:, : CELLS // 2] + means[:, : CELLS // 2 - 1 : -1]
    vector: Vector = (folded - folded.mean(axis=(0, 1))).ravel()
    return vector


def _recall(stored: list[Vector], asked: list[Vector]) -> float:
    """Return in percent how often the right one, of which each has five rows in the store, is nearest."""
    store, queries = np.stack(stored), np.stack(asked)
    centre = store.mean(axis=0)

    def unit(rows: Vector) -> Vector:
        moved = rows - centre
        return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-12))

    best = (unit(queries) @ unit(store).T).argmax(axis=1)
    return float(100 * np.mean(best == 5 * np.arange(len(queries))))


def _stored_data(ground: Ground, whole: list[UInt8Array], weights: str) -> list[bytes]:
    """Return the codestreams of a database, at a quality whose model has these weights."""

    def fits(quality: int) -> bool:
        return ground.bundle(TASK, ground.coded(whole[0], quality)).headers.weights_fingerprint == weights

    ground.say(f"{TASK}: database")
    quality = next((quality for quality in STORED_QUALITIES if fits(quality)), STORED_QUALITIES[0])
    return [ground.coded(part, quality) for part in whole]


def near_duplicate_rows(ground: Ground, folder: Path) -> Iterator[TaskRow]:
    """Yield the rows of `retrieval`."""
    pictures = [sample.rgb() for sample in plain_pictures(folder, min(ground.most, 40))]
    describe: dict[str, Describe] = {
        LATENTS: lambda data: np.asarray(ground.answer(TASK, data).json()["vector"], np.float64),
        PIXELS: lambda data: _of_pixels(ground.decoded(data)),
    }
    by = {LATENTS: "descriptor of latents", PIXELS: "means of 8 x 8 cells"}
    whole = [part for rgb in pictures for part in (rgb, *quarters(rgb))]
    stores: dict[str, dict[str, list[Vector]]] = {}
    for quality in ground.qualities:
        ground.say(f"{TASK}: quality {quality}")
        queries = [CHANGED.of(rgb) for rgb in pictures]
        data = [ground.coded(rgb, quality) for rgb in queries]
        weights = ground.bundle(TASK, data[0]).headers.weights_fingerprint
        if weights not in stores:
            coded = _stored_data(ground, whole, weights)
            stores[weights] = {way: [run(one) for one in coded] for way, run in describe.items()}
        areas = [rgb.shape[0] * rgb.shape[1] for rgb in queries]
        bpp = float(np.mean([8 * len(one) / area for one, area in zip(data, areas, strict=True)]))
        for way, run in describe.items():
            costs: list[Cost] = [cost_of(lambda run=run, one=one: run(one)) for one in data[:COSTED]]  # type: ignore[misc]
            value = _recall(stores[weights][way], [run(one) for one in data])
            pixels = sum(areas[:COSTED]) // len(costs)
            yield TaskRow(TASK, FIGURE, way, by[way], quality, bpp, value, len(data), pixels, mean_cost(costs))
    original = _recall([_of_pixels(part) for part in whole], [_of_pixels(CHANGED.of(rgb)) for rgb in pictures])
    yield TaskRow(TASK, FIGURE, ORIGINAL, by[PIXELS], None, 0.0, original, len(pictures))
