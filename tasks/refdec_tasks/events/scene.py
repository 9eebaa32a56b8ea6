"""The scene of a fixed camera, and how much each place of a frame differs from it, in whole numbers.

In: what the head makes of a frame's latents.  Out: `Values`, 24 for each latent position; the strength of the change
at each position; the scene, which follows what changes slowly.

The values are a coarse picture, of the same meaning for all weights: 4 x 4 means of luma, 2 x 2 of each chroma.  Before
a frame is compared, its light is taken from it: one gain (the middle of the ratios of luma's steps from place to
place), and for each component an offset that is a plane over the picture.  What is left is measured by what is usual in
this very frame (its rate, its noise), at this place in earlier frames (leaves that move), and for so much structure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from refdec.plugins.api import BoolArray, Int32Array, Int64Array, rdiv, rshift

__all__ = ["ONE_STRENGTH", "VIEW", "Comparison", "Scene", "compared", "first_scene", "learnt", "values_of"]

Integers: TypeAlias = npt.NDArray[Any]
ONE = 64
"""A code (of 0..255) in values, Q6."""
LUMA, CHROMA = 16, 4
PARTS = (slice(0, LUMA), slice(LUMA, LUMA + CHROMA), slice(LUMA + CHROMA, LUMA + 2 * CHROMA))
WHITE, NEUTRAL = 255 * ONE, 255 * ONE // 2
ONE_GAIN = 4096
LEAST_GAIN, MOST_GAIN = ONE_GAIN // 4, ONE_GAIN * 4
APART, STEP = 2, 8 * ONE
"""Means of luma that differ by a STEP or more over so many positions say something about the gain."""
FEWEST_RATIOS = 64
ONE_STRENGTH = 256
"""A change as large as what is usual, Q8."""
VIEW = 24 * ONE
"""More than this at half of all positions is no change in a scene: it is another scene."""
MEMORY = 8
"""Frames that the scene is the mean of, about."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What the camera sees when nothing is going on.

    `values`: int64 [24, h, w] Q6, in the light of the first frame; `restless`: what is left there as a rule, int64
    [h, w] Q6; `frames`: how many it has seen; `since`: for how many frames in a row a position has been changed.
    """

    values: Int64Array
    restless: Int64Array
    frames: int
    since: Int64Array


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A frame beside the scene: `strength` int64 [h, w] Q8, `rest` int64 [24, h, w] Q6 in the scene's light, `left`
    [h, w] Q6 what the strength is made of, `usual` its middle over the picture.
    """

    strength: Int64Array
    rest: Int64Array
    left: Int64Array
    usual: int


