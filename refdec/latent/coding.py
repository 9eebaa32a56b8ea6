"""What decoding needs of the sigma indices: levels, mask and block indices (3.2 steps 3 to 6), gathered by slices.

In: `SigmaMaps` of slices of channels, one after the other.  Out: arrays of one byte a sample instead of three times
four, so that a picture of the largest level fits in memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from refdec.arithmetic.types import BoolArray, Int32Array, UInt8Array
from refdec.clauses import clause
from refdec.latent.errors import LatentMismatch
from refdec.latent.sigma import SigmaMaps, levels
from refdec.latent.skip import skip_mask
from refdec.latent.variance import block_count

__all__ = ["CodingMaps", "coding_maps"]


@clause("3.2")
@dataclass(frozen=True, slots=True, eq=False)
class CodingMaps:
    """(3.2) What entropy coding, dequantisation and LSBS need of one component.

    `levels` uint8 [C, h, w], 0..31; `coded` bool [C, h, w]; `likely` int32 [C, ceil(h/8), ceil(w/8)], per block.
    """

    levels: UInt8Array
    coded: BoolArray
    likely: Int32Array


@clause("3.2")
def coding_maps(
    parts: Iterable[tuple[slice, SigmaMaps]], shape: tuple[int, int, int], cube_flags: UInt8Array | None
) -> CodingMaps:
    """(3.2) Gather the maps of a component of `shape` [C, h, w] from slices of channels that cover it in order.

    `parts` is walked once, so a generator that makes each slice when asked keeps memory low.  Raises LatentMismatch.
    """
    channels, h, w = shape
    out = CodingMaps(
        np.empty(shape, np.uint8),
        np.empty(shape, np.bool_),
        np.empty((channels, block_count(h), block_count(w)), np.int32),
    )
    done = 0
    for part, maps in parts:
        start, end, _ = part.indices(channels)
        if start != done or maps.base.shape != (end - start, h, w):
            raise LatentMismatch(f"The slice of channels from {done}", (end - start, h, w), maps.base.shape)
        out.levels[part] = levels(maps.final)
        out.coded[part] = skip_mask(maps.base, cube_flags)
        out.likely[part] = maps.likely
        done = end
    if done != channels:
        raise LatentMismatch("What the slices cover", shape, (done, h, w))
    return out
