"""Recordings of a fixed camera, made up from pictures: what changed in them is known at every sample.

In: pictures, a number that all chance comes from.  Out: frames with the truth about them; the data of the task
`events`' benchmark.

A picture stands still.  Its light changes in steps and slowly (gain, offset, a cast, a gradient over the picture),
every frame has noise of its own, and cut-outs of other pictures come, stay or cross, and go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.arithmetic.types import BoolArray, UInt8Array

__all__ = ["Frame", "Pasted", "Recording", "recording"]

Floats: TypeAlias = npt.NDArray[np.float64]
FRAMES = 30
QUIET = 6
"""Frames at the beginning that have nothing pasted: an empty scene, as the task expects."""
OBJECTS = 3
SMALLEST, LARGEST = 32, 112
"""Sides of cut-outs in samples."""
SEEN = 8
"""A sample counts as changed where a pasted object differs from what it hides by so many codes, in one of R, G, B."""


@dataclass(frozen=True, slots=True, eq=False)
class Pasted:
    """A cut-out: RGB [rows, columns, 3], how much it covers 0..1 [rows, columns], when it is there, where it moves.

    `begin`, `end`: first frame and the one after the last; `place`: row and column of its corner at `begin`; `step`:
    what is added for each frame.
    """

    rgb: Floats
    cover: Floats
    begin: int
    end: int
    place: tuple[float, float]
    step: tuple[float, float]

    def corner(self, frame: int) -> tuple[int, int]:
        """Return row and column of its corner in a frame."""
        row, column = (at + (frame - self.begin) * by for at, by in zip(self.place, self.step, strict=True))
        return round(row), round(column)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A frame uint8 [rows, columns, 3], and which of its samples are changed: covered by something pasted, and seen."""

    rgb: UInt8Array
    changed: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A scene [rows, columns, 3], what is pasted into it, and the number that light and noise come from."""

    scene: UInt8Array
    objects: tuple[Pasted, ...]
    seed: int
    frames: int

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames, the same each time."""
        chance = np.random.default_rng((self.seed, 1))
        lights = _lights(chance, self.frames)
        ramp = _ramp(chance, self.scene.shape[:2])
        for number in range(self.frames):
            plain = self.scene.astype(np.float64)
            whole, changed = _pasted(plain, self.objects, number)
            gain, offset, slope = lights[number]
            lit = whole * gain + offset + slope * ramp[..., None]
            noisy = lit + chance.normal(0, 1 + 4 * chance.random(), whole.shape)
            yield Frame(np.clip(np.rint(noisy), 0, 255).astype(np.uint8), changed)


def _ramp(chance: np.random.Generator, size: tuple[int, ...]) -> Floats:
    """Return a gradient over the picture, -1 to 1, in a direction by chance."""
    angle = chance.uniform(0, 2 * np.pi)
    rows, columns = np.meshgrid(*(np.linspace(-1, 1, side) for side in size), indexing="ij")
    return np.asarray((rows * np.sin(angle) + columns * np.cos(angle)) / np.sqrt(2))


def _lights(chance: np.random.Generator, frames: int) -> list[tuple[Floats, Floats, float]]:
    """Return gains and offsets of R, G, B, and how strong the gradient is, for each frame."""
    gain, offset, slope = 1.0, 0.0, 0.0
    cast, aim = np.ones(3), chance.normal(1, 0.04, 3)
    found = []
    for number in range(frames):
        if number and chance.random() < 0.2:  # a cloud, a lamp, an exposure
            gain, offset = chance.uniform(0.7, 1.25), chance.uniform(-15, 15)
        slope += chance.normal(0, 0.7)
        cast = cast + (aim - cast) / frames
        found.append((gain * cast, np.full(3, offset), slope))
    return found


def _pasted(scene: Floats, objects: Sequence[Pasted], number: int) -> tuple[Floats, BoolArray]:
    """Return the scene with what is there in a frame, and which samples that changes."""
    whole, covered = scene.copy(), np.zeros(scene.shape[:2], bool)
    for thing in objects:
        if not thing.begin <= number < thing.end:
            continue
        (row, column), (high, wide) = thing.corner(number), thing.cover.shape
        top, left = max(row, 0), max(column, 0)
        bottom, right = min(row + high, scene.shape[0]), min(column + wide, scene.shape[1])
        if top >= bottom or left >= right:
            continue
        inside = slice(top - row, bottom - row), slice(left - column, right - column)
        cover = thing.cover[inside][..., None]
        there = whole[top:bottom, left:right]
        whole[top:bottom, left:right] = there + cover * (thing.rgb[inside] - there)
        covered[top:bottom, left:right] |= cover[..., 0] > 0.5
    seen = np.abs(whole - scene).max(axis=2) >= SEEN
    return whole, covered & seen


def _cut_out(chance: np.random.Generator, picture: UInt8Array) -> tuple[Floats, Floats]:
    """Return a piece of a picture, and its shape: an ellipse or a rounded rectangle with an edge two samples soft."""
    high, wide = (int(chance.integers(SMALLEST, min(LARGEST, side) + 1)) for side in picture.shape[:2])
    top, left = (
        int(chance.integers(0, side - part + 1)) for side, part in zip(picture.shape[:2], (high, wide), strict=True)
    )
    rows, columns = np.meshgrid(np.linspace(-1, 1, high), np.linspace(-1, 1, wide), indexing="ij")
    power = 2 if chance.random() < 0.5 else 6
    inside = 1 - (np.abs(rows) ** power + np.abs(columns) ** power) ** (1 / power)
    cover = np.clip(inside * min(high, wide) / 4, 0, 1)
    return picture[top : top + high, left : left + wide].astype(np.float64), cover


def _visitor(chance: np.random.Generator, picture: UInt8Array, size: tuple[int, ...], frames: int) -> Pasted:
    """Return a cut-out that stays in one place, or crosses the scene."""
    rgb, cover = _cut_out(chance, picture)
    begin = int(chance.integers(QUIET, frames - 3))
    end = min(begin + int(chance.integers(3, frames // 2)), frames)
    place = tuple(float(chance.uniform(0, side - part)) for side, part in zip(size, cover.shape, strict=True))
    moving = chance.random() < 0.6
    step = tuple(float(chance.uniform(-12, 12)) if moving else 0.0 for _ in size)
    return Pasted(rgb, cover, begin, end, (place[0], place[1]), (step[0], step[1]))


def recording(
    scene: UInt8Array, others: Sequence[UInt8Array], seed: int, *, frames: int = FRAMES, objects: int = OBJECTS
) -> Recording:
    """Return a recording of a scene into which pieces of other pictures are pasted, at least as large as SMALLEST."""
    chance = np.random.default_rng((seed, 0))
    things = [
        _visitor(chance, others[int(chance.integers(len(others)))], scene.shape[:2], frames) for _ in range(objects)
    ]
    return Recording(scene, tuple(things), seed, frames)