def values_of(outputs: Int32Array, size: tuple[int, int]) -> Int64Array:
    """Return the values of a picture of `size` (rows, columns) samples, int64 [24, h, w] Q6: of what is shown."""
    rows, columns = (-(-side // 16) for side in size)
    return rshift(outputs[:, :rows, :columns], 12)


def _middle(values: Integers) -> int:
    """Return the median; of two in the middle the smaller."""
    flat, place = values.ravel(), (values.size - 1) // 2
    return int(np.partition(flat, place)[place])


def _steps(values: Int64Array) -> Int64Array:
    """Return how the mean of luma changes over APART positions, across and down, as one row: no rate blurs that."""
    means = rdiv(values[PARTS[0]].sum(axis=0), LUMA)
    across, down = means[:, APART:] - means[:, :-APART], means[APART:] - means[:-APART]
    return np.concatenate([across.ravel(), down.ravel()])


def _gain(scene: Int64Array, frame: Int64Array) -> int:
    """Return how much stronger luma changes from place to place in a frame than in the scene, Q12: the weighted median
    of ratios.
    """
    before, after = _steps(scene), _steps(frame)
    told = np.abs(before) >= STEP
    if int(told.sum()) < FEWEST_RATIOS:
        return ONE_GAIN
    weights = np.abs(before[told])
    ratios = rdiv(after[told] * np.sign(before[told]) * ONE_GAIN, weights)
    order = np.argsort(ratios, kind="stable")
    heavy = np.cumsum(weights[order])
    place = int(np.searchsorted(heavy, (int(heavy[-1]) + 1) // 2))
    return min(max(int(ratios[order[place]]), LEAST_GAIN), MOST_GAIN)


def _plane(differences: Int64Array) -> Int64Array:
    """Return the plane that most of the differences [h, w] lie near: medians of slopes, then of what is left."""
    slope = _slope(differences) + _slope(differences.T).T
    return slope + _middle(differences - slope)


def _slope(differences: Int64Array) -> Int64Array:
    """Return how the differences [h, w] rise from row to row, [h, 1]; a single row does not."""
    rows = differences.shape[0]
    down = rows // 2
    if not down:
        return np.zeros((1, 1), np.int64)
    return rdiv(np.arange(rows)[:, None] * _middle(differences[down : 2 * down] - differences[:down]), down)


def _expected(scene: Int64Array, frame: Int64Array, gain: int) -> Int64Array:
    """Return the scene in the light of a frame."""
    found = []
    for part, zero in zip(PARTS, (0, NEUTRAL, NEUTRAL), strict=True):
        lit = rdiv((scene[part] - zero) * gain, ONE_GAIN) + zero
        count = part.stop - part.start
        offset = _plane(rdiv(frame[part].sum(axis=0), count) - rdiv(lit.sum(axis=0), count))
        found.append(np.clip(lit + offset, 0, WHITE))
    return np.concatenate(found)


def compared(scene: Scene, values: Int64Array) -> Comparison:
    """Return how a frame differs from the scene, besides its light."""
    gain = _gain(scene.values, values)
    rest = values - _expected(scene.values, values, gain)
    left = _left(rest)
    usual = _middle(left)
    expected = usual + rdiv(scene.restless, 2) + rdiv(_structure(scene.values) * gain, 8 * ONE_GAIN) + ONE
    return Comparison(rdiv(left * ONE_STRENGTH, expected), rdiv(rest * ONE_GAIN, gain), left, usual)


def _left(rest: Int64Array) -> Int64Array:
    """Return the size of differences at each position: of luma's structure, of its mean, and of both chroma."""
    luma, first, second = (rest[part] for part in PARTS)
    return (
        rdiv(np.abs(luma).sum(axis=0), LUMA)
        + rdiv(np.abs(luma.sum(axis=0)), LUMA)
        + rdiv(np.abs(first).sum(axis=0), CHROMA)
        + rdiv(np.abs(second).sum(axis=0), CHROMA)
    )


def _structure(values: Int64Array) -> Int64Array:
    """Return how far luma is from its mean at each position."""
    luma = values[PARTS[0]]
    return rdiv(np.abs(luma - rdiv(luma.sum(axis=0), LUMA)).sum(axis=0), LUMA)


def first_scene(frames: Sequence[Int64Array]) -> Scene:
    """Return the middle of frames at each place, in the light of the first: what passes through only some is gone.

    An even number of them is one too many: the last is left out.
    """
    first = frames[0]
    flat = np.zeros(first.shape[1:], np.int64)
    alone = Scene(first, flat, 1, flat)
    used = [first + compared(alone, values).rest for values in frames[1 : len(frames) - (len(frames) + 1) % 2]]
    middle = np.sort(np.stack([first, *used]), axis=0)[(len(used) + 1) // 2]
    return Scene(middle, flat, 1, flat)


def learnt(scene: Scene, seen: Comparison, changed: BoolArray, absorb: int) -> Scene:
    """Return the scene after a frame: where nothing changed it follows, what stayed `absorb` frames becomes part of it
    (0: never).
    """
    still = ~_grown(changed)
    since = np.where(changed, scene.since + 1, 0)
    taken = (since >= absorb) if absorb else np.zeros_like(changed)
    memory = min(scene.frames + 1, MEMORY)
    values = np.where(still, scene.values + rdiv(seen.rest, memory), scene.values)
    values = np.where(taken, scene.values + seen.rest, values)
    restless = np.where(still, scene.restless + rdiv(seen.left - scene.restless, memory), scene.restless)
    return Scene(values, restless, scene.frames + 1, np.where(taken, 0, since))


def _grown(mask: BoolArray) -> BoolArray:
    """Return a mask with the eight neighbours of its positions."""
    padded = np.pad(mask, 1)
    rows, columns = mask.shape
    shifted = [padded[dy : dy + rows, dx : dx + columns] for dy in range(3) for dx in range(3)]
    grown: BoolArray = np.logical_or.reduce(shifted)
    return grown
