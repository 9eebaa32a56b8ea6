"""The benchmark of `events`: recordings made of pictures, in which every changed sample is known.

In: any pictures.  Out: the area under the curve of hits and false alarms over places of 16 x 16 samples; and whole
events: how many things were found, how many alarms were false.  Beside it a classic method on decoded frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from refdec.arithmetic.types import BoolArray, UInt8Array
from refdec.bench.tasks.classic import classic_strengths
from refdec.bench.tasks.data_sets import plain_pictures
from refdec.bench.tasks.figures import LATENTS, MIXED, ORIGINAL, PIXELS, Cost, TaskRow
from refdec.bench.tasks.fixed_camera import QUIET, Frame, Recording, recording
from refdec.bench.tasks.ground import Ground, cost_of
from refdec.picture.reduced import area_averages

if TYPE_CHECKING:
    from refdec.plugins.task_base import NamedBundle

__all__ = ["area_under_curve", "event_rows", "hits_and_alarms", "places_of"]

TASK, FIGURE = "events", "AUC [%]"
BY = {LATENTS: "events find", PIXELS: "running mean of pixels", ORIGINAL: "running mean of pixels"}
FRAME = 360, 480
PLACE, COVERED, FULL = 16, 0.25, 1 << 15
"""A place counts as changed where a quarter of its samples did, as unchanged where none did; others do not count."""
RECORDINGS, PER_RECORDING = 6, 20
HOLD = 5
"""Frames that are coded at one quality where qualities are mixed."""
Floats: TypeAlias = npt.NDArray[np.float64]
Boxes: TypeAlias = Sequence[tuple[int, int, int, int, int, int]]
"""Frame, event, left, top, width, height."""


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    """What was said about a recording: strengths of frames, and boxes of events (none of a method without)."""

    strengths: Sequence[Floats]
    boxes: Boxes


def area_under_curve(scores: Floats, positive: BoolArray) -> float:
    """Return the share of pairs of a positive and a negative in which the positive has the larger score, 0..1."""
    order = np.sort(scores)
    ranks = (np.searchsorted(order, scores, "left") + np.searchsorted(order, scores, "right") + 1) / 2
    hits, misses = int(positive.sum()), int((~positive).sum())
    return float((ranks[positive].sum() - hits * (hits + 1) / 2) / (hits * misses))


def places_of(changed: BoolArray) -> tuple[BoolArray, BoolArray]:
    """Return which places [h, w] are changed, and which count."""
    codes = np.where(changed, FULL, 0).astype(np.uint16)
    share = area_averages(codes, PLACE) / FULL
    return share >= COVERED, (share >= COVERED) | (share == 0)


def _auc(frames: Sequence[Sequence[Frame]], said: Sequence[_Scored]) -> float:
    """Return the area under the curve over all places of all frames."""
    scores, positive = [], []
    for mine, scored in zip(frames, said, strict=True):
        for frame, strength in zip(mine, scored.strengths, strict=True):
            changed, counts = places_of(frame.changed)
            scores.append(strength[counts])
            positive.append(changed[counts])
    return area_under_curve(np.concatenate(scores), np.concatenate(positive))


def hits_and_alarms(scenes: Recording, frames: Sequence[Frame], boxes: Boxes) -> tuple[int, int]:
    """Return how many things have a box on them in half of their frames, and how many events have none on any."""

    def meets(box: tuple[int, int, int, int, int, int]) -> bool:
        _, _, left, top, width, height = box
        return bool(frames[box[0]].changed[top : top + height, left : left + width].any())

    true = {box[1] for box in boxes if meets(box)}
    found = 0
    for thing in scenes.objects:
        seen = 0
        for number in range(thing.begin, thing.end):
            (row, column), (high, wide) = thing.corner(number), thing.cover.shape
            seen += any(
                left < column + wide and column < left + width and top < row + high and row < top + height
                for frame, event, left, top, width, height in boxes
                if frame == number and event in true
            )
        found += 2 * seen >= thing.end - thing.begin
    return found, len({box[1] for box in boxes} - true)


def _fitted(rgb: UInt8Array) -> UInt8Array:
    """Return the middle of a picture, of the size of a frame."""
    image = Image.fromarray(rgb)
    scale = max(FRAME[1] / image.width, FRAME[0] / image.height)
    size = max(FRAME[1], round(image.width * scale)), max(FRAME[0], round(image.height * scale))
    image = image.resize(size, Image.Resampling.LANCZOS)
    left, top = (size[0] - FRAME[1]) // 2, (size[1] - FRAME[0]) // 2
    return np.asarray(image.crop((left, top, left + FRAME[1], top + FRAME[0]))).copy()


def _recordings(folder: Path, most: int) -> list[Recording]:
    """Return recordings: scenes are pictures of the folder, evenly spread, what is pasted comes from those between."""
    count = min(max(most // PER_RECORDING, 1), RECORDINGS)
    pictures = [_fitted(sample.rgb()) for sample in plain_pictures(folder, 2 * count)]
    return [recording(scene, pictures[1::2] or pictures, seed) for seed, scene in enumerate(pictures[::2])]


def _coded(ground: Ground, frames: Sequence[Frame], quality: int, seed: int) -> list[bytes]:
    """Return the codestreams of frames, all at one quality, or at mixed ones."""
    if quality != MIXED:
        return [ground.coded(frame.rgb, quality) for frame in frames]
    chance = np.random.default_rng((seed, 7))
    held = [int(chance.choice(ground.qualities)) for _ in range(0, len(frames), HOLD)]
    return [ground.coded(frame.rgb, held[number // HOLD]) for number, frame in enumerate(frames)]


def _bundles(ground: Ground, data: Sequence[bytes]) -> Iterator[NamedBundle]:
    from refdec.plugins.task_base import NamedBundle

    for number, one in enumerate(data):
        yield NamedBundle(f"{number:03}", ground.bundle(TASK, one))


def _by_latents(ground: Ground, data: Sequence[bytes]) -> _Scored:
    """Return what the task says."""
    parts: dict[str, Any] = ground.acted(TASK, "find", {"FRAMES": _bundles(ground, data)}, masks=True).json()["parts"]
    masks = parts["strengths"]["parts"]
    strengths = [np.array(masks[str(number)]["values"]) for number in range(len(data))]
    return _Scored(strengths, [tuple(row[:6]) for row in parts["boxes"]["rows"]])


def _by_pixels(ground: Ground, data: Sequence[bytes]) -> _Scored:
    return _Scored(list(classic_strengths(ground.decoded(one) for one in data)), ())


def _per_frame(run: Callable[[Ground, Sequence[bytes]], _Scored], ground: Ground, data: Sequence[bytes]) -> Cost:
    """Return what one frame of a few costs; memory is that of all of them."""
    few = data[: QUIET // 2]
    cost = cost_of(lambda: run(ground, few))
    return Cost(cost.cpu_seconds / len(few), cost.peak_bytes, cost.products // len(few))


def event_rows(ground: Ground, folder: Path) -> Iterator[TaskRow]:
    """Yield the rows of `events`: at each quality, at mixed qualities, and of the frames as they were."""
    scenes = _recordings(folder, ground.most)
    frames = [list(scene) for scene in scenes]
    count, area = sum(map(len, frames)), FRAME[0] * FRAME[1]
    for quality in (*ground.qualities, MIXED):
        ground.say(f"{TASK}: " + (f"quality {quality}" if quality else "mixed qualities"))
        data = [_coded(ground, mine, quality, seed) for seed, mine in enumerate(frames)]
        bpp = 8 * sum(map(len, (one for mine in data for one in mine))) / (count * area)
        for way, run in ((LATENTS, _by_latents), (PIXELS, _by_pixels)):
            said = [run(ground, mine) for mine in data]
            cost = _per_frame(run, ground, data[0])
            also = _also(scenes, frames, said) if way == LATENTS else {}
            yield TaskRow(TASK, FIGURE, way, BY[way], quality, bpp, 100 * _auc(frames, said), count, area, cost, also)
    ground.say(f"{TASK}: originals")
    plain = [_Scored(list(classic_strengths(frame.rgb for frame in mine)), ()) for mine in frames]
    yield TaskRow(TASK, FIGURE, ORIGINAL, BY[ORIGINAL], None, 0.0, 100 * _auc(frames, plain), count)


def _also(scenes: Sequence[Recording], frames: Sequence[Sequence[Frame]], said: Sequence[_Scored]) -> dict[str, float]:
    """Return figures of whole events."""
    counts = [hits_and_alarms(scene, mine, one.boxes) for scene, mine, one in zip(scenes, frames, said, strict=True)]
    things = sum(len(scene.objects) for scene in scenes)
    return {
        "things found [%]": round(100 * sum(found for found, _ in counts) / things, 1),
        "false alarms a hundred frames": round(100 * sum(false for _, false in counts) / sum(map(len, frames)), 2),
    }
