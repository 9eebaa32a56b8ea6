"""Holes filled with what lies around them: `inpaint`.

In: a bundle of stage latent, and where holes are.  Out: codes of 8 bits: the decoded picture's outside of holes.

Each sample is the mean of the nearest known ones to the left, to the right, above and below, each weighted by one over
its distance.  With a head that is done for what its picture differs by from the decoded one, and added to its picture;
the latents of every position that a hole touches are zeros for the head, which makes them up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from refdec.plugins.api import (
    BoolArray,
    CoreServices,
    Head,
    Int32Array,
    Int64Array,
    LatentBundle,
    UInt8Array,
    rdiv,
)
from refdec_tasks.enhance.restoring import ALL, corrected

__all__ = ["filled", "from_the_border", "without_holes"]

CELL = 16
UNIT = 1 << 20
"""Weight of a sample at distance 1: distances up to 2^15 differ."""
WHITE = 255


def _nearest(known: BoolArray) -> tuple[Int64Array, Int64Array]:
    """Return for each sample the row of the nearest known one at or above it, and how far it is (0: there is none)."""
    rows = np.arange(len(known))[:, None]
    last = np.maximum.accumulate(np.where(known, rows, -1), axis=0)
    return np.maximum(last, 0), np.where(last < 0, 0, rows - last)


def _sums(values: Int64Array, known: BoolArray) -> tuple[Int64Array, Int64Array]:
    """Return weighted sums of the nearest known values above and below, and the sums of the weights."""
    total, weights = np.zeros(values.shape, np.int64), np.zeros(known.shape, np.int64)
    for turn in (slice(None), slice(None, None, -1)):
        at, distance = _nearest(known[turn])
        weight = np.where(distance > 0, UNIT // np.maximum(distance, 1), 0)
        near = np.take_along_axis(values[turn], at[..., None], axis=0)
        total += (weight[..., None] * near)[turn]
        weights += weight[turn]
    return total, weights


def from_the_border(values: Int64Array, holes: BoolArray) -> Int64Array:
    """Return values [rows, columns, C] with those in holes taken from the nearest outside, in four directions.

    Samples that see nothing known in their row or column are filled from those that were filled before.  |values| <
    2^20, so that sums stay below 2^42; something must be known.
    """
    values, known = values.copy(), ~holes
    while not known.all():
        down, across = _sums(values, known), _sums(values.swapaxes(0, 1), known.T)
        total, weights = down[0] + across[0].swapaxes(0, 1), down[1] + across[1].T
        seen = ~known & (weights > 0)
        values[seen] = rdiv(total[seen], weights[seen][:, None])
        known = known | seen
    return values


def without_holes(latent: Int32Array, holes: BoolArray) -> Int32Array:
    """Return latents [C, h, w] with zeros at every position whose 16 x 16 samples hold a part of a hole."""
    made = latent.copy()
    rows, columns = np.nonzero(holes)
    made[:, rows // CELL, columns // CELL] = 0
    return made


def _box(holes: BoolArray) -> tuple[slice, slice]:
    """Return rows and columns around all holes, with one known sample on each side where there is one."""
    found = []
    for axis in (1, 0):
        (places,) = np.nonzero(holes.any(axis=axis))
        found.append(slice(max(int(places[0]) - 1, 0), int(places[-1]) + 2))
    return found[0], found[1]


def _made_up(heads: Sequence[Head], bundle: LatentBundle, core: CoreServices, holes: BoolArray) -> UInt8Array:
    """Return the picture that a head makes up; outside of holes it is near to the decoded one."""
    luma, chroma = (
        replace(part, latent_q18=without_holes(part.latent_q18, holes))  # type: ignore[arg-type]
        for part in bundle.components
    )
    return core.codes_of_latents(bundle, *corrected(heads, replace(bundle, luma=luma, chroma=chroma), core))


def filled(
    heads: Sequence[Head], bundle: LatentBundle, core: CoreServices, holes: BoolArray, strength: int
) -> UInt8Array:
    """Return the decoded picture with its holes filled; `strength` per cent of what the head makes up.

    With 0, which needs no head, holes are filled from their borders alone.  Raises HeadOfOtherWeights, Refusal,
    TooMuchMemory.
    """
    codes = core.decoded_codes(bundle).copy()
    made = _made_up(heads, bundle, core, holes) if strength else codes
    rows, columns = _box(holes)
    lost = holes[rows, columns]
    known, new = (x[rows, columns].reshape(*lost.shape, -1).astype(np.int64) for x in (codes, made))
    whole = from_the_border(known, lost) + rdiv((new - from_the_border(new, lost)) * strength, ALL)
    into = codes[rows, columns].reshape(known.shape)
    into[lost] = np.clip(whole[lost], 0, WHITE)
    codes[rows, columns] = into.reshape(codes[rows, columns].shape)
    return codes
